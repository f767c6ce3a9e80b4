"""One question to a model through the gateway's public API: what is sent, and the answer as it grows. No Textual."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from console.client import GatewayClient
from console.logs.conversation import called, listed, said
from console.logs.story import NEXT, blamed
from console.text.figures import short_count, short_dollars, short_duration
from console.wire.answers import ErrorBody
from console.wire.chat import Choice, Completion, Said
from console.wire.errors import GatewayError, GatewayRefused
from console.wire.logs import LogSummary
from console.wire.reading import read

PATH = "/v1/chat/completions"
NO_MODEL = "from-the-config"
"""What a request says for a model that its config is to choose; the field must not be missing."""
Json = dict[str, Any]
NANODOLLARS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of whom: `target` is `@provider/model`, or `pc-config` with or without a model behind it."""

    target: str
    messages: list[Json]
    parameters: Json = field(default_factory=dict)

    def headers(self) -> dict[str, str]:
        """The config, if one is named."""
        first = self.target.partition(" ")[0]
        return {"x-portkey-config": first} if is_config(first) else {}

    def body(self) -> Json:
        """The request's JSON; it streams unless the parameters say otherwise."""
        first, _, second = self.target.partition(" ")
        model = second.strip() or NO_MODEL if is_config(first) else self.target
        streams = self.parameters.get("stream", True)
        extras = {"stream_options": {"include_usage": True}} if streams else {}
        return {"model": model, "messages": self.messages, "stream": streams} | extras | self.parameters


def is_config(name: str) -> bool:
    """Whether a target is a config rather than a model."""
    return name.startswith("pc-")


@dataclass(slots=True)
class Answer:
    """What came back so far, and what is known of it."""

    question: Question
    text: str = ""
    thinking: str = ""
    calls: list[Json] = field(default_factory=list)
    model: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost: int | None = None
    """Nanodollars."""
    is_unpriced: bool = False
    first_ms: float | None = None
    total_ms: float | None = None
    """None while it is under way."""
    trace: str | None = None
    finish: str | None = None
    trouble: str = ""
    """Whose fault it was, what happened and what to do."""
    is_stopped: bool = False

    @property
    def is_under_way(self) -> bool:
        """Whether more may come."""
        return self.total_ms is None

    def message(self) -> Json:
        """As a turn of the conversation that goes on."""
        spoken: Json = {"role": "assistant", "content": self.text}
        return spoken | ({"tool_calls": self.calls} if self.calls else {})

    def completion(self) -> Json:
        """The whole answer as JSON, put together as if it had not been a stream."""
        usage = {"prompt_tokens": self.tokens_in, "completion_tokens": self.tokens_out}
        choice = {"index": 0, "message": self.message(), "finish_reason": self.finish}
        return {"object": "chat.completion", "model": self.model, "choices": [choice], "usage": usage}

    def figures(self) -> str:
        """Tokens, cost and times, in a line; what nobody knows is left out."""
        known = {
            "stopped by you": self.is_stopped,
            f"{short_count(self.tokens_in)} tokens in, {short_count(self.tokens_out)} out": self.tokens_in is not None,
            f"cost {short_dollars(self.cost)}": self.cost is not None,
            "no price for this model": self.is_unpriced,
            f"first token {short_duration(self.first_ms)}": self.first_ms is not None,
            f"total {short_duration(self.total_ms)}": True,
        }
        return " · ".join(words for words, is_known in known.items() if is_known)


async def ask(
    gateway: GatewayClient, answer: Answer, news: Callable[[], None], clock: Callable[[], float] = time.time
) -> None:
    """Have a question answered: `answer` grows, and `news` is called whenever it has. Cancelling closes the stream."""
    began = clock()
    try:
        async with gateway.events("POST", PATH, body=answer.question.body(), headers=answer.question.headers()) as come:
            answer.trace = come.headers.get("x-portkey-trace-id")
            async for completion in come.each(read_completion):
                take(answer, completion, (clock() - began) * 1000)
                news()
    except GatewayError as error:
        answer.trouble = trouble(error)
    finally:
        answer.total_ms = (clock() - began) * 1000
        news()


def read_completion(raw: bytes) -> Completion:
    """One event, or a whole answer."""
    return read(raw, Completion)


def take(answer: Answer, completion: Completion, after_ms: float) -> None:
    """One piece more."""
    answer.model = completion.model or answer.model
    if completion.error is not None:
        answer.trouble = told(completion.error, None)
    for choice in completion.choices[:1]:
        if choice.delta is not None or choice.message is not None:
            add(answer, choice, after_ms)
    if completion.usage is not None:
        answer.tokens_in, answer.tokens_out = completion.usage.prompt_tokens, completion.usage.completion_tokens
        if completion.usage.cost is not None:
            answer.cost = round(completion.usage.cost * NANODOLLARS)


def add(answer: Answer, choice: Choice, after_ms: float) -> None:
    """What one choice says."""
    piece = choice.delta or choice.message or Said()
    text, thinking = said(piece.content), said(piece.reasoning_content or piece.reasoning)
    calls = listed(piece.tool_calls)
    if answer.first_ms is None and (text or thinking or calls):
        answer.first_ms = after_ms
    answer.text += text + (f"(refusal) {said(piece.refusal)}" if piece.refusal else "")
    answer.thinking += thinking
    answer.finish = choice.finish_reason or answer.finish
    for call in calls:
        add_call(answer.calls, call)


def add_call(calls: list[Json], piece: Json) -> None:
    """A piece of a call of a tool, told from others by its index."""
    index = piece.get("index", len(calls))
    while len(calls) <= index < 100:
        calls.append({"type": "function", "function": {"name": "", "arguments": ""}})
    call = calls[min(index, len(calls) - 1)]
    call |= {name: piece[name] for name in ("id", "type") if piece.get(name)}
    function = piece.get("function")
    for name in ("name", "arguments"):
        call["function"][name] += str((function or {}).get(name) or "") if isinstance(function, dict) else ""


def called_tools(answer: Answer) -> list[str]:
    """The calls of tools, a line each."""
    return [called(call) for call in answer.calls]


def trouble(error: GatewayError) -> str:
    """Why there is no answer, whose fault that is, and what to do."""
    if isinstance(error, GatewayRefused):
        body = ErrorBody(message=str(error), code=error.code, fault=error.fault)
        return told(body, error.status)
    return f"{error}. The status line says when it is back."


def told(error: ErrorBody, status: int | None) -> str:
    """An error of the gateway in words."""
    if error.code == "missing_scope":
        return (
            f"{blamed(error.fault, error.message)} Add `completions.write` in Keys, or start the console with another."
        )
    return f"{blamed(error.fault, error.message)} {NEXT.get(status or 502, '')}".strip()


async def look_up_cost(gateway: GatewayClient, answer: Answer) -> None:
    """Tokens and cost from the log, where the answer itself did not say them and the key may see logs."""
    if answer.trace is None or (answer.cost is not None and answer.tokens_in is not None):
        return
    try:
        found = await gateway.logs({"trace_id": answer.trace}, limit=1)
    except GatewayError:
        return
    for summary in found.data[:1]:
        fill_in(answer, summary)


def fill_in(answer: Answer, summary: LogSummary) -> None:
    """What the log knows."""
    answer.cost = summary.cost_nanodollars if answer.cost is None else answer.cost
    answer.is_unpriced = not summary.is_priced
    if answer.tokens_in is None:
        answer.tokens_in, answer.tokens_out = summary.req_units, summary.res_units

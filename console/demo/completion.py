"""Chat completions as OpenAI spells them, whole and as stream events.

Source: platform.openai.com/docs/api-reference/chat.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from console.demo.prose import chance, paragraph, sample, tokens

Json = dict[str, Any]

DATED = {
    "gpt-4o": "gpt-4o-2024-08-06",
    "gpt-4o-mini": "gpt-4o-mini-2024-07-18",
    "gpt-4.1-mini": "gpt-4.1-mini-2025-04-14",
    "o4-mini": "o4-mini-2025-04-16",
}
"""The name an answer carries, where it is not the name that was asked for."""


@dataclass(frozen=True, slots=True)
class Completion:
    """One answer before it is spelled: what each choice says, or the function it calls."""

    id: str
    created: int
    model: str
    choices: list[Choice]
    usage: Json

    def whole(self) -> Json:
        """The answer in one piece."""
        choices = [
            {"index": n, "message": choice.message(), "logprobs": None, "finish_reason": choice.finish_reason}
            for n, choice in enumerate(self.choices)
        ]
        return self._envelope("chat.completion") | {"choices": choices, "usage": self.usage}

    def events(self, *, include_usage: bool) -> Iterator[bytes]:
        """The answer as server-sent events, `[DONE]` included."""
        silent: Json = {"usage": None} if include_usage else {}
        envelope = self._envelope("chat.completion.chunk")
        for n, choice in enumerate(self.choices):
            for delta, reason in choice.deltas():
                part = {"index": n, "delta": delta, "logprobs": None, "finish_reason": reason}
                yield event(envelope | {"choices": [part]} | silent)
        if include_usage:
            yield event(envelope | {"choices": [], "usage": self.usage})
        yield b"data: [DONE]\n\n"

    def _envelope(self, kind: str) -> Json:
        return {
            "id": self.id,
            "object": kind,
            "created": self.created,
            "model": DATED.get(self.model, self.model),
            "service_tier": "default",
            "system_fingerprint": "fp_tollhouse",
        }


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the `n` answers."""

    said: list[str]
    """Its tokens: of the text, or of the called function's arguments."""
    function: str | None
    call_id: str
    finish_reason: str

    def message(self) -> Json:
        """What the assistant says."""
        text = "".join(self.said)
        if self.function is None:
            return {"role": "assistant", "content": text, "refusal": None, "annotations": []}
        called = {"name": self.function, "arguments": text}
        call = {"id": self.call_id, "type": "function", "function": called}
        return {"role": "assistant", "content": None, "tool_calls": [call], "refusal": None, "annotations": []}

    def deltas(self) -> Iterator[tuple[Json, str | None]]:
        """What the assistant says, piece by piece, and at the end why it stopped."""
        if self.function is None:
            yield {"role": "assistant", "content": "", "refusal": None}, None
            yield from (({"content": token}, None) for token in self.said)
        else:
            opening = {"index": 0, "id": self.call_id, "type": "function"}
            opening["function"] = {"name": self.function, "arguments": ""}
            yield {"role": "assistant", "content": None, "tool_calls": [opening], "refusal": None}, None
            for token in self.said:
                yield {"tool_calls": [{"index": 0, "function": {"arguments": token}}]}, None
        yield {}, self.finish_reason


def complete(request: Json, *, number: int, created: int, thinking_tokens: int) -> Completion:
    """The one answer to a valid request body; `number` only tells repeated answers apart."""
    messages = request["messages"]
    choices = [choose(request, n) for n in range(request.get("n") or 1)]
    spoken = sum(len(choice.said) for choice in choices) + thinking_tokens
    identity = chance(messages, number).getrandbits(96)
    return Completion(
        f"chatcmpl-{identity:024x}", created, request["model"], choices, usage(messages, spoken, thinking_tokens)
    )


def choose(request: Json, n: int) -> Choice:
    """The answer number `n`: a function call where one is asked for, JSON where that is, text otherwise."""
    draw = chance(request["model"], request["messages"], request.get("seed"), n)
    call_id = f"call_{draw.getrandbits(96):024x}"
    if (tool := called_tool(request)) is not None:
        arguments = sample(tool.get("parameters") or {"type": "object"}, draw)
        return Choice(tokens(to_json(arguments)), tool["name"], call_id, "tool_calls")
    said = tokens(to_json(sample(schema, draw)) if (schema := json_schema(request)) else paragraph(draw))
    limit = request.get("max_completion_tokens") or request.get("max_tokens") or len(said)
    return Choice(said[:limit], None, call_id, "length" if limit < len(said) else "stop")


def called_tool(request: Json) -> Json | None:
    """The function to call: the one demanded, or the one whose name the last user message mentions."""
    functions: list[Json] = [tool["function"] for tool in request.get("tools") or [] if tool["type"] == "function"]
    choice = request.get("tool_choice") or "auto"
    last = request["messages"][-1]
    if not functions or choice == "none" or last.get("role") != "user":
        return None
    if isinstance(choice, dict):
        return next((f for f in functions if f["name"] == choice["function"]["name"]), None)
    mentioned = (f for f in functions if f["name"] in text_of(last))
    return next(mentioned, functions[0] if choice == "required" else None)


def json_schema(request: Json) -> Json | None:
    """The schema that `response_format` asks for, None for plain text."""
    wanted = request.get("response_format") or {}
    if wanted.get("type") == "json_object":
        return {"type": "object", "properties": {"answer": {"type": "string"}}}
    schema: Json | None = (wanted.get("json_schema") or {}).get("schema")
    return schema


def usage(messages: list[Json], spoken: int, thinking_tokens: int) -> Json:
    """Three tokens a message and three for the answer's role, as OpenAI counts; long prompts are found in the cache."""
    prompt = 3 + sum(3 + len(tokens(text_of(message))) for message in messages)
    cached = prompt // 128 * 128 if prompt >= 1024 else 0
    thought = {"reasoning_tokens": thinking_tokens, "audio_tokens": 0}
    return {
        "prompt_tokens": prompt,
        "completion_tokens": spoken,
        "total_tokens": prompt + spoken,
        "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": 0},
        "completion_tokens_details": thought | {"accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0},
    }


def text_of(message: Json) -> str:
    """The text of one message, of all its parts if it has several."""
    content = message.get("content")
    if isinstance(content, list):
        return " ".join(part.get("text", "") for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def event(data: Json) -> bytes:
    """One server-sent event."""
    return b"data: " + msgspec.json.encode(data) + b"\n\n"


def to_json(value: Any) -> str:
    """JSON as a model writes it."""
    return msgspec.json.encode(value).decode()

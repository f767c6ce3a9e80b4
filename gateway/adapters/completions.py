"""OpenAI's legacy completions served by chat: the prompt is what the user says, the answer is what follows it.

Source: platform.openai.com/docs/api-reference/completions.
"""

from __future__ import annotations

from typing import Any

from gateway.adapters.adapter import Adapter
from gateway.adapters.chat import finish_of, number, record, records, spoken, stem, string
from gateway.adapters.events import unnamed
from gateway.adapters.reading import present, without
from gateway.functions import Function
from gateway.vendors.vendor import Json, Unspoken

TURNED = frozenset({"best_of", "echo", "logprobs", "prompt", "suffix"})
HEADS = ("created", "model", "system_fingerprint", "service_tier")
DONE = b"data: [DONE]\n\n"
FINISHES = {"stop": "stop", "length": "length", "content_filter": "content_filter", "tool_calls": "stop"}


def request(body: Json) -> Json:
    """The chat request. Raises Unspoken for what a conversation cannot say."""
    if body.get("suffix"):
        raise Unspoken("`suffix` needs a model that fills in the middle; put both ends in the `prompt`", "suffix")
    if body.get("best_of") not in (None, 1, body.get("n")):
        raise Unspoken("`best_of` needs a provider with completions of its own; ask with `n`", "best_of")
    logprobs = body.get("logprobs")
    return without(body, TURNED) | {
        "messages": [{"role": "user", "content": prompt(body)}],
        **present(logprobs=None if logprobs is None else True, top_logprobs=logprobs),
    }


def prompt(body: Json) -> str:
    """The prompt, which is one text, alone or in a list."""
    said: Any = body.get("prompt")
    if isinstance(said, list) and len(said) == 1:
        (said,) = said
    if isinstance(said, str):
        return said
    if isinstance(said, list) and all(isinstance(one, str) for one in said) and said:
        raise Unspoken("several prompts need a provider with completions of its own; ask for each alone", "prompt")
    raise Unspoken("`prompt` must be a string; tokens need a provider with completions of its own", "prompt")


def answer(said: Json, body: Json) -> Json:
    """The completion, of the chat answer and the client's request."""
    before = prompt(body) if body.get("echo") else ""
    choices = [choice_of(choice, record(choice.get("message")), before) for choice in records(said.get("choices"))]
    return told(said, choices) | present(usage=said.get("usage"))


def told(said: Json, choices: list[Json]) -> Json:
    """What answers and events have in common."""
    heads = {name: said[name] for name in HEADS if name in said}
    return {"id": f"cmpl-{stem(said.get('id'))}", "object": "text_completion", **heads, "choices": choices}


def choice_of(choice: Json, message: Json, before: str) -> Json:
    """One choice; `before` is what the client wants to hear again."""
    reason = choice.get("finish_reason")
    return {
        "text": before + (spoken(message.get("content")) or string(message.get("refusal"))),
        "index": number(choice.get("index")),
        "logprobs": logprobs_of(choice.get("logprobs"), len(before)),
        "finish_reason": FINISHES[finish_of(reason)] if reason else None,
    }


def logprobs_of(logprobs: object, offset: int) -> Json | None:
    """Log probabilities, which completions keep in columns; `offset` is where the first token stands in the text."""
    tokens = [entry for entry in records(record(logprobs).get("content")) if string(entry.get("token"))]
    if not tokens:
        return None
    offsets = [offset]
    for token in tokens:
        offsets.append(offsets[-1] + len(token["token"]))
    return {
        "tokens": [token["token"] for token in tokens],
        "token_logprobs": [token.get("logprob") for token in tokens],
        "top_logprobs": [alternatives(token) for token in tokens],
        "text_offset": offsets[:-1],
    }


def alternatives(token: Json) -> Json:
    """The likeliest tokens in the place of one, with their log probabilities."""
    return {string(top.get("token")): top.get("logprob") for top in records(token.get("top_logprobs"))}


class CompletionTold:
    """One stream: a `Retelling`. What is echoed comes with the first event of each choice."""

    __slots__ = ("_before", "_lengths", "_stem", "_wants_usage")

    def __init__(self, body: Json) -> None:
        self._before = prompt(body) if body.get("echo") else ""
        self._lengths: dict[int, int] = {}
        self._stem = ""
        self._wants_usage = bool(record(body.get("stream_options")).get("include_usage"))

    def begin(self) -> bytes:
        """Nothing yet."""
        return b""

    def chunk(self, chunk: Json) -> bytes:
        """The event that a chunk makes; none for one that says nothing."""
        self._stem = self._stem or stem(chunk.get("id"))
        choices = [heard for choice in records(chunk.get("choices")) if (heard := self._choice(choice))]
        usage = chunk.get("usage") if self._wants_usage else None
        if not choices and usage is None:
            return b""
        return unnamed(told(chunk | {"id": self._stem}, choices) | present(usage=usage))

    def end(self) -> bytes:
        """The mark that OpenAI ends a stream with."""
        return DONE

    def fail(self, error: Json) -> bytes:
        """What ends a stream that broke off."""
        return failure_event(error)

    def _choice(self, choice: Json) -> Json | None:
        index = number(choice.get("index"))
        is_first = index not in self._lengths
        heard = choice_of(choice, record(choice.get("delta")), self._before if is_first else "")
        if not heard["text"] and heard["finish_reason"] is None:
            return None
        start = len(self._before) if is_first else self._lengths[index]
        heard["logprobs"] = logprobs_of(choice.get("logprobs"), start)
        self._lengths[index] = (0 if is_first else start) + len(heard["text"])
        return heard


def failure_event(error: Json) -> bytes:
    """What ends a stream that broke off: OpenAI's error object, and no `[DONE]`."""
    return unnamed({"error": error})


COMPLETIONS = Adapter(
    function=Function.COMPLETE, by=Function.CHAT, request=request, answer=answer, stream=CompletionTold
)

"""Mistral: OpenAI's wire with thoughts among the parts of the content. Source: docs.mistral.ai/api."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.functions import Function
from gateway.vendors.mistral import request as mistral_request
from gateway.vendors.openai import WIRES, Quirks, wire
from gateway.vendors.openai.near import answers, counted, tellings
from gateway.vendors.translated import translated
from gateway.vendors.vendor import Asked, BadAnswer, Json, Setting, Vendor

if TYPE_CHECKING:
    from gateway.vendors.batch import Batch


def put_right(said: Json, asked: Asked) -> None:
    """Make OpenAI's answer, or chunk, of Mistral's. Raises BadAnswer for one that broke off."""
    for choice in said.get("choices") or ():
        if choice.get("finish_reason") == "error":
            raise BadAnswer("that it broke off (`error`)")
        if asked.strict and choice.get("finish_reason") == "model_length":
            choice["finish_reason"] = "length"
        for turn in (choice.get("message"), choice.get("delta")):
            if isinstance(turn, dict):
                unfold(turn, strict=asked.strict)
                complete_calls(turn)


def unfold(turn: Json, *, strict: bool) -> None:
    """Take a turn's parts apart: words are its content, thoughts stand beside."""
    parts = turn.get("content")
    if not isinstance(parts, list):
        return
    thought = "".join(thoughts(part) for part in parts if part.get("type") == "thinking")
    turn["content"] = "".join(part.get("text") or "" for part in parts if part.get("type") == "text")
    if thought:
        turn["reasoning_content"] = thought
    if not strict:
        turn["content_blocks"] = parts


def thoughts(part: Json) -> str:
    """The text of a part that was thought, which is in parts again."""
    said: Any = part.get("thinking")
    if isinstance(said, str):
        return said
    return "".join(each.get("text") or "" for each in said or () if isinstance(each, dict))


def complete_calls(turn: Json) -> None:
    """Give tool calls the fields that OpenAI's clients insist on."""
    for index, call in enumerate(turn.get("tool_calls") or ()):
        call["type"] = "function"
        call.setdefault("index", index)


def as_text(said: Json, asked: Asked) -> None:
    """Make OpenAI's text completion of a chat answer or chunk."""
    put_right(said, asked)
    said["object"] = "text_completion"
    for choice in said.get("choices") or ():
        turn = choice.pop("message", None) or choice.pop("delta", None) or {}
        choice["text"] = turn.get("content") or ""
        choice.setdefault("logprobs", None)


def flag(said: Json, _asked: Asked) -> None:
    """Say of each text whether any category applies, as OpenAI does."""
    for result in said.get("results") or ():
        result.setdefault("flagged", any((result.get("categories") or {}).values()))


def batch() -> Batch:
    """How it takes many requests at once."""
    from gateway.vendors.mistral.batch import BATCH

    return BATCH


def path(asked: Asked) -> str:
    """Where a text is gone on with."""
    return "/fim/completions" if mistral_request.fills_in(asked) else "/chat/completions"


CHAT = translated(
    path=path,
    encode=mistral_request.request,
    decode=answers(put_right),
    usage=counted,
    events=tellings(put_right),
)
COMPLETE = translated(
    path=path,
    encode=mistral_request.completion,
    decode=answers(as_text),
    usage=counted,
    events=tellings(as_text),
)
EMBED = wire(Function.EMBED, Quirks(renamed={"dimensions": "output_dimension"}, dropped=frozenset({"user"})))
MODERATE = translated(
    path="/moderations",
    encode=lambda said, asked: {"model": asked.model, "input": said.get("input")},
    decode=answers(flag),
    usage=counted,
)

MISTRAL = Vendor(
    id="mistral-ai",
    name="Mistral",
    base_url="https://api.mistral.ai/v1",
    priced_as="mistral",
    batch=batch,
    functions={
        Function.CHAT: CHAT,
        Function.COMPLETE: COMPLETE,
        Function.EMBED: EMBED,
        Function.MODERATE: MODERATE,
        Function.TRANSCRIBE: WIRES[Function.TRANSCRIBE],
        Function.RELAY: WIRES[Function.RELAY],
    },
    settings=(Setting(name="mistral_fim_completion", what="`true` to fill in between `prompt` and `suffix`"),),
    aliases=("mistral",),
)

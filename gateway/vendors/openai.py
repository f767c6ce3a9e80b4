"""OpenAI's wire: what the gateway reads in it and what it changes; all else passes untouched.

Source: platform.openai.com/docs/api-reference/chat.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from store.records import Usage

Fields = dict[str, msgspec.Raw]
"""A JSON object whose values are not looked into, and keep their bytes."""

NO_USAGE = re.compile(rb',\s*"usage"\s*:\s*null')
"""What a vendor that was asked for usage puts into every event. Inside a string its quotes would be escaped."""
INCLUDE_USAGE = msgspec.Raw(b'{"include_usage":true}')


class PromptDetails(msgspec.Struct, frozen=True):
    """`usage.prompt_tokens_details`."""

    cached_tokens: int | None = 0
    audio_tokens: int | None = 0


class CompletionDetails(msgspec.Struct, frozen=True):
    """`usage.completion_tokens_details`."""

    reasoning_tokens: int | None = 0
    audio_tokens: int | None = 0


class WireUsage(msgspec.Struct, frozen=True):
    """The `usage` object, as far as it is priced."""

    prompt_tokens: int | None = 0
    completion_tokens: int | None = 0
    prompt_tokens_details: PromptDetails | None = None
    completion_tokens_details: CompletionDetails | None = None


class Choice(msgspec.Struct, frozen=True):
    """One choice of a whole answer or of an event."""

    finish_reason: str | None = None


class Spoken(msgspec.Struct, frozen=True):
    """A whole answer, or one event of a stream."""

    model: str | None = None
    choices: list[Choice] | None = None
    usage: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    error: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


spoken = msgspec.json.Decoder(Spoken).decode
fields_of = msgspec.json.Decoder(Fields).decode
read_usage = msgspec.json.Decoder(WireUsage).decode
text = msgspec.json.Encoder().encode


def encode(fields: Fields, model: str, *, stream: bool) -> bytes:
    """The request for the vendor: its own name for the model, and usage asked for in every stream."""
    changed = dict(fields)
    changed["model"] = msgspec.Raw(text(model))
    if stream:
        changed["stream_options"] = with_usage(fields.get("stream_options"))
    return text(changed)


def with_usage(options: msgspec.Raw | None) -> msgspec.Raw:
    """`stream_options` with `include_usage` on, whatever else it says."""
    if options is None or bytes(options) == b"null":
        return INCLUDE_USAGE
    return msgspec.Raw(text(fields_of(options) | {"include_usage": msgspec.Raw(b"true")}))


def usage_of(raw: bytes) -> Usage | None:
    """What was used, from the vendor's usage object; None if there is none that can be read."""
    try:
        said = read_usage(raw)
    except msgspec.DecodeError:
        return None
    prompt, completion = said.prompt_tokens_details, said.completion_tokens_details
    return Usage(
        input_tokens=said.prompt_tokens or 0,
        output_tokens=said.completion_tokens or 0,
        cached_tokens=(prompt.cached_tokens or 0) if prompt else 0,
        input_audio_tokens=(prompt.audio_tokens or 0) if prompt else 0,
        reasoning_tokens=(completion.reasoning_tokens or 0) if completion else 0,
        output_audio_tokens=(completion.audio_tokens or 0) if completion else 0,
    )


def error_message(body: Mapping[str, object]) -> str | None:
    """The sentence in a vendor's error body: OpenAI's shape, and the shorter ones that its imitators use."""
    error = body.get("error")
    for place in (error, body):
        if isinstance(place, dict):
            for name in ("message", "detail", "msg"):
                if isinstance(said := place.get(name), str) and said:
                    return said
    return error if isinstance(error, str) else None

"""What was used, as OpenAI's endpoints report it: chat, responses, embeddings, images, audio, each a little otherwise.

Source: platform.openai.com/docs/api-reference, the `usage` objects.
"""

from __future__ import annotations

import msgspec

from store.records import Usage


class InputDetails(msgspec.Struct, frozen=True):
    """`prompt_tokens_details`, or `input_tokens_details`."""

    cached_tokens: int | None = 0
    audio_tokens: int | None = 0
    image_tokens: int | None = 0


class OutputDetails(msgspec.Struct, frozen=True):
    """`completion_tokens_details`, or `output_tokens_details`."""

    reasoning_tokens: int | None = 0
    audio_tokens: int | None = 0


class WireUsage(msgspec.Struct, frozen=True):
    """The `usage` object, as far as it is priced."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    prompt_tokens_details: InputDetails | None = None
    completion_tokens_details: OutputDetails | None = None
    input_tokens_details: InputDetails | None = None
    output_tokens_details: OutputDetails | None = None


NO_INPUT, NO_OUTPUT = InputDetails(), OutputDetails()
read_usage = msgspec.json.Decoder(WireUsage).decode


def usage_of(raw: bytes) -> Usage | None:
    """What was used, from the vendor's usage object; None if there is none that can be read."""
    try:
        said = read_usage(raw)
    except msgspec.DecodeError:
        return None
    before = said.prompt_tokens_details or said.input_tokens_details or NO_INPUT
    after = said.completion_tokens_details or said.output_tokens_details or NO_OUTPUT
    return Usage(
        input_tokens=said.prompt_tokens or said.input_tokens or 0,
        output_tokens=said.completion_tokens or said.output_tokens or 0,
        cached_tokens=before.cached_tokens or 0,
        input_audio_tokens=before.audio_tokens or 0,
        reasoning_tokens=after.reasoning_tokens or 0,
        output_audio_tokens=after.audio_tokens or 0,
    )

"""What a request will take before anybody is asked: its tokens, and what they would cost.

Nothing here counts exactly, for each vendor has a tokenizer of its own. The estimates lean upwards: prose comes out a
quarter too high, dense code and CJK about right, and pictures as the largest that most vendors charge.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from gateway.errors import BadRequest
from gateway.prices import Price, cost_of
from store.ids import Nanodollars
from store.records import Usage

BYTES_PER_TOKEN = 3
"""English prose has 4 to 5 in each token, code about 3; a CJK character is 3 bytes and about one token."""
UNREAD = frozenset({"model", "stream", "stream_options", "metadata", "user", "modalities", "voice", "service_tier"})
"""Fields that no model reads; the rest of those that are numbers and flags is too small to matter."""
LOW_DETAIL, HIGH_DETAIL = 85, 1_600
"""Tokens of one picture. Source: platform.openai.com/docs/guides/images-vision (85; at most 1,445 for gpt-4o),
docs.anthropic.com/en/docs/build-with-claude/vision (about 1,600). gpt-4o-mini charges far more, by design."""
PAGE_BYTES, PAGE_TOKENS = 30_000, 3_000
"""Of a PDF. Source: docs.anthropic.com/en/docs/build-with-claude/pdf-support, 1,500 to 3,000 tokens a page."""
AUDIO_BYTES_PER_TOKEN = 100
"""Of recordings in compressed formats: 16 kbit/s at 20 tokens a second."""
FILE, IMAGE = b'"data', b"image"
"""Bytes of which a body with anything but text has some."""
SHORT = 6
"""Bytes of JSON that hold neither a medium nor a message: a number, a flag, a word."""
OUTPUT_LIMITS = ("max_completion_tokens", "max_tokens", "max_output_tokens")
"""How dialects call the most tokens that an answer may have."""
PER_MESSAGE = 4
"""What the frame around a message takes. Source: OpenAI's cookbook, `num_tokens_from_messages`."""


def estimate(price: Price, input_tokens: int, max_output: int, service_tier: str = "") -> Nanodollars:
    """What a request costs at most, if its prompt is that long and the answer uses all it may.

    Reasoning is a part of the answer. A part that could be cheaper (cached) is taken at the full price.
    """
    rates = price.rates_for(input_tokens, service_tier)
    return cost_of(Usage(input_tokens=input_tokens, output_tokens=max_output), rates)


def output_limit(fields: Mapping[str, msgspec.Raw]) -> int | None:
    """How many tokens a request's answers may have at most, all choices together; None where it sets no limit."""
    said = {name: msgspec.json.decode(fields[name]) for name in (*OUTPUT_LIMITS, "n") if name in fields}
    most = next((said[name] for name in OUTPUT_LIMITS if isinstance(said.get(name), int)), None)
    count = said.get("n")
    return None if most is None else most * (count if isinstance(count, int) else 1)


def tokens_in(fields: Mapping[str, msgspec.Raw]) -> int:
    """About how many input tokens a request's JSON makes, leaning upwards; a few microseconds where all is text."""
    return sum([tokens_of(bytes(raw)) for name, raw in fields.items() if name not in UNREAD])


def tokens_of(raw: bytes) -> int:
    """Tokens of one field: by its bytes, unless there is something in it that is not text. Raises BadRequest."""
    if len(raw) < SHORT:
        return -(-len(raw) // BYTES_PER_TOKEN)
    if FILE not in raw and IMAGE not in raw:
        return -(-len(raw) // BYTES_PER_TOKEN) + PER_MESSAGE * raw.count(b'"role"')
    try:
        return sum(parts_of(msgspec.json.decode(raw)))
    except RecursionError as error:
        raise BadRequest("Tollhouse: the body is nested too deeply.") from error


def parts_of(value: Any) -> Iterator[int]:
    """Tokens of everything inside a value; of media by their kind, and not by their bytes."""
    match value:
        case str():
            yield media_tokens(value, "") if value.startswith("data:") else text_tokens(value)
        case list():
            for each in value:
                yield from parts_of(each)
        case dict():
            yield from fields_of(value)
        case _:
            yield 1


def fields_of(value: dict[str, Any]) -> Iterator[int]:
    """Tokens of an object, in any of the shapes in which vendors write pictures, recordings and documents."""
    kind = str(value.get("type") or "")
    if "image" in kind:
        yield picture_tokens(value)
    elif isinstance(data := value.get("data"), str):
        yield media_tokens(data, str(value.get("media_type") or value.get("mimeType") or value.get("format") or ""))
    else:
        yield PER_MESSAGE
        for name, each in value.items():
            yield -(-len(name) // BYTES_PER_TOKEN)
            yield from parts_of(each)


def picture_tokens(part: Mapping[str, Any]) -> int:
    """A picture by the detail that was asked for; an address says nothing of its size."""
    inner = part.get("image_url")
    detail = part.get("detail") or (inner.get("detail") if isinstance(inner, dict) else None)
    return LOW_DETAIL if detail == "low" else HIGH_DETAIL


def media_tokens(data: str, kind: str) -> int:
    """A file in base64, by what it is: the beginning of a data URL or a media type says so."""
    kind = data[5:80].partition(";")[0] if data.startswith("data:") else kind
    size = len(data) * 3 // 4
    if "image" in kind:
        return HIGH_DETAIL
    if "pdf" in kind:
        return max(size // PAGE_BYTES, 1) * PAGE_TOKENS
    return max(size // (BYTES_PER_TOKEN if kind.startswith("text") else AUDIO_BYTES_PER_TOKEN), 1)


def text_tokens(text: str) -> int:
    """Tokens of a text, by its bytes in UTF-8."""
    return -(-len(text.encode("utf-8", "surrogatepass")) // BYTES_PER_TOKEN)

"""What is paid for beside tokens, read out of a request and its answer: pictures, characters, seconds, searches, tiers.

A vendor's usage object says nothing of these. Bodies are in the dialect of the function: OpenAI's, or Anthropic's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from gateway.functions import Function
from store.records import Usage

if TYPE_CHECKING:
    from gateway.vendors.vendor import Asked

TIER = re.compile(rb'"service_tier"\s*:\s*"([a-z_-]{1,40})"')
SEARCHES = re.compile(rb'"web_search_requests"\s*:\s*(\d{1,6})')
"""For streams, in whose events all that a model says is inside strings, where the quotes are escaped."""
SPOKEN = frozenset({Function.CHAT, Function.COMPLETE, Function.RESPOND, Function.MESSAGE, Function.EMBED})
"""Functions whose answers are text, and may name a service tier."""
Shape = TypeVar("Shape")
RERANKED_AT_ONCE = 100
"""Documents of one search unit. Source: docs.cohere.com/docs/how-does-cohere-pricing-work."""


class Pictures(msgspec.Struct, frozen=True):
    """An answer with pictures; their data is not looked into."""

    data: list[msgspec.Raw] = []
    size: str | None = None
    quality: str | None = None


class Duration(msgspec.Struct, frozen=True):
    """`{"type": "duration", "seconds": 12}`, the usage of a transcription that is not paid for in tokens."""

    seconds: float | None = None


class Heard(msgspec.Struct, frozen=True):
    """A transcription."""

    duration: float | str | None = None
    usage: Duration | None = None


class Units(msgspec.Struct, frozen=True):
    """`meta.billed_units`."""

    search_units: float | None = None


class Meta(msgspec.Struct, frozen=True):
    """`meta`."""

    billed_units: Units | None = None


class Reranked(msgspec.Struct, frozen=True):
    """A rerank in Cohere's shape."""

    meta: Meta | None = None


class ServerTools(msgspec.Struct, frozen=True):
    """`usage.server_tool_use` of Anthropic's."""

    web_search_requests: int | None = None


class SpokenUsage(msgspec.Struct, frozen=True):
    """A `usage` object, as far as it is not tokens."""

    service_tier: str | None = None
    server_tool_use: ServerTools | None = None


class Spoken(msgspec.Struct, frozen=True):
    """An answer in words, as far as it is not words."""

    service_tier: str | None = None
    usage: SpokenUsage | None = None


class Item(msgspec.Struct, frozen=True):
    """One item of a response's output."""

    type: str = ""


class Response(msgspec.Struct, frozen=True):
    """An answer of the Responses API."""

    output: list[Item] = []


def measured(usage: Usage | None, asked: Asked, answer: bytes) -> Usage | None:
    """The usage with everything else that is paid for; None if there is nothing of either.

    `answer` is the body that the vendor gave, of a stream all its events. What cannot be read is not said.
    """
    measure = MEASURES.get(asked.function)
    found = {} if measure is None else measure(asked, answer, usage or Usage())
    if asked.function in SPOKEN:
        found |= noted(answer) if answer.startswith(b"{") else overheard(answer)
    return msgspec.structs.replace(usage or Usage(), **found) if found else usage


def noted(answer: bytes) -> dict[str, Any]:
    """The service tier and the searches of a whole answer."""
    if b'"service_tier"' not in answer and b'"web_search_requests"' not in answer:
        return {}
    got = read(answer, Spoken) or Spoken()
    inner = got.usage or SpokenUsage()
    searches = inner.server_tool_use.web_search_requests if inner.server_tool_use else None
    said = {"service_tier": got.service_tier or inner.service_tier, "searches": searches}
    return {name: value for name, value in said.items() if value}


def overheard(stream: bytes) -> dict[str, Any]:
    """The service tier and the searches of a stream, as its last event that has them says."""
    found: dict[str, Any] = {}
    if tier := TIER.findall(stream):
        found["service_tier"] = tier[-1].decode()
    if searches := SEARCHES.findall(stream):
        found["searches"] = int(searches[-1])
    return found


def pictures(asked: Asked, answer: bytes, usage: Usage) -> dict[str, Any]:
    """How many pictures of which kind: as the answer says, for `auto` leaves it to the vendor; else as was asked."""
    said, got = request_of(asked), read(answer, Pictures) or Pictures()
    count = len(got.data) or number(said.get("n"))
    size, quality = (str(value or "") for value in (got.size or said.get("size"), got.quality or said.get("quality")))
    drawn = {"output_image_tokens": usage.output_image_tokens or usage.output_tokens} if usage.output_tokens else {}
    return {"images": count, "image_size": size, "image_quality": quality} | drawn


def number(said: Any) -> int:
    """How many were asked for; a form says it in letters."""
    return int(said) if str(said).isdecimal() and 0 < int(said) <= 1_000 else 1


def speech(asked: Asked, _answer: bytes, _usage: Usage) -> dict[str, Any]:
    """How many characters were spoken."""
    text = request_of(asked).get("input")
    return {"characters": len(text)} if isinstance(text, str) and text else {}


def transcription(_asked: Asked, answer: bytes, usage: Usage) -> dict[str, Any]:
    """How long the recording was, where the answer says so."""
    got = read(answer, Heard) or Heard()
    seconds = got.usage.seconds if got.usage and got.usage.seconds is not None else got.duration
    try:
        return {"audio_ms": round(float(seconds or usage.audio_ms / 1000) * 1000)}
    except (ValueError, OverflowError):
        return {}


def rerank(asked: Asked, answer: bytes, usage: Usage) -> dict[str, Any]:
    """Search units, as the answer says or as the vendor counts them."""
    got = read(answer, Reranked) or Reranked()
    billed = got.meta.billed_units.search_units if got.meta and got.meta.billed_units else None
    documents = request_of(asked).get("documents")
    counted = -(-len(documents) // RERANKED_AT_ONCE) if isinstance(documents, list) else 1
    return {"reranks": usage.reranks or int(billed or counted)}


def response(_asked: Asked, answer: bytes, usage: Usage) -> dict[str, Any]:
    """Searches that the vendor made on the way to a response."""
    got = read(answer, Response) if b"web_search_call" in answer else None
    count = sum(item.type == "web_search_call" for item in got.output) if got else 0
    return {"searches": usage.searches or count} if count else {}


MEASURES: Mapping[Function, Callable[[Asked, bytes, Usage], dict[str, Any]]] = {
    Function.GENERATE_IMAGE: pictures,
    Function.EDIT_IMAGE: pictures,
    Function.VARY_IMAGE: pictures,
    Function.SPEAK: speech,
    Function.TRANSCRIBE: transcription,
    Function.TRANSLATE: transcription,
    Function.RERANK: rerank,
    Function.RESPOND: response,
}


def request_of(asked: Asked) -> dict[str, Any]:
    """What was asked, of a form its text fields."""
    if asked.upload is not None:
        return {name: values[-1] for name, values in asked.upload.fields.items() if values}
    return asked.json()


def read(body: bytes, shape: type[Shape]) -> Shape | None:
    """A body, if it has that shape."""
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None

"""What is paid for beside tokens, at most: pictures, recordings, searches, and what a request itself costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.functions import Function
from gateway.prices import cost_of
from gateway.prices.measured import measured
from gateway.prices.pictures import picture_rate
from store.records import Usage

if TYPE_CHECKING:
    from gateway.prices import Rates
    from gateway.vendors.vendor import Asked

MILLION = 1_000_000
TEXT = frozenset({Function.CHAT, Function.COMPLETE, Function.RESPOND, Function.MESSAGE, Function.EMBED})
"""Functions that are paid for by the token."""
PICTURE_TOKENS = 6_300
"""Of the largest picture in the best quality. Source: platform.openai.com/docs/guides/image-generation, 6,208."""
SEARCHES = 10
"""Of the web, where a request allows them; nobody says how many there will be."""
BYTES_PER_MS = 2
"""Of a recording, at 16 kbit/s: the least that speech is compressed to."""
AUDIO_TOKENS_PER_SECOND = 25


def fees_of(asked: Asked, rates: Rates) -> int:
    """Nanodollars for everything but the tokens of text."""
    fees = rates.get("requests", 0) // MILLION
    if asked.function not in TEXT:
        usage = measured(None, asked, b"") or Usage()
        fees = cost_of(usage, rates) + unpriced_pictures(usage, rates)
    if asked.upload is not None:
        fees += recording(sum(len(content) for *_, content in asked.upload.files), rates)
    tools = asked.fields.get("tools")
    if (tools is not None and b"web_search" in bytes(tools)) or "web_search_options" in asked.fields:
        fees += SEARCHES * rates.get("searches", 0) // MILLION
    return fees


def unpriced_pictures(usage: Usage, rates: Rates) -> int:
    """Pictures whose size nobody said, at the dearest; or the tokens they are made of."""
    if not usage.images:
        return 0
    dearest = max((rate for kind, rate in rates.items() if kind.startswith("images")), default=0)
    known = picture_rate(rates, usage.image_size, usage.image_quality)
    by_tokens = PICTURE_TOKENS * max(rates.get("output_image", 0), rates.get("output", 0))
    return usage.images * ((0 if known else dearest) + by_tokens) // MILLION


def recording(size: int, rates: Rates) -> int:
    """A recording of so many bytes."""
    milliseconds = size // BYTES_PER_MS
    tokens = milliseconds * AUDIO_TOKENS_PER_SECOND // 1000
    by_tokens = tokens * max(rates.get("input_audio", 0), rates.get("input", 0), rates.get("output", 0))
    return (milliseconds * rates.get("audio_ms", 0) + by_tokens) // MILLION

"""What a request cost: lines of quantity times rate, whose exact sum is rounded once; so a cost can be explained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from gateway.prices.pictures import picture_rate
from store.ids import Nanodollars
from store.records import Usage

MILLION = 1_000_000
Charge = tuple[str, int, int | None]
"""(kind, quantity, nanodollars per million); no rate where nobody knows one."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bill."""

    kind: str
    quantity: int
    rate: int
    """Nanodollars per million."""

    @property
    def nanodollars(self) -> Fraction:
        """Exactly; lines are added before anything is rounded."""
        return Fraction(self.quantity * self.rate, MILLION)


class Reckoning(NamedTuple):
    """What a request cost."""

    cost: Nanodollars | None
    """None where the vendor reported nothing that could be charged for; `cost_of` of what has a price otherwise."""
    is_unpriced: bool
    """Whether something was used whose price, or how much of which, nobody knows."""


def cost_of(usage: Usage, rates: Mapping[str, int]) -> Nanodollars:
    """What a request used times what that costs, rounded half up once, at the end.

    What has no rate adds nothing: `reckoned` says whether there is such a thing.
    """
    whole = sum(quantity * rate for _, quantity, rate in charges(usage, rates) if rate)
    return Nanodollars((whole + MILLION // 2) // MILLION)


def reckoned(usage: Usage, rates: Mapping[str, int]) -> Reckoning:
    """The cost and all that is to be said of it, in one pass: every request comes by here."""
    whole, is_known, is_unpriced = 0, False, False
    for kind, quantity, rate in charges(usage, rates):
        is_known = is_known or kind != "requests"
        if rate is None:
            is_unpriced = True
        else:
            whole += quantity * rate
    cost = Nanodollars((whole + MILLION // 2) // MILLION) if is_known else None
    return Reckoning(cost, is_unpriced or not is_known)


def lines_of(usage: Usage, rates: Mapping[str, int]) -> tuple[Line, ...]:
    """The cost line by line; what has no rate is left out."""
    return tuple(Line(kind, quantity, rate) for kind, quantity, rate in charges(usage, rates) if rate is not None)


def charges(usage: Usage, rates: Mapping[str, int]) -> list[Charge]:
    """Everything that was used; nothing is counted twice."""
    found = input_charges(usage, rates) + output_charges(usage, rates) + fees(usage, rates)
    if usage.images or usage.video_ms or usage.characters or usage.audio_ms:
        found += unit_charges(usage, rates)
    return found


def input_charges(usage: Usage, rates: Mapping[str, int]) -> list[Charge]:
    """The prompt, cut into parts that add up to it. A part without a rate costs what it is a part of.

    Where a vendor's parts add up to more than its whole, the cached ones are believed first.
    """
    plain = rates.get("input")
    if not (usage.cached_tokens or usage.cache_write_tokens or usage.input_audio_tokens or usage.input_image_tokens):
        return [("input", usage.input_tokens, plain)] if usage.input_tokens > 0 else []  # most requests
    cached = rates.get("cached", plain)
    write = rates.get("cache_write", plain)
    audio, image = rates.get("input_audio", plain), rates.get("input_image", plain)
    hour = min(usage.cache_write_1h_tokens, usage.cache_write_tokens)
    heard = min(usage.cached_audio_tokens, usage.cached_tokens)
    seen = min(usage.cached_image_tokens, usage.cached_tokens - heard)
    parts = (
        ("cached", usage.cached_tokens - heard - seen, cached),
        ("cached_audio", heard, rates.get("cached_audio", cached)),
        ("cached_image", seen, rates.get("cached_image", cached)),
        ("cache_write", usage.cache_write_tokens - hour, write),
        ("cache_write_1h", hour, rates.get("cache_write_1h", write)),
        ("input_audio", max(usage.input_audio_tokens - heard, 0), audio),
        ("input_image", max(usage.input_image_tokens - seen, 0), image),
    )
    whole = max(usage.input_tokens, usage.cached_tokens + usage.cache_write_tokens)
    return split(whole, parts, ("input", plain))


def output_charges(usage: Usage, rates: Mapping[str, int]) -> list[Charge]:
    """The answer, cut into parts that add up to it."""
    plain = rates.get("output", rates.get("output_image"))
    if not (usage.reasoning_tokens or usage.output_image_tokens or usage.output_audio_tokens):
        return [("output", usage.output_tokens, plain)] if usage.output_tokens > 0 else []  # most requests
    parts = (
        ("output_image", usage.output_image_tokens, rates.get("output_image", plain)),
        ("output_audio", usage.output_audio_tokens, rates.get("output_audio", plain)),
        ("reasoning", usage.reasoning_tokens, rates.get("reasoning", plain)),
    )
    return split(max(usage.output_tokens, 0), parts, ("output", plain))


def split(whole: int, parts: tuple[Charge, ...], rest: tuple[str, int | None]) -> list[Charge]:
    """As much of each part as the whole has left, then what remains."""
    found: list[Charge] = []
    for kind, tokens, rate in parts:
        if tokens > 0 and (taken := min(tokens, whole)):
            whole -= taken
            found.append((kind, taken, rate))
    return [*found, (rest[0], whole, rest[1])] if whole else found


def unit_charges(usage: Usage, rates: Mapping[str, int]) -> Iterator[Charge]:
    """What is not counted in tokens; where its tokens were reported and have a price, those are what is paid for."""
    has_output = usage.output_tokens > 0 and ("output" in rates or "output_image" in rates)
    has_input = usage.input_tokens > 0 and ("input" in rates or "input_audio" in rates)
    if usage.images and not has_output:
        yield "images", usage.images, picture_rate(rates, usage.image_size, usage.image_quality)
    if usage.video_ms and not has_output:
        yield "video_ms", usage.video_ms, rates.get(f"video_ms/{usage.image_size}", rates.get("video_ms"))
    if usage.characters and not has_input:
        yield "characters", usage.characters, rates.get("characters")
    if usage.audio_ms and not (has_input or has_output or (usage.characters and "characters" in rates)):
        yield "audio_ms", usage.audio_ms, rates.get("audio_ms")


def fees(usage: Usage, rates: Mapping[str, int]) -> list[Charge]:
    """What is paid for each time; most vendors want nothing for a request itself, and who does has no other fee."""
    if usage.requests and "requests" in rates:
        return [("requests", usage.requests, rates["requests"])]
    if not (usage.searches or usage.reranks or usage.pages):
        return []  # most requests
    several = (("searches", usage.searches), ("reranks", usage.reranks), ("pages", usage.pages))
    return [
        (kind, quantity, rates.get(kind))
        for kind, quantity in several
        if quantity and not (kind == "reranks" and usage.input_tokens and "input" in rates)
    ]

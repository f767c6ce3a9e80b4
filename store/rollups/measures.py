"""What one request adds to the metrics: counts that can be summed, under short names, since every row repeats them."""

from collections.abc import Mapping
from struct import Struct, error
from typing import TypeVar

from store.records import LogRecord
from store.rollups.sketches import Series, place

Bag = dict[str, int]
"""Counts by name; what is missing is 0."""
NAMES: Mapping[str, str] = {
    "n": "requests",
    "e": "failed requests",
    "in": "input tokens",
    "out": "output tokens",
    "cached": "cached input tokens",
    "written": "input tokens written to a vendor's cache",
    "think": "reasoning tokens",
    "audio": "audio tokens, both ways",
    "cost": "nanodollars",
    "free": "requests with usage that no price is known for",
    "img": "pictures made",
    "img$": "nanodollars of requests that made pictures",
    "ms": "microseconds, all of it",
    "untimed": "requests of which nobody knows how long they took",
    "miss_ms": "microseconds of successes that no cache answered",
    "miss": "successes that no cache answered",
    "hit": "answers from the exact cache",
    "near": "answers from the semantic cache",
    "hit_ms": "microseconds of answers from a cache",
    "hit$": "nanodollars that answers from the exact cache saved",
    "near$": "nanodollars that answers from the semantic cache saved",
    "stream": "streamed requests",
    "fall": "successes by another target than the first",
    "tries": "tries at vendors",
    "bad_tries": "tries at vendors that failed",
    "fb": "feedbacks",
    "fb_of": "requests with feedback",
    "fb_w": "thousandths of weight of feedback",
    "fb_v": "thousandths of weighted feedback",
}
"""And by label: `s:429` failed requests by status, `f:provider` by fault, `c:code` by code, `r:2` rescued by so many
retries, `v:5` feedbacks by value."""
CORE = ("n", "ms", "miss", "miss_ms", "tries", "stream", "in", "out", "cached", "cost")
"""What nearly every request has; beside each other in one number, so that one addition adds up all of them."""
LANES = Struct(f"<{len(CORE)}Q")
LANE_MOST = 2**48
"""Of one request, so that tens of thousands of them stay within 64 bits; what has more is counted by name."""
HITS = {"HIT": "hit", "SEMANTIC HIT": "near"}
TOTAL, FIRST_TOKEN, TOKENS_PER_SECOND, OVERHEAD, VENDOR = Series
TOKENS = 1_000_000
"""Prices are for so many."""


def counts_of(record: LogRecord) -> tuple[int, Bag]:
    """What a request counts: those of CORE as one number, and all others that are not 0."""
    core, extras = core_of(record), extras_of(record)
    try:
        if max(core) > LANE_MOST:
            raise OverflowError
        return int.from_bytes(LANES.pack(*core), "little"), extras
    except (OverflowError, error):
        return 0, extras | {name: count for name, count in zip(CORE, core, strict=True) if count}


def core_of(record: LogRecord) -> tuple[int, ...]:
    """The counts of CORE, in its order."""
    taken, usage = round(record.total_ms * 1000), record.usage
    missed = taken > 0 and record.status < 400 and record.failure is None and record.cache_status not in HITS
    used = (0, 0, 0) if usage is None else (usage.input_tokens, usage.output_tokens, usage.cached_tokens)
    return (1, taken, missed, taken if missed else 0, len(record.attempts), record.stream, *used, record.cost or 0)


def unpacked(core: int) -> Bag:
    """The counts of CORE of a sum of numbers that `counts_of` made."""
    sums = LANES.unpack(core.to_bytes(LANES.size, "little"))
    return {name: total for name, total in zip(CORE, sums, strict=True) if total}


def extras_of(record: LogRecord) -> Bag:
    """All other counts, without those that are 0."""
    bag: Bag = {} if record.total_ms > 0 else {"untimed": 1}
    if record.status >= 400 or record.failure is not None:
        failed(bag, record)
    else:
        succeeded(bag, record)
    if record.usage is not None:
        used(bag, record)
    if record.unpriced:
        bag["free"] = 1
    for attempt in record.attempts:
        if attempt.status is None or attempt.status >= 400:
            bag["bad_tries"] = bag.get("bad_tries", 0) + 1
    return bag


def failed(bag: Bag, record: LogRecord) -> None:
    """Of a failure: status, fault and code."""
    bag["e"] = bag[f"s:{record.status}"] = 1
    if record.failure is not None:
        bag[f"f:{record.failure.fault}"] = bag[f"c:{record.failure.code}"] = 1


def succeeded(bag: Bag, record: LogRecord) -> None:
    """Of a success: where it came from, and what it was rescued by."""
    if kind := HITS.get(record.cache_status):
        bag[kind], bag["hit_ms"], bag[f"{kind}$"] = 1, round(record.total_ms * 1000), saved(record)
    if record.retries > 0:
        bag[f"r:{record.retries}"] = 1
    if record.attempts and record.attempts[0].path != record.config_path:
        bag["fall"] = 1


def used(bag: Bag, record: LogRecord) -> None:
    """What few requests use."""
    usage = record.usage
    assert usage is not None, "asked for"
    if usage.reasoning_tokens:
        bag["think"] = usage.reasoning_tokens
    if usage.cache_write_tokens:
        bag["written"] = usage.cache_write_tokens
    if audio := usage.input_audio_tokens + usage.output_audio_tokens:
        bag["audio"] = audio
    if usage.images:
        bag["img"], bag["img$"] = usage.images, record.cost or 0


def saved(record: LogRecord) -> int:
    """Nanodollars that an answer from a cache would have cost, by the price that it is recorded with."""
    usage, price = record.usage, record.price
    if usage is None or price is None:
        return 0
    tokens = usage.input_tokens * price.get("input", 0) + usage.output_tokens * price.get("output", 0)
    return max(0, tokens // TOKENS - (record.cost or 0))


def places_of(record: LogRecord) -> list[int]:
    """Where its durations are counted in the distributions."""
    total, waited, first = record.total_ms, record.vendor_ms, record.first_token_ms
    if total <= 0:
        return []
    found = [place(TOTAL, total)]
    if waited is not None:
        found.append(place(VENDOR, waited))
        if total > waited:  # what went past the gateway, and is only reported, took it no time
            found.append(place(OVERHEAD, total - waited))
    if first is not None:
        found.append(place(FIRST_TOKEN, first))
    output = record.usage.output_tokens if record.usage else 0
    lasting = total - first if first is not None else waited or 0.0
    if output > 1 and lasting > 0:
        found.append(place(TOKENS_PER_SECOND, output / lasting * 1000))
    return found


Name = TypeVar("Name", str, int)


def pour(more: Mapping[Name, int], into: dict[Name, int]) -> None:
    """Add counts to counts."""
    for name, count in more.items():
        into[name] = into.get(name, 0) + count

"""Distributions that can be added up: counts of values by logarithmic bucket, so that any percentile is right to 2 %.

Source: DDSketch (Masson, Rim, Lee, VLDB 2019), without its limit on buckets: durations of a gateway fill dozens.
"""

from collections.abc import Iterable, Mapping
from enum import IntEnum
from math import floor, log

ACCURACY = 0.015
"""Relative; a percentile is off by so much at most."""
GROWTH = (1 + ACCURACY) / (1 - ACCURACY)
PER_BUCKET = 1 / log(GROWTH)
SMALLEST, LARGEST = 1e-3, 1e9
"""Values beyond are counted as these."""
LOWEST = floor(log(SMALLEST) * PER_BUCKET)
SERIES_BITS = 11
"""A bucket's number fits; what stands above it says which series it is of."""


class Series(IntEnum):
    """What is distributed, in milliseconds where nothing else is said."""

    TOTAL = 0
    FIRST_TOKEN = 1
    TOKENS_PER_SECOND = 2
    OVERHEAD = 3
    VENDOR = 4


FIRST = [(series << SERIES_BITS) - LOWEST for series in Series]
"""What is added to a bucket's number to have its place; looked up, for a member of an enumeration counts slowly."""
PLACES = list(range(len(Series) << SERIES_BITS))
"""The same number is the same object, which makes counting a third quicker."""


def place(series: Series, value: float) -> int:
    """Where a value is counted."""
    bounded = value if SMALLEST < value < LARGEST else min(max(value, SMALLEST), LARGEST)
    return PLACES[FIRST[series] + floor(log(bounded) * PER_BUCKET)]


def percentiles(counts: Mapping[int, int], series: Series, shares: Iterable[float]) -> list[float | None]:
    """The values below which these shares (0 to 1) of all lie; None where nothing was counted."""
    low, high = series << SERIES_BITS, (series + 1) << SERIES_BITS
    held = sorted((bucket - low, count) for bucket, count in counts.items() if low <= bucket < high)
    total = sum(count for _, count in held)
    return [value_at(held, share * (total - 1)) if total else None for share in shares]


def value_at(held: list[tuple[int, int]], rank: float) -> float:
    """The middle of the bucket in which the value of that rank lies."""
    below, bucket = 0, 0
    for bucket, count in held:  # noqa: B007  (the one it ends at is what is looked for)
        below += count
        if below > rank:
            break
    return float(GROWTH ** (bucket + LOWEST) * 2 * GROWTH / (GROWTH + 1))

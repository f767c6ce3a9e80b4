"""Rollups: what every minute, hour and day came to, whole and by each facet; made by `folding`, read by `sums`."""

from collections.abc import Iterator

import msgspec

from store.measures import Bag
from store.records import LogRecord

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
MINUTES_KEPT_DAYS, HOURS_KEPT_DAYS = 3, 92
"""Finer rollups are dropped after so many days; days stay."""
GRAINS = (MINUTE, HOUR, DAY)
"""Milliseconds; each a part of the next."""
LAST_MOMENT = 2**50
"""Milliseconds since the epoch; a clock that is further ahead is wrong."""
METADATA = "metadata."
"""What the facet of a metadata key begins with; these are kept by hours and days, not by minutes."""
USER = METADATA + "_user"
PLAIN = ("api_key", "provider", "model", "config", "status")
"""Facets beside the whole, whose name is empty, and metadata. A model is written `vendor__model`."""
VALUES_KEPT = 500
"""Values of a facet in one bucket; what comes after them is counted as OTHERS."""
OTHERS = "…"
LONGEST = 200
"""Characters of a value that are told apart."""


class Cell(msgspec.Struct):
    """What a row holds, in memory."""

    last_ms: int
    counts: Bag
    times: dict[int, int]


encode = msgspec.msgpack.Encoder().encode
decode_counts = msgspec.msgpack.Decoder(dict[str, int]).decode
decode_times = msgspec.msgpack.Decoder(dict[int, int]).decode


def facets_of(record: LogRecord) -> Iterator[tuple[str, str]]:
    """Under which names a request is counted: facet and value."""
    yield "", ""
    if record.api_key_id:
        yield "api_key", record.api_key_id
    if record.provider:
        yield "provider", record.provider
    if record.model:
        yield "model", f"{record.vendor or ''}__{record.model}"[:LONGEST]
    if record.config:
        yield "config", record.config
    yield "status", str(record.status)
    if record.spared:
        yield from dict.fromkeys(("spared", failure.code) for failure in record.spared)
    for key, value in record.metadata.items():
        yield METADATA + key[:LONGEST], value[:LONGEST]


def moment_of(record: LogRecord) -> int:
    """When it arrived, within reason."""
    return max(0, min(record.created_at_ms, LAST_MOMENT))

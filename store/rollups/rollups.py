"""Rollups: what every minute, hour and day came to, whole and by each facet; made by `folding`, read by `sums`."""

from collections.abc import Iterator

import msgspec

from store.records import LogRecord
from store.rollups.measures import Bag, pour

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
STATUS = "status"
PLAIN = ("api_key", "provider", "model", "config", STATUS)
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

    def add(self, other: "Cell") -> None:
        """Put another's requests with these."""
        self.last_ms = max(self.last_ms, other.last_ms)
        pour(other.counts, self.counts)
        pour(other.times, self.times)


encode = msgspec.msgpack.Encoder().encode
decode_counts = msgspec.msgpack.Decoder(dict[str, int]).decode
decode_times = msgspec.msgpack.Decoder(dict[int, int]).decode


def facets_of(record: LogRecord) -> Iterator[tuple[str, str]]:
    """Under which names a request is counted: facet and value."""
    yield "", ""
    yield from plain_facets(record)
    for key, value in record.metadata.items():
        yield METADATA + key[:LONGEST], value[:LONGEST]


def plain_facets(record: LogRecord) -> list[tuple[str, str]]:
    """The same without metadata, and without the whole."""
    found = [(STATUS, str(record.status))]
    if record.api_key_id:
        found.append(("api_key", record.api_key_id))
    if record.provider:
        found.append(("provider", record.provider))
    if record.model:
        found.append(("model", f"{record.vendor or ''}__{record.model}"[:LONGEST]))
    if record.config:
        found.append(("config", record.config))
    if record.spared:
        found.extend(dict.fromkeys(("spared", failure.code) for failure in record.spared))
    return found


def moment_of(record: LogRecord) -> int:
    """When it arrived, within reason."""
    return max(0, min(record.created_at_ms, LAST_MOMENT))

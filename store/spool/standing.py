"""The spool as it stands at one moment, and what a drain has found out about it: what the two tell each other.

Both are plain data, for the drain works in a process of its own.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Self

import msgspec

from store.spool.segment import read


class Stretch(msgspec.Struct, frozen=True, array_like=True):
    """A segment of the spool."""

    file: str
    end: int
    """Bytes of whole frames in it."""
    is_open: bool
    """More may come."""

    @property
    def name(self) -> str:
        """What positions call it."""
        return Path(self.file).stem


class Outcome(msgspec.Struct, kw_only=True, array_like=True):
    """What became of the records of one step."""

    segment: str | None = None
    """Where records were taken from; None if there were none."""
    records: int = 0
    end: int = 0
    """Where the segment's next record begins."""
    more: bool = False
    """Others were waiting already."""
    finished: list[str] = []
    """Sealed segments of which nothing is left to do."""
    missing: list[str] = []
    """Segments that somebody deleted."""
    aside: list[str] = []
    """Files that hold what was no record."""


class Batch(NamedTuple):
    """Records from one segment, in the order they came."""

    stretch: Stretch
    payloads: list[bytes]
    end: int
    more: bool

    def seen_in(self, standing: Sequence[Stretch]) -> Self:
        """The same, with whether there is more by now."""
        last = standing[-1]
        return self._replace(more=self.stretch.name != last.name or self.end < last.end)


def next_batch(standing: Sequence[Stretch], drained: Mapping[str, int], limit: int, outcome: Outcome) -> Batch | None:
    """The oldest records beyond what is drained (bytes, by segment); None when there are none."""
    for stretch in standing:
        start = drained.get(stretch.name, 0)
        batch = batch_of(stretch, start, limit, outcome) if start < stretch.end else None
        if batch and batch.end > start:
            return batch.seen_in(standing)
        if not stretch.is_open:
            outcome.finished.append(stretch.name)
    return None


def batch_of(stretch: Stretch, start: int, limit: int, outcome: Outcome) -> Batch | None:
    """Read on in a segment; one that somebody deleted has an end, too."""
    try:
        found = read(Path(stretch.file), start, stretch.end, limit)
    except FileNotFoundError:
        outcome.missing.append(stretch.name)
        return None
    for damaged in found.damaged:
        outcome.aside.append(set_aside(Path(stretch.file).parent, damaged))
    return Batch(stretch, found.payloads, start + found.end, more=False)


def set_aside(folder: Path, damaged: bytes) -> str:
    """Keep what is no record out of the way, under a name that is the same at the next try."""
    name = f"damaged-{hashlib.sha256(damaged).hexdigest()[:16]}"
    with suppress(OSError), open(folder / name, "wb", opener=private) as file:
        file.write(damaged)
    return name


def private(file: str, flags: int) -> int:
    """Records are for their owner's eyes only."""
    return os.open(file, flags, 0o600)

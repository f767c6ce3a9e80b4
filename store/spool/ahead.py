"""What the spool has for the database, decoded and compressed by a thread of its own while the batch before is written.

Reading, decompressing and SQLite's work let go of the interpreter, so that two cores share what a record takes.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import msgspec

from store.log.compressing import Compressor
from store.records import LogRecord
from store.spool.packed import decode
from store.spool.standing import Batch, Outcome, Stretch, next_batch, set_aside

RECORDS_AT_ONCE = 1000


class Ready(NamedTuple):
    """One record as it goes into the tables."""

    record: LogRecord
    body: bytes
    """Compressed; empty where there is none."""
    payload: bytes


class Prepared(NamedTuple):
    """A batch, and what was found out on the way to it; None where there is nothing to do."""

    batch: Batch | None
    ready: list[Ready]
    outcome: Outcome


class Ahead:
    """Prepares one batch after the other, in the order of the spool; for one thread."""

    def __init__(self) -> None:
        self._compressor = Compressor()
        self._thread = ThreadPoolExecutor(1, "reads ahead")
        self._next: tuple[Mapping[str, int], Future[Prepared]] | None = None

    def next(self, standing: Sequence[Stretch], drained: Mapping[str, int]) -> Prepared:
        """The oldest records beyond what is drained (bytes, by segment). Raises OSError."""
        ahead, self._next = self._next, None
        if ahead is not None:
            batch, ready, outcome = ahead[
                1
            ].result()  # also where it is of no use: what compresses serves one at a time
            there = {stretch.name for stretch in standing}
            if ahead[0] == drained and batch is not None and batch.stretch.name in there:
                outcome.finished = [name for name in outcome.finished if name in there]
                return Prepared(batch.seen_in(standing), ready, outcome)
        return self._prepare(standing, drained)

    def begin(self, standing: Sequence[Stretch], drained: Mapping[str, int]) -> None:
        """Prepare what follows once so much is drained, without waiting for it."""
        self._next = drained, self._thread.submit(self._prepare, standing, drained)

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown()

    def _prepare(self, standing: Sequence[Stretch], drained: Mapping[str, int]) -> Prepared:
        outcome = Outcome()
        batch = next_batch(standing, drained, RECORDS_AT_ONCE, outcome)
        return Prepared(batch, [] if batch is None else list(self._ready(batch, outcome)), outcome)

    def _ready(self, batch: Batch, outcome: Outcome) -> Iterator[Ready]:
        """The records of a batch as rows; what is no record is set aside."""
        for payload in batch.payloads:
            try:
                record = decode(payload)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                outcome.aside.append(set_aside(Path(batch.stretch.file).parent, payload))
            else:
                yield Ready(record, self._compressor.body(record), payload)

"""Records on their way to the log writer: those of one turn of the event loop are written together."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.watching.vitals import Vitals
    from store.records import LogRecord
    from store.spool.writer import LogWriter


class Ledger:
    """Collects records while several requests are under way; a single one is written at once.

    A write lets go of the interpreter's lock, and beside busy threads it takes long to get it back: many small writes
    were a sixth of all that requests cost.
    """

    def __init__(self, writer: LogWriter, vitals: Vitals) -> None:
        self._writer, self._vitals = writer, vitals
        self._records: list[LogRecord] = []
        self._waiting: list[asyncio.Future[None]] = []

    def add(self, record: LogRecord) -> None:
        """Take a record; it is safe when `written` returns."""
        if self._vitals.in_flight <= 1:
            self._writer.add(record)
            return
        if not self._records:
            asyncio.get_running_loop().call_soon(self._write)
        self._records.append(record)

    async def written(self) -> None:
        """Wait until every record taken so far is safe from a crash of the process."""
        if self._records:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            await turn

    def _write(self) -> None:
        records, waiting = self._records, self._waiting
        self._records, self._waiting = [], []
        try:
            self._writer.add(*records)
        finally:
            for turn in waiting:
                if not turn.done():
                    turn.set_result(None)

"""The log writer: takes each record at once, and has it brought into the database a little later."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic

import msgspec

from store.log.retention import KEEP_ALL, Keeping
from store.records import LogRecord
from store.spool.packed import encode
from store.spool.scribe import NotDrained, Scribe
from store.spool.spool import Spool

GATHERING_SECONDS = 0.1
"""Records that come within this time share a transaction, which costs as much for many as for one."""
SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.1, 5.0
CLOSING_SECONDS = 5.0
FRESH_SECONDS, STALE_SECONDS = 3.0, 0.5
"""How long who reads the log waits for what came just before: for a process that starts on a busy machine, and for
a writer that cannot write, or is further behind than SOON records."""
SOON = 1000
IDLE_SECONDS = 30.0
"""After so long without a record the process that writes them is ended, until the next one comes."""


FIRST_TIDY_SECONDS, TIDY_EVERY_SECONDS = 10.0, 600.0
SHORT_TIDY_SECONDS, LONG_TIDY_SECONDS = 0.01, 1e9
"""How long it tidies up at a time: while records come, and while none does."""


class WriterState(msgspec.Struct, frozen=True, kw_only=True):
    """How the writer is."""

    waiting: int
    """Records not in the database yet."""
    reason: str | None
    """Why they stay there, and what helps; None when all is well."""
    lost: int
    """Records that neither disk nor memory had room for."""
    damaged: int
    """Records that could not be read again and were set aside in the spool's folder."""


class LogWriter:
    """Owns the spool, and the process that writes the log's tables; a thread of its own talks with it."""

    def __init__(
        self,
        file: Path,
        spool: Spool,
        *,
        patience_seconds: float = 2.0,
        idle_seconds: float = IDLE_SECONDS,
        keeping: Keeping = KEEP_ALL,
    ) -> None:
        self._file, self._spool = file, spool
        self._scribe = Scribe(file, patience_seconds, keeping)
        self._tidy_at = monotonic() + FIRST_TIDY_SECONDS
        self._thread = Thread(target=self._run, name="log writer", daemon=True)
        self._wake, self._hurry = Event(), Event()
        self._idle_seconds = idle_seconds
        self._reason: str | None = None
        self._pause_seconds = 0.0
        self._closes_at: float | None = None
        self._watchers: set[Callable[[], None]] = set()
        self._lock = Lock()

    def start(self) -> None:
        """Begin, with what an earlier process left."""
        self._thread.start()

    def add(self, *records: LogRecord) -> None:
        """Keep records; when this returns, no crash of the process can lose them. 10 µs for 2 KB."""
        self._spool.append(*map(encode, records))
        if not self._wake.is_set():
            self._wake.set()

    def state(self) -> WriterState:
        """How it is now."""
        spool = self._spool
        why = self._reason or spool.blocked
        return WriterState(waiting=spool.waiting, reason=why, lost=spool.lost, damaged=spool.damaged)

    async def caught_up(self, within_seconds: float) -> bool:
        """Whether everything added before this call is in the database, waiting for it if need be."""
        target, lost = self._spool.accepted, self._spool.lost
        if not self._has_brought_in(target):
            try:
                async with asyncio.timeout(within_seconds):
                    await self._brought_in(target)
            except TimeoutError:
                return False
        return self._spool.lost == lost

    async def fresh(self) -> bool:
        """As `caught_up`, for who would rather read what there is than wait long."""
        state = self.state()
        is_soon = state.reason is None and state.waiting <= SOON
        return await self.caught_up(FRESH_SECONDS if is_soon else STALE_SECONDS)

    def close(self) -> None:
        """Drain what there is, for some seconds at most; what is left stays in the spool for the next start."""
        self._closes_at = monotonic() + CLOSING_SECONDS
        self._wake.set()
        self._hurry.set()
        if self._thread.is_alive():
            self._thread.join(CLOSING_SECONDS)
        self._spool.close()

    def _has_brought_in(self, count: int) -> bool:
        """Whether so many records of all that ever came are in the database."""
        return self._spool.accepted - self._spool.waiting >= count

    async def _brought_in(self, count: int) -> None:
        """Wait until they are; the thread begins at once, without gathering."""
        loop, progress = asyncio.get_running_loop(), asyncio.Event()

        def told() -> None:
            loop.call_soon_threadsafe(progress.set)

        with self._lock:
            self._watchers.add(told)
        try:
            self._wake.set()
            self._hurry.set()
            while not self._has_brought_in(count):
                await progress.wait()
                progress.clear()
        finally:
            with self._lock:
                self._watchers.discard(told)

    def _run(self) -> None:
        """The thread: a round, then a rest until there is more to do."""
        try:
            while self._closes_at is None:
                self._round()
                self._rest()
            self._round()
        except BaseException as error:
            self._reason = f"The log writer ended by a fault of its own ({error!r}). Start the gateway again."
            raise
        finally:
            self._scribe.close()

    def _rest(self) -> None:
        """Until a record comes and some more after it, or after a failure until it is time to try again."""
        if self._pause_seconds:
            self._hurry.wait(self._pause_seconds)
        elif self._closes_at is None:
            self._tidy(LONG_TIDY_SECONDS)
            if not self._wake.wait(self._idle_seconds):
                self._scribe.close()  # nobody has asked anything for a while: no process need wait for more
                self._wake.wait(max(0.0, self._tidy_at - monotonic()))
            self._hurry.wait(GATHERING_SECONDS)

    def _round(self) -> None:
        """Drain everything that is there now."""
        self._wake.clear()
        self._hurry.clear()
        self._spool.tend()
        try:
            while self._step() and not self._is_late():
                self._tell()
        except NotDrained as error:
            self._reason = str(error)
        else:
            self._reason = None
        self._tidy(SHORT_TIDY_SECONDS)
        self._tell()
        failing = self._reason or self._spool.blocked
        self._pause_seconds = longer(self._pause_seconds) if failing else 0.0

    def _tidy(self, lasting_seconds: float) -> None:
        """Drop what is old, and catch up with what was left for later, until a record comes or the time is over."""
        ends = monotonic() + lasting_seconds
        try:
            while self._tidy_at <= monotonic() < ends and self._closes_at is None:
                if not self._scribe.tidy():
                    self._tidy_at = monotonic() + TIDY_EVERY_SECONDS
                if self._wake.is_set():
                    return
        except NotDrained as error:
            self._reason, self._tidy_at = str(error), monotonic() + LONGEST_PAUSE_SECONDS

    def _step(self) -> bool:
        """One transaction, if there is anything for it; whether there was more."""
        standing = self._spool.standing()
        if not self._spool.waiting and all(stretch.is_open for stretch in standing):
            return False  # not worth a process
        step = self._scribe.step if self._closes_at is None else self._scribe.last_step
        outcome = step(standing)
        self._spool.settle(outcome)
        if outcome.more:  # it leaves to later what need not be done at once
            self._tidy_at = min(self._tidy_at, monotonic())
        return outcome.more

    def _is_late(self) -> bool:
        """Whether closing has taken long enough."""
        return self._closes_at is not None and monotonic() > self._closes_at

    def _tell(self) -> None:
        """Those who wait look again; under the lock, so that none of their loops is closed meanwhile."""
        with self._lock:
            for told in self._watchers:
                told()


def longer(pause_seconds: float) -> float:
    """Twice as long, between the shortest and the longest."""
    return min(max(pause_seconds * 2, SHORTEST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)

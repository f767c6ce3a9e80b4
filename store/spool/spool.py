"""The spool: where a record is kept from the moment its request is answered until the database has it.

Appending is one write to a file, which the kernel keeps also when this process is killed. A file system that takes
nothing makes records wait in memory, never the request.
"""

import errno
import os
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock

from store.spool.frames import LONGEST, framed
from store.spool.holding import Holding, SpoolUnusable
from store.spool.packed import decode, encode
from store.spool.reserve import Reserve
from store.spool.segment import Segment
from store.spool.standing import Outcome, Stretch

__all__ = ["Spool", "SpoolUnusable", "decode", "encode"]

MIB = 1 << 20
RETIRED_BYTES = 1 * MIB
"""A segment larger than this is not kept for more once all of it is in the database."""
AT_ONCE = 64
"""Records from memory that are written while the lock is held."""


class Spool:
    """Append-only files in a folder, for one process at a time. Any thread may append; one drains."""

    def __init__(
        self,
        folder: Path,
        *,
        segment_bytes: int = 64 * MIB,
        reserve_bytes: int = 16 * MIB,
        memory_bytes: int = 64 * MIB,
        write: Callable[[int, bytes], int] = os.write,
    ) -> None:
        self._folder, self._segment_bytes, self._memory_bytes = folder, segment_bytes, memory_bytes
        self._write, self._lock = write, Lock()
        self._holding = Holding(folder)
        self._segments = [Segment.left(file) for file in sorted(folder.glob("*.segment"))]
        self._current: Segment | None = None
        self._memory: deque[bytes] = deque()
        self._memory_used = 0
        self._set_aside = {file.name for file in folder.glob("damaged-*")}
        self._error: OSError | None = None
        self._reserve = Reserve(folder / "reserve", reserve_bytes)
        self._reserve.make()
        self.lost = 0
        """Records given up because neither disk nor memory had room."""
        self.accepted = self.waiting
        """Records ever appended or found."""

    @property
    def waiting(self) -> int:
        """Records that are not in the database, those in memory included."""
        with self._lock:
            return sum(segment.waiting for segment in self._segments) + len(self._memory)

    @property
    def damaged(self) -> int:
        """Stretches set aside in files `damaged-…` because they are no records; somebody has to look at them."""
        return len(self._set_aside)

    @property
    def blocked(self) -> str | None:
        """Why records wait in memory; None while they are written."""
        if self._error is None:
            return None
        mend = "make room" if is_full(self._error) else "see that this user may write it"
        return f"`{self._folder}` cannot be written ({self._error.strerror}), so new records wait in memory; {mend}."

    @property
    def trouble(self) -> str | None:
        """Everything that needs care, in words."""
        damaged = (
            f"{self.damaged} damaged records were set aside as `{self._folder}/damaged-…`." if self.damaged else ""
        )
        return " ".join(filter(None, [self.blocked, damaged])) or None

    def append(self, *payloads: bytes) -> None:
        """Keep records, several by one write; never raises and never waits. 7 µs for one, 3 for each further one."""
        frames = [framed(payload) for payload in payloads if len(payload) <= LONGEST]
        with self._lock:
            self.lost += len(payloads) - len(frames)
            self.accepted += len(frames)
            if frames and (self._memory or not self._written(b"".join(frames), len(frames))):
                for frame in frames:
                    self._remember(frame)
                self._write_out()

    def tend(self) -> None:
        """Write what waits in memory, and take the reserve again, where there is room now."""
        before = -1
        while self._memory and len(self._memory) != before:
            with self._lock:
                before = len(self._memory)
                self._write_out()
        self._reserve.make()

    def standing(self) -> list[Stretch]:
        """What there is to drain, oldest first."""
        with self._lock:
            return [Stretch(str(segment.file), segment.size, segment.is_open) for segment in self._segments]

    def settle(self, outcome: Outcome) -> None:
        """What a drain took is in the database, and so is all of its segment before it."""
        self._set_aside.update(outcome.aside)
        for segment in self._named(outcome.missing):
            self._discard(segment)
            self.lost += segment.waiting
        for segment in self._named(outcome.finished):
            self._discard(segment)
        for segment in self._named([outcome.segment]):
            self._drop(segment, outcome)

    def _named(self, names: Sequence[str | None]) -> list[Segment]:
        with self._lock:
            return [segment for segment in self._segments if segment.name in names]

    def _drop(self, segment: Segment, outcome: Outcome) -> None:
        with self._lock:
            segment.waiting -= outcome.records
            is_done = outcome.end >= segment.size and (not segment.is_open or segment.size >= RETIRED_BYTES)
            if is_done:
                self._forget(segment)
        if is_done:
            segment.delete()

    def close(self) -> None:
        """Let another process use the folder. What is appended nevertheless is kept for it."""
        self.tend()
        with self._lock:
            current = self._current
            if current is not None:
                current.seal()
        if current is not None and not current.waiting:
            self._discard(current)
        self._holding.close()

    def _written(self, frames: bytes, records: int = 1) -> bool:
        """Whether frames are in a file now, be it at the price of the reserve."""
        while True:
            try:
                self._place(frames, records)
            except OSError as error:
                self._error = error
                self._abandon(error)
                if not (is_full(error) and self._reserve.give_up()):
                    return False
            else:
                self._error = None
                return True

    def _place(self, frames: bytes, records: int) -> None:
        """Add frames to the open segment, or to a new one."""
        current = self._current
        if current is None or not current.takes(frames, self._segment_bytes):
            current = self._next_segment(current)
        current.append(frames, self._write, records)

    def _next_segment(self, current: Segment | None) -> Segment:
        """A new file in place of the one that is full."""
        if current is not None:
            current.seal()
        self._current = Segment.begin(self._folder)
        self._segments.append(self._current)
        return self._current

    def _abandon(self, error: OSError) -> None:
        """Go on in another file when the fault may be this one's; a full disk is not."""
        current = self._current
        if current is not None and not is_full(error):
            current.seal()
            if not current.size:
                self._forget(current)
                current.delete()

    def _remember(self, frame: bytes) -> None:
        """Keep a frame in memory, if need be in place of the oldest."""
        self._memory.append(frame)
        self._memory_used += len(frame)
        while self._memory_used > self._memory_bytes:
            self._memory_used -= len(self._memory.popleft())
            self.lost += 1

    def _write_out(self) -> None:
        """Write the oldest of what waits in memory."""
        for _ in range(min(AT_ONCE, len(self._memory))):
            if not self._written(self._memory[0]):
                return
            self._memory_used -= len(self._memory.popleft())

    def _discard(self, segment: Segment) -> None:
        """A sealed segment of which nothing is left to do."""
        with self._lock:
            self._forget(segment)
        segment.delete()

    def _forget(self, segment: Segment) -> None:
        """No record may be added from now on; the file, which takes longer, is deleted without the lock."""
        segment.seal()
        if segment in self._segments:
            self._segments.remove(segment)


def is_full(error: OSError) -> bool:
    """Whether room would help."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)

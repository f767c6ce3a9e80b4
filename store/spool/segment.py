"""One file of the spool: written at its end by this process, or left by an earlier one."""

import mmap
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

from store.ids import new_id
from store.spool.frames import Scan, count, scan

WINDOW_BYTES = 4 << 20
"""Read at once, and so the most that goes into one transaction, unless a single record is larger."""


class Segment:
    """A file of frames; nobody but the spool, under its lock, may touch one."""

    def __init__(self, file: Path, descriptor: int | None, size: int, waiting: int) -> None:
        self.file = file
        self.size = size
        """Bytes of whole frames; of a file that was left by a crash, all bytes."""
        self.waiting = waiting
        """Records not known to be in the database."""
        self._descriptor = descriptor

    @classmethod
    def begin(cls, folder: Path) -> Self:
        """A new file, named so that its name never comes again: positions are kept by name."""
        folder.mkdir(mode=0o700, exist_ok=True)
        file = folder / f"{new_id()}.segment"
        return cls(file, os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o600), 0, 0)

    @classmethod
    def left(cls, file: Path) -> Self:
        """A file that an earlier process did not get into the database."""
        with file.open("rb") as reading:
            size = os.fstat(reading.fileno()).st_size
            if size == 0:
                return cls(file, None, 0, 0)
            with mmap.mmap(reading.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return cls(file, None, size, count(data))

    @property
    def name(self) -> str:
        """What positions call it."""
        return self.file.stem

    @property
    def is_open(self) -> bool:
        """More may come; a sealed one only shrinks in what is left to do."""
        return self._descriptor is not None

    def takes(self, frames: bytes, most_bytes: int) -> bool:
        """Whether frames may be added; a new segment takes any."""
        return self.is_open and (not self.size or self.size + len(frames) <= most_bytes)

    def append(self, frames: bytes, write: Callable[[int, bytes], int], records: int = 1) -> None:
        """Add frames whole, or raise OSError and have added nothing."""
        assert self._descriptor is not None
        written = write(self._descriptor, frames)
        if written != len(frames):
            self._complete(self._descriptor, frames[written:], write)
        self.size += len(frames)
        self.waiting += records

    def _complete(self, descriptor: int, rest: bytes, write: Callable[[int, bytes], int]) -> None:
        """Write what a short write left; the kernel says why it was short only when asked again."""
        try:
            while rest:
                rest = rest[write(descriptor, rest) :]
        except OSError:
            self._undo(descriptor)
            raise

    def _undo(self, descriptor: int) -> None:
        """Cut off half a frame; where that fails nothing may follow it."""
        try:
            os.ftruncate(descriptor, self.size)
        except OSError:
            self.seal()

    def seal(self) -> None:
        """Take no more."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            with suppress(OSError):
                os.close(descriptor)

    def delete(self) -> None:
        """Nothing in it is needed; a file that stays nevertheless is found, and known, at the next start."""
        with suppress(OSError):
            self.file.unlink()


def read(file: Path, start: int, end: int, limit: int) -> Scan:
    """Up to `limit` records from a stretch of a segment, whose size may not be its file's: it is written meanwhile."""
    window = WINDOW_BYTES
    with file.open("rb", buffering=0) as reading:
        while True:
            data = os.pread(reading.fileno(), min(window, end - start), start)
            found = scan(data, limit)
            if found.end or len(data) < window:
                return found
            window *= 4

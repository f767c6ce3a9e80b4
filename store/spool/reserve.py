"""Disk space kept back, to be given up when the disk is full, so that records can still be written."""

import os
from contextlib import suppress
from pathlib import Path


class Reserve:
    """A file that holds nothing but its place."""

    def __init__(self, file: Path, size: int) -> None:
        self._file, self._size = file, size
        self._is_there = file.exists() and file.stat().st_size >= size

    def make(self) -> None:
        """Take the space, when there is twice as much: otherwise the next writer would find the disk full again."""
        if self._is_there:
            return
        draft = self._file.with_suffix(".draft")
        with suppress(OSError):
            disk = os.statvfs(self._file.parent)
            if disk.f_bavail * disk.f_frsize >= 2 * self._size:
                allocate(draft, self._size)
                draft.rename(self._file)
                self._is_there = True
        remove(draft)

    def give_up(self) -> bool:
        """Whether there was something to give up."""
        if not self._is_there:
            return False
        self._is_there = False
        remove(self._file)
        return True


def remove(file: Path) -> None:
    """Delete a file, if it is there and can be deleted."""
    with suppress(OSError):
        file.unlink()


def allocate(file: Path, size: int) -> None:
    """A file whose blocks are taken, and not only promised."""
    descriptor = os.open(file, os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, size)
    finally:
        os.close(descriptor)

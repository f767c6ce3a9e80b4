"""Who may use the spool: one process, for as long as it lives."""

import fcntl
import os
from pathlib import Path


class SpoolUnusable(Exception):
    """The folder cannot be used, or another process uses it; the message says what to do."""


class Holding:
    """A folder that other processes keep out of, until it is closed or this process is no more."""

    def __init__(self, folder: Path) -> None:
        self._descriptor: int | None = hold(folder)

    def close(self) -> None:
        """Let others in."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def hold(folder: Path) -> int:
    """Make the folder, and lock a file in it for as long as the descriptor returned is open."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return locked(folder / "lock")
    except BlockingIOError as error:
        raise SpoolUnusable(f"Another process writes to `{folder}`. End it, or choose another `--home`.") from error
    except OSError as error:
        raise SpoolUnusable(f"`{folder}` cannot be used ({error.strerror}). Let this user write it.") from error


def locked(file: Path) -> int:
    """A descriptor with a lock; raises BlockingIOError when somebody else has it."""
    descriptor = os.open(file, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor

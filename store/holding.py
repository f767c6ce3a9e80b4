"""Who may use the spool: one process, for as long as it lives."""

import fcntl
import os
from pathlib import Path


class SpoolUnusable(Exception):
    """The folder cannot be used, or another process uses it; the message says what to do."""


def hold(folder: Path) -> int:
    """Make the folder, and keep other processes out of it as long as the descriptor returned is open."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise SpoolUnusable(f"Another process writes to `{folder}`. End it, or choose another `--home`.") from error
    except OSError as error:
        raise SpoolUnusable(f"`{folder}` cannot be used ({error.strerror}). Let this user write it.") from error
    return descriptor

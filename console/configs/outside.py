"""A text in the operator's own editor, in a file that nobody else can read and that is gone afterwards."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path


class NoEditor(Exception):
    """There is none, or it did not work; the message says what to do."""


def editor_of(environ: Mapping[str, str] = os.environ) -> list[str]:
    """The command of `$VISUAL` or `$EDITOR`. Raises NoEditor."""
    said = environ.get("VISUAL") or environ.get("EDITOR") or ""
    try:
        command = shlex.split(said)
    except ValueError as error:
        raise NoEditor(f"`$EDITOR` cannot be read ({error}): {said}") from error
    if not command:
        raise NoEditor("No editor is set: start the console with `EDITOR=vim`, or whichever you like.")
    return command


def edited_outside(text: str, name: str, command: list[str]) -> str:
    """The text as it is when the editor ends. Raises NoEditor."""
    with tempfile.TemporaryDirectory(prefix="tollhouse-") as folder:  # made with mode 0700
        file = Path(folder) / f"{name}.json"
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            out.write(text)
        try:
            done = subprocess.run([*command, str(file)], check=False)
        except OSError as error:
            raise NoEditor(f"`{command[0]}` could not be started: {error.strerror}.") from error
        if done.returncode:
            raise NoEditor(f"`{command[0]}` ended with status {done.returncode}; nothing was taken over.")
        return file.read_text(encoding="utf-8", errors="replace")

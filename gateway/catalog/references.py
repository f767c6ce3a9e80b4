"""Credentials that are kept elsewhere: `env:NAME` and `file:PATH` stand for what is in a variable or a file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

KINDS = ("env:", "file:")
OURS = "TOLLHOUSE_"
"""Variables that hold the gateway's own secrets."""
MOST_BYTES = 65_536


class Unresolved(Exception):
    """A reference leads nowhere; says what to do."""


@dataclass(frozen=True, slots=True)
class References:
    """What references are looked up in."""

    folder: Path | None = None
    """Above all files that may be named; None: none may."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def resolve(self, said: str) -> str:
        """A credential itself, whether it was said or referred to. Raises Unresolved."""
        kind, _, name = said.partition(":")
        if not is_reference(said):
            return said
        return self._variable(name) if kind == "env" else self._file(name)

    def _variable(self, name: str) -> str:
        if name.upper().startswith(OURS):
            raise Unresolved(f"`env:{name}` would give a secret of the gateway's own away; use another variable.")
        value = self.environ.get(name, "").strip()
        if not value:
            raise Unresolved(f"The variable `{name}` is not set where the gateway runs; set it, and start it again.")
        return value

    def _file(self, name: str) -> str:
        if self.folder is None:
            raise Unresolved("Files are read only below the setting `secrets_dir`, which is not set.")
        folder, file = self.folder.resolve(), (self.folder / name).resolve()
        if not file.is_relative_to(folder):
            raise Unresolved(f"`file:{name}` is not below `{folder}`, the setting `secrets_dir`.")
        try:
            with file.open("rb") as reading:
                value = reading.read(MOST_BYTES).decode().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Unresolved(f"`{file}` cannot be read ({error}); let this user read it.") from error
        if not value:
            raise Unresolved(f"`{file}` is empty.")
        return value


NO_FILES = References()


def is_reference(said: str | None) -> bool:
    """Whether a credential stands for one that is kept elsewhere."""
    return said is not None and said.startswith(KINDS)

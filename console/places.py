"""Where the console's own files are on this machine. Source: XDG Base Directory Specification 0.8."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

NAME = "tollhouse"


def config_file(environ: Mapping[str, str] = os.environ) -> Path:
    """What the operator has written: contexts, keys, theme."""
    return folder("XDG_CONFIG_HOME", "~/.config", environ) / "console.toml"


def state_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """What the console remembers between two runs."""
    return folder("XDG_STATE_HOME", "~/.local/state", environ)


def folder(variable: str, usual: str, environ: Mapping[str, str]) -> Path:
    """Ours below the one that a variable names; one that is not absolute counts as not set, as the standard has it."""
    said = environ.get(variable, "")
    return (Path(said) if os.path.isabs(said) else Path(usual).expanduser()) / NAME


def write_privately(file: Path, value: Any) -> None:
    """Replace a JSON file, whole or not at all, for this user's eyes only. Raises OSError."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with open(os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as writing:
            json.dump(value, writing, indent=1, ensure_ascii=False)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)

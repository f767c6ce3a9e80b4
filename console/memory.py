"""What the console remembers between two runs, for each gateway apart: where one was, how lists were narrowed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from console.places import write_privately

LARGEST_BYTES = 1 << 20
"""A file larger than this is not one of ours."""


class Memory:
    """A small JSON file; without one it lasts as long as the program.

    What cannot be read is forgotten, and what cannot be written is not kept: neither is worth a word to the operator.
    """

    def __init__(self, file: Path | None = None) -> None:
        self.file = file
        self._gateways: dict[str, dict[str, Any]] = {}
        self._theme: str | None = None
        self._read()

    @property
    def theme(self) -> str | None:
        """The colours that were chosen last."""
        return self._theme

    @theme.setter
    def theme(self, name: str) -> None:
        self._theme = name
        self.keep()

    def screen(self, url: str) -> str | None:
        """Where one was."""
        found = self._gateways.get(url, {}).get("screen")
        return found if isinstance(found, str) else None

    def go(self, url: str, screen: str) -> None:
        """Remember where one is."""
        self._gateways.setdefault(url, {})["screen"] = screen
        self.keep()

    def recall(self, url: str, screen: str) -> dict[str, Any]:
        """What a screen has noted; its values are from a file, and may be anything that JSON can say."""
        found = self._gateways.get(url, {}).get("screens", {})
        noted = found.get(screen) if isinstance(found, dict) else None
        return dict(noted) if isinstance(noted, dict) else {}

    def note(self, url: str, screen: str, **what: Any) -> None:
        """Add to what a screen has noted; nothing is written if it is known already."""
        known = self.recall(url, screen)
        if known | what == known:
            return
        screens = self._gateways.setdefault(url, {}).get("screens")
        whole = screens if isinstance(screens, dict) else {}
        self._gateways[url]["screens"] = whole | {screen: known | what}
        self.keep()

    def keep(self) -> None:
        """Write it down."""
        if self.file is not None:
            try:
                write_privately(self.file, {"theme": self._theme, "gateways": self._gateways})
            except OSError:
                return

    def _read(self) -> None:
        try:
            if self.file is None or self.file.stat().st_size > LARGEST_BYTES:
                return
            said = json.loads(self.file.read_text())
        except (OSError, ValueError, RecursionError):
            return
        if isinstance(said, dict):
            theme, gateways = said.get("theme"), said.get("gateways")
            self._theme = theme if isinstance(theme, str) else None
            every = gateways.items() if isinstance(gateways, dict) else ()
            self._gateways = {url: noted for url, noted in every if isinstance(noted, dict)}

"""A terminal that a test can look at and type into: tmux, on a socket of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.running import eventually

NO_TMUX = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
SETTINGS = """\
set -g default-terminal tmux-256color
set -g set-clipboard on
set -g status off
"""
OTHER_TERMINALS = ("TMUX", "COLUMNS", "LINES")
"""What variables say of the terminal that the tests run in; pytest's workers say that it has 80 columns."""
KEEPING_STATUS = 'status=$0; "$@"; echo $? >"$status.draft"; mv "$status.draft" "$status"; exec cat'
"""For a shell: run a program, write down how it ended, and stay, so that one sees what is left on the screen."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """A program on a terminal."""

    socket: str
    written: Path
    """All that it ever wrote to the terminal, byte by byte."""
    status: Path
    """How it ended."""

    def press(self, *keys: str) -> None:
        """Press keys, by tmux's names for them."""
        tmux(self.socket, "send-keys", *keys)

    def type(self, text: str) -> None:
        """Type a text as it is."""
        tmux(self.socket, "send-keys", "-l", text)

    def screen(self) -> str:
        """What is to be seen."""
        return tmux(self.socket, "capture-pane", "-p")

    def shows(self, *texts: str) -> str:
        """Wait until all of these are to be seen; gives the whole screen."""
        return self._until(lambda screen: all(text in screen for text in texts), f"all of {texts}")

    def shows_no_more(self, text: str) -> None:
        """Wait until this is not to be seen."""
        self._until(lambda screen: text not in screen, f"no `{text}`")

    def points_at(self, text: str) -> None:
        """Wait until the cursor stands on a line with this text; what is typed sooner goes elsewhere."""
        self._until(lambda screen: text in screen.splitlines()[int(self.about("cursor_y"))], f"the cursor at `{text}`")

    def clipboard(self) -> str:
        """What the program sent to the clipboard of the terminal last."""
        return tmux(self.socket, "show-buffer")

    def about(self, what: str) -> str:
        """What tmux knows of the pane, by the name of a format: `pane_title`, `alternate_on`."""
        return tmux(self.socket, "display-message", "-p", f"#{{{what}}}").strip()

    def exit_status(self) -> int:
        """How the program ended; waits for it."""
        eventually(self.status.exists)
        return int(self.status.read_text())

    def close(self) -> None:
        """Close the window as a user does, or a line that breaks."""
        tmux(self.socket, "kill-session")

    def _until(self, is_so: Callable[[str], bool], wanted: str) -> str:
        seen = ""

        def look() -> str:
            nonlocal seen
            seen = self.screen()
            return seen if is_so(seen) else ""

        try:
            return eventually(look)
        except AssertionError as error:
            at = f"{self.about('cursor_x')},{self.about('cursor_y')}"
            raise AssertionError(f"the terminal should show {wanted}, and shows (cursor {at}):\n{seen}") from error


def at_logs(console: Terminal) -> None:
    """From where the console opens to the live tail, once it is connected."""
    console.shows("● ok")
    console.press("2")
    console.shows("● ok", "following")


@contextmanager
def terminal(
    words: Sequence[str], folder: Path, environ: Mapping[str, str], size: tuple[int, int] = (80, 24)
) -> Iterator[Terminal]:
    """A program on a new terminal of so many columns and rows, which is gone when the block ends."""
    socket, settings = f"tollhouse-test-{uuid.uuid4().hex}", folder / "tmux.conf"
    opened = Terminal(socket, folder / "written", folder / "status")
    settings.write_text(SETTINGS)
    columns, rows = map(str, size)
    outside = {name: value for name, value in environ.items() if not name.startswith(OTHER_TERMINALS)}
    started = ["-f", str(settings), "new-session", "-d", "-x", columns, "-y", rows, "cat"]
    try:
        tmux(socket, *started, environ=outside)
        tmux(socket, "pipe-pane", "-o", f"cat >> '{opened.written}'")
        tmux(socket, "respawn-pane", "-k", "sh", "-c", KEEPING_STATUS, str(opened.status), *words)
        yield opened
    finally:
        tmux(socket, "kill-server", is_needed=False)


def tmux(socket: str, *words: str, environ: Mapping[str, str] = os.environ, is_needed: bool = True) -> str:
    """What tmux answers."""
    done = subprocess.run(
        ["tmux", "-L", socket, *words], env=environ, capture_output=True, text=True, timeout=20, check=is_needed
    )
    return done.stdout

"""The same terminal for every test, whatever terminal the tests run in, and a state folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console.parsed import parsed_once


@pytest.fixture(scope="session", autouse=True)
def stylesheets() -> Iterator[None]:
    """A third of what the start of a console takes is spent on the same stylesheets, test after test."""
    with parsed_once():
        yield


@pytest.fixture(autouse=True)
def ordinary_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One with all colours, no editor, and nothing left from before."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("NO_COLOR", "TEXTUAL", "TEXTUAL_THEME", "TOLLHOUSE_OPERATOR_KEY", "VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")

"""The same terminal for every test, whatever terminal the tests run in."""

import pytest


@pytest.fixture(autouse=True)
def ordinary_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """One with all colours."""
    for name in ("NO_COLOR", "TEXTUAL", "TEXTUAL_THEME", "TOLLHOUSE_OPERATOR_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")

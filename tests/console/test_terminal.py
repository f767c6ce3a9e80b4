"""The terminal: small ones, colourless ones, and what Ctrl+C does."""

from collections.abc import Callable
from typing import cast

import pytest
from textual.filter import NoColor

from console.app import TollhouseApp
from console.keyboard import Place
from console.keys_table import keys_of
from console.pulse import Pulse, state
from console.widgets.key_bar import shown
from console.wire.stats import Stats
from tests.console.driving import NOW, console_of, fill, operating, seen, unseen, until, until_seen
from tests.console.fake_gateway import FakeGateway
from tests.console.samples import api_key, failed_log, integration, log, log_id
from tests.console.samples import detail as detail_of

SCREENS: list[tuple[list[str], list[Place], str]] = [
    ([], ["lists", "logs", "everywhere"], "14:00:02.204"),
    (["colon"], [], "Enter runs the marked one"),
    (["escape", "enter"], ["log", "everywhere"], "Timings"),
    (["3"], ["lists", "catalog", "everywhere"], "local"),
    (["l"], ["lists", "catalog", "everywhere"], "No providers"),
    (["l"], ["lists", "catalog", "everywhere"], "No models"),
    (["l"], ["lists", "catalog", "everywhere"], "local"),
    (["question_mark"], [], "Esc closes"),
    (["escape", "n"], ["forms"], "New integration"),
    (["escape", "4"], ["lists", "keys", "everywhere"], "mkt-webui"),
    (["e"], ["forms"], "Key mkt-webui"),
    (["escape", "d"], [], "Cancel"),
    (["escape", "1"], ["overview", "lists", "everywhere"], "first token"),
    (["4", "R", "right", "enter"], ["secret"], "th-ROTATED-9876"),
]
"""The keys that lead from one screen to the next, whose keys its last line shows, and what stands there."""


async def test_small_terminal_cuts_nothing_that_matters() -> None:
    """At 80x24 every screen and dialog shows its first lines, its buttons, and every key of its last line."""
    gateway = FakeGateway()
    gateway.logs = [failed_log(2, 429, "slow down " * 20, "provider"), log(1)]
    gateway.details[log_id(2)] = detail_of(2)
    gateway.integrations, gateway.keys = [integration("local")], [api_key("key-1", "mkt-webui")]
    async with operating(gateway, 80, 24) as pilot:
        for way, places, text in SCREENS:
            await pilot.press(*way)

            await until_seen(pilot, text)

            listing, access = getattr(pilot.app.screen, "listing", ""), cast(TollhouseApp, pilot.app).access
            offered = [
                key
                for place in places
                for key in keys_of(place)
                if key.in_footer and access.why_not(key.place, key.action, listing) is None
            ]
            footer = [f"{shown(key)} {key.label}" for key in offered]
            assert [words for words in footer if words not in seen(pilot)] == []


async def test_longest_form_with_every_problem_fits() -> None:
    """At 80x24 the form with the most fields shows its buttons also while it says what is wrong with each of them."""
    async with operating(FakeGateway(), 80, 24) as pilot:
        await pilot.press("3", "n")
        await until_seen(pilot, "New integration")

        await fill(pilot, name="!", slug="a/b", custom_host="x")
        await pilot.press("ctrl+s")

        await until_seen(
            pilot, "letters, digits", "API key is needed", "begins with http", "Save", "Cancel", "POST /v1"
        )


async def test_status_line_keeps_what_matters() -> None:
    """At 80 columns the status line has state, requests and cost; a gateway that is away is said with since when."""
    gateway = FakeGateway()
    async with operating(gateway, 80, 24) as pilot:
        await until_seen(pilot, "● ok  req 41/s  $18.42 today")
        gateway.trouble = "connection refused"
        gateway.hang_up()

        await until_seen(pilot, "✖ No answer from http://gateway.test since 15:00:00, trying again")


@pytest.mark.parametrize(
    ("pulse", "words"),
    [
        (Pulse(), "○ asking the gateway"),
        (Pulse(stats=Stats()), "● ok"),
        (
            Pulse(stats=Stats(status="degraded", reason="3 log records were lost")),
            "▲ degraded: 3 log records were lost",
        ),
        (Pulse(trouble="No answer", since=NOW), "✖ No answer since 15:00:00, trying again"),
    ],
)
def test_state_is_words_and_a_sign(pulse: Pulse, words: str) -> None:
    """No state of the gateway is told by colour alone."""
    assert state(pulse)[1] == words


@pytest.mark.parametrize(
    ("environment", "theme"),
    [
        ({"TERM": "linux", "COLORTERM": ""}, "ansi-dark"),
        ({"TERM": "xterm-256color", "COLORTERM": ""}, "textual-dark"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "textual-dark"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "ansi-dark"),
    ],
)
async def test_theme_fits_the_terminal(
    environment: dict[str, str], theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A terminal of 16 colours gets them and no others; one that wants no colour gets none."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    app = TollhouseApp("http://gateway.test", "key", transport=FakeGateway().transport)

    async with app.run_test():
        assert app.theme == theme
        assert app.native_ansi_color is (theme == "ansi-dark")
        assert any(isinstance(line_filter, NoColor) for line_filter in app._filters) is ("NO_COLOR" in environment)


async def test_cursor_is_seen_without_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """With NO_COLOR the row under the cursor is reversed."""
    monkeypatch.setenv("NO_COLOR", "1")
    gateway = FakeGateway()
    gateway.logs = [log(1)]
    async with operating(gateway) as pilot:
        await until_seen(pilot, "14:00:01.204")

        row = next(strip for strip in pilot.app.screen._compositor.render_strips() if "14:00:01" in strip.text)

        assert any(segment.style and segment.style.reverse for segment in row)


async def test_ctrl_c_leaves_the_dialog_then_the_program() -> None:
    """Ctrl+C cancels what is open, and where nothing is open it quits; it never crashes."""
    async with operating(FakeGateway()) as pilot:
        await pilot.press("colon")
        await until_seen(pilot, "Enter runs the marked one")
        await pilot.press("ctrl+c")
        await pilot.press("escape")
        await unseen(pilot, "Enter runs the marked one")

        await pilot.press("ctrl+c")

        await until(pilot, lambda: pilot.app._exit)


async def test_mouse_does_what_keys_do() -> None:
    """A click on a key of the last line presses it, and a second click on a row opens it."""
    gateway = FakeGateway()
    gateway.keys = [api_key("key-1", "one"), api_key("key-2", "two")]
    async with operating(gateway) as pilot:
        await pilot.press("4")
        await until_seen(pilot, "two")
        await pilot.click("ResourceTable", offset=(3, 2))
        await pilot.click("ResourceTable", offset=(3, 2))
        await until_seen(pilot, "Key two")
        await pilot.press("escape")

        await pilot.click("KeyBar", offset=(seen(pilot).splitlines()[-1].index("n New"), 0))

        await until_seen(pilot, "New API key")


async def test_any_size_is_drawn() -> None:
    """A terminal that is made tiny, or huge, while a form is open shows what fits."""
    async with operating(FakeGateway()) as pilot:
        await pilot.press("3", "n")
        await until_seen(pilot, "New integration")

        for size in ((20, 5), (40, 10), (200, 60)):
            await pilot.resize_terminal(*size)

        await until_seen(pilot, "tollhouse", "New integration")


def test_console_is_made_without_a_terminal() -> None:
    """Making the application asks nobody: no terminal, no gateway."""
    gateway = FakeGateway()

    make: Callable[[FakeGateway], TollhouseApp] = console_of

    assert make(gateway).gateway.url == "http://gateway.test"
    assert gateway.looked == []

"""What holds on every screen: it walks the table of screens, so that a new one is looked at as soon as it exists."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from rich.cells import cell_len
from rich.color import Color
from textual.strip import Strip

from console.keys_table import keys_of
from console.screens.governed import GovernedScreen
from console.screens_table import SCREENS
from tests.console.driving import Operator, operating, seen, until, until_seen
from tests.console.fake_gateway import FakeGateway
from tests.console.scene import afternoon, an_hour
from tests.console.scene_limits import furnish_alerts, furnish_limits
from tests.console.test_hostile_text import poisoned, steering

SIZES = ((80, 24), (120, 36), (200, 60))
RULES = " ━╸╺─│╭╮╰╯▁▂▃▄▅▆▇█┤" + "".join(map(chr, range(0x2800, 0x2900)))
"""What lines and plots are drawn with; it is not read."""
NAMES = [row.name for row in SCREENS]


def full() -> FakeGateway:
    """A gateway that has something to show on every screen."""
    gateway = afternoon()
    an_hour(gateway)
    furnish_limits(gateway)
    furnish_alerts(gateway)
    return gateway


async def go(pilot: Operator, name: str) -> None:
    """To a screen, and out of the field that has the cursor there, for it takes what is typed."""
    await pilot.app.run_action(f"show('{name}')")
    await until(pilot, lambda: pilot.app.current_mode == name)
    if name == "playground":
        await pilot.press("escape")
    await settled(pilot)


async def settled(pilot: Operator) -> None:
    """Wait until the screen has what it asked for."""
    await until(pilot, lambda: not getattr(pilot.app.screen, "asking", False))
    await pilot.pause()


def strips(pilot: Operator) -> list[Strip]:
    """The lines of the screen, with their colours."""
    return pilot.app.screen._compositor.render_strips()


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "high-contrast", "ansi-dark", "no colour"])
async def test_every_screen_is_drawn_in_every_theme(theme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each screen is drawn, in one of them at three sizes: a first line, `?` in the last, and nothing too wide.

    `NO_COLOR` leaves no colour, `ansi` none but the terminal's own, and high contrast no text below 7 to 1.
    """
    if theme == "no colour":
        monkeypatch.setenv("NO_COLOR", "1")
    async with operating(full(), theme="ansi-dark" if theme == "no colour" else theme, at="overview") as pilot:
        for name in NAMES:
            await go(pilot, name)
            for width, height in SIZES if theme == "textual-dark" else SIZES[1:2]:
                await pilot.resize_terminal(width, height)
                await pilot.pause()

                lines = seen(pilot).splitlines()
                assert (name, "tollhouse" in lines[0], len(lines)) == (name, True, height)
                assert (name, [line for line in lines if cell_len(line) > width]) == (name, [])
                assert (name, lines[-1].endswith("…"), "? Help" in lines[-1]) == (name, False, True)
                assert (name, wrong_colours(pilot, theme)) == (name, set())


def wrong_colours(pilot: Operator, theme: str) -> set[str]:
    """Words in a colour that this theme may not have."""
    return {
        segment.text
        for strip in strips(pilot)
        for segment in strip
        if segment.text.strip(RULES) and is_wrong(segment.style, theme)
    }


def is_wrong(style: Any, theme: str) -> bool:
    """Whether a word's colours are not the theme's."""
    colours = [colour for colour in (style.color, style.bgcolor) if colour is not None]
    match theme:
        case "no colour":
            return not all(colour.is_default for colour in colours)
        case "ansi-dark":
            return not all(colour.is_default or colour.is_system_defined for colour in colours)
        case "high-contrast":
            return len(colours) == 2 and contrast(*colours) < 7 - 0.01
    return False


def contrast(one: Color, other: Color) -> float:
    """How much lighter one is than the other. Source: WCAG 2.2, "contrast ratio"."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def luminance(colour: Color) -> float:
    """From 0, black, to 1, white. Source: WCAG 2.2, "relative luminance"."""
    parts = [part / 255 for part in colour.get_truecolor()]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


async def test_rows_that_stand_there_take_on_another_theme() -> None:
    """Lists keep lines that they have drawn, but not in other colours: Logs and Keys are as if begun in them."""
    for name in ("logs", "keys"):
        async with operating(full(), theme="textual-light", at=name) as pilot:
            await go(pilot, name)
            begun = strips(pilot)
        async with operating(full(), at=name) as pilot:
            await go(pilot, name)

            pilot.app.theme = "textual-light"
            await settled(pilot)

            assert [line.simplify() for line in strips(pilot)] == [line.simplify() for line in begun]


async def test_every_screen_has_help() -> None:
    """On each screen `?` lists every key that works there with what it does, and Esc leads back."""
    async with operating(full(), 200, 60, at="overview") as pilot:
        for name in NAMES:
            await go(pilot, name)
            screen = pilot.app.screen
            assert isinstance(screen, GovernedScreen)
            await pilot.press("question_mark")
            await until_seen(pilot, "Esc closes")

            told = seen(pilot)
            await pilot.press("end")
            told += seen(pilot)
            keys = [key for place in (*screen.PLACES, "everywhere") for key in keys_of(place)]
            assert [key.id for key in keys if key.shown not in told or key.does not in told] == []
            await pilot.press("escape")


class Talking(FakeGateway):
    """A gateway that says of everything more than it was told."""

    def __init__(self, said: Any) -> None:
        super().__init__()
        self.said = said

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """The same answer with something in every string."""
        answer = await super().answer(request)
        if "json" not in answer.headers.get("content-type", ""):
            return answer
        return httpx.Response(answer.status_code, json=self.said(answer.json()))


def furnished(said: Any) -> Talking:
    """Such a gateway with something on every screen."""
    talking, gateway = Talking(said), full()
    kept = {name: value for name, value in vars(gateway).items() if not name.startswith("_")}
    vars(talking).update(kept)
    return talking


async def walk(pilot: Operator) -> AsyncIterator[str]:
    """Go through every list of every screen; gives its name once it is drawn."""
    for name in NAMES:
        await go(pilot, name)
        for number in range(7 if name == "overview" else len(getattr(pilot.app.screen, "LISTINGS", "1"))):
            if number:
                await pilot.press("l")
                await settled(pilot)
            yield f"{name} {number}"


async def test_no_screen_obeys_what_it_shows() -> None:
    """With sequences that steer a terminal in every string of the gateway's, no list of any screen shows one."""
    async with operating(furnished(poisoned), 200, 60, at="overview") as pilot:
        shown = [(where, steering(seen(pilot))) async for where in walk(pilot) if "[31m" in seen(pilot)]

    assert {where.partition(" ")[0] for where, _ in shown} >= {"overview", "logs", "catalog", "keys"}
    assert [each for each in shown if each[1]] == []


async def test_every_screen_says_when_the_gateway_is_away() -> None:
    """While nobody answers every screen says so in its first line; once somebody does, every screen is well again."""
    gateway = full()
    async with operating(gateway, at="overview") as pilot:
        for name in NAMES:
            await go(pilot, name)
        gateway.trouble = "connection refused"
        gateway.hang_up()
        await until_seen(pilot, "✖ No answer from http://gateway.test")
        for name in NAMES:
            await go(pilot, name)
            assert (name, "✖ No answer" in seen(pilot).splitlines()[0]) == (name, True)

        gateway.trouble = None

        await until_seen(pilot, "● ok")
        for name in NAMES:
            await go(pilot, name)
            await until(pilot, lambda: "No answer" not in seen(pilot))

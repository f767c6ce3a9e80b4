"""The gateway goes away while one looks at a screen, and comes back."""

from __future__ import annotations

import pytest

from console.screens_table import SCREENS
from console.widgets.cursor_list import CursorList
from tests.console.driving import Operator, operating, paste, seen, until, until_seen
from tests.console.fake_gateway import FakeGateway
from tests.console.test_every_screen import full, go

NAMES = [row.name for row in SCREENS]
HOLD_NOTHING = ("playground",)
"""Screens that ask only when somebody does something."""


def held(pilot: Operator) -> list[str]:
    """The rows on the screen, or its text where it has none."""
    lists = [each for each in pilot.app.screen.query(CursorList) if each.display]
    rows = [each.render_line(y).text for each in lists for y in range(each.size.height)]
    return rows or seen(pilot).splitlines()[3:12]


def questions(gateway: FakeGateway) -> list[str]:
    """What was asked but for the status line's figures and the tail."""
    return [path for path in gateway.looked if not path.startswith(("/v1/stats", "/v1/logs/tail", "/v1/api-keys/self"))]


@pytest.mark.parametrize("name", NAMES)
async def test_screen_in_front_survives_the_gateway(name: str) -> None:
    """Untouched, a screen says that nobody answers, keeps what it shows, and is current again once somebody does."""
    gateway = full()
    async with operating(gateway) as pilot:
        await go(pilot, name)
        before = held(pilot)

        gateway.trouble = "connection refused"
        gateway.hang_up()
        await until_seen(pilot, "✖ No answer from http://gateway.test")
        if hasattr(pilot.app.screen, "LISTINGS"):
            await until_seen(pilot, "what you see is of 15:00:00")
        assert held(pilot) == before
        gateway.looked.clear()
        gateway.trouble = None

        await until_seen(pilot, "● ok")
        await until(pilot, lambda: "No answer" not in seen(pilot))
        assert held(pilot) == before
        if name not in HOLD_NOTHING:
            await until(pilot, lambda: questions(gateway))


async def test_editor_checks_again_when_the_gateway_is_back() -> None:
    """What is typed while nobody answers stays, is said to be unchecked, and is checked as soon as somebody does."""
    gateway = full()
    async with operating(gateway) as pilot:
        await go(pilot, "configs")
        await pilot.press("enter")
        await until_seen(pilot, "can be saved")
        gateway.trouble = "connection refused"
        gateway.hang_up()
        await until_seen(pilot, "✖ No answer from http://gateway.test")
        await pilot.press("ctrl+end")
        await paste(pilot, "  ")
        await until_seen(pilot, "not checked: No answer")

        gateway.trouble = None

        await until_seen(pilot, "● ok", "can be saved", "changed")

"""Leaving what one fills in: without a question while it is untouched, and after one when something would be lost."""

from __future__ import annotations

import pytest
from textual.widgets import Input, Select, TextArea

from console.screens.leaving import LeavingScreen
from tests.console.driving import Operator, operating, paste, seen, until, until_seen
from tests.console.fake_gateway import FakeGateway
from tests.console.test_every_screen import full, go

FORMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "New integration": ("catalog", ("n",)),
    "Integration": ("catalog", ("e",)),
    "New provider": ("catalog", ("l", "n")),
    "Provider": ("catalog", ("l", "e")),
    "New limit": ("limits", ("n",)),
    "New model": ("catalog", ("h", "n")),
    "New API key": ("keys", ("n",)),
    "Key mkt-webui": ("keys", ("e",)),
    "What may": ("keys", ("S",)),
    "New config": ("configs", ("n",)),
    "Config pc-": ("configs", ("e",)),
    "Raise the budget": ("limits", ("j", "u")),
    "New workspace": ("people", ("n",)),
    "New channel": ("alerts", ("h", "n")),
    "Playground: what goes": ("playground", ("p",)),
}
"""A form by its title: on which screen it is opened, and with which keys."""


def touch(pilot: Operator) -> None:
    """Change whatever the form asks first."""
    for widget in pilot.app.screen.query("Input, TextArea, Select"):
        if isinstance(widget, Input):
            widget.value += "1"
        elif isinstance(widget, TextArea):
            widget.insert("1")
        elif isinstance(widget, Select):
            widget.value = [value for _, value in widget._options][-1]


@pytest.mark.parametrize("title", FORMS)
async def test_untouched_form_closes_and_a_touched_one_asks(title: str) -> None:
    """Esc closes a form in which nothing was changed; else it asks: Esc goes back to what was filled in, yes leaves."""
    screen, way = FORMS[title]
    gateway = full()
    async with operating(gateway, at="overview") as pilot:
        await go(pilot, screen)
        beneath = pilot.app.screen
        await pilot.press(*way)
        await until_seen(pilot, title)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is beneath)

        await pilot.press(*(["escape"] if screen == "playground" else []), way[-1])
        await until_seen(pilot, title)
        form = pilot.app.screen
        assert isinstance(form, LeavingScreen)
        if title == "What may":
            await pilot.press("space")
        else:
            touch(pilot)
        await pilot.press("escape")
        await until_seen(pilot, "What you changed there is lost.")
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is form)
        assert form.is_touched
        await pilot.press("escape", "right", "enter")
        await until(pilot, lambda: pilot.app.screen is beneath)

    assert gateway.asked == []


async def test_new_config_that_nobody_touched_is_left_unasked() -> None:
    """A template is no work of one's own: Esc leaves it, and asks as soon as a letter is typed."""
    gateway = FakeGateway()
    async with operating(gateway, at="configs") as pilot:
        for is_touched in (False, True):
            await pilot.press("n")
            await until_seen(pilot, "New config")
            await paste(pilot, "Chat")
            await pilot.press("enter")
            await until_seen(pilot, "pc-chat", "new, not saved yet")
            if is_touched:
                await pilot.press("x")
            await pilot.press("escape")
            if is_touched:
                await until_seen(pilot, "Leave Chat without saving?")
                await pilot.press("right", "enter")
            await until_seen(pilot, "No configs yet")
            assert "new, not saved yet" not in seen(pilot)

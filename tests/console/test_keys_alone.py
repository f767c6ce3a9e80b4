"""Without a mouse: whatever a click reaches, keys reach too."""

from __future__ import annotations

import pytest
from textual.widget import Widget
from textual.widgets import Tabs

from console.keys_table import keys_of
from console.screens.governed import GovernedScreen
from console.screens_table import SCREENS
from console.widgets.key_bar import KeyBar
from tests.console.driving import Operator, operating, until, until_seen
from tests.console.test_every_screen import full, go, settled
from tests.console.test_leaving import FORMS


async def focused_by_tab(pilot: Operator) -> set[str]:
    """What has the cursor in turn when Tab is pressed again and again."""
    found: set[str] = set()
    while pilot.app.focused is not None and (name := pilot.app.focused.id or "") not in found:
        found.add(name)
        await pilot.press("tab")
    return found


def is_shown(widget: Widget) -> bool:
    """Whether it is asked for: a field that would mean nothing, as the form stands, is not."""
    return all(node.display for node in widget.ancestors_with_self if isinstance(node, Widget))


@pytest.mark.parametrize("name", [row.name for row in SCREENS])
async def test_every_tab_and_hint_of_a_screen_has_a_key(name: str) -> None:
    """From its first list a screen's other ones are reached by a key, all of them, and each hint is a bound key."""
    async with operating(full(), at="overview") as pilot:
        await go(pilot, name)
        screen = pilot.app.screen
        assert isinstance(screen, GovernedScreen)
        tabs = list(screen.query(Tabs))
        reached = {tabs[0].active} if tabs else set()
        for _ in range(tabs[0].tab_count if tabs else 0):
            await pilot.press("l")
            await settled(pilot)
            reached.add(tabs[0].active)
        bound = screen.active_bindings

        assert len(reached) == sum(each.tab_count for each in tabs)
        assert [key.id for key in screen.query_one(KeyBar).keys if key.keys.partition(",")[0] not in bound] == []
        assert [place for place in screen.PLACES if not keys_of(place)] == []


@pytest.mark.parametrize("title", [title for title in FORMS if title != "What may"])
async def test_every_field_and_button_of_a_form_is_reached_by_tab(title: str) -> None:
    """Tab goes through all fields and both buttons of a form, and round again; a list opens and chooses by keys."""
    screen, way = FORMS[title]
    async with operating(full(), at="overview") as pilot:
        await go(pilot, screen)
        await pilot.press(*way)
        await until_seen(pilot, title)
        form = pilot.app.screen
        await until(pilot, lambda: pilot.app.focused is not None)

        reached = await focused_by_tab(pilot)

        fields = [each for each in form.query("Input, Select, TextArea, Button") if is_shown(each)]
        assert {each.id for each in fields} - reached == set()

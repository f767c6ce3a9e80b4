"""The last line of every screen: whole hints, the least important left out where there is no room, `?` never."""

from __future__ import annotations

import pytest
from textual.widgets import Tabs

from console.keyboard import Key
from console.keys_table import KEYS
from console.preferences import Preferences
from console.screens_table import SCREENS
from console.widgets.key_bar import KeyBar, shown
from tests.console.driving import Operator, console_of, seen, until
from tests.console.test_every_screen import full, go, settled

LONG = {key.id: "ctrl+shift+f12" for key in KEYS if key.place in ("lists", "keys", "logs", "catalog")}
"""Keys of an operator's own that take much room."""


def hint(key: Key) -> str:
    """What the last line says of a key."""
    return f"{shown(key)} {key.label}"


def is_wrong(pilot: Operator, where: str) -> list[str]:
    """What is wrong with the last line."""
    keys, line = pilot.app.screen.query_one(KeyBar).keys, seen(pilot).splitlines()[-1].strip()
    said = line.split("  ")
    needed, further = [hint(key) for key in keys if key.in_footer], [hint(key) for key in keys if not key.in_footer]
    dropped = [words for words in needed if words not in said]
    least = [words for words in needed if not words.endswith(" Help")]
    unsaid = [*dropped[:1], *(words for words in further if words not in said)]
    faults = []
    if said != [hint(key) for key in keys if hint(key) in said]:
        faults.append("what stands there is not made of hints")
    if not {"? Help", "F1 Help"}.intersection(said):
        faults.append("no help")
    if dropped != least[len(least) - len(dropped) :]:
        faults.append(f"{dropped} were left out, and not the last")
    if [words for words in unsaid if len(line) + 2 + len(words) <= pilot.app.size.width - 2]:
        faults.append(f"there was room for one of {unsaid}")
    return [f"{where}: {fault}: {line}" for fault in faults]


@pytest.mark.parametrize("keymap", [{}, LONG], ids=["usual keys", "long keys"])
@pytest.mark.parametrize("name", [row.name for row in SCREENS])
async def test_last_line_has_whole_hints(name: str, keymap: dict[str, str]) -> None:
    """At 80x24 and narrower each list of a screen, and the page behind its first row, has whole hints, and help.

    Help is on F1 where `?` is typed.
    """
    app = console_of(full(), at=name, preferences=Preferences(keymap=keymap))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.pulse.stats is not None)
        await go(pilot, name)
        beneath, faults = pilot.app.screen, list[str]()
        for number in range(sum(each.tab_count for each in beneath.query(Tabs)) or 1):
            if number:
                await pilot.app.run_action("tab(1)", beneath)
                await settled(pilot)
            for width in (80, 60, 40):
                await pilot.resize_terminal(width, 24)
                await pilot.pause()
                faults += is_wrong(pilot, f"{name} {number} at {width}")
            if name not in ("overview", "playground", "connect", "alerts") and not keymap:
                await pilot.press("enter")
                await settled(pilot)
                await pilot.resize_terminal(80, 24)
                await pilot.pause()
                faults += [] if pilot.app.screen.is_modal else is_wrong(pilot, f"{name} {number}, opened")
                while pilot.app.screen is not beneath:
                    await pilot.press("escape")
                    await settled(pilot)

    assert faults == []

"""Names in every script, and text that would steer a terminal: on no screen do they move a column or do anything."""

from __future__ import annotations

import re
from typing import Any

import pytest
from rich.cells import cell_len
from textual.widgets import Tabs

from console.screens_table import SCREENS
from console.text.plain import plain
from console.widgets.columns import Column
from console.widgets.cursor_list import CursorList
from tests.console.driving import Operator, operating, seen
from tests.console.test_every_screen import full, furnished, go, settled
from tests.console.test_hostile_text import HOSTILE, steering

STRANGE = {
    "wide": "市场部的聊天机器人应用程序",
    "emoji": "👩\u200d💻👍🏽🇩🇪⚠\ufe0f1\ufe0f\u20e3",
    "combining": "e\u0301a\u0308\u0323o\u0302\u0323नि한",
    "right to left": "שלום مرحبا \u202eabc\u202c",
    "steering": HOSTILE,
}
FORMED = re.compile(r"\d{4}-\d\d-\d\dT.*|https?://.*|[a-z]+_[a-z_]+|")
"""Moments, addresses and words of the gateway's own, whose form it guarantees."""
OWN = {
    *("id", "_id", "object", "status", "fault", "kind", "type", "level", "owner", "period", "mode", "slug", "role"),
    *("integration_id", "ai_provider_id", "method", "workspace_id", "source", "state", "metric", "version_id"),
}
"""Fields in which the gateway keeps its own words."""
SHOW_OURS = ("playground", "connect")
"""Screens that show what is from outside only once somebody asks for it."""


def strange(text: str, value: Any) -> Any:
    """The same JSON with that text before every string that somebody wrote."""
    match value:
        case str():
            return value if FORMED.fullmatch(value) else f"{text}{value}"
        case list():
            return [strange(text, item) for item in value]
        case dict():
            return {name: item if name in OWN else strange(text, item) for name, item in value.items()}
        case _:
            return value


def lists(pilot: Operator) -> list[CursorList]:
    """The lists on the screen."""
    return [each for each in pilot.app.screen.query(CursorList) if each.display and each.size.height > 1]


def lines_of(table: CursorList) -> list[str]:
    """The heading and the rows of a list, as they are drawn."""
    return [table.render_line(y).text for y in range(min(table.size.height, table.held() + 1))]


def gaps(columns: list[Column], gutter: int) -> list[int]:
    """The cells between the columns."""
    ends, at = [], gutter
    for column in columns:
        at += column.width + 1
        ends.append(at - 1)
    return ends


def cell(line: str, wanted: int) -> str:
    """What stands in one cell of a line."""
    at = 0
    for character in line:
        width = cell_len(character)
        if at <= wanted < at + width:
            return character
        at += width
    return ""


async def look(pilot: Operator, where: str) -> list[str]:
    """What is wrong with the lists of the screen, and with all of it."""
    wrong = []
    for table in lists(pilot):
        for line in lines_of(table):
            if cell_len(line) != table.size.width:
                wrong.append(f"{where}: {cell_len(line)} cells instead of {table.size.width}: {line}")
            if [gap for gap in gaps(table.columns, table.has_marks) if cell(line, gap) != " "]:
                wrong.append(f"{where}: a column has moved: {line}")
    screen = seen(pilot)
    wrong += [f"{where}: too wide: {line}" for line in screen.splitlines() if cell_len(line) > pilot.app.size.width]
    return wrong + [f"{where}: {sign!r} reaches the terminal" for sign in steering(screen)]


async def walk(pilot: Operator, name: str) -> tuple[list[str], list[int], str]:
    """Every list of a screen and the page behind its first row: what is wrong, how many rows there were, all texts."""
    await go(pilot, name)
    wrong, rows, texts = [], [], ""
    tabs = sum(each.tab_count for each in pilot.app.screen.query(Tabs)) or 1
    for number in range(tabs):
        where = f"{name} {number}"
        wrong += await look(pilot, where)
        rows += [table.held() for table in lists(pilot)]
        texts += seen(pilot)
        if name not in ("playground", "connect"):
            beneath = pilot.app.screen
            await pilot.press("enter")
            await settled(pilot)
            wrong += await look(pilot, f"{where}, opened")
            texts += seen(pilot)
            while pilot.app.screen is not beneath and pilot.app.current_mode == name:
                await pilot.press("escape")
                await settled(pilot)
        if pilot.app.current_mode != name:
            await go(pilot, name)
        await pilot.press("l")
        await settled(pilot)
    return wrong, rows, texts


@pytest.mark.parametrize("name", [row.name for row in SCREENS])
async def test_strange_text_breaks_no_table(name: str) -> None:
    """With names in any script, or with sequences in them, every list of a screen keeps its rows and its columns.

    Columns stand where they stood, no line is wider than the terminal, and nothing that steers one reaches it: in
    the lists, and on the page of each list's first row.
    """
    async with operating(full(), 100, 30, at="overview") as pilot:
        _, usual, _ = await walk(pilot, name)
    for kind, text in STRANGE.items():
        async with operating(furnished(lambda said, text=text: strange(text, said)), 100, 30, at="overview") as pilot:
            wrong, rows, texts = await walk(pilot, name)

        assert (kind, wrong) == (kind, [])
        assert (kind, rows) == (kind, usual)
        assert name in SHOW_OURS or (kind, plain(text)[:3] in texts) == (kind, True)

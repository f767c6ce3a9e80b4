"""How the screens look: pictures that a wanted change of looks is agreed to by `--snapshot-update`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import pytest
from textual.app import App

from tests.console.driving import Operator, console_of, fill, until_seen
from tests.console.scene import afternoon, under_way


class SnapCompare(Protocol):
    """Draws the application and compares it with the picture that is kept."""

    def __call__(
        self, app: App[None], *, terminal_size: tuple[int, int], run_before: Callable[[Operator], Awaitable[None]]
    ) -> bool:
        """Whether they are the same."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn: how large, in which colours, after which keys, once which texts are there."""

    size: tuple[int, int]
    keys: tuple[str, ...]
    shows: tuple[str, ...]
    theme: str = "textual-dark"


PICTURES = {
    "logs_small": Picture((80, 24), (), ("under way",)),
    "logs": Picture((120, 36), ("k", "k"), ("under way", "Answered by")),
    "logs_ansi": Picture((80, 24), (), ("under way",), "ansi-dark"),
    "catalog": Picture((120, 36), ("3",), ("http://gpu.lan:11434/v1",)),
    "keys": Picture((80, 24), ("4",), ("grafana",)),
    "form": Picture((80, 24), ("3", "n"), ("New integration",)),
}


@pytest.mark.parametrize("name", PICTURES)
def test_screen_looks_as_agreed(name: str, snap_compare: SnapCompare) -> None:
    """The screen is drawn as in the picture that is kept."""
    picture, gateway = PICTURES[name], afternoon()

    async def arrive(pilot: Operator) -> None:
        await until_seen(pilot, "60 rows", "● ok")
        under_way(gateway)
        await until_seen(pilot, "62 rows")
        await pilot.press(*picture.keys)
        await until_seen(pilot, *picture.shows)
        if name == "form":
            await fill(pilot, name="OpenAI, Marketing", key="sk-secret", custom_host="llm.example")
            await until_seen(pilot, "begins with http")

    assert snap_compare(console_of(gateway, picture.theme), terminal_size=picture.size, run_before=arrive)

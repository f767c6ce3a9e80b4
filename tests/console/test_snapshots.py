"""How the screens look: pictures that a wanted change of looks is agreed to by `--snapshot-update`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import pytest
from textual.app import App

from tests.console.driving import Operator, console_of, fill, paste, seen, unseen, until, until_seen
from tests.console.scene import QUESTION, afternoon, an_hour, under_way
from tests.console.scene_limits import furnish_alerts, furnish_limits


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
    at: str = "logs"


PICTURES = {
    "overview_small": Picture((80, 24), (), ("gpt-4o",), "ansi-dark", "overview"),
    "overview_large": Picture((200, 60), ("l",), ("gpt-4o", "Alerts 2"), at="overview"),
    "logs_small": Picture((80, 24), (), ("under way",)),
    "logs": Picture((120, 36), ("k", "k"), ("under way", "Answered by")),
    "logs_ansi": Picture((80, 24), (), ("under way",), "ansi-dark"),
    "catalog": Picture((120, 36), ("3",), ("http://gpu.lan:11434/v1",)),
    "models": Picture((80, 24), ("3", "h"), ("gpt-5-mini", "$/M in")),
    "integration": Picture((120, 36), ("3", "enter"), ("An account at openai",)),
    "keys": Picture((80, 24), ("4",), ("grafana",)),
    "key": Picture((120, 36), ("4", "enter"), ("Last requests",)),
    "scopes": Picture((80, 24), ("4", "S"), ("[x] completions.write",)),
    "people": Picture((80, 24), ("7",), ("Marketing",)),
    "audit": Picture((120, 36), ("8",), ("OpenAI", "10.0.0.7")),
    "audit_row": Picture((80, 24), ("8", "enter"), ("+ name",)),
    "settings": Picture((80, 24), ("colon", *"settings", "enter"), ("keep_bodies_days",)),
    "playground": Picture((120, 36), ("0", "escape", "m"), ("pc-support",)),
    "playground_small": Picture((80, 24), ("0", "escape", "m"), ("pc-support",)),
    "connect": Picture((80, 24), ("colon", *"connect", "enter"), ("API key  th-YOUR-KEY",)),
    "limits": Picture((120, 36), ("6",), ("allowed models",)),
    "limits_small": Picture((80, 24), ("6",), ("allowed models",), "ansi-dark"),
    "limit": Picture((80, 24), ("6", "j", "j", "j", "enter"), ("gpt-4.1",)),
    "alerts": Picture((120, 36), ("9",), ("ends soon",)),
    "channels": Picture((80, 24), ("9", "h"), ("slack://", "failing")),
    "configs": Picture((80, 24), ("5",), ("pc-support",)),
    "config_editor": Picture((120, 36), ("5", "j", "enter"), ("there is no provider `@groq`", "✖ provider:")),
    "form": Picture((80, 24), ("3", "n"), ("New integration",)),
}


async def chat(pilot: Operator, sides: int) -> None:
    """A question to one model, or to two."""
    await pilot.press("enter")
    await unseen(pilot, "Ask whom?")
    if sides == 2:
        await pilot.press("escape", "b")
        await until_seen(pilot, "Ask whom?", "pc-support")
        await pilot.press("up", "enter")
        await unseen(pilot, "Ask whom?")
    await paste(pilot, QUESTION)
    await pilot.press("enter")
    await until(pilot, lambda: seen(pilot).count("cost $") == sides)


@pytest.mark.parametrize("name", PICTURES)
def test_screen_looks_as_agreed(name: str, snap_compare: SnapCompare) -> None:
    """The screen is drawn as in the picture that is kept."""
    picture, gateway = PICTURES[name], afternoon()
    furnish_limits(gateway)
    furnish_alerts(gateway)

    async def arrive(pilot: Operator) -> None:
        if picture.at == "logs":
            await until_seen(pilot, "60 rows", "● ok")
            under_way(gateway)
            await until_seen(pilot, "62 rows")
        await pilot.press(*picture.keys)
        await until_seen(pilot, *picture.shows)
        if name.startswith("playground"):
            await chat(pilot, sides=2 if name == "playground" else 1)
        if name == "form":
            await fill(pilot, name="OpenAI, Marketing", key="sk-secret", custom_host="llm.example")
            await until_seen(pilot, "begins with http")

    if picture.at == "overview":
        an_hour(gateway)
    assert snap_compare(console_of(gateway, picture.theme, picture.at), terminal_size=picture.size, run_before=arrive)

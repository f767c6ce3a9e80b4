"""Drive the console as an operator would, and look at what stands on the screen."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import anyio
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import Input

from console.app import TollhouseApp
from console.memory import Memory
from tests.console.fake_gateway import FakeGateway

Operator = Pilot[None]


NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
"""The time in every test."""


def last_at(screen: str) -> Memory:
    """What the console of an operator remembers who was on that screen last."""
    memory = Memory()
    memory.go("http://gateway.test", screen)
    return memory


def console_of(gateway: FakeGateway, theme: str | None = "textual-dark", at: str = "logs", **more: Any) -> TollhouseApp:
    """The console in front of this gateway; the theme is given, or the terminal of the test run would choose it.

    It comes back to Logs, which most tests are about, or to another screen.
    """
    usual: dict[str, Any] = {"transport": gateway.transport, "zone": UTC, "theme": theme, "now": lambda: NOW}
    usual |= {"memory": last_at(at)}
    return TollhouseApp("http://gateway.test", "th-operator", **usual | more)


@asynccontextmanager
async def operating(
    gateway: FakeGateway, width: int = 120, height: int = 36, theme: str = "textual-dark", at: str = "logs"
) -> AsyncIterator[Operator]:
    """The console running on Logs with its live tail connected, or on another screen."""
    app = console_of(gateway, theme, at)
    async with app.run_test(size=(width, height), notifications=True) as pilot:
        if gateway.trouble is None:
            await until(pilot, lambda: (gateway.tails > 0 or at != "logs") and app.pulse.stats is not None)
        await pilot.pause()
        yield pilot


async def until(pilot: Operator, true: Callable[[], object]) -> None:
    """Let the application work until something is so."""
    try:
        with anyio.fail_after(10):
            while not true():
                await pilot.pause(0.005)
    except TimeoutError:
        raise AssertionError(f"It did not come so far; the screen shows:\n{seen(pilot)}") from None


async def until_seen(pilot: Operator, *texts: str) -> None:
    """Let the application work until all of this stands on the screen."""
    await until(pilot, lambda: all(text in seen(pilot) for text in texts))


async def paste(pilot: Operator, text: str) -> None:
    """Paste into the field that has the cursor."""
    assert pilot.app.focused is not None
    pilot.app.focused.post_message(Paste(text))
    await pilot.pause()


async def fill(pilot: Operator, **fields: str) -> None:
    """Put the cursor into each of these fields of a form, empty it, and paste."""
    for name, text in fields.items():
        field = pilot.app.screen.query_one(f"#{name}", Input)
        field.focus()
        await pilot.pause()
        field.value = ""
        await paste(pilot, text)


async def unseen(pilot: Operator, *texts: str) -> None:
    """Let the application work until none of this stands on the screen."""
    await until(pilot, lambda: not any(text in seen(pilot) for text in texts))


def seen(pilot: Operator) -> str:
    """The screen as text, line by line."""
    screen = pilot.app.screen
    lines = screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in lines)

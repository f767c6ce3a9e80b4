"""Draws the README's pictures from the program, before a gateway in memory: `python -m tests.console.pictures`."""

import argparse
import os
import re
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import anyio

from tests.console.driving import Operator, console_of, paste, unseen, until_seen
from tests.console.scene import QUESTION, afternoon, an_hour, under_way
from tests.console.scene_limits import furnish_alerts, furnish_limits

FONTS = 'ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace'
"""Found on the reader's machine: GitHub shows no font that a picture would fetch."""
LARGEST = 150_000
"""Bytes; a README should not be slow to open."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A size, and how to get to what is worth seeing."""

    size: tuple[int, int]
    arrive: Callable[[Operator], Awaitable[None]]
    at: str = "logs"


async def at_overview(pilot: Operator) -> None:
    """The hour before, with its five bad minutes."""
    await until_seen(pilot, "gpt-4o", "2 alerts")
    await pilot.press("m", "l", "l", "l", "l", "l")
    await until_seen(pilot, "Failed requests per minute", "! exhausted")


async def at_logs(pilot: Operator) -> None:
    """The tail, on the stream that was cut."""
    await to_the_cut_stream(pilot)


async def at_log(pilot: Operator) -> None:
    """That request, opened."""
    await to_the_cut_stream(pilot)
    await pilot.press("enter")
    await until_seen(pilot, "Try 1", "Timings")


async def to_the_cut_stream(pilot: Operator) -> None:
    """Up from the newest row."""
    for _ in range(7):
        await pilot.press("k")
    await until_seen(pilot, "The vendor failed: openai error: the connection broke")


async def at_catalog(pilot: Operator) -> None:
    """The vendor accounts."""
    await pilot.press("3")
    await until_seen(pilot, "http://gpu.lan:11434")


async def at_keys(pilot: Operator) -> None:
    """The API keys."""
    await pilot.press("4")
    await until_seen(pilot, "grafana")


async def at_limits(pilot: Operator) -> None:
    """Budgets and rates, one of them used up."""
    await pilot.press("6")
    await until_seen(pilot, "allowed models")


async def at_config(pilot: Operator) -> None:
    """A config with a mistake, its routing beside it."""
    await pilot.press("5")
    await until_seen(pilot, "pc-support")
    await pilot.press("j", "enter")
    await until_seen(pilot, "there is no provider `@groq`", "✖ provider:")


async def at_playground(pilot: Operator) -> None:
    """A question, answered."""
    await pilot.press("0", "escape", "m")
    await until_seen(pilot, "pc-support")
    await pilot.press("enter")
    await unseen(pilot, "Ask whom?")
    await paste(pilot, QUESTION)
    await pilot.press("enter")
    await until_seen(pilot, "cost $")


async def at_alerts(pilot: Operator) -> None:
    """What needs care."""
    await pilot.press("9")
    await until_seen(pilot, "ends soon")


PICTURES = {
    "overview": Picture((120, 34), at_overview, "overview"),
    "logs": Picture((120, 30), at_logs),
    "log": Picture((120, 30), at_log),
    "catalog": Picture((120, 14), at_catalog),
    "keys": Picture((100, 14), at_keys),
    "limits": Picture((120, 20), at_limits),
    "config": Picture((120, 30), at_config),
    "playground": Picture((100, 26), at_playground),
    "alerts": Picture((120, 18), at_alerts),
}


async def draw(name: str) -> str:
    """One picture as SVG."""
    picture, gateway = PICTURES[name], afternoon()
    if picture.at == "overview":
        an_hour(gateway)
    furnish_limits(gateway)
    furnish_alerts(gateway)
    app = console_of(gateway, at=picture.at)
    async with app.run_test(size=picture.size) as pilot:
        if picture.at == "logs":
            await until_seen(pilot, "60 rows", "● ok")
            under_way(gateway)
            await until_seen(pilot, "62 rows")
        await picture.arrive(pilot)
        await pilot.pause()
        return without_remote_fonts(app.export_screenshot(title="tollhouse"))


def without_remote_fonts(svg: str) -> str:
    """The same picture, asking nobody for a font."""
    svg = re.sub(r"@font-face\s*\{.*?\}\s*", "", svg, flags=re.DOTALL)
    return re.sub(r"font-family:[^;]*;", f"font-family: {FONTS};", svg)


def main(arguments: list[str] | None = None) -> None:
    """Draw all of them into a folder."""
    parser = argparse.ArgumentParser(prog="python -m tests.console.pictures", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("docs"), help="default: %(default)s")
    folder: Path = parser.parse_args(arguments).folder
    os.environ.pop("NO_COLOR", None)
    folder.mkdir(parents=True, exist_ok=True)
    for name in PICTURES:
        file = folder / f"{name}.svg"
        size = file.write_text(anyio.run(draw, name))
        if size > LARGEST:
            sys.exit(f"`{file}` has {size:,} characters; {LARGEST:,} is the most a picture may have.")
        sys.stdout.write(f"{file}  {size:,}\n")


if __name__ == "__main__":
    main()

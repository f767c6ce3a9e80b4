"""The keys in docs/console.md, from the table the program is made of: `python -m tests.console.keys_document`."""

from __future__ import annotations

from pathlib import Path

from console.keyboard import PLACES, Key, Place
from console.keys_table import keys_of

DOCUMENT = Path(__file__).parents[2] / "docs" / "console.md"
BEGIN = "<!-- Made of console/keys_table.py by `make keys`; a test fails where it is out of date. -->\n"
"""What stands above the table; all that is below is made."""


def section(place: Place, heading: str) -> str:
    """The keys of one place under its heading."""
    rows = "".join(map(row, keys_of(place)))
    return f"\n### {heading}\n\n| Key | Does | Id |\n|---|---|---|\n{rows}"


def row(key: Key) -> str:
    """One key; the id is what an operator's own file calls it."""
    names = " ".join(f"`{name}`" for name in key.shown.split())
    return f"| {names} | {key.does} | `{key.id}` |\n"


def document() -> str:
    """The whole file as it has to be."""
    written = DOCUMENT.read_text().partition(BEGIN)[0]
    return written + BEGIN + "".join(section(place, heading) for place, heading in PLACES.items())


if __name__ == "__main__":
    DOCUMENT.write_text(document())

"""What a key is: where it works, what it does, how it is written. All there are stand in `keys_table.py`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

Place = Literal[
    "everywhere",
    "lists",
    "overview",
    "logs",
    "views",
    "columns",
    "trace",
    "log",
    "catalog",
    "entry",
    "keys",
    "key",
    "configs",
    "config",
    "explain",
    "versions",
    "limits",
    "limit",
    "alerts",
    "playground",
    "connect",
    "people",
    "workspace",
    "audit",
    "settings",
    "page",
    "forms",
    "secret",
]

PLACES: dict[Place, str] = {
    "everywhere": "Everywhere",
    "lists": "In every list",
    "overview": "Overview",
    "logs": "Logs",
    "views": "Saved views",
    "columns": "Columns of Logs",
    "trace": "One trace",
    "log": "One log",
    "catalog": "Catalog",
    "entry": "One of the Catalog",
    "keys": "Keys",
    "key": "One key",
    "configs": "Configs",
    "config": "The editor of a config",
    "explain": "Explain",
    "versions": "Versions of a config",
    "playground": "Playground",
    "limits": "Limits",
    "limit": "One limit",
    "connect": "Connect",
    "alerts": "Alerts",
    "people": "People",
    "workspace": "One workspace",
    "audit": "Audit",
    "settings": "Settings",
    "page": "A page",
    "forms": "Forms",
    "secret": "A new secret",
}
"""Where a key works, as a heading."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key: what Textual calls it, what people call it, what it does."""

    place: Place
    keys: str
    """Textual's names, separated by commas."""
    shown: str
    """As it stands on the keyboard."""
    action: str
    label: str
    """One or two words for the footer."""
    does: str
    """For help and the documentation."""
    in_footer: bool = False

    @property
    def id(self) -> str:
        """By which an operator's keymap rebinds it."""
        return f"{self.place}.{self.action}"

    def remapped(self, keymap: Mapping[str, str]) -> "Key":
        """The same act under the keys that a keymap gives it, if it does."""
        if (keys := keymap.get(self.id)) is None:
            return self
        return replace(self, keys=keys, shown=" ".join(spelled(key.strip()) for key in keys.split(",")))


def spelled(key: str) -> str:
    """A key of Textual's as it stands on the keyboard: `ctrl+n` is `Ctrl+N`."""
    from textual.keys import format_key

    *held, last = key.split("+")
    shown = format_key(last)
    return "+".join([*(each.capitalize() for each in held), shown.upper() if held else shown])

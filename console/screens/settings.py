"""Settings and doctor: what the gateway and this console run with, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content

from console.client import GatewayClient
from console.commandline.checkup import MARKS, checkup
from console.doctor.finding import Finding
from console.keyboard import Place
from console.keys_table import KEYS, bindings
from console.organisation.audit_text import fact
from console.places import config_file
from console.preferences import THEMES
from console.screens.page import PageScreen
from console.screens.resource import Listing, ResourceScreen
from console.text.figures import NONE
from console.widgets.columns import Column
from console.widgets.resource_table import ResourceTable, Rows
from console.wire.itself import Setting

SETTINGS = Listing(
    "settings",
    "Gateway",
    (
        Column("name", "setting", 23),
        Column("value", "value", 18),
        Column("from", "from", 24),
        Column("says", "does", 30, leaves=1),
    ),
    "The gateway says no settings.",
)
CONSOLE = Listing(
    "console",
    "This console",
    (Column("name", "setting", 23), Column("value", "value", 22), Column("from", "from", 24)),
    "Nothing is set.",
)
DOCTOR = Listing(
    "doctor",
    "Doctor",
    (Column("level", "", 1), Column("about", "about", 12), Column("what", "found", 40)),
    "Nothing was looked at.",
)


class SettingsScreen(ResourceScreen):
    """Three lists to be looked at; a setting is changed where its row says it is from."""

    LISTINGS = (SETTINGS, CONSOLE, DOCTOR)
    PLACES: ClassVar[tuple[Place, ...]] = ("settings", "lists")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("settings")]

    def __init__(self, gateway: GatewayClient, zone: tzinfo | None, now: Callable[[], datetime]) -> None:
        super().__init__(gateway, zone, now)
        self.settings: dict[str, Setting] = {}
        self.findings: list[tuple[str, Finding]] = []

    async def ask(self) -> None:
        """What the list that is looked at shows; the console's own settings are known."""
        if self.current == SETTINGS.name:
            self.settings = {each.name: each for each in await self.gateway.every("/v1/settings", Setting)}
        elif self.current == DOCTOR.name:
            self.findings = await checkup(self.gateway, self.app.size)

    def rows(self, name: str) -> Rows:
        """What a tab shows."""
        if name == SETTINGS.name:
            return {
                each.name: (each.name, value_of(each), source_of(each), each.says) for each in self.settings.values()
            }
        if name == CONSOLE.name:
            return {key: (key, *said) for key, said in self.own().items()}
        return {
            str(place): (MARKS[found.level], about, found.what) for place, (about, found) in enumerate(self.findings)
        }

    def own(self) -> Mapping[str, tuple[str, str]]:
        """(value, where from) of everything about this console."""
        app, file = self.tollhouse, str(config_file())
        said, names = app.preferences, {theirs: ours for ours, theirs in THEMES.items()}
        theme = file if said.theme == app.theme else "`:theme`, or what the terminal can show"
        key = app.access.key
        own = {
            "gateway": (self.gateway.url, f"context `{app.pulse.name}`" if app.pulse.name else "the command line"),
            "key": (f"{key.name}, {len(key.scopes)} scopes" if key else "not known yet", "what the gateway says of it"),
            "read-only": ("yes" if app.access.is_read_only else "no", "`--read-only`, or `read_only` of the context"),
            "theme": (names.get(app.theme, app.theme), theme),
            "mouse": ("on" if said.has_mouse else "off", file if not said.has_mouse else "default"),
        }
        own |= {
            f"context {each.name}": (each.url, f"{file}; key from `{each.source}`") for each in said.contexts.values()
        }
        moved = (each for each in KEYS if each.id in said.keymap)
        return own | {
            f"key {each.id}": (each.remapped(said.keymap).shown, f"{file}; usually {each.shown}") for each in moved
        }

    def action_list(self, name: str) -> None:
        """A certain list."""
        self.turn_to(name)
        self.load()

    def action_tab(self, by: int) -> None:
        """The list beside this one."""
        names = [listing.name for listing in self.LISTINGS]
        self.action_list(names[(names.index(self.current) + by) % len(names)])

    def on_resource_table_opened(self, _: ResourceTable.Opened) -> None:
        """All there is to say about the row."""
        if (chosen := self.chosen) is not None:
            self.app.push_screen(PageScreen(*self.page(chosen)))

    def page(self, chosen: str) -> tuple[str, list[Content]]:
        """(title, lines) for a row."""
        if self.current == SETTINGS.name:
            return chosen, setting_page(self.settings[chosen])
        if self.current == DOCTOR.name:
            about, found = self.findings[int(chosen)]
            return about, finding_page(found)
        value, source = self.own()[chosen]
        return chosen, [fact("value", value), fact("from", source)]

    def action_copy_row(self) -> None:
        """The row's text."""
        if (chosen := self.chosen) is not None:
            self.tollhouse.copy(" ".join(self.rows(self.current)[chosen]), "row")


def value_of(setting: Setting) -> str:
    """The value, or that there is none."""
    return NONE if setting.value in (None, "") else str(setting.value)


def source_of(setting: Setting) -> str:
    """`default`, or the flag, variable or line that says it."""
    return setting.where or setting.source


def setting_page(setting: Setting) -> list[Content]:
    """A setting with everything that can be done about it."""
    ways = [way for way in (setting.flag, setting.variable, f"{setting.name} = … in tollhouse.toml") if way]
    return [
        Content(setting.says),
        Content(""),
        fact("value", value_of(setting)),
        fact("from", source_of(setting)),
        fact("default", setting.default or NONE),
        fact("accepts", setting.accepts),
        fact("set by", ", ".join(ways)),
        Content(""),
        Content("A setting is read when the gateway starts: start it again after a change."),
    ]


def finding_page(found: Finding) -> list[Content]:
    """What was found, and what mends it."""
    mend = f"→ {found.mend}" if found.mend else "Nothing to mend."
    return [Content(f"{MARKS[found.level]} {found.what}"), Content(""), Content(mend)]

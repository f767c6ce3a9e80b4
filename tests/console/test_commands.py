"""Commands by name: the `:` line and the palette."""

import pytest
from textual.dom import DOMNode

from console.app import TollhouseApp
from console.commands import COMMANDS, Command, matching
from console.screens.alerts.screen import AlertsScreen
from console.screens.audit import AuditScreen
from console.screens.catalog.screen import CatalogScreen
from console.screens.configs.screen import ConfigsScreen
from console.screens.keys.screen import KeysScreen
from console.screens.limits.screen import LimitsScreen
from console.screens.logs.screen import LogsScreen
from console.screens.overview import OverviewScreen
from console.screens.people.screen import PeopleScreen
from console.screens.settings import SettingsScreen
from tests.console.driving import Operator, operating, paste, seen, unseen, until, until_seen
from tests.console.fake_gateway import FakeGateway
from tests.console.samples import integration

HOMES: dict[str | None, type[DOMNode]] = {
    "people": PeopleScreen,
    "audit": AuditScreen,
    "settings": SettingsScreen,
    None: TollhouseApp,
    "alerts": AlertsScreen,
    "catalog": CatalogScreen,
    "configs": ConfigsScreen,
    "keys": KeysScreen,
    "limits": LimitsScreen,
    "logs": LogsScreen,
    "overview": OverviewScreen,
}
"""Who performs the actions of a command, by the screen it belongs to."""
DONE = {"models": "No models yet", "new key": "New API key", "filter": "/ status:error provider", "help": "Everywhere"}
"""What stands on the screen once a command was obeyed."""


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_has_an_action(command: Command) -> None:
    """Each command names an action that its screen has, and its whole name means no other command."""
    assert hasattr(HOMES[command.screen], f"action_{command.action.partition('(')[0]}")
    assert matching(command.name)[0] is command


async def test_command_leads_there_from_anywhere() -> None:
    """A command goes to the screen it belongs to, from wherever one is, and does its work there."""
    async with operating(FakeGateway()) as pilot:
        for name, shown in DONE.items():
            await jump(pilot, name)

            await until_seen(pilot, shown)
            await pilot.press("escape")


async def jump(pilot: Operator, name: str) -> None:
    """`:` and the name."""
    await pilot.press("colon")
    await until_seen(pilot, "Enter runs the marked one")
    await paste(pilot, name)
    await pilot.press("enter")
    await unseen(pilot, "Enter runs the marked one")


async def test_theme_is_changed_by_name() -> None:
    """`:theme ansi` uses the terminal's own colours, and `:quit` leaves."""
    async with operating(FakeGateway()) as pilot:
        await jump(pilot, "theme ansi")
        await until(pilot, lambda: pilot.app.native_ansi_color)

        await jump(pilot, "quit")

        await until(pilot, lambda: pilot.app._exit)


async def test_palette_has_the_same_commands_with_their_keys() -> None:
    """Ctrl+P lists the commands of the table, each with its key, and runs what is chosen."""
    gateway = FakeGateway()
    gateway.integrations = [integration("local")]
    async with operating(gateway, height=200) as pilot:
        await pilot.press("ctrl+p")
        await until_seen(
            pilot, *(command.name for command in COMMANDS), "new key             n", "pause               Space"
        )

        await paste(pilot, "new provider")
        await until(pilot, lambda: "theme dark" not in seen(pilot))
        await pilot.press("enter")

        await until_seen(pilot, "POST /v1/providers")


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("lo", "logs"),
        (":keys", "keys"),
        ("ansi", "theme ansi"),
        ("ni", "new integration"),
        ("qt", "quit"),
        ("k", "keys"),
    ],
)
def test_few_letters_are_enough(typed: str, first: str) -> None:
    """The command one most likely means comes first."""
    assert matching(typed)[0].name == first

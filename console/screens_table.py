"""Every screen of the console in one table: the modes, the digits, `:` and the palette are all made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from textual.screen import Screen

    from console.client import GatewayClient


@dataclass(frozen=True, slots=True)
class ScreenRow:
    """A screen: its name in commands, its key, its heading, what it shows, `module:class` below `console.screens`."""

    name: str
    key: str
    """A digit, or nothing where only `:` leads."""
    title: str
    shows: str
    home: str

    def made(self, gateway: GatewayClient, zone: tzinfo | None, now: Callable[[], datetime]) -> Screen[None]:
        """The screen; its module is imported when it is first gone to, for the first paint may not wait for it."""
        module, _, kind = self.home.partition(":")
        return cast("Screen[None]", getattr(import_module(f"console.screens.{module}"), kind)(gateway, zone, now))


SCREENS: tuple[ScreenRow, ...] = (
    ScreenRow("overview", "1", "Overview", "is all well, and what does it cost", "overview:OverviewScreen"),
    ScreenRow("logs", "2", "Logs", "every request as it happens", "logs.screen:LogsScreen"),
    ScreenRow("catalog", "3", "Catalog", "integrations, providers, models", "catalog.screen:CatalogScreen"),
    ScreenRow("keys", "4", "Keys", "API keys", "keys.screen:KeysScreen"),
    ScreenRow("configs", "5", "Configs", "how requests are routed", "configs.screen:ConfigsScreen"),
    ScreenRow("limits", "6", "Limits", "budgets and rates, live", "limits.screen:LimitsScreen"),
    ScreenRow("people", "7", "People", "workspaces, users, invites", "people.screen:PeopleScreen"),
    ScreenRow("audit", "8", "Audit", "who changed what, and from what to what", "audit:AuditScreen"),
    ScreenRow("alerts", "9", "Alerts", "what needs care, what happened, channels", "alerts.screen:AlertsScreen"),
    ScreenRow("playground", "0", "Playground", "chat with any model or config", "playground.screen:PlaygroundScreen"),
    ScreenRow("connect", "", "Connect", "settings for applications", "connect:ConnectScreen"),
    ScreenRow("settings", "", "Settings", "what it runs with, and what is wrong", "settings:SettingsScreen"),
)
FIRST = "overview"
"""What stands there when the console opens."""

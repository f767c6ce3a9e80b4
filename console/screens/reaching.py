"""From a name to what has it: its page, above the list it stands in."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, cast

from console.client import segment
from console.jumping.kinds import KINDS, LOG, Thing
from console.jumping.names import Names
from console.logs.backlog import Row
from console.screens.resource import ResourceScreen
from console.wire.errors import GatewayError, GatewayRefused
from console.wire.traces import Trace

if TYPE_CHECKING:
    from textual.screen import Screen

    from console.app import TollhouseApp
    from console.screens.catalog.screen import CatalogScreen
    from console.screens.configs.screen import ConfigsScreen
    from console.screens.keys.screen import KeysScreen


def names_of(app: TollhouseApp) -> Names:
    """What the screens that were looked at hold, to be offered before the gateway has answered."""
    held: dict[str, Collection[Any]] = {}
    if (keys := screen_of(app, "keys")) is not None:
        held["key"] = cast("KeysScreen", keys).keys.values()
    if (configs := screen_of(app, "configs")) is not None:
        held["config"] = cast("ConfigsScreen", configs).configs.values()
    if (looked_at := screen_of(app, "catalog")) is not None:
        catalog = cast("CatalogScreen", looked_at).catalog
        held |= {"integration": catalog.integrations.values(), "provider": catalog.providers.values()}
        app.models |= catalog.models
    held["model"] = [(slug, model) for slug, models in app.models.items() for model in models]
    return Names(app.access, app.models, held)


def screen_of(app: TollhouseApp, mode: str) -> Screen[Any] | None:
    """The screen, if somebody has looked at it."""
    try:
        return app.get_screen_stack(mode)[0]
    except (KeyError, IndexError):
        return None


async def go_to(app: TollhouseApp, thing: Thing) -> None:
    """Open it, above its list with the cursor on it; what is not there is told."""
    if thing.kind == LOG:
        return await show_request(app, thing.row_id)
    kind = KINDS[thing.kind]
    await app.switch_mode(kind.screen)
    app.pop_to_beginning()
    cast("ResourceScreen", app.screen).reach(kind.listing, thing.row_id)
    return None


async def show_request(app: TollhouseApp, log_id: str) -> None:
    """The request of that id; if there is none, the trace."""
    from console.screens.logs.detail import LogDetailScreen
    from console.screens.logs.trace import TraceScreen

    screen: Screen[None]
    try:
        summary = (await app.gateway.log(log_id)).metrics
        screen = LogDetailScreen(app.gateway, Row(log_id, summary=summary), app.zone)
    except GatewayRefused:
        try:
            await app.gateway.one(f"/v1/traces/{segment(log_id)}", Trace)
        except GatewayError as error:
            return app.say_failure(error)
        screen = TraceScreen(app.gateway, log_id, app.zone)
    except GatewayError as error:
        return app.say_failure(error)
    await app.switch_mode("logs")
    app.pop_to_beginning()
    await app.push_screen(screen)
    return None

"""From a request to the limit that rules it, where it can be raised at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.limits.ruling import ruling
from console.wire.errors import GatewayError
from console.wire.limits import Limit
from console.wire.logs import LogSummary

if TYPE_CHECKING:
    from console.app import TollhouseApp

AT_ONCE = "1000"
"""Limits of one page: the gateway works out all of them for each."""


async def show_limit(app: TollhouseApp, log: LogSummary | None) -> None:
    """Open it; say so where there is none."""
    from console.screens.limits.detail import LimitDetailScreen

    if log is None:
        return app.say("This request is under way: no limit has refused it.")
    try:
        limits = await app.gateway.every("/v1/limits", Limit, page_size=AT_ONCE)
    except GatewayError as error:
        return app.say_failure(error)
    if (limit := ruling(log, limits)) is None:
        return app.say("No limit counts this request: b in Keys (4) sets one.")
    app.push_screen(LimitDetailScreen(app.gateway, limit, app.zone, app.now))
    return None

"""The doctor inside the console: what the gateway finds about itself, and what can be seen from this terminal."""

from __future__ import annotations

import asyncio
import locale
import os
from collections.abc import Iterator

from console.client import GatewayClient
from console.doctor.finding import Finding, warn
from console.wire.errors import GatewayRefused
from console.wire.itself import GatewayFinding

MARKS = {"bad": "✖", "warn": "▲", "ok": "●"}
GRAVEST_FIRST = ("bad", "warn", "ok")


async def checkup(gateway: GatewayClient, size: tuple[int, int]) -> list[tuple[str, Finding]]:
    """(about what, finding), the gravest first. Raises GatewayUnreachable."""
    theirs = await of_gateway(gateway)
    ours = await asyncio.to_thread(lambda: list(of_console(size)))
    return sorted([*theirs, *ours], key=lambda each: GRAVEST_FIRST.index(each[1].level))


async def of_gateway(gateway: GatewayClient) -> list[tuple[str, Finding]]:
    """What `GET /v1/doctor` says."""
    try:
        found = await gateway.every("/v1/doctor", GatewayFinding)
    except GatewayRefused as error:
        return [("gateway", warn(f"The gateway does not say how it is: {error}", "Use a key that may ask."))]
    return [(each.about, Finding(each.level, each.what, each.mend)) for each in found]


def of_console(size: tuple[int, int]) -> Iterator[tuple[str, Finding]]:
    """This program, this terminal, and the operator's own file; reads files, and so belongs into a thread."""
    from console.doctor.home import console_file
    from console.doctor.program import dependencies, python
    from console.doctor.terminal import judge
    from console.places import config_file

    yield "console", python()
    yield from (("console", found) for found in dependencies())
    yield from (("console", found) for found in console_file(config_file()))
    yield from (("terminal", found) for found in judge(os.environ, size, locale.getpreferredencoding(False)))

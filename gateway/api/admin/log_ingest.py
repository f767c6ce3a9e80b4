"""`POST /v1/logs`: requests that went past the gateway, told afterwards. Source: portkey.ai, OpenAPI document, logs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from gateway.errors import BadRequest
from gateway.log.reported import Reported, record_from
from gateway.moments import now_ms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.domain import Caller
    from gateway.plant import Plant

MOST_AT_ONCE = 1_000
YIELD_EVERY = 50
LONGEST_MS = 1e9
"""Of a request: eleven days."""


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """They are in the log now, or on a safe way there."""

    ids: list[str]
    status: str = "success"


async def taken(data: Reported | list[Reported], caller: Caller, plant: Plant) -> Taken:
    """Bring reported requests into the log. Raises BadRequest, and then none of them is there."""
    said = data if isinstance(data, list) else [data]
    if not 0 < len(said) <= MOST_AT_ONCE:
        raise BadRequest(f"Send 1 to {MOST_AT_ONCE} requests at a time.")
    for place, one in enumerate(said):
        for field, problem in senseless(one):
            where = f"[{place}].{field}" if isinstance(data, list) else field
            raise BadRequest(f"`{where}` {problem}.", param=where)
    await plant.prices.ready.wait()
    records, now = [], now_ms()
    for place, one in enumerate(said, 1):
        records.append(record_from(one, caller, plant, now))
        if place % YIELD_EVERY == 0:
            await asyncio.sleep(0)
    plant.writer.add(*records)
    for record in records:
        plant.live.settled(record)
        plant.vitals.reported(record)
    return Taken(ids=[record.id for record in records])


def senseless(said: Reported) -> Iterator[tuple[str, str]]:
    """Fields that cannot be so, and what is wrong with them."""
    if not 100 <= said.response.status <= 599:
        yield "response.status", f"must be an HTTP status, not {said.response.status}"
    if not 0 <= said.response.response_time <= LONGEST_MS:
        yield "response.response_time", f"must be milliseconds from 0 to {LONGEST_MS:g}"
    try:
        urlsplit(said.request.url)
    except ValueError as error:
        yield "request.url", f"is no address: {error}"

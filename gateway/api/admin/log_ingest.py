"""`POST /v1/logs`: requests that went past the gateway, told afterwards. Source: portkey.ai, OpenAPI document, logs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from gateway.errors import BadRequest
from gateway.log.reported import Reported, record_from
from gateway.moments import now_ms

if TYPE_CHECKING:
    from gateway.domain import Caller
    from gateway.plant import Plant

MOST_AT_ONCE = 1_000
YIELD_EVERY = 50


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
        if not 100 <= one.response.status <= 599:
            where = f"[{place}].response.status" if isinstance(data, list) else "response.status"
            raise BadRequest(f"`{where}` must be an HTTP status, not {one.response.status}.", param=where)
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

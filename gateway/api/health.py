"""`GET /v1/health`: whether requests are served, and how the parts are; no key is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gateway.api.asgi import answer

if TYPE_CHECKING:
    from litestar.types import Receive, Scope, Send

    from gateway.api.asgi import Door
    from gateway.plant import Plant


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """How a part is; why, where it is not well."""

    status: str
    reason: str | None = None


class WriterPart(Part, frozen=True, kw_only=True):
    """The log writer."""

    waiting: int
    """Records that wait in the spool."""
    lost: int
    """Records that neither disk nor memory had room for."""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """`ok`, `degraded` (requests are served, and something needs care) or `unavailable`."""

    status: str
    version: str
    database: Part
    writer: WriterPart


def health(plant: Plant) -> Door:
    """The route: 200 when requests are served, 503 with the reason when not."""

    async def look(_: Scope, __: Receive, send: Send) -> None:
        found = health_of(plant)
        headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
        await answer(send, 503 if found.status == "unavailable" else 200, headers, msgspec.json.encode(found))

    return look


def health_of(plant: Plant) -> Health:
    """How every part is."""
    writer = plant.writer.state()
    reason = writer.reason
    if writer.lost and reason is None:
        reason = f"{writer.lost} log records were lost while nothing could be written"
    part = WriterPart(
        status="ok" if reason is None else "degraded", reason=reason, waiting=writer.waiting, lost=writer.lost
    )
    if plant.is_draining:
        gone = Part(status="unavailable", reason="the gateway is shutting down")
        return Health(status="unavailable", version=plant.version, database=gone, writer=part)
    return Health(status=part.status, version=plant.version, database=Part(status="ok"), writer=part)

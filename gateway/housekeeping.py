"""What the gateway does by itself, now and then: rotates keys whose time has come, notes which keys were used."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from sqlalchemy.exc import OperationalError
from sqlmodel import col, update

from gateway.errors import GatewayError
from gateway.organisation.rotations import rotate_due
from store.organisation.api_keys import ApiKeyRow
from store.rollups.amendments import drop_old

if TYPE_CHECKING:
    from gateway.plant import Plant

log = logging.getLogger("tollhouse.housekeeping")
EVERY_SECONDS = 60.0


async def keep_house(plant: Plant) -> None:
    """A round every minute, for ever; one that fails is made up for by the next."""
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        try:
            await round_at(plant, time.time_ns() // 1_000_000)
        except (GatewayError, OperationalError) as error:
            log.warning("keys were not rotated, or their use not noted: %s", error)


async def round_at(plant: Plant, now_ms: int) -> None:
    """Everything that is due. Raises StoreBusy, and OperationalError where the database cannot be read."""
    await rotate_due(plant, now_ms)
    await note_use(plant)
    await plant.desk.forget_old(plant, plant.settings.keep_exports_days, now_ms)
    await asyncio.to_thread(plant.shelf.forget_old, plant.settings.keep_files_days, now_ms // 1000)
    await watch_batches(plant)
    await forget_amendments(plant, now_ms)


async def watch_batches(plant: Plant) -> None:
    """Fetch what batches have brought, where nobody has; what does that is loaded where there are any."""
    if plant.shelf.has_any():
        from gateway.batches.watching import watch

        await watch(plant)


async def forget_amendments(plant: Plant, now_ms: int) -> None:
    """Drop what is added to rollups that are themselves gone, a little at a time."""
    is_more = True
    while is_more:
        async with plant.database.session() as session:
            is_more = await drop_old(session, now_ms)
            await session.commit()
        await asyncio.sleep(0)


async def note_use(plant: Plant) -> None:
    """Write down when keys were used last; it is no change that anybody made, and nothing is read anew for it."""
    used, plant.last_used = plant.last_used, {}
    if not used:
        return
    try:
        async with plant.changing, plant.database.session() as session:
            for key_id, at_ms in used.items():
                theirs = update(ApiKeyRow).where(col(ApiKeyRow.id) == key_id)
                await session.exec(theirs.values(last_used_at_ms=at_ms))
            await session.commit()
    except OperationalError:
        plant.last_used = used | plant.last_used
        raise


async def note_use_at_last(plant: Plant) -> None:
    """The same as the gateway ends, which a database in trouble does not keep from ending."""
    with suppress(OperationalError):
        await note_use(plant)

"""Exports under way: one after the other, in the background; what writes them is loaded with the first."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from store.log.exports import ExportRow, finished_before, unfinished

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.plant import Plant

DAY_MS = 86_400_000


class Desk:
    """Owns the exports that are being written; they end with the gateway, and go on with the next."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turn = asyncio.Lock()

    def file(self, row: ExportRow) -> Path:
        """Where an export is, or will be."""
        return self._folder / f"{row.id}.{row.format}"

    def begin(self, plant: Plant, export_id: str) -> None:
        """Write it in the background, when its turn comes."""
        task = asyncio.create_task(self._write(plant, export_id))
        plant.errands.add(task)
        task.add_done_callback(plant.errands.discard)

    async def go_on(self, plant: Plant) -> None:
        """Take up what an earlier run of the gateway left."""
        async with plant.database.session() as session:
            rows = await unfinished(session)
        for row in rows:
            self.begin(plant, row.id)

    async def forget_old(self, plant: Plant, days: int, at_ms: int) -> None:
        """Delete what nobody has touched for so many days; 0: nothing."""
        if not days:
            return
        async with plant.database.session() as session:
            for row in await finished_before(session, at_ms - days * DAY_MS):
                self.file(row).unlink(missing_ok=True)
                await session.delete(row)
            await session.commit()

    async def _write(self, plant: Plant, export_id: str) -> None:
        from gateway.exports.writing import write

        async with self._turn:
            await write(plant, export_id, self.file)

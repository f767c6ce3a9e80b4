"""What budgets hold back for batches that were begun before the start, or whose papers are gone."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from gateway.batches.papers import KeptBatch

if TYPE_CHECKING:
    from gateway.plant import Plant


async def remember_pledges(plant: Plant) -> None:
    """Hold back what batches may still cost that were not collected when the gateway ended."""
    for paper in await asyncio.to_thread(plant.shelf.every, KeptBatch, None):
        if paper.pledges and not paper.is_collected:
            plant.limits.pledge(paper.id, paper.pledges)


async def forget_pledges(plant: Plant) -> None:
    """Nothing is held back for a batch that nobody can ask for any more: its papers were too old."""
    works = plant.limits.pledges.works()
    for work in await asyncio.to_thread(lambda: [each for each in works if not plant.shelf.lines(each).exists()]):
        plant.limits.redeem(work)

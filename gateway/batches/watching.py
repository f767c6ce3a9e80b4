"""Batches that nobody asks about: they too are in the log, and are paid for, once they have ended."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from gateway.batches.collecting import payer
from gateway.batches.jobs import brought_up_to_date
from gateway.batches.papers import KeptBatch
from gateway.batches.pledged import forget_pledges
from gateway.batches.requests import bare_call
from gateway.errors import GatewayError

if TYPE_CHECKING:
    from gateway.plant import Plant

log = logging.getLogger("tollhouse.batches")
REST_SECONDS = 300
"""How long after it was begun a batch is left to its client."""


async def watch(plant: Plant) -> None:
    """Ask after every batch that is not collected; of those made with a caller's own key nobody here can."""
    await forget_pledges(plant)
    now = int(time.time())
    for paper in await asyncio.to_thread(plant.shelf.every, KeptBatch, None):
        if paper.is_collected or paper.provider is None or paper.created_at > now - REST_SECONDS:
            continue
        call = bare_call("GET", f"/v1/batches/{paper.id}", paper.id)
        call.caller = plant.owner
        call.caller = payer(paper, call, plant)
        try:
            await brought_up_to_date(paper, call, plant)
        except GatewayError as error:
            log.warning("%s could not be asked after: %s", paper.id, error)

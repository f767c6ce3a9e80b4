"""Asks vendors which models they offer, beside the requests: after a change, at the start, and every hour."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from gateway.catalog.catalog import base_url_of, configurations_of, headers_of, resolved, secret_of
from gateway.catalog.references import Unresolved
from gateway.errors import GatewayError
from gateway.organisation.audit import by_itself
from gateway.vendors import VENDORS
from gateway.vendors.vendor import Sent
from store.catalog.integrations import IntegrationRow, all_integrations
from store.catalog.models import ModelRow, models_of
from store.secrets.vault import VaultLocked

if TYPE_CHECKING:
    from gateway.plant import Plant

log = logging.getLogger("tollhouse.discover")
PATIENCE_SECONDS = 10.0
EVERY_SECONDS = 3600.0
MOST_MODELS = 20_000


class Offer(msgspec.Struct, frozen=True):
    """One model in a vendor's list."""

    id: str


class Offers(msgspec.Struct, frozen=True):
    """A vendor's list of models."""

    data: list[Offer]


def discover_soon(plant: Plant, integration_id: str | None = None) -> asyncio.Task[None]:
    """Ask one integration's vendor, or all of them; nobody need wait for the answer."""
    task = asyncio.get_running_loop().create_task(discover(plant, integration_id))
    plant.errands.add(task)
    task.add_done_callback(plant.errands.discard)
    return task


async def discover_hourly(plant: Plant) -> None:
    """Ask every vendor, for ever."""
    while True:
        await discover_soon(plant)
        await asyncio.sleep(EVERY_SECONDS)


async def discover(plant: Plant, integration_id: str | None = None) -> None:
    """Ask, and keep what has changed; a vendor that does not answer keeps the models it had."""
    async with plant.database.session() as session:
        rows = [row for row in await all_integrations(session) if integration_id in (None, row.id)]
    answers = await asyncio.gather(*(offered(plant, row) for row in rows))
    changed = [(row, offers) for row, offers in zip(rows, answers, strict=True) if offers is not None]
    try:
        for row, offers in changed:
            await keep(plant, row.id, offers)
    except GatewayError as error:
        log.warning("models were not written: %s", error)


async def offered(plant: Plant, row: IntegrationRow) -> set[str] | None:
    """The models a vendor offers, None if it does not say."""
    vendor = VENDORS[row.vendor]
    try:
        configurations = resolved(configurations_of(row, plant.vault), plant.references)
        secret = secret_of(row, plant.vault, plant.references)
        headers = headers_of(vendor, secret, configurations)
        if vendor.models_path is None:
            raise ValueError("its vendor has no such list")
        base_url, sent = base_url_of(vendor, secret, configurations), Sent(vendor.models_path, b"", method="GET")
        reply, body = await plant.upstream.ask(base_url, sent, headers, vendor.id, PATIENCE_SECONDS)
        if reply.status != 200:
            raise ValueError(f"status {reply.status}")
        offers = msgspec.json.decode(body, type=Offers).data
    except (GatewayError, Unresolved, VaultLocked, ValueError) as error:
        log.info("integration %s does not list its models: %s", row.slug, error)
        return None
    return {offer.id for offer in offers[:MOST_MODELS]}


async def keep(plant: Plant, integration_id: str, offers: set[str]) -> None:
    """Write new models down and forget those that are gone, unless somebody decided about them."""
    async with plant.database.session() as session:
        known = {row.slug: row for row in await models_of(session, integration_id)}
    gone = [row for row in known.values() if row.discovered and row.slug not in offers]
    if not gone and offers <= known.keys():
        return
    with by_itself("discover"):
        async with plant.change() as session:
            for row in gone:
                await session.delete(await session.merge(row))
            session.add_all(new_rows(integration_id, offers - known.keys()))


def new_rows(integration_id: str, slugs: Iterable[str]) -> list[ModelRow]:
    """Models as the vendor lists them."""
    return [ModelRow(integration_id=integration_id, slug=slug, discovered=True) for slug in sorted(slugs)]

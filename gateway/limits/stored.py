"""The limits in the database, gathered for the snapshot; and what they have counted, for the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.limits.catalog import LimitCatalog, Owner, catalog_of
from store.counters import all_adjustments, counters_since, forget_counters
from store.policies import all_policies

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlmodel.ext.asyncio.session import AsyncSession

    from gateway.limits.book import Book
    from store.api_keys import ApiKeyRow
    from store.database import Database
    from store.providers import ProviderRow

KEPT_MS = 400 * 86_400_000
"""How long counters of periods that are over are kept."""


async def limits_in(
    session: AsyncSession, keys: Iterable[ApiKeyRow], providers: Iterable[ProviderRow], others: Iterable[Owner] = ()
) -> LimitCatalog:
    """Every limit there is; `others` are owners whose rows are read elsewhere."""
    rows = list(providers)
    owners = [*owners_of(keys, rows), *others]
    integration_of = {row.slug: f"{row.integration_id}@{row.workspace}" for row in rows}
    return catalog_of(owners, await all_policies(session), integration_of, await all_adjustments(session))


def owners_of(keys: Iterable[ApiKeyRow], providers: Iterable[ProviderRow]) -> Iterator[Owner]:
    """Keys and providers that may have limits."""
    for key in keys:
        if key.usage_limits or key.rate_limits:
            yield Owner("api_key", key.id, key.name, key.usage_limits, key.rate_limits)
    for row in providers:
        yield Owner("provider", row.slug, row.slug, row.usage_limits, row.rate_limits)


async def remember_counters(book: Book, database: Database, now_ms: int) -> None:
    """What was charged before the start; what an earlier run left in the spool must be in the database."""
    async with database.session() as session:
        await forget_counters(session, now_ms - KEPT_MS)
        await session.commit()
        book.remember(await counters_since(session, 0))

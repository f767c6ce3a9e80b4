"""Who has limits, of the database's rows; and what they have counted, for the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.limits.catalog import Owner
from store.limits.counters import counters_since, forget_counters

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gateway.limits.book import Book
    from store.catalog.providers import ProviderRow
    from store.database import Database
    from store.organisation.api_keys import ApiKeyRow

KEPT_MS = 400 * 86_400_000
"""How long counters of periods that are over are kept."""


def owners_of_keys(rows: Iterable[ApiKeyRow]) -> Iterator[Owner]:
    """Keys that may have limits."""
    return (Owner("api_key", row.id, row.name, row.usage_limits, row.rate_limits) for row in rows)


def owners_of_providers(rows: Iterable[ProviderRow]) -> Iterator[Owner]:
    """Providers, by their slugs."""
    return (Owner("provider", row.slug, row.slug, row.usage_limits, row.rate_limits) for row in rows)


async def remember_counters(book: Book, database: Database, now_ms: int) -> None:
    """What was charged before the start; what an earlier run left in the spool must be in the database."""
    async with database.session() as session:
        await forget_counters(session, now_ms - KEPT_MS)
        await session.commit()
        book.remember(await counters_since(session, 0))

"""Everything a request needs from the gateway, made once at the start and passed along; nothing is global."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import IntegrityError, OperationalError

from gateway.attempts.bursts import Lines
from gateway.catalog.references import References
from gateway.catalog.sources import Sources, Touched
from gateway.errors import Conflict, StoreBusy
from gateway.limits.book import Book
from gateway.notifications.courier import Courier
from gateway.notifications.health import Health
from gateway.organisation.audit import note_changes
from gateway.snapshot import load
from gateway.telemetry.meters import Meters
from gateway.watching.alerts import Standings
from gateway.watching.under_way import UnderWay
from store.audit.changes import Change, watch
from store.ids import KeyHash, KeyId

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

    from gateway.batches.shelf import Shelf
    from gateway.catalog.catalog import Catalog
    from gateway.domain import Call, Caller
    from gateway.exports.desk import Desk
    from gateway.log.ledger import Ledger
    from gateway.prices import PriceList
    from gateway.routing.signals import Signals
    from gateway.settings import Settings
    from gateway.snapshot import Snapshot
    from gateway.telemetry.exporter import Exporter
    from gateway.tokens import Tokens
    from gateway.upstream import Upstream
    from gateway.watching.live import Live
    from gateway.watching.vitals import Vitals
    from store.database import Database
    from store.limits.rate_journal import RateJournal
    from store.secrets.vault import Vault
    from store.spool.writer import LogWriter


@dataclass(slots=True, kw_only=True)
class Plant:
    """The running gateway. `snapshot` is replaced whole; the rest stays."""

    settings: Settings
    version: str
    database: Database
    vault: Vault
    writer: LogWriter
    ledger: Ledger
    rates: RateJournal
    upstream: Upstream
    prices: PriceList
    vitals: Vitals
    live: Live
    signals: Signals
    tokens: Tokens
    pause: Callable[[float], Awaitable[None]]
    """Wait so many seconds; an argument, so that tests need not."""
    owner: Caller
    owner_hash: KeyHash
    snapshot: Snapshot
    sources: Sources = field(default_factory=Sources)
    """What the snapshot was made of."""
    changing: asyncio.Lock
    """Held while something is changed: what is checked must still hold when it is written."""
    errands: set[asyncio.Task[Any]] = field(default_factory=set)
    """Work beside the requests; it ends with the gateway."""
    lines: Lines = field(default_factory=Lines)
    """Embeddings that wait for a vendor which has too much to do."""
    limits: Book = field(default_factory=Book)
    """What budgets and rates have counted."""
    under_way: UnderWay = field(default_factory=UnderWay)
    """Requests that wait for a vendor."""
    last_used: dict[KeyId, int] = field(default_factory=dict)
    """When API keys were used, in epoch milliseconds; written down now and then."""
    is_draining: bool = False
    health: Health = field(default_factory=Health)
    """Which providers fail."""
    standings: Standings = field(default_factory=Standings)
    """What needs care."""
    courier: Courier = field(default_factory=Courier)
    """Notifications on their way."""
    desk: Desk
    """Exports of the log that are being written."""
    shelf: Shelf
    """Files and batches of vendors that have them otherwise than OpenAI."""
    meters: Meters = field(default_factory=Meters)
    """What Prometheus is told."""
    exporter: Exporter | None = None
    """What an OpenTelemetry collector is sent, if there is one."""

    def now(self) -> datetime:
        """What signatures are made with."""
        return datetime.now(UTC)

    @property
    def references(self) -> References:
        """What credentials that are kept elsewhere are looked up in."""
        return References(self.settings.secrets_dir)

    def catalog(self, call: Call) -> Catalog:
        """What the caller of a request may use."""
        assert call.caller is not None, "a request is authenticated before it is sent anywhere"
        return self.snapshot.catalog(call.caller)

    async def refresh(self, touched: Touched | None = None) -> None:
        """Make what is in the database hold for the next request; `changing` is held by who calls."""
        now_ms = time.time_ns() // 1_000_000
        where = (self.database, self.vault, self.prices, now_ms, self.references)
        found = await load(self.sources, *where, touched)
        self.limits.adjust(found.limits.adjustments)
        self.snapshot = replace(found, callers={**found.callers, self.owner_hash: self.owner})

    @asynccontextmanager
    async def change(self) -> AsyncIterator[AsyncSession]:
        """A transaction that holds for the next request once the block is left. Raises StoreBusy and Conflict."""
        async with self.changing:
            try:
                async with self.database.session() as session:
                    await watch(session)
                    yield session
                    changes = await note_changes(session, self.vault)
                    await session.commit()
            except IntegrityError as error:
                raise Conflict("That name is taken already; choose another.") from error
            except OperationalError as error:
                raise busy(error) from error
            await self.refresh(touched_by(changes))


def touched_by(changes: Iterable[Change]) -> Touched:
    """Which rows were changed, by table."""
    found: dict[str, set[str]] = {}
    for change in changes:
        found.setdefault(change.table, set()).add(change.id)
    return found


def busy(error: OperationalError) -> StoreBusy:
    """What to say when the database cannot be written or read."""
    return StoreBusy(f"The database cannot be used now ({error.orig}); nothing was changed. Try again.", retry_after=5)

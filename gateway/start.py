"""From settings to a running gateway, and back: opening everything in order, serving, draining, closing."""

from __future__ import annotations

import asyncio
import fcntl
import gc
import os
import secrets
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager, suppress
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.api.cors import shared_with
from gateway.app import App, data_plane, keyed
from gateway.batches.shelf import Shelf
from gateway.domain import Caller
from gateway.exports.desk import Desk
from gateway.limits.kept_rates import keep_rates, save_at_last
from gateway.limits.stored import remember_counters
from gateway.log.ledger import Ledger
from gateway.log.wire import settled, started
from gateway.organisation.audit import begin_audit
from gateway.organisation.founding import found_organisation
from gateway.organisation.scopes import SCOPES
from gateway.plant import Plant
from gateway.prices import PriceList
from gateway.routing.signals import Signals
from gateway.snapshot import Snapshot
from gateway.sockets import CannotStart, at_port, at_socket
from gateway.telemetry.meters import Meters
from gateway.tokens import Tokens
from gateway.upstream import Upstream
from gateway.watching.live import Live
from gateway.watching.vitals import Vitals, midnight
from store.database import Database, DatabaseUnusable, open_database
from store.ids import ApiSecret, KeyId, Slug
from store.limits.rate_journal import RateJournal
from store.log.reading import totals_since
from store.log.retention import Keeping
from store.secrets.master_key import source_of, vault_for
from store.secrets.vault import Vault, VaultLocked, new_api_secret
from store.spool.spool import Spool, SpoolUnusable
from store.spool.writer import LogWriter

if TYPE_CHECKING:
    from gateway.settings import Settings
    from gateway.telemetry.exporter import Exporter

LEFTOVERS_SECONDS = 5.0
"""How long the start waits for what an earlier run left in the spool."""
OWNER = "operator"
LOOPBACK = "127.0.0.1"


@asynccontextmanager
async def plant_of(settings: Settings) -> AsyncIterator[Plant]:
    """Everything opened, for as long as the block runs. Raises CannotStart."""
    home = settings.home
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(home):
            source = source_of(home, settings.master_key, settings.master_key_file)
            source.read()  # whoever lacks the key must not change the database
            database = await open_database(home / "tollhouse.db")
            try:
                vault = await vault_for(database, source, home)
                await begin_audit(database, vault)
                await found_organisation(database)
                async with running(settings, vault, database) as plant:
                    yield plant
            finally:
                await database.close()
    except (DatabaseUnusable, SpoolUnusable, VaultLocked) as error:
        raise CannotStart(str(error)) from error
    except PermissionError as error:
        raise CannotStart(f"`{error.filename}` cannot be used: {error.strerror}. Choose another `--home`.") from error


@asynccontextmanager
async def running(settings: Settings, vault: Vault, database: Database) -> AsyncIterator[Plant]:
    """The parts that work, for as long as the block runs."""
    writer = LogWriter(settings.home / "tollhouse.db", Spool(settings.home / "spool"), keeping=keeping_of(settings))
    upstream = Upstream(
        connect_seconds=settings.connect_timeout_seconds,
        answer_seconds=settings.answer_timeout_seconds,
        stall_seconds=settings.stall_timeout_seconds,
    )
    vitals = Vitals()
    plant = Plant(
        settings=settings,
        version=installed_version(),
        database=database,
        vault=vault,
        writer=writer,
        ledger=Ledger(writer, vitals),
        rates=RateJournal(settings.home / "rates"),
        upstream=upstream,
        prices=PriceList(),
        vitals=vitals,
        live=Live(started, settled),
        signals=Signals(),
        tokens=Tokens(upstream),
        pause=asyncio.sleep,
        owner=Caller(KeyId(OWNER), OWNER, Slug("default"), SCOPES, is_organisation=True),
        owner_hash=vault.hash_key(owner_key(settings)),
        snapshot=Snapshot({}, {}, vault.hash_key),
        changing=asyncio.Lock(),
        desk=Desk(settings.home / "exports"),
        shelf=Shelf(settings.home / "files"),
        meters=Meters(settings.metrics_metadata),
        exporter=exporter_of(settings),
    )
    writer.start()
    try:
        await writer.caught_up(LEFTOVERS_SECONDS)
        await remember_today(plant)
        plant.limits.memory.recall(plant.rates.read())
        await remember_counters(plant.limits, database, round(time.time() * 1000))
        if plant.shelf.has_any():
            from gateway.batches.pledged import remember_pledges

            await remember_pledges(plant)
        await plant.refresh()
        yield plant
    finally:
        await end(plant)
        await asyncio.to_thread(writer.close)
        upstream.close()


async def end(plant: Plant) -> None:
    """Let everything end that works beside the requests, and keep what it knows."""
    from gateway.housekeeping import note_use_at_last

    await end_errands(plant)
    await note_use_at_last(plant)
    save_at_last(plant.limits, plant.rates)
    await plant.courier.close()
    if plant.exporter is not None:
        await plant.exporter.close(plant)


def exporter_of(settings: Settings) -> Exporter | None:
    """What sends telemetry to a collector, where there is one; its code is not even loaded otherwise."""
    if settings.otlp_endpoint is None:
        return None
    from gateway.telemetry.exporter import Exporter

    said = (word.partition("=") for word in (settings.otlp_headers or "").split(",") if word)
    return Exporter(settings.otlp_endpoint, {name.strip().lower(): value.strip() for name, _, value in said})


def keeping_of(settings: Settings) -> Keeping:
    """How much of the log is kept."""
    return Keeping(
        bodies_days=settings.keep_bodies_days,
        logs_days=settings.keep_logs_days,
        megabytes=settings.keep_megabytes,
        texts=settings.search_bodies == "on",
    )


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; requests under way may end. Raises CannotStart."""
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    async with plant_of(settings) as plant, listening(plant):
        settle_memory()
        await told.wait()
        await drain(plant)


@asynccontextmanager
async def listening(plant: Plant) -> AsyncIterator[None]:
    """Serve for as long as the block runs. Raises CannotStart."""
    app = App(plant)
    async with AsyncExitStack() as doors:
        for door in opened(plant.settings, app):
            await doors.enter_async_context(door)
        learning = asyncio.create_task(learn(plant, app))
        try:
            yield
        finally:
            async with plant.changing:  # cut off in the middle, a transaction would keep the database locked
                learning.cancel()


def opened(settings: Settings, app: App) -> Iterator[AbstractAsyncContextManager[None]]:
    """The door of the applications, and those of the admin API where it has any of its own."""
    has_own = settings.admin_port is not None or settings.admin_socket is not None
    front = data_plane(app) if has_own else app
    origins = settings.allowed_origins
    yield at_port(settings.host, settings.port, shared_with(origins, front) if origins else front)
    if settings.admin_port is not None:
        yield at_port(settings.admin_host or LOOPBACK, settings.admin_port, keyed(app))
    if settings.admin_socket is not None:
        yield at_socket(settings.admin_socket, keyed(app))


async def learn(plant: Plant, app: App) -> None:
    """What would delay the start: prices, the rest of the API, and which models the vendors offer."""
    await plant.prices.load()
    async with plant.changing:
        await plant.refresh(plant.sources.priced())
    plant.prices.ready.set()
    await app.rest()
    await plant.desk.go_on(plant)
    from gateway.catalog.discover import discover_hourly
    from gateway.housekeeping import keep_house
    from gateway.log.repricing import go_on
    from gateway.notifications.watch import Watch

    await go_on(plant)
    async with asyncio.TaskGroup() as group:
        group.create_task(discover_hourly(plant))
        group.create_task(keep_house(plant))
        group.create_task(keep_rates(plant.limits, plant.rates))
        group.create_task(Watch().keep(plant))
        if plant.exporter is not None:
            group.create_task(plant.exporter.keep(plant))


async def drain(plant: Plant) -> None:
    """Take nothing new, and let what is under way end."""
    plant.is_draining = True
    plant.live.wake()
    with suppress(TimeoutError):
        async with asyncio.timeout(plant.settings.drain_seconds):
            await plant.vitals.quiet()
    for task in tuple(plant.under_way.tasks):
        task.cancel()
    await plant.vitals.quiet()


async def end_errands(plant: Plant) -> None:
    """End what runs beside the requests; what is changing something is waited for."""
    async with plant.changing:
        for task in plant.errands:
            task.cancel()
    await asyncio.gather(*plant.errands, return_exceptions=True)


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """The home for us alone: two gateways would drain one spool twice. Raises CannotStart."""
    with open(home / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CannotStart(f"Another gateway uses `{home}` already. End it, or choose another `--home`.") from error
        yield


def owner_key(settings: Settings) -> ApiSecret:
    """The owner's API key: the one that is set, or the one in the home, which is made at the first start."""
    if settings.operator_key:
        return ApiSecret(settings.operator_key.strip())
    file = settings.home / "operator.key"
    if not file.exists():
        draft = file.with_name(f".operator.key.{secrets.token_hex(8)}")
        with open(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as writing:
            writing.write(new_api_secret() + "\n")
        draft.rename(file)
    if key := file.read_text().strip():
        return ApiSecret(key)
    raise CannotStart(f"`{file}` is empty. Delete it, and a new key is made at the next start.")


async def remember_today(plant: Plant) -> None:
    """What the log has of today."""
    since_ms = round(midnight(plant.vitals.began).timestamp() * 1000)
    async with plant.database.session() as session:
        plant.vitals.remember(await totals_since(session, since_ms))


def settle_memory() -> None:
    """What was loaded for the start stays for ever, and need not be looked through at every collection."""
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000, 20, 50)


def installed_version() -> str:
    """As the package says."""
    try:
        return version_of("tollhouse")
    except PackageNotFoundError:
        return "unknown"

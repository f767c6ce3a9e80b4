"""Looks out for what people should be told of, beside the requests, and has each told once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy.exc import OperationalError

from gateway.moments import now_ms
from gateway.notifications.channel import Channel, channel_of
from gateway.notifications.event import HOUR_MS, Event, of_key, of_limit, of_vendor, of_writer
from store.notifications.channels import all_channels, forget_notices, is_first
from store.notifications.events import EventRow, keep_event
from store.organisation.api_keys import all_api_keys, api_key_by_id
from store.organisation.members import all_members
from store.organisation.users import all_users
from store.secrets.vault import VaultLocked

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

    from gateway.plant import Plant

log = logging.getLogger("tollhouse.notifications")
LOOK_SECONDS = 1.0
DAYS = (1, 7)
"""Before a key expires."""
DAY_MS = 86_400_000
KEPT_MS = 400 * DAY_MS
MARKS_KEPT = 10_000


class Watch:
    """What was told already, and when what is looked at hourly was looked at."""

    def __init__(self) -> None:
        self._told: set[str] = set()
        """Marks of what is dealt with."""
        self._untold: set[str] = set()
        """Those of which there was nobody to tell: an hour later there may be."""
        self._new: dict[str, Event] = {}
        """By their marks: what is to be told once the database says whom."""
        self._hourly_at_ms = 0

    async def keep(self, plant: Plant) -> None:
        """Look, for ever."""
        while True:
            await self.look(plant, now_ms())
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self, plant: Plant, at_ms: int) -> None:
        """Tell of what is new."""
        if is_hour := at_ms - self._hourly_at_ms >= HOUR_MS:
            self._told -= self._untold
            self._untold.clear()
        self._note(happening(plant, at_ms))
        if not self._new and not is_hour:
            return
        try:
            async with plant.database.session() as session:
                channels = await usable(session, plant)
                if is_hour:
                    self._note(await expiring(session, at_ms))
                    self._hourly_at_ms = at_ms
                told = [(event, await addresses(session, event)) for event in self._new.values()]
        except OperationalError as error:
            log.warning("notifications wait for the database: %s", error.orig)
            return
        self._new.clear()
        for event, emails in told:
            if not channels:
                self._untold.add(event.mark)
            if await self._is_first(plant, event, at_ms, len(channels)):
                plant.courier.bring(event, channels, emails)

    def _note(self, events: Iterable[Event]) -> None:
        """Keep what was not told yet."""
        self._new.update({event.mark: event for event in events if event.mark not in self._told})

    async def _is_first(self, plant: Plant, event: Event, at_ms: int, channels: int) -> bool:
        """Keep an event, and say whether it was not told before, by this run or an earlier one.

        A sick database does not silence it; without channels it is not told.
        """
        if len(self._told) > MARKS_KEPT:
            self._told.clear()
        self._told.add(event.mark)
        try:
            async with plant.changing, plant.database.session() as session:
                await forget_notices(session, at_ms - KEPT_MS)
                await keep_event(session, row_of(event, at_ms))
                first = bool(channels) and await is_first(session, event.mark, at_ms)
                await session.commit()
        except OperationalError:
            return True
        return first


def row_of(event: Event, at_ms: int) -> EventRow:
    """An event as it is kept."""
    return EventRow(
        mark=event.mark,
        at_ms=at_ms,
        kind=event.kind,
        title=event.title,
        text=event.text,
        level=event.level,
        owner=event.owner,
        limit_id=event.limit_id,
    )


def happening(plant: Plant, at_ms: int) -> Iterator[Event]:
    """What is so at this moment, or was since the last look."""
    while plant.limits.events:
        yield of_limit(plant.limits.events.popleft())
    yield from (of_vendor(share, at_ms) for share in plant.health.failing())
    state = plant.writer.state()
    if state.reason is not None:
        yield of_writer(state.reason, state.waiting, at_ms)


async def usable(session: AsyncSession, plant: Plant) -> list[Channel]:
    """The channels that are enabled and can be read."""
    found = []
    for row in await all_channels(session):
        try:
            found += [channel_of(row, plant.vault)] if row.enabled else []
        except VaultLocked as error:
            log.warning("channel `%s` cannot be used: %s", row.name, error)
    return found


async def expiring(session: AsyncSession, at_ms: int) -> list[Event]:
    """API keys whose time ends within a day, or a week."""
    events = []
    for row in await all_api_keys(session):
        left = None if row.expires_at_ms is None else row.expires_at_ms - at_ms
        days = next((days for days in DAYS if left is not None and 0 < left <= days * DAY_MS), None)
        events += [of_key(row, days)] if days is not None else []
    return events


async def addresses(session: AsyncSession, event: Event) -> list[str]:
    """Whom an event concerns: who is named by the API key, and who administers its workspace."""
    key = await api_key_by_id(session, event.key_id) if event.key_id else None
    workspace = event.workspace or (key.workspace if key else None)
    own = msgspec.json.decode(key.alert_emails, type=list[str]) if key and key.alert_emails else []
    admins = {
        each.user_id for each in await all_members(session) if each.workspace == workspace and each.role == "admin"
    }
    theirs = [user.email for user in await all_users(session) if user.id in admins or user.role in ("owner", "admin")]
    return list(dict.fromkeys([*own, *theirs]))

"""`/v1/notifications/channels`: where people are told of budgets, keys, vendors and the log."""

from __future__ import annotations

from datetime import datetime

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.params import FromPath, JSONBody

from gateway.api.admin.door import Nothing, PlantHere, Problems, found, needs
from gateway.errors import BadRequest, Broken
from gateway.moments import instant, now_ms
from gateway.notifications.channel import TO, Channel, NotSent, about, channel_of, is_known, kind_of
from gateway.notifications.courier import Standing
from gateway.notifications.event import KINDS
from store.ids import new_id
from store.notifications.channels import ChannelRow, all_channels, channel_by_id
from store.secrets.vault import Vault, VaultLocked

READ, UPDATE = needs("organisation_settings.read"), needs("organisation_settings.update")
TEST = "This is a test: notifications of this gateway arrive here."


class NewChannel(msgspec.Struct, frozen=True, kw_only=True):
    """What it takes to make one."""

    name: str
    url: str
    """Apprise's: `slack://…`, `json://…`, `mailtos://user:password@host?to={to}`."""
    events: list[str] = []
    enabled: bool = True


class ChannelChange(msgspec.Struct, frozen=True, kw_only=True):
    """What may be changed; what is left out stays."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    url: str | msgspec.UnsetType = msgspec.UNSET
    events: list[str] | msgspec.UnsetType = msgspec.UNSET
    enabled: bool | msgspec.UnsetType = msgspec.UNSET


class ShownChannel(msgspec.Struct, frozen=True, kw_only=True):
    """One as the API has it, its URL masked."""

    id: str
    name: str
    kind: str
    masked_url: str
    events: list[str]
    enabled: bool
    created_at: datetime | None
    last_updated_at: datetime | None
    last_sent_at: datetime | None
    last_error: str | None
    failing_since: datetime | None
    """Since when it takes nothing."""
    next_try_at: datetime | None
    """When what waits is tried again."""
    waiting: int
    """Notifications that it did not take yet."""
    object: str = "notification-channel"


class ChannelList(msgspec.Struct, frozen=True, kw_only=True):
    """All of them."""

    total: int
    data: list[ShownChannel]
    object: str = "list"


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """It was made."""

    id: str
    object: str = "notification-channel"


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """To whom a test goes, of a channel whose URL has a place for addresses."""

    to: str | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a test got there."""

    sent: bool
    error: str | None


class NotificationsController(Controller):
    """Channels of notifications."""

    path = "/v1/notifications/channels"
    tags = ("Notifications",)

    @get(guards=READ, summary="List channels")
    async def index(self, plant: PlantHere) -> ChannelList:
        """Every channel, oldest first, with how it is."""
        async with plant.database.session() as session:
            rows = await all_channels(session)
        return ChannelList(total=len(rows), data=[shown(row, plant.courier.standing(row.id)) for row in rows])

    @post(guards=UPDATE, status_code=200, summary="Make a channel")
    async def make(self, plant: PlantHere, data: JSONBody[NewChannel]) -> Made:
        """Keep where notifications go, its URL encrypted; `events` says of what, nothing: of everything.

        A URL with `{to}` in it is a template for mail: it tells whom an event concerns, the `alert_emails` of an API
        key and the admins of its workspace.
        """
        await check(data)
        row = ChannelRow(
            id=new_id(), name="", kind="", sealed_url=b"", masked_url="", events="[]", created_at_ms=now_ms()
        )
        apply(row, data, plant.vault)
        async with plant.change() as session:
            session.add(row)
        return Made(id=row.id)

    @get("/{channel_id:str}", guards=READ, summary="Describe a channel")
    async def one(self, plant: PlantHere, channel_id: FromPath[str]) -> ShownChannel:
        """One channel, and how it is."""
        async with plant.database.session() as session:
            row = found(await channel_by_id(session, channel_id), "channel", channel_id)
        return shown(row, plant.courier.standing(row.id))

    @put("/{channel_id:str}", guards=UPDATE, summary="Change a channel")
    async def change(self, plant: PlantHere, channel_id: FromPath[str], data: JSONBody[ChannelChange]) -> Nothing:
        """Change what is given."""
        await check(data)
        async with plant.change() as session:
            row = found(await channel_by_id(session, channel_id), "channel", channel_id)
            apply(row, data, plant.vault)
            row.updated_at_ms = now_ms()
            session.add(row)
        return Nothing()

    @delete("/{channel_id:str}", guards=UPDATE, status_code=200, summary="Delete a channel")
    async def remove(self, plant: PlantHere, channel_id: FromPath[str]) -> Nothing:
        """Tell it of nothing any more."""
        async with plant.change() as session:
            await session.delete(found(await channel_by_id(session, channel_id), "channel", channel_id))
        return Nothing()

    @post("/{channel_id:str}/test", guards=UPDATE, status_code=200, summary="Try a channel")
    async def test(self, plant: PlantHere, channel_id: FromPath[str], data: JSONBody[Trial | None] = None) -> Outcome:
        """Send a test at once, and say whether it was taken."""
        async with plant.database.session() as session:
            row = found(await channel_by_id(session, channel_id), "channel", channel_id)
        channel = opened(row, plant.vault)
        to = data.to if data else None
        address = channel.address([to] if to else [])
        if address is None:
            raise BadRequest(f"This channel's URL has `{TO}` in it: `to` says where the test goes.", param="to")
        try:
            await plant.courier.send_once(channel, address, "Tollhouse: a test", TEST)
        except NotSent as error:
            return Outcome(sent=False, error=str(error))
        return Outcome(sent=True, error=None)


async def check(data: NewChannel | ChannelChange) -> None:
    """Raises BadRequest with everything that is wrong."""
    problems = Problems()
    problems.check(data.name is msgspec.UNSET or bool(data.name.strip()), "name", "is needed")
    for place, kind in enumerate([] if data.events is msgspec.UNSET else data.events):
        problems.check(kind in KINDS, f"events[{place}]", f"is no event; these are: {', '.join(KINDS)}")
    is_right = data.url is msgspec.UNSET or await is_known(data.url)
    problems.check(is_right, "url", "is no URL that Apprise knows, such as `slack://…`; see its list of services")
    problems.settle()


def apply(row: ChannelRow, data: NewChannel | ChannelChange, vault: Vault) -> None:
    """Take over what is given."""
    if data.name is not msgspec.UNSET:
        row.name = data.name.strip()
    if data.url is not msgspec.UNSET:
        row.kind, row.sealed_url = kind_of(data.url), vault.seal(data.url, about(row.id))
        row.masked_url = f"{row.kind}://…{TO if TO in data.url else ''}"
    if data.events is not msgspec.UNSET:
        row.events = msgspec.json.encode(sorted(set(data.events))).decode()
    if data.enabled is not msgspec.UNSET:
        row.enabled = data.enabled


def opened(row: ChannelRow, vault: Vault) -> Channel:
    """A channel that can be used. Raises Broken."""
    try:
        return channel_of(row, vault)
    except VaultLocked as error:
        raise Broken(str(error)) from error


def shown(row: ChannelRow, standing: Standing) -> ShownChannel:
    """A row as the API has it."""
    return ShownChannel(
        id=row.id,
        name=row.name,
        kind=row.kind,
        masked_url=row.masked_url,
        events=msgspec.json.decode(row.events, type=list[str]),
        enabled=row.enabled,
        created_at=instant(row.created_at_ms),
        last_updated_at=instant(row.updated_at_ms),
        last_sent_at=instant(standing.last_sent_at_ms),
        last_error=standing.last_error,
        failing_since=instant(standing.failing_since_ms),
        next_try_at=instant(standing.next_try_at_ms),
        waiting=standing.waiting,
    )

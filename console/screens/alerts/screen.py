"""Alerts: what needs care now, what was notified lately, and the channels by which people are told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime, tzinfo
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content

from console.client import GatewayClient, segment
from console.keyboard import Place
from console.keys_table import bindings
from console.limits.alert_words import channel_row, happened_row, standing_row
from console.screens.live import LiveScreen
from console.screens.resource import Listing
from console.text.plain import plain, plain_line
from console.widgets.columns import Column
from console.widgets.resource_table import ResourceTable, Rows
from console.wire.alerts import Alert, Channel, Outcome
from console.wire.errors import GatewayRefused
from console.wire.limits import Limit

NOW = Listing(
    "now",
    "Now",
    (Column("status", "status", 9), Column("title", "what", 40), Column("text", "how", 36, leaves=1)),
    "All is well: nothing needs care now.",
)
LATELY = Listing(
    "lately",
    "Lately",
    (
        Column("at", "when", 16),
        Column("status", "status", 9),
        Column("title", "what", 40),
        Column("text", "how", 30, leaves=1),
    ),
    "Nothing has happened that people should be told of.",
)
CHANNELS = Listing(
    "channels",
    "Channels",
    (
        Column("name", "channel", 12),
        Column("url", "goes to", 14),
        Column("events", "told of", 12, leaves=1),
        Column("sent", "sent", 6),
        Column("waiting", "waiting", 7, leaves=2, right=True),
        Column("status", "status", 8),
        Column("trouble", "trouble", 22),
    ),
    "Nobody is told of anything yet: n adds a channel, for mail, Slack, a webhook and more.",
)
TEST_SECONDS = 60.0
"""How long a channel may take for a test."""


class AlertsScreen(LiveScreen):
    """What is wrong, what was, and who hears of it."""

    LISTINGS = (NOW, LATELY, CHANNELS)
    tells = True
    PLACES: ClassVar[tuple[Place, ...]] = ("alerts", "lists")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("alerts")]

    def __init__(self, gateway: GatewayClient, zone: tzinfo | None, now: Callable[[], datetime]) -> None:
        super().__init__(gateway, zone, now)
        self.alerts: dict[str, Alert] = {}
        self.events: dict[str, Alert] = {}
        self.channels: dict[str, Channel] = {}
        self.barred: GatewayRefused | None = None
        """Why the channels are not shown."""

    async def ask(self) -> None:
        """What this key may see of it."""
        self.alerts = numbered(await self.gateway.every("/v1/alerts", Alert))
        self.events = numbered(await self.gateway.every("/v1/notifications/events", Alert))
        try:
            found = await self.gateway.every("/v1/notifications/channels", Channel)
        except GatewayRefused as error:
            self.barred, self.channels = error, {}
        else:
            self.barred, self.channels = None, {channel.id: channel for channel in found}

    def rows(self, name: str) -> Rows:
        """What a tab shows."""
        if name == CHANNELS.name:
            return {one.id: channel_row(one, self.now(), self.zone) for one in self.channels.values()}
        if name == LATELY.name:
            return {id: happened_row(event, self.zone) for id, event in self.events.items()}
        return {id: standing_row(alert) for id, alert in self.alerts.items()}

    def about(self, row_id: str) -> Sequence[Content]:
        """An alert whole; of a channel all that its row has."""
        if (chosen := self.alert) is not None:
            return [Content.styled(plain(chosen.title), "bold"), Content(plain(chosen.text))]
        titles = [column.title for column in CHANNELS.columns]
        texts = self.rows(CHANNELS.name).get(row_id, ())
        return [Content(plain(f"{title:<9}{text}")) for title, text in zip(titles, texts, strict=False) if text]

    def remarks(self) -> Iterator[str]:
        """Why there are no channels, where this key may not see them."""
        if self.current == CHANNELS.name and self.barred is not None:
            yield str(self.barred)
        else:
            yield from super().remarks()

    def action_tab(self, by: int) -> None:
        """The list beside this one."""
        names = [listing.name for listing in self.LISTINGS]
        self.turn_to(names[(names.index(self.current) + by) % len(names)])

    def action_list(self, name: str) -> None:
        """A certain list."""
        self.turn_to(name)
        self.load()

    def action_new(self) -> None:
        """One more channel."""
        self.turn_to(CHANNELS.name)
        self.act(self.new_channel)

    def action_edit(self) -> None:
        """The channel under the cursor."""
        self.act_on_channel(self.edit_channel)

    def action_delete(self) -> None:
        """The channel under the cursor, after asking."""
        self.act_on_channel(self.delete_channel)

    def action_switch(self) -> None:
        """Let the channel under the cursor be told, or not."""
        self.act_on_channel(self.switch_channel)

    def action_test(self) -> None:
        """Send something through the channel under the cursor."""
        self.act_on_channel(self.try_channel)

    def action_copy_id(self) -> None:
        """The words of an alert, or what scripts call a channel."""
        if (chosen := self.alert) is not None:
            self.tollhouse.copy(f"{chosen.title}. {chosen.text}", "alert")
        elif self.chosen is not None:
            self.tollhouse.copy(self.chosen, "channel's id")

    def on_resource_table_opened(self, _: ResourceTable.Opened) -> None:
        """To what an alert is about; of a channel its form."""
        if (chosen := self.alert) is not None:
            self.act(lambda: self.follow(chosen))
        else:
            self.action_edit()

    @property
    def alert(self) -> Alert | None:
        """The alert or event under the cursor."""
        lists = {NOW.name: self.alerts, LATELY.name: self.events}
        return lists.get(self.current, {}).get(self.chosen or "")

    async def follow(self, alert: Alert) -> None:
        """The budget, the failing requests, or the key; where there is nothing to go to, all that is known."""
        if alert.limit_id is not None:
            from console.screens.limits.detail import LimitDetailScreen

            limit = await self.gateway.one(f"/v1/limits/{segment(alert.limit_id)}", Limit)
            await self.app.push_screen(LimitDetailScreen(self.gateway, limit, self.zone, self.now))
        elif alert.kind == "vendor_failing":
            await self.tollhouse.show_logs(f"status:error provider:@{alert.owner}")
        elif alert.kind == "key_expiring":
            await self.tollhouse.action_show("keys")
            self.app.screen.query_one("#keys-table", ResourceTable).choose(alert.owner)
        else:
            self.tollhouse.say(f"{alert.title}. {alert.text}")

    def act_on_channel(self, steps: Callable[[Channel], Awaitable[None]]) -> None:
        """Do something with the channel under the cursor, if there is one."""
        if self.current != CHANNELS.name:
            self.tollhouse.say("That is for channels; they are in the third list.")
        elif (channel := self.channels.get(self.chosen or "")) is not None:
            self.act(lambda: steps(channel))

    async def new_channel(self) -> None:
        """Ask where to."""
        from console.screens.alerts.channel_forms import new_channel

        made = await self.fill_in(new_channel(self.gateway))
        if made is not None:
            self.table(CHANNELS.name).choose(made.id or "")

    async def edit_channel(self, channel: Channel) -> None:
        """Its form."""
        from console.screens.alerts.channel_forms import edit_channel

        await self.fill_in(edit_channel(self.gateway, channel))

    async def delete_channel(self, channel: Channel) -> None:
        """It goes, and what waits for it."""
        waits = f" {channel.waiting} that wait for it are lost." if channel.waiting else ""
        consequence = f"Nobody is told of anything by {channel.masked_url} any more.{waits}"
        await self.discard(f"Delete channel `{channel.name}`?", consequence, channel_path(channel))

    async def switch_channel(self, channel: Channel) -> None:
        """The other way round."""
        await self.gateway.change(channel_path(channel), {"enabled": not channel.enabled})
        self.load()

    async def try_channel(self, channel: Channel) -> None:
        """A test, and whether it got there."""
        body = None
        if channel.is_template:
            from console.screens.alerts.channel_forms import address_of_test

            if (body := await self.app.push_screen_wait(address_of_test(channel))) is None:
                return
        self.tollhouse.say(f"Sending a test to `{channel.name}`…")
        path = f"{channel_path(channel)}/test"
        outcome = await self.gateway.send("POST", path, body, Outcome, patience_seconds=TEST_SECONDS)
        if outcome.sent:
            self.tollhouse.say(f"`{channel.name}` took the test.")
        else:
            reason = plain_line(outcome.error or "nobody says why")
            self.notify(reason, title=plain_line(f"`{channel.name}` did not take it"), severity="error", markup=False)
        self.load()


def numbered(found: list[Alert]) -> dict[str, Alert]:
    """Alerts by what tells them apart: the same one keeps its place under the cursor."""
    return {f"{one.kind}:{one.level}:{one.owner}:{one.limit_id}:{one.at}": one for one in found}


def channel_path(channel: Channel) -> str:
    """Where it is."""
    return f"/v1/notifications/channels/{segment(channel.id)}"

"""Keys: every API key, what it may do, and until when."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import BindingType
from textual.content import Content

from console.api_keys.scopes import short_scopes
from console.api_keys.spent import Spent, ask_spent, spent_cell, spent_said
from console.catalog.catalog import ask_limits, spent_and_left
from console.client import GatewayClient, segment
from console.keyboard import Place
from console.keys_table import bindings
from console.limits.words import short_moment
from console.screens.own_limits import OwnLimits
from console.screens.resource import Listing
from console.screens.several import SeveralScreen, named
from console.text.figures import NONE, day_time
from console.text.plain import plain_line
from console.widgets.columns import Column
from console.widgets.resource_table import ResourceTable, Rows, measured
from console.wire.configs import ConfigRow
from console.wire.errors import GatewayError
from console.wire.keys import ApiKey, NewSecret
from console.wire.limits import Limit
from console.wire.people import Workspace

if TYPE_CHECKING:
    from console.screens.keys.forms import Surroundings

SPENT_APART = timedelta(seconds=30)
"""Between two questions for what all keys have spent: it goes through a month of figures."""
KEYS = Listing(
    "keys",
    "Keys",
    (
        Column("name", "name", 13),
        Column("key", "key", 10),
        Column("workspace", "workspace", 11, leaves=2),
        Column("config", "config", 10, leaves=3),
        Column("scopes", "scopes", 17, leaves=5),
        Column("spent", "spent 30d", 9, leaves=6, right=True),
        Column("left", "left", 7, right=True),
        Column("used", "used", 6, right=True),
        Column("expires", "expires", 10, leaves=4),
        Column("status", "status", 9),
        Column("type", "type", 17, leaves=1),
    ),
    "No keys yet: n makes one.",
    has_marks=True,
)


class KeysScreen(OwnLimits, SeveralScreen):
    """API keys: made, changed, rotated, revoked."""

    LISTINGS = (KEYS,)
    tells = True
    PLACES: ClassVar[tuple[Place, ...]] = ("keys", "lists")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("keys")]

    def __init__(self, gateway: GatewayClient, zone: tzinfo | None, now: Callable[[], datetime]) -> None:
        super().__init__(gateway, zone, now)
        self.keys: dict[str, ApiKey] = {}
        self.limits: dict[str, list[Limit]] = {}
        self.spent: Spent | None = None
        """What each has spent; None until that is known."""
        self.spent_at: datetime | None = None
        self.told: Rows = {}

    def about(self, row_id: str) -> Sequence[Content]:
        """What it may do, and how its limits stand."""
        from console.api_keys.pages import at_a_glance

        spent = spent_said(self.spent, row_id)
        return at_a_glance(self.keys[row_id], self.limits.get(row_id, ()), spent, self.zone, self.now())

    async def ask(self) -> None:
        """Every key, masked, and how their limits stand."""
        self.keys = {key.id: key for key in await self.gateway.keys()}
        self.limits = await ask_limits(self.gateway, "api_key")
        await self.tell_rows()
        if self.spent_at is None or self.now() - self.spent_at >= SPENT_APART:
            self.spent_at = self.now()
            self.sum_up()

    async def tell_rows(self) -> None:
        """A row for each key as it is known now."""
        now, limits, spent = self.now(), self.limits, self.spent
        rows = (
            (key.id, key_row(key, limits.get(key.id, ()), spent_cell(spent, key.id), self.zone, now))
            for key in self.keys.values()
        )
        self.told = await measured(KEYS.columns, rows)

    @work(exclusive=True, group="spent")
    async def sum_up(self) -> None:
        """What all of them have spent, while one looks at the list; if nobody says, what was known stays."""
        try:
            spent = await ask_spent(self.gateway, self.now())
        except GatewayError:
            self.spent_at = None
            return
        before, self.spent = self.spent, spent
        if spent != before:
            await self.tell_rows()
            self.show()

    def rows(self, name: str) -> Rows:
        """A row for each key."""
        return self.told if name == KEYS.name else {}

    def action_new(self) -> None:
        """Make one."""
        self.act(self.new_key)

    def action_edit(self) -> None:
        """Change the one under the cursor."""
        self.act_on_key(self.edit_key)

    def action_delete(self) -> None:
        """Revoke the one under the cursor, or those that are marked, after asking."""
        self.act_on_keys(self.revoke_key, self.revoke_keys)

    def action_rotate(self) -> None:
        """Give the one under the cursor a new secret, after asking."""
        self.act_on_key(self.rotate_key)

    def action_pause_key(self) -> None:
        """Refuse the one under the cursor, or those that are marked, until they are wanted again, or no more."""
        self.act_on_keys(self.pause_key, self.pause_keys)

    def action_scopes(self) -> None:
        """Choose what the one under the cursor may do."""
        self.act_on_key(self.choose_scopes)

    def action_limit(self) -> None:
        """A budget or a rate for the one under the cursor."""
        self.act_on_key(self.limit_key)

    def action_requests(self) -> None:
        """Logs, narrowed to the one under the cursor."""
        self.act_on_key(self.show_requests)

    def action_copy_id(self) -> None:
        """What scripts call this key."""
        if (key_id := self.chosen) is not None:
            self.tollhouse.copy(key_id, "key id")

    def on_resource_table_opened(self, _: ResourceTable.Opened) -> None:
        """Into the row."""
        self.act_on_key(self.open_key)

    def act_on_key(self, steps: Callable[[ApiKey], Awaitable[None]]) -> None:
        """Do something with the key under the cursor, if there is one."""
        if self.chosen is not None:
            key = self.keys[self.chosen]
            self.act(lambda: steps(key))

    def act_on_keys(
        self, one: Callable[[ApiKey], Awaitable[None]], several: Callable[[list[ApiKey]], Awaitable[None]]
    ) -> None:
        """Do something with the marked keys; where none is, with the one under the cursor."""
        if keys := [self.keys[key_id] for key_id in self.marked]:
            self.act(lambda: several(keys))
        else:
            self.act_on_key(one)

    async def new_key(self) -> None:
        """Ask what it is for, then show its secret."""
        from console.screens.keys.forms import new_key

        form = new_key(self.gateway, self.now, await self.surroundings(), self.pick)
        made: NewSecret | None = await self.fill_in(form)
        if made is not None:
            self.table(KEYS.name).choose(made.id)
            await self.reveal("The new key", made, "Give it to the application now.")

    async def surroundings(self) -> Surroundings:
        """What a key can belong to."""
        from console.catalog.pages import perhaps
        from console.screens.keys.forms import Surroundings

        workspaces = await perhaps(self.gateway, "/v1/admin/workspaces", Workspace)
        configs = await perhaps(self.gateway, "/v1/configs", ConfigRow)
        return Surroundings(
            {one.slug: one.name for one in workspaces},
            {one.slug: f"{one.slug} ({one.name})" for one in configs if one.status == "active"},
            self.own_scopes,
        )

    @property
    def own_scopes(self) -> list[str] | None:
        """The operator's: nobody gives what he has not; None until the gateway has said."""
        own = self.tollhouse.access.key
        return None if own is None else own.scopes

    async def pick(self, before: Collection[str], title: str = "What may the new key do?") -> list[str] | None:
        """Scopes, one by one."""
        from console.screens.keys.scope_picker import ScopePicker

        return await self.app.push_screen_wait(ScopePicker(title, before, self.own_scopes))

    async def choose_scopes(self, key: ApiKey) -> None:
        """Mark them, then they hold at once."""
        found = await self.pick(key.scopes, f"What may {key.name} do?")
        if found is not None and set(found) != set(key.scopes):
            await self.gateway.change(key_path(key), {"scopes": found})
            self.load()

    async def pause_key(self, key: ApiKey) -> None:
        """Refused, and everything else kept; or let in again."""
        status = "active" if key.status == "paused" else "paused"
        consequence = (
            f"Requests with `{key.key or key.id}` are refused until P resumes it; its budgets stay as they are."
        )
        if status == "paused" and not await self.agreed(f"Pause key `{key.name}`?", consequence, "Pause"):
            return
        await self.gateway.change(key_path(key), {"status": status})
        self.load()

    async def pause_keys(self, keys: list[ApiKey]) -> None:
        """All of them the same way: let in where every one is paused, else paused."""
        is_pausing = not all(key.status == "paused" for key in keys)
        verb, status = ("Pause", "paused") if is_pausing else ("Resume", "active")
        names = {key.id: key.name for key in keys}
        consequence = (
            f"{named(names.values())}: requests with them are {'refused' if is_pausing else 'let in'} at once."
        )
        if await self.agreed(f"{verb} {counted(keys)}?", consequence, verb):
            change = {"status": status}
            await self.each(
                names, lambda key_id: self.gateway.change(key_path(self.keys[key_id]), change), f"{verb}d".lower()
            )

    async def limit_key(self, key: ApiKey) -> None:
        """Its own budgets and rates."""
        await self.set_limits(Limit(id="", level="api_key", owner=key.id, name=key.name))

    async def show_requests(self, key: ApiKey) -> None:
        """The filter that finds what was asked with it."""
        from console.logs.query_words import word

        await self.tollhouse.show_logs(word("key", key.name))

    async def open_key(self, key: ApiKey) -> None:
        """Its page, until one goes back; what is done from there comes back to it, as it is then."""
        from console.api_keys.pages import ask_key_page
        from console.screens.keys.entry import KeyEntryScreen

        steps: dict[str, Callable[[ApiKey], Awaitable[None]]] = {
            "edit": self.edit_key,
            "delete": self.revoke_key,
            "rotate": self.rotate_key,
            "pause_key": self.pause_key,
            "scopes": self.choose_scopes,
            "limit": self.limit_key,
            "requests": self.show_requests,
        }
        while key.id in self.keys:
            key = self.keys[key.id]
            lines = await ask_key_page(self.gateway, key, self.zone, self.now())
            wanted = await self.app.push_screen_wait(KeyEntryScreen(f"Key {key.name}", lines))
            if wanted is None:
                return
            await steps[wanted](key)
            if wanted == "requests":
                return
            await self.ask()
            self.show()

    async def edit_key(self, key: ApiKey) -> None:
        """Its form."""
        from console.screens.keys.forms import edit_key

        await self.fill_in(edit_key(self.gateway, key, self.now, await self.surroundings()))

    async def rotate_key(self, key: ApiKey) -> None:
        """A new secret; the old one works on for the time the gateway gives it."""
        question = f"Rotate key `{key.name}`?"
        if await self.agreed(question, "It gets a new secret; the old one works on for a while, then ends.", "Rotate"):
            fresh = await self.gateway.new_secret(f"/v1/api-keys/{segment(key.id)}/rotate", {})
            ends = fresh.key_transition_expires_at
            until = f"works on until {day_time(ends, self.zone)}" if ends else "ended now"
            await self.reveal(f"The new secret of `{key.name}`", fresh, f"The old one {until}.")

    async def revoke_key(self, key: ApiKey) -> None:
        """It ends now."""
        consequence = f"Applications that use `{key.key or key.id}` are refused at once. This cannot be undone."
        await self.discard(f"Revoke key `{key.name}`?", consequence, f"/v1/api-keys/{segment(key.id)}", "Revoke")

    async def revoke_keys(self, keys: list[ApiKey]) -> None:
        """They end now."""
        names = {key.id: key.name for key in keys}
        consequence = f"{named(names.values())}: applications that use them are refused at once. This cannot be undone."
        if await self.agreed(f"Revoke {counted(keys)}?", consequence, "Revoke"):
            await self.each(names, lambda key_id: self.gateway.delete(key_path(self.keys[key_id])), "revoked")

    async def reveal(self, title: str, made: NewSecret, remark: str) -> None:
        """Show a secret until the operator closes it."""
        from console.screens.secret import SecretScreen

        await self.app.push_screen_wait(SecretScreen(plain_line(title), made.key, remark))


def counted(keys: Collection[ApiKey]) -> str:
    """`3 keys`."""
    return f"{len(keys):,} key{'' if len(keys) == 1 else 's'}"


def key_path(key: ApiKey) -> str:
    """Where it is."""
    return f"/v1/api-keys/{segment(key.id)}"


def key_row(key: ApiKey, limits: Collection[Limit], spent: str, zone: tzinfo | None, now: datetime) -> tuple[str, ...]:
    """One key."""
    expired = key.expires_at is not None and key.expires_at <= now
    return (
        key.name,
        key.key or NONE,
        key.workspace_id or "organisation",
        key.config_id or NONE,
        short_scopes(key.scopes),
        spent,
        spent_and_left(limits)[1],
        short_moment(key.last_used_at, now, zone),
        day_time(key.expires_at, zone)[:10] if key.expires_at else "never",
        "expired" if expired else key.status,
        key.type,
    )

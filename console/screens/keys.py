"""Keys: every API key, what it may do, and until when."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, tzinfo
from typing import ClassVar

from textual.binding import BindingType

from console.client import GatewayClient, segment
from console.figures import NONE, day_time
from console.keys_table import Place, bindings
from console.plain import plain_line
from console.scopes import short_scopes
from console.screens.resource import Listing, ResourceScreen
from console.widgets.columns import Column
from console.widgets.resource_table import ResourceTable, Rows
from console.wire.keys import ApiKey, NewSecret

KEYS = Listing(
    "keys",
    "Keys",
    (
        Column("name", "name", 13),
        Column("key", "key", 10),
        Column("type", "type", 17, leaves=1),
        Column("scopes", "scopes", 20),
        Column("created", "created", 10, leaves=2),
        Column("expires", "expires", 10),
        Column("status", "status", 9),
    ),
    "No keys yet: n makes one.",
)


class KeysScreen(ResourceScreen):
    """API keys: made, changed, rotated, revoked."""

    LISTINGS = (KEYS,)
    PLACES: ClassVar[tuple[Place, ...]] = ("keys", "lists")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("keys")]

    def __init__(self, gateway: GatewayClient, zone: tzinfo | None, now: Callable[[], datetime]) -> None:
        super().__init__(gateway, zone, now)
        self.keys: dict[str, ApiKey] = {}

    async def ask(self) -> None:
        """Every key, masked."""
        self.keys = {key.id: key for key in await self.gateway.keys()}

    def rows(self, name: str) -> Rows:
        """A row for each key."""
        now = self.now()
        return {key.id: key_row(key, self.zone, now) for key in self.keys.values()} if name == KEYS.name else {}

    def action_new(self) -> None:
        """Make one."""
        self.act(self.new_key)

    def action_edit(self) -> None:
        """Change the one under the cursor."""
        self.act_on_key(self.edit_key)

    def action_delete(self) -> None:
        """Revoke the one under the cursor, after asking."""
        self.act_on_key(self.revoke_key)

    def action_rotate(self) -> None:
        """Give the one under the cursor a new secret, after asking."""
        self.act_on_key(self.rotate_key)

    def action_copy_id(self) -> None:
        """What scripts call this key."""
        if (key_id := self.chosen) is not None:
            self.tollhouse.copy(key_id, "key id")

    def on_resource_table_opened(self, _: ResourceTable.Opened) -> None:
        """Into the row."""
        self.open_form()

    def act_on_key(self, steps: Callable[[ApiKey], Awaitable[None]]) -> None:
        """Do something with the key under the cursor, if there is one."""
        if self.chosen is not None:
            key = self.keys[self.chosen]
            self.act(lambda: steps(key))

    async def new_key(self) -> None:
        """Ask what it is for, then show its secret."""
        from console.screens.key_forms import new_key

        made: NewSecret | None = await self.fill_in(new_key(self.gateway, self.now))
        if made is not None:
            self.table(KEYS.name).choose(made.id)
            await self.reveal("The new key", made, "Give it to the application now.")

    async def edit_key(self, key: ApiKey) -> None:
        """Its form."""
        from console.screens.key_forms import edit_key

        await self.fill_in(edit_key(self.gateway, key, self.now))

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

    async def reveal(self, title: str, made: NewSecret, remark: str) -> None:
        """Show a secret until the operator closes it."""
        from console.screens.secret import SecretScreen

        await self.app.push_screen_wait(SecretScreen(plain_line(title), made.key, remark))


def key_row(key: ApiKey, zone: tzinfo | None, now: datetime) -> tuple[str, ...]:
    """One key."""
    expired = key.expires_at is not None and key.expires_at <= now
    return (
        key.name,
        key.key or NONE,
        key.type,
        short_scopes(key.scopes),
        day_time(key.created_at, zone)[:10],
        day_time(key.expires_at, zone)[:10] if key.expires_at else "never",
        "expired" if expired else key.status,
    )

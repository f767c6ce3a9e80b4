"""One workspace: who belongs to it, what it is provided with, what it may use, and what holds for its requests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, tzinfo
from typing import ClassVar

from textual.binding import BindingType

from console.client import GatewayClient, segment
from console.keyboard import Place
from console.keys_table import bindings
from console.limits.words import amount
from console.organisation.people import defaults_rows, member_row
from console.screens.people.screen import perhaps
from console.screens.resource import Listing, ResourceScreen
from console.widgets.columns import Column
from console.widgets.resource_table import ResourceTable, Rows
from console.wire.catalog import Provider
from console.wire.limits import Limit
from console.wire.people import Member, Workspace, WorkspaceWhole

MEMBERS = Listing(
    "members",
    "Members",
    (
        Column("email", "email", 24),
        Column("name", "name", 14, leaves=1),
        Column("role", "role here", 9),
        Column("org", "organisation", 12),
    ),
    "Nobody belongs to it: n adds a user.",
)
PROVIDED = Listing(
    "provided",
    "Providers",
    (Column("slug", "provider", 20), Column("integration", "integration", 20), Column("status", "status", 9)),
    "It is provided with nothing: Catalog (3) provisions an integration to it.",
)
ALLOWED = Listing(
    "allowed",
    "Limits",
    (
        Column("type", "of", 10),
        Column("period", "per", 10),
        Column("limit", "limit", 12, right=True),
        Column("spent", "spent", 12, right=True),
        Column("left", "left", 12, right=True),
        Column("mode", "mode", 7),
    ),
    "It may use what it likes: Limits (6) sets a budget or a rate.",
)
DEFAULTS = Listing(
    "defaults",
    "Defaults",
    (Column("name", "what", 18), Column("value", "is", 40)),
    "Nothing holds for its requests beside the organisation's own defaults: e in People sets some.",
)


class WorkspaceScreen(ResourceScreen):
    """A workspace, a tab for each side of it."""

    LISTINGS = (MEMBERS, PROVIDED, ALLOWED, DEFAULTS)
    PLACES: ClassVar[tuple[Place, ...]] = ("workspace", "lists")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("workspace")]

    def __init__(
        self, gateway: GatewayClient, workspace: Workspace, zone: tzinfo | None, now: Callable[[], datetime]
    ) -> None:
        super().__init__(gateway, zone, now)
        self.slug = workspace.slug
        self.members: dict[str, Member] = {}
        self.providers: list[Provider] = []
        self.limits: list[Limit] = []
        self.defaults: dict[str, object] = dict(workspace.defaults)

    async def ask(self) -> None:
        """All of it: it is little."""
        whole = await self.gateway.one(f"/v1/admin/workspaces/{segment(self.slug)}", WorkspaceWhole)
        self.members, self.defaults = {each.id: each for each in whole.users}, dict(whole.defaults)
        self.providers = await perhaps(self.gateway.every("/v1/providers", Provider, workspace_id=self.slug))
        self.limits = await perhaps(self.gateway.every("/v1/limits", Limit, level="workspace", owner=self.slug))

    def rows(self, name: str) -> Rows:
        """What a tab shows."""
        if name == MEMBERS.name:
            return {each.id: member_row(each) for each in self.members.values()}
        if name == PROVIDED.name:
            return {each.slug: (f"@{each.slug}", each.integration_id, each.status) for each in self.providers}
        if name == ALLOWED.name:
            return {each.id: limit_row(each) for each in self.limits}
        return defaults_rows(self.defaults)

    def action_tab(self, by: int) -> None:
        """The list beside this one."""
        names = [listing.name for listing in self.LISTINGS]
        self.turn_to(names[(names.index(self.current) + by) % len(names)])

    def action_new(self) -> None:
        """Another member."""
        self.act(self.add)

    def action_edit(self) -> None:
        """The member's role."""
        self.act_on_member(self.change_role)

    def action_delete(self) -> None:
        """The member, after asking."""
        self.act_on_member(self.take_out)

    def on_resource_table_opened(self, _: ResourceTable.Opened) -> None:
        """The member's role."""
        if self.current == MEMBERS.name:
            self.open_form()

    def act_on_member(self, steps: Callable[[Member], Awaitable[None]]) -> None:
        """Do something with the member under the cursor, if there is one."""
        if self.current == MEMBERS.name and self.chosen is not None:
            member = self.members[self.chosen]
            self.act(lambda: steps(member))

    async def add(self) -> None:
        """Ask whom."""
        from console.screens.people.forms import new_member

        self.turn_to(MEMBERS.name)
        await self.fill_in(new_member(self.gateway, self.slug))

    async def change_role(self, member: Member) -> None:
        """Ask for the other role."""
        from console.screens.people.forms import edit_member

        await self.fill_in(edit_member(self.gateway, self.slug, member))

    async def take_out(self, member: Member) -> None:
        """They stay users."""
        consequence = (
            "Keys of theirs in this workspace may do nothing from then on. They stay a user of the organisation."
        )
        path = f"/v1/admin/workspaces/{segment(self.slug)}/users/{segment(member.id)}"
        await self.discard(f"Remove `{member.email}` from `{self.slug}`?", consequence, path, "Remove")

    def action_copy_id(self) -> None:
        """What scripts call the row."""
        if (row_id := self.chosen) is not None:
            self.tollhouse.copy(row_id, "id")

    def action_back(self) -> None:
        """To the list; with a filter on, first all rows again."""
        if self.table(self.current).words:
            self.narrow("")
        else:
            self.app.pop_screen()


def limit_row(limit: Limit) -> tuple[str, ...]:
    """A limit of the workspace's own."""
    amounts = (amount(each, limit.type) for each in (limit.limit, limit.spent, limit.left))
    return (limit.type, limit.period, *amounts, limit.mode)

"""People: workspaces, users, and those who are invited."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, tzinfo
from typing import ClassVar, TypeVar

from textual.binding import BindingType

from console.client import GatewayClient, segment
from console.keyboard import Place
from console.keys_table import bindings
from console.organisation.people import People, invite_row, named
from console.screens.resource import Listing, ResourceScreen
from console.widgets.columns import Column
from console.widgets.resource_table import ResourceTable, Rows
from console.wire.errors import GatewayRefused
from console.wire.keys import ApiKey
from console.wire.limits import Limit
from console.wire.people import Invite, InviteLink, Removed, User, Workspace, WorkspaceWhole

T = TypeVar("T")
WORKSPACES = Listing(
    "workspaces",
    "Workspaces",
    (
        Column("name", "name", 14),
        Column("slug", "slug", 12),
        Column("members", "members", 7, right=True),
        Column("keys", "keys", 5, right=True),
        Column("spent", "spent", 14),
        Column("left", "left", 9),
        Column("status", "status", 8, leaves=1),
    ),
    "No workspaces: n makes one.",
)
USERS = Listing(
    "users",
    "Users",
    (
        Column("email", "email", 22),
        Column("name", "name", 12, leaves=1),
        Column("role", "role", 8),
        Column("workspaces", "workspaces", 16),
        Column("seen", "last seen", 16),
    ),
    "No users yet: n invites somebody.",
)
INVITES = Listing(
    "invites",
    "Invites",
    (
        Column("email", "email", 22),
        Column("role", "role", 8),
        Column("workspaces", "workspaces", 18),
        Column("expires", "expires", 16),
        Column("status", "status", 9),
    ),
    "Nobody is invited: n invites somebody.",
)


class PeopleScreen(ResourceScreen):
    """Workspaces, users and invites, a tab each."""

    LISTINGS = (WORKSPACES, USERS, INVITES)
    PLACES: ClassVar[tuple[Place, ...]] = ("people", "lists")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("people")]

    def __init__(self, gateway: GatewayClient, zone: tzinfo | None, now: Callable[[], datetime]) -> None:
        super().__init__(gateway, zone, now)
        self.people = People()

    async def ask(self) -> None:
        """The list that is looked at; what only adds to it may be refused to this key."""
        gateway, known = self.gateway, self.people
        if self.current == INVITES.name:
            known.invites = {each.id: each for each in await self.paged("/v1/admin/users/invites", Invite)}
            return
        if self.current == USERS.name:
            known.users = {each.id: each for each in await self.paged("/v1/admin/users", User)}
        else:
            every = await gateway.every("/v1/admin/workspaces", Workspace)
            known.workspaces = {each.slug: each for each in every}
            known.users = {each.id: each for each in await perhaps(self.paged("/v1/admin/users", User))}
            known.limits = await perhaps(gateway.every("/v1/limits", Limit, level="workspace"))
        known.keys = await perhaps(gateway.every("/v1/api-keys", ApiKey))

    async def paged(self, path: str, kind: type[T]) -> list[T]:
        """Users and invites, whose pages have names of their own."""
        return await self.gateway.every(path, kind, page="currentPage", size="pageSize")

    def rows(self, name: str) -> Rows:
        """What a tab shows."""
        known = self.people
        if name == WORKSPACES.name:
            return {slug: known.workspace_row(each) for slug, each in known.workspaces.items()}
        if name == USERS.name:
            return {each.id: known.user_row(each, self.zone) for each in known.users.values()}
        return {each.id: invite_row(each, self.zone) for each in known.invites.values()}

    def action_tab(self, by: int) -> None:
        """The list beside this one."""
        names = [listing.name for listing in self.LISTINGS]
        self.action_list(names[(names.index(self.current) + by) % len(names)])

    def action_list(self, name: str) -> None:
        """A certain list."""
        self.turn_to(name)
        self.load()

    def action_new(self, name: str = "") -> None:
        """A workspace; in the other lists an invite, which is how somebody becomes a user."""
        if name:
            self.turn_to(name)
        self.act(self.new_workspace if self.current == WORKSPACES.name else self.invite)

    def action_edit(self) -> None:
        """The row under the cursor."""
        steps = {"workspaces": self.edit_workspace, "users": self.edit_user, "invites": self.say_resend}
        self.act_on_row(steps[self.current])

    def action_delete(self) -> None:
        """The row under the cursor, after asking."""
        steps = {"workspaces": self.delete_workspace, "users": self.remove_user, "invites": self.revoke}
        self.act_on_row(steps[self.current])

    def action_resend(self) -> None:
        """A new link for the invite under the cursor."""
        if self.current == INVITES.name:
            self.act_on_row(self.resend)

    def on_resource_table_opened(self, _: ResourceTable.Opened) -> None:
        """Into the workspace; a user's form."""
        if self.current == WORKSPACES.name and self.chosen is not None:
            from console.screens.people.workspace import WorkspaceScreen

            workspace = self.people.workspaces[self.chosen]
            self.app.push_screen(WorkspaceScreen(self.gateway, workspace, self.zone, self.now))
        elif self.current == USERS.name:
            self.open_form()

    def act_on_row(self, steps: Callable[[str], Awaitable[None]]) -> None:
        """Do something with the row under the cursor, if there is one."""
        if (row_id := self.chosen) is not None:
            self.act(lambda: steps(row_id))

    async def new_workspace(self) -> None:
        """Ask what it is called."""
        from console.screens.people.forms import new_workspace

        await self.fill_in(new_workspace(self.gateway))

    async def edit_workspace(self, slug: str) -> None:
        """Its form, with what it is now."""
        from console.screens.people.forms import edit_workspace

        now = await self.gateway.one(f"/v1/admin/workspaces/{segment(slug)}", WorkspaceWhole)
        await self.fill_in(edit_workspace(self.gateway, now))

    async def delete_workspace(self, slug: str) -> None:
        """It goes, if nothing belongs to it any more; the gateway names what still does."""
        members = [user.email for user in self.people.members_of(slug)]
        lose = f"{named(members)} belong to it no more. " if members else "It has no members. "
        consequence = (
            f"{lose}Its logs stay, and its slug stays taken. While keys or providers belong to it, it stays too."
        )
        await self.discard(f"Delete workspace `{slug}`?", consequence, f"/v1/admin/workspaces/{segment(slug)}")

    async def edit_user(self, user_id: str) -> None:
        """Their form."""
        from console.screens.people.forms import edit_user

        await self.fill_in(edit_user(self.gateway, self.people.users[user_id]))

    async def remove_user(self, user_id: str) -> None:
        """They go, and their keys with them."""
        user = self.people.users[user_id]
        keys = [key.name for key in self.people.keys_of(user_id)]
        ends = f"Their keys end at once: {named(keys)}." if keys else "Keys of theirs, if any, end at once."
        leaves = f" They leave {named(user.workspace_ids)}." if user.workspace_ids else ""
        if await self.agreed(f"Remove user `{user.email}`?", ends + leaves, "Remove"):
            gone = await self.gateway.send("DELETE", f"/v1/admin/users/{segment(user_id)}", None, Removed)
            ended = f" Keys revoked: {', '.join(gone.removed_api_keys)}." if gone.removed_api_keys else ""
            self.tollhouse.say(f"{user.email} is removed.{ended}")
            self.load()

    async def invite(self) -> None:
        """Ask whom, then show the link."""
        from console.screens.people.forms import new_invite

        slugs = [each.slug for each in await self.gateway.every("/v1/admin/workspaces", Workspace)]
        made: InviteLink | None = await self.fill_in(new_invite(self.gateway, slugs))
        if made is not None:
            self.turn_to(INVITES.name)
            await self.reveal("The invite's link", made)

    async def say_resend(self, _: str) -> None:
        """An invite is not changed."""
        self.tollhouse.say("An invite cannot be changed: revoke it (d) and invite anew (n); R makes its link anew.")

    async def resend(self, invite_id: str) -> None:
        """Another link; the one before works no more."""
        path = f"/v1/admin/users/invites/{segment(invite_id)}/resend"
        made = await self.gateway.send("POST", path, {}, InviteLink)
        await self.reveal(f"A new link for `{self.people.invites[invite_id].email}`; the one before is void", made)

    async def revoke(self, invite_id: str) -> None:
        """Its link works no more."""
        invite = self.people.invites[invite_id]
        question, path = f"Revoke the invite of `{invite.email}`?", f"/v1/admin/users/invites/{segment(invite_id)}"
        await self.discard(question, "Its link works no more; whoever has it is not told.", path, "Revoke")

    async def reveal(self, title: str, made: InviteLink) -> None:
        """Show a link, once."""
        from console.screens.secret import SecretScreen

        remark = "It works once, for a week. Whoever has it becomes that user: send it where only they read."
        await self.app.push_screen_wait(SecretScreen(title, made.invite_link, remark))
        self.load()

    def action_copy_id(self) -> None:
        """What scripts call the row."""
        if (row_id := self.chosen) is not None:
            self.tollhouse.copy(row_id, "slug" if self.current == WORKSPACES.name else "id")


async def perhaps(asked: Awaitable[list[T]]) -> list[T]:
    """A list, empty where this key may not see it."""
    try:
        return await asked
    except GatewayRefused:
        return []

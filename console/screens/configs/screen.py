"""Configs: every saved one, what it does, who uses it; into the editor, the versions, the explanation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, tzinfo
from typing import ClassVar

from textual.binding import BindingType

from console.client import GatewayClient, segment
from console.configs.drafts import Draft, Drafts
from console.configs.editing import Edited, fetched, providers
from console.configs.templates import filled_in
from console.configs.words import strategy_words
from console.keyboard import Place
from console.keys_table import bindings
from console.places import state_folder
from console.screens.fields import Values
from console.screens.resource import Listing, ResourceScreen
from console.text.figures import day_time
from console.text.plain import plain_line
from console.widgets.columns import Column
from console.widgets.resource_table import ResourceTable, Rows
from console.wire.configs import ConfigRow
from console.wire.errors import GatewayError

CONFIGS = Listing(
    "configs",
    "Configs",
    (
        Column("name", "name", 14),
        Column("slug", "slug", 14),
        Column("strategy", "strategy", 16),
        Column("targets", "targets", 16, leaves=2),
        Column("version", "v", 3, leaves=3, right=True),
        Column("used", "used by", 12),
        Column("workspace", "workspace", 9, leaves=1),
        Column("updated", "updated", 10, leaves=4),
        Column("status", "status", 8),
    ),
    "No configs yet: n makes one, from a template.",
)


class ConfigsScreen(ResourceScreen):
    """Saved configs."""

    LISTINGS = (CONFIGS,)
    PLACES: ClassVar[tuple[Place, ...]] = ("configs", "lists")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("configs")]

    def __init__(self, gateway: GatewayClient, zone: tzinfo | None, now: Callable[[], datetime]) -> None:
        super().__init__(gateway, zone, now)
        self.configs: dict[str, ConfigRow] = {}
        self.drafts = Drafts(state_folder(), gateway.url)

    async def ask(self) -> None:
        """All of them."""
        self.configs = {row.slug: row for row in await self.gateway.every("/v1/configs", ConfigRow)}

    def rows(self, name: str) -> Rows:
        """A row for each."""
        return {slug: config_row(row, self.zone) for slug, row in self.configs.items()} if name == CONFIGS.name else {}

    def action_new(self) -> None:
        """Begin one."""
        self.act(self.new_config)

    def action_edit(self) -> None:
        """Its name and whether it is used."""
        self.act_on_config(self.rename)

    def action_delete(self) -> None:
        """Forget the one under the cursor, after asking."""
        self.act_on_config(self.delete)

    def action_explain(self) -> None:
        """What the one under the cursor makes of a request; with none there, what would rule a request."""
        from console.screens.configs.explain import ConfigExplainScreen

        row = self.configs.get(self.chosen or "")
        name, slug = (row.name, row.slug) if row is not None else ("whatever rules a request", None)
        self.app.push_screen(ConfigExplainScreen(self.gateway, name, slug))

    def action_versions(self) -> None:
        """What the one under the cursor said before."""
        self.act_on_config(self.show_versions)

    def action_outside(self) -> None:
        """Into the editor, and there at once into the operator's own."""
        self.act_on_config(lambda row: self.open(row.slug, is_outside=True))

    def action_copy_id(self) -> None:
        """What a request calls it."""
        if self.chosen is not None:
            self.tollhouse.copy(self.chosen, "slug")

    def on_resource_table_opened(self, _: ResourceTable.Opened) -> None:
        """Into the editor."""
        self.act_on_config(lambda row: self.open(row.slug))

    def act_on_config(self, steps: Callable[[ConfigRow], Awaitable[None]]) -> None:
        """Do something with the config under the cursor, if there is one."""
        if self.chosen is not None:
            row = self.configs[self.chosen]
            self.act(lambda: steps(row))

    async def new_config(self) -> None:
        """What it is called and what it begins with; then the editor. A draft that was left is offered first."""
        from console.screens.configs.forms import new_config

        if (draft := self.drafts.find("")) is not None and await self.wants(draft):
            self.edit(Edited(draft.name, draft.slug, "", None, draft.workspace), draft.text)
            return
        values: Values | None = await self.fill_in(new_config())
        if values is not None:
            text = filled_in(values["template"], await self.known_providers())
            self.edit(Edited(values["name"], values["slug"], text))

    async def known_providers(self) -> tuple[str, ...]:
        """Those a template may name; where they may not be seen, none."""
        try:
            return await providers(self.gateway)
        except GatewayError:
            return ()

    async def open(self, slug: str, *, is_outside: bool = False) -> None:
        """The editor, with the draft that was left if it is wanted."""
        edited, draft = await fetched(self.gateway, slug), self.drafts.find(slug)
        text = None
        if draft is not None and draft.text != edited.text and await self.wants(draft):
            text, edited.version_id = draft.text, draft.version_id
        self.edit(edited, text, is_outside=is_outside)

    async def wants(self, draft: Draft) -> bool:
        """Whether a draft is taken up; if not, it is forgotten."""
        question = f"Go on with the unsaved edit of {draft.name}?"
        if await self.agreed(question, "It was left unsaved. Cancel forgets it.", "Go on"):
            return True
        self.drafts.forget(draft.slug if draft.version_id else "")
        return False

    def edit(self, edited: Edited, text: str | None = None, *, is_outside: bool = False) -> None:
        """The editor."""
        from console.screens.configs.editor import ConfigEditorScreen

        screen = ConfigEditorScreen(self.gateway, edited, self.zone, self.now, text)
        self.app.push_screen(screen)
        if is_outside:
            screen.call_after_refresh(screen.action_outside)

    async def rename(self, row: ConfigRow) -> None:
        """Its form."""
        from console.screens.configs.forms import edit_config

        await self.fill_in(edit_config(self.gateway, row))

    async def delete(self, row: ConfigRow) -> None:
        """Ask, naming who would lose it."""
        users = f"It is used by {', '.join(row.used_by)}: the gateway will refuse. " if row.used_by else ""
        consequence = f"{users}Its {row.version} version(s) go with it; requests that name it are refused from then on."
        await self.discard(f"Delete config `{row.slug}`?", consequence, f"/v1/configs/{segment(row.slug)}")

    async def show_versions(self, row: ConfigRow) -> None:
        """The versions, compared with what it says now."""
        from console.screens.configs.versions import ConfigVersionsScreen

        now = (await fetched(self.gateway, row.slug)).text
        await self.app.push_screen_wait(ConfigVersionsScreen(self.gateway, row.slug, self.zone, self.now, now))


def config_row(row: ConfigRow, zone: tzinfo | None) -> tuple[str, ...]:
    """One config."""
    status = (
        "broken" if row.trouble else row.status if row.status != "active" else "default" if row.is_default else "ok"
    )
    return (
        row.name,
        row.slug,
        strategy_words(row.mode, row.targets),
        ", ".join(row.targets),
        str(row.version),
        plain_line(used_words(row.used_by)),
        row.workspace_id,
        day_time(row.last_updated_at, zone),
        status,
    )


def used_words(users: list[str]) -> str:
    """The first, and how many more."""
    if not users:
        return "nobody"
    more = f" +{len(users) - 1}" if len(users) > 1 else ""
    first = users[0].partition(",")[0].replace("API key ", "").replace("workspace ", "all of ")
    return f"{first.replace('`', '')}{more}"

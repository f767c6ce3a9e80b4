"""The versions of a config: who saved what when, what that changed, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from itertools import pairwise
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.getters import query_one
from textual.widgets import Static

from console.client import GatewayClient, segment
from console.configs.editing import Edited, fetched
from console.configs.versions import counts, diff_lines, text_of
from console.keyboard import Place
from console.keys_table import bindings
from console.screens.resource import Listing, ResourceScreen
from console.text.figures import day_time
from console.text.plain import plain_line
from console.widgets.columns import Column
from console.widgets.key_bar import KeyBar
from console.widgets.resource_table import ResourceTable, Rows
from console.widgets.status_line import StatusLine
from console.widgets.text_view import TextView
from console.wire.configs import SavedAnswer, Version, VersionList

VERSIONS = Listing(
    "versions",
    "Versions",
    (
        Column("version", "v", 4, right=True),
        Column("when", "saved", 16),
        Column("who", "by", 20),
        Column("changed", "lines", 9),
        Column("name", "name", 20, leaves=1),
    ),
    "It was never saved.",
)


class ConfigVersionsScreen(ResourceScreen):
    """Every version, and the difference between the one under the cursor and another."""

    CSS_PATH = "versions.tcss"
    LISTINGS = (VERSIONS,)
    PLACES: ClassVar[tuple[Place, ...]] = ("versions", "lists")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("versions")]
    diff = query_one("#diff", TextView)

    def __init__(
        self, gateway: GatewayClient, slug: str, zone: tzinfo | None, now: Callable[[], datetime], text: str
    ) -> None:
        super().__init__(gateway, zone, now)
        self.slug = slug
        self.text = text
        """What it is compared with unless another version is marked: what stands in the editor."""
        self.versions: dict[str, Version] = {}
        self.marked: str | None = None
        self.rolled_back: Edited | None = None
        """What it says since it was rolled back here."""

    def compose(self) -> ComposeResult:
        """The list, what is compared with what, the difference."""
        yield StatusLine()
        yield Static(plain_line(f"Versions of {self.slug}"), id="heading", markup=False)
        yield ResourceTable(VERSIONS.columns, id="versions-table")
        yield Static(id="against", markup=False)
        yield TextView(id="diff")
        yield Static(id="note", markup=False)
        yield KeyBar("versions", "everywhere")

    async def ask(self) -> None:
        """All of them, newest first."""
        found = await self.gateway.one(f"/v1/configs/{segment(self.slug)}/versions", VersionList)
        self.versions = {row.version_id: row for row in found.data}

    def rows(self, name: str) -> Rows:
        """A row for each, with what it changed."""
        if name != VERSIONS.name:
            return {}
        changed = {
            newer.version_id: counts(text_of(older.config), text_of(newer.config))
            for newer, older in pairwise(self.versions.values())
        }
        return {
            row.version_id: (
                f"{'●' if row.version_id == self.marked else ''}{row.version}",
                day_time(row.last_updated_at, self.zone),
                row.updated_by_name or row.updated_by or "",
                changed.get(row.version_id, "first"),
                row.name,
            )
            for row in self.versions.values()
        }

    def show(self) -> None:
        """The list, and the difference."""
        super().show()
        self.show_diff()

    def on_resource_table_moved(self, _: ResourceTable.Moved) -> None:
        """Another version."""
        self.show_diff()

    def show_diff(self) -> None:
        """From the version under the cursor to the marked one, or to what stands in the editor."""
        chosen = self.versions.get(self.chosen or "")
        if chosen is None:
            return
        other = self.versions.get(self.marked or "")
        name = f"version {other.version}" if other is not None else "now in the editor"
        after = text_of(other.config) if other is not None else self.text
        mine = f"version {chosen.version}"
        self.query_one("#against", Static).update(plain_line(f"From {mine} to {name}"))
        self.diff.show(diff_lines(text_of(chosen.config), after, (mine, name)))
        self.diff.to_beginning()

    def action_mark(self) -> None:
        """Compare with this one from now on; again, with the editor."""
        self.marked = None if self.marked == self.chosen else self.chosen
        self.show()

    def action_roll_back(self) -> None:
        """Let it say that again, after asking."""
        if (row := self.versions.get(self.chosen or "")) is not None:
            self.act(lambda: self.roll_back(row))

    async def roll_back(self, row: Version) -> None:
        """Ask, then have the gateway do it: it has the credentials of then."""
        question = f"Roll {self.slug} back to version {row.version}?"
        consequence = (
            f"What it said then, its credentials included, holds from the next request on, as version "
            f"{len(self.versions) + 1}. What is not saved in the editor goes."
        )
        if await self.agreed(question, consequence, "Roll back"):
            body = {"version_id": row.version_id}
            await self.gateway.send("POST", f"/v1/configs/{segment(self.slug)}/rollback", body, SavedAnswer)
            self.rolled_back = await fetched(self.gateway, self.slug)
            self.tollhouse.say(f"{self.slug} says what it said in version {row.version}.")
            self.dismiss()

    def action_scroll_page(self, by: int) -> None:
        """A screenful of the difference."""
        self.diff.move_page(by)

    def action_back(self) -> None:
        """Where one came from."""
        self.dismiss()

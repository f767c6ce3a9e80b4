"""Limits: every budget and rate, how much of it is spent, set aside and left, live."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content

from console.client import GatewayClient
from console.keyboard import Place
from console.keys_table import bindings
from console.limits.words import bar, facts, figure, refusals, sentence, short_moment, state, what, whose
from console.screens.limits.acts import LimitActs
from console.screens.resource import Listing
from console.text.plain import plain
from console.widgets.columns import Column
from console.widgets.resource_table import ResourceTable, Rows
from console.wire.limits import Limit

AT_ONCE = "1000"
"""Limits of one page: the gateway works out all of them for each."""
BAR = 10
"""Cells."""
LIMITS = Listing(
    "limits",
    "Limits",
    (
        Column("whose", "whose", 15),
        Column("limit", "limit", 14),
        Column("bar", "█spent▒held", BAR + 1),
        Column("spent", "spent", 7, right=True),
        Column("reserved", "held", 7, leaves=2, right=True),
        Column("left", "left", 7, right=True),
        Column("empty", "empty", 6, leaves=4),
        Column("resets", "resets", 6, leaves=5),
        Column("mode", "mode", 6, leaves=3),
        Column("refused", "refused", 7, leaves=1, right=True),
        Column("status", "status", 7),
    ),
    "No limits yet: n sets a budget or a rate.",
)


class LimitsScreen(LimitActs):
    """Every budget and rate there is."""

    LISTINGS = (LIMITS,)
    tells = True
    PLACES: ClassVar[tuple[Place, ...]] = ("limits", "lists")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("limits")]

    def __init__(self, gateway: GatewayClient, zone: tzinfo | None, now: Callable[[], datetime]) -> None:
        super().__init__(gateway, zone, now)
        self.limits: dict[str, Limit] = {}

    async def ask(self) -> None:
        """All of them."""
        self.limits = {limit.id: limit for limit in await self.gateway.every("/v1/limits", Limit, page_size=AT_ONCE)}

    def rows(self, name: str) -> Rows:
        """A row for each; the list begins with what is nearest to its end."""
        now, ranked = self.now(), sorted(self.limits.values(), key=urgency)
        return {limit.id: limit_row(limit, now, self.zone) for limit in ranked} if name == LIMITS.name else {}

    def about(self, row_id: str) -> Sequence[Content]:
        """How it stands, what it does about it, and how long it lasts."""
        limit = self.limits[row_id]
        name, *rest = facts(limit)
        return [Content.styled(plain(name), "bold"), Content(plain(sentence(limit, self.zone))), *map(Content, rest)]

    @property
    def limit(self) -> Limit | None:
        """The one under the cursor."""
        return self.limits.get(self.chosen or "")

    def action_new(self, kind: str = "budget") -> None:
        """A budget or a rate."""
        self.act(lambda: self.add_limit(kind, self.limit))

    def on_resource_table_opened(self, _: ResourceTable.Opened) -> None:
        """Into the row."""
        from console.screens.limits.detail import LimitDetailScreen

        if (limit := self.limit) is not None:
            self.app.push_screen(LimitDetailScreen(self.gateway, limit, self.zone, self.now))


def urgency(limit: Limit) -> tuple[bool, float, str]:
    """What is out comes first, then by how much of it is used."""
    used = (limit.spent + limit.reserved) / limit.limit if limit.limit > 0 else float(not limit.is_rule)
    return (limit.status != "exhausted", -used, whose(limit))


def limit_row(limit: Limit, now: datetime, zone: tzinfo | None) -> tuple[str, ...]:
    """One limit; a rule has no numbers but those it would have refused."""
    if limit.is_rule:
        return (whose(limit), what(limit), *[""] * 6, limit.mode, refusals(limit), state(limit))
    return (
        whose(limit),
        what(limit),
        bar(limit, BAR),
        figure(limit.spent, limit.type),
        figure(limit.reserved, limit.type) if limit.reserved else "",
        figure(limit.left, limit.type),
        short_moment(limit.runs_out_at, now, zone),
        short_moment(limit.resets_at, now, zone),
        limit.mode,
        refusals(limit),
        state(limit),
    )

"""Catalog: vendor accounts, the names requests have for them, and their models."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content

from console.catalog.catalog import (
    ask_catalog,
    ask_health,
    ask_limits,
    integration_rows,
    model_rows,
    provider_rows,
    workspaces_said,
)
from console.keyboard import Place
from console.keys_table import bindings
from console.screens.catalog.acts import CatalogActs
from console.screens.resource import Listing
from console.text.plain import plain
from console.widgets.columns import Column
from console.widgets.resource_table import ResourceTable, Rows, measured
from console.wire.catalog import Model

INTEGRATIONS = Listing(
    "integrations",
    "Integrations",
    (
        Column("slug", "integration", 14),
        Column("name", "name", 10, leaves=2),
        Column("vendor", "vendor", 10),
        Column("host", "base URL", 24),
        Column("key", "key", 11, leaves=1),
        Column("models", "models", 7, leaves=3, right=True),
        Column("workspaces", "for", 4, leaves=4, right=True),
        Column("health", "err p95, 1 h", 12, leaves=5, right=True),
        Column("status", "status", 8),
    ),
    "No integrations yet: n adds one.",
)
PROVIDERS = Listing(
    "providers",
    "Providers",
    (
        Column("slug", "provider", 16),
        Column("name", "name", 12, leaves=1),
        Column("integration", "integration", 14),
        Column("workspace", "workspace", 10, leaves=2),
        Column("spent", "spent", 8, leaves=3, right=True),
        Column("left", "left", 8, right=True),
        Column("status", "status", 9),
        Column("expires", "expires", 16, leaves=4),
    ),
    "No providers yet: n adds one; an integration brings one along.",
)
MODELS = Listing(
    "models",
    "Models",
    (
        Column("model", "model", 24),
        Column("integration", "integration", 11),
        Column("in", "$/M in", 7, right=True),
        Column("out", "$/M out", 7, right=True),
        Column("window", "reads", 6, leaves=3, right=True),
        Column("workspaces", "for", 4, leaves=2, right=True),
        Column("status", "enabled", 7),
        Column("custom", "custom", 6, leaves=1),
    ),
    "No models yet: n adds one by name; integrations bring the ones they know.",
    has_marks=True,
)


class CatalogScreen(CatalogActs):
    """Integrations, providers and models, a tab each."""

    LISTINGS = (INTEGRATIONS, PROVIDERS, MODELS)
    PLACES: ClassVar[tuple[Place, ...]] = ("catalog", "lists")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("catalog")]
    tells = True
    _models_known: tuple[dict[str, str], dict[str, list[Model]]] | None = None
    """Of what the rows of models were made."""
    _model_rows: Rows = MappingProxyType({})

    def about(self, row_id: str) -> Sequence[Content]:
        """What is known of it; Enter also says what uses it."""
        from console.catalog.pages import at_a_glance

        page = at_a_glance(self.catalog, self.current, row_id, self.zone, self.now())
        name = f"@{row_id}" if self.current == PROVIDERS.name else row_id
        return [] if page is None else [Content.styled(plain(name), "bold"), *page.lines]

    async def ask(self) -> None:
        """What there is; models only where they are looked at, for there may be thousands."""
        if not self.vendors:
            self.vendors = {vendor.id: vendor for vendor in await self.gateway.vendors()}
        self.catalog = await ask_catalog(self.gateway, self.catalog, with_models=self.current == MODELS.name)
        if self.current == PROVIDERS.name:
            self.catalog.limits = await ask_limits(self.gateway, "provider")
        if self.current == INTEGRATIONS.name:
            self.catalog.health = await ask_health(self.gateway, self.now())
        if (known := self.known_models()) != self._models_known:
            self._model_rows, self._models_known = await measured(MODELS.columns, model_rows(self.catalog)), known
        if self.catalog.failure is not None:
            raise self.catalog.failure

    def rows(self, name: str) -> Rows:
        """What a tab shows."""
        if name == INTEGRATIONS.name:
            return integration_rows(self.catalog, {one.id: one.base_url or "" for one in self.vendors.values()})
        if name == PROVIDERS.name:
            return provider_rows(self.catalog, self.zone, self.now())
        if (known := self.known_models()) != self._models_known:  # one was switched since all were asked for
            self._model_rows, self._models_known = dict(model_rows(self.catalog)), known
        return self._model_rows

    def known_models(self) -> tuple[dict[str, str], dict[str, list[Model]]]:
        """Of what the rows of models are made; of a hundred thousand it takes a third of a second to make them."""
        return {slug: workspaces_said(one) for slug, one in self.catalog.integrations.items()}, dict(
            self.catalog.models
        )

    def action_tab(self, by: int) -> None:
        """The list beside this one."""
        names = [listing.name for listing in self.LISTINGS]
        self.turn_to(names[(names.index(self.current) + by) % len(names)])
        self.load()

    def action_list(self, name: str) -> None:
        """A certain list."""
        self.turn_to(name)
        self.load()

    def action_new(self, name: str = "") -> None:
        """One more in this list, or in a certain one."""
        if name:
            self.turn_to(name)
        steps = {"integrations": self.new_integration, "providers": self.new_provider, "models": self.new_model}
        self.act(steps[self.current])

    def action_edit(self) -> None:
        """The row under the cursor."""
        steps = {"integrations": self.edit_integration, "providers": self.edit_provider, "models": self.edit_model}
        self.act_on_row(steps[self.current])

    def action_delete(self) -> None:
        """The row under the cursor, after asking."""
        steps = {
            "integrations": self.delete_integration,
            "providers": self.delete_provider,
            "models": self.delete_model,
        }
        if marked := self.marked:
            self.act(lambda: self.delete_models(marked))
        else:
            self.act_on_row(steps[self.current])

    def on_resource_table_opened(self, _: ResourceTable.Opened) -> None:
        """Into the row."""
        self.act_on_row(self.open_entry)

    def action_switch(self) -> None:
        """Enable or disable the model under the cursor, or those that are marked."""
        if marked := self.marked:
            self.act(lambda: self.toggle_models(marked, "are marked"))
        else:
            self.act_on_row(self.toggle_model)

    def action_switch_shown(self) -> None:
        """Enable or disable every model that the filter leaves."""
        self.act(lambda: self.toggle_models(list(self.table(MODELS.name).shown), "the list shows"))

    def action_test(self, name: str = "") -> None:
        """Does this key work? Of the row under the cursor, or of the first where a command has led here."""
        if name:
            self.turn_to(name)
        self.act(self.try_chosen)

    def action_provision(self) -> None:
        """Let workspaces use the integration."""
        self.act_on_row(self.provision)

    def action_limit(self) -> None:
        """A budget or a rate for the provider."""
        self.act_on_row(self.limit_provider)

    def action_requests(self) -> None:
        """Logs, narrowed to the row."""
        if (row_id := self.chosen) is not None:
            self.act(lambda: self.show_requests(row_id))

    def action_copy_id(self) -> None:
        """What a request says for this row."""
        if (row_id := self.chosen) is None:
            return
        if self.current == MODELS.name:
            slug, model = self.catalog.model(row_id)
            row_id = self.catalog.request_name(slug, model.slug) or model.slug
        self.tollhouse.copy(f"@{row_id}" if self.current == PROVIDERS.name else row_id, "name")

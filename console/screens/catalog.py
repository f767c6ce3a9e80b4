"""Catalog: vendor accounts, the names requests have for them, and their models."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, tzinfo
from typing import ClassVar

from textual.binding import BindingType

from console.catalog import Catalog, ask_catalog, integration_rows, model_rows, provider_rows
from console.client import GatewayClient, GatewayRefused, segment
from console.keys_table import Place, bindings
from console.screens.resource import Listing, ResourceScreen
from console.widgets.columns import Column
from console.widgets.resource_table import ResourceTable, Rows
from console.wire.catalog import Integration, Vendor

INTEGRATIONS = Listing(
    "integrations",
    "Integrations",
    (
        Column("slug", "integration", 14),
        Column("name", "name", 10, leaves=2),
        Column("vendor", "vendor", 10),
        Column("host", "base URL", 18),
        Column("key", "key", 12, leaves=1),
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
        Column("status", "status", 9),
        Column("expires", "expires", 16),
    ),
    "No providers yet: n adds one; an integration brings one along.",
)
MODELS = Listing(
    "models",
    "Models",
    (
        Column("model", "model", 30),
        Column("integration", "integration", 14),
        Column("status", "enabled", 8),
        Column("custom", "custom", 6),
    ),
    "No models yet: n adds one by name; integrations bring the ones they know.",
)


class CatalogScreen(ResourceScreen):
    """Integrations, providers and models, a tab each."""

    LISTINGS = (INTEGRATIONS, PROVIDERS, MODELS)
    PLACES: ClassVar[tuple[Place, ...]] = ("catalog", "lists")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("catalog")]

    def __init__(self, gateway: GatewayClient, zone: tzinfo | None, now: Callable[[], datetime]) -> None:
        super().__init__(gateway, zone, now)
        self.catalog = Catalog()
        self.vendors: dict[str, Vendor] = {}

    async def ask(self) -> None:
        """What there is; models only where they are looked at, for there may be thousands."""
        if not self.vendors:
            self.vendors = {vendor.id: vendor for vendor in await self.gateway.vendors()}
        self.catalog = await ask_catalog(self.gateway, self.catalog, with_models=self.current == MODELS.name)
        if self.catalog.failure is not None:
            raise self.catalog.failure

    def rows(self, name: str) -> Rows:
        """What a tab shows."""
        if name == INTEGRATIONS.name:
            return integration_rows(self.catalog, {one.id: one.base_url or "" for one in self.vendors.values()})
        return (
            provider_rows(self.catalog, self.zone, self.now()) if name == PROVIDERS.name else model_rows(self.catalog)
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
        self.act_on_row(steps[self.current])

    def on_resource_table_opened(self, _: ResourceTable.Opened) -> None:
        """Into the row."""
        self.open_form()

    def act_on_row(self, steps: Callable[[str], Awaitable[None]]) -> None:
        """Do something with the row under the cursor, if there is one."""
        if (row_id := self.chosen) is not None:
            self.act(lambda: steps(row_id))

    async def new_integration(self) -> None:
        """Ask for a vendor account."""
        from console.screens.catalog_forms import new_integration

        self.vendors = {vendor.id: vendor for vendor in await self.gateway.vendors()}
        await self.fill_in(new_integration(self.gateway, self.vendors.values()))

    async def edit_integration(self, slug: str) -> None:
        """Its form, with what it is now."""
        from console.screens.catalog_forms import edit_integration

        now = await self.gateway.integration(slug)
        vendor = self.vendors.get(now.ai_provider_id)
        await self.fill_in(edit_integration(self.gateway, now, vendor))

    async def delete_integration(self, slug: str) -> None:
        """It goes, and its providers with it."""
        named = [f"@{provider.slug}" for provider in self.catalog.providers_of(slug)]
        gone = f"Its providers go too: {', '.join(named)}." if named else "It has no providers."
        consequence = f"{gone} Requests that name them are refused from then on."
        await self.discard(f"Delete integration `{slug}`?", consequence, f"/v1/integrations/{segment(slug)}")

    async def new_provider(self) -> None:
        """Ask for another name of an integration."""
        from console.screens.catalog_forms import new_provider

        if integrations := await self.integrations_or_advice():
            await self.fill_in(new_provider(self.gateway, integrations, self.now))

    async def edit_provider(self, slug: str) -> None:
        """Its form."""
        from console.screens.catalog_forms import edit_provider

        await self.fill_in(edit_provider(self.gateway, self.catalog.providers[slug], self.now))

    async def delete_provider(self, slug: str) -> None:
        """It goes; its integration stays."""
        consequence = f"Requests that say `@{slug}/…` are refused from then on. The integration and its key stay."
        await self.discard(f"Delete provider `@{slug}`?", consequence, f"/v1/providers/{segment(slug)}")

    async def new_model(self) -> None:
        """Ask for a model by name."""
        from console.screens.catalog_forms import new_model

        if integrations := await self.integrations_or_advice():
            beside = self.catalog.model(self.chosen)[0] if self.chosen else None
            added = await self.fill_in(new_model(self.gateway, integrations, beside))
            self.table(MODELS.name).choose(added or "")

    async def edit_model(self, row_id: str) -> None:
        """May requests use it?"""
        from console.screens.catalog_forms import edit_model

        slug, model = self.catalog.model(row_id)
        await self.fill_in(edit_model(self.gateway, slug, model, self.catalog.request_name(slug, model.slug)))

    async def delete_model(self, row_id: str) -> None:
        """Custom ones only: the others come with the vendor."""
        slug, model = self.catalog.model(row_id)
        if not model.is_custom:
            raise GatewayRefused(0, f"`{model.slug}` comes with its vendor; Space disables it.")
        if await self.agreed(f"Delete model `{model.slug}`?", "Requests for it are refused from then on.", "Delete"):
            await self.gateway.forget_model(slug, model.slug)
            self.load()

    def action_switch(self) -> None:
        """Enable or disable the model under the cursor."""
        if self.current == MODELS.name:
            self.act_on_row(self.toggle_model)

    async def toggle_model(self, row_id: str) -> None:
        """The other way round, and nothing else."""
        slug, model = self.catalog.model(row_id)
        await self.gateway.put_models(slug, {"models": [{"slug": model.slug, "enabled": not model.enabled}]})
        self.catalog.models[slug] = await self.gateway.models(slug)
        self.show()

    def action_copy_id(self) -> None:
        """What a request says for this row."""
        if (row_id := self.chosen) is None:
            return
        if self.current == MODELS.name:
            slug, model = self.catalog.model(row_id)
            row_id = self.catalog.request_name(slug, model.slug) or model.slug
        self.tollhouse.copy(f"@{row_id}" if self.current == PROVIDERS.name else row_id, "name")

    async def integrations_or_advice(self) -> list[Integration]:
        """What a provider or a model can belong to, as it is now; where there is nothing, that is said."""
        await self.ask()
        if not self.catalog.integrations:
            self.tollhouse.say("There is no integration yet. Add one first: n in Integrations.")
        return list(self.catalog.integrations.values())

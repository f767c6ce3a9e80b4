"""What can be done about an integration, a provider or a model, from the lists and from the page of one alike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, tzinfo

from console.catalog.catalog import Catalog
from console.client import GatewayClient, segment
from console.screens.own_limits import OwnLimits
from console.screens.several import SeveralScreen, named
from console.text.figures import short_duration
from console.wire.catalog import Integration, Trial, Vendor
from console.wire.errors import GatewayRefused

PATIENCE_SECONDS = 40
"""A vendor is asked up to three times, each with a patience of its own."""


class CatalogActs(OwnLimits, SeveralScreen):
    """Steps, each of which takes the id of a row: a slug, or of a model `integration/model`."""

    def __init__(self, gateway: GatewayClient, zone: tzinfo | None, now: Callable[[], datetime]) -> None:
        super().__init__(gateway, zone, now)
        self.catalog = Catalog()
        self.vendors: dict[str, Vendor] = {}

    def act_on_row(self, steps: Callable[[str], Awaitable[None]]) -> None:
        """Do something with the row under the cursor, if there is one."""
        if (row_id := self.chosen) is not None:
            self.act(lambda: steps(row_id))

    async def new_integration(self) -> None:
        """Ask for a vendor account."""
        from console.screens.catalog.forms import new_integration

        self.vendors = {vendor.id: vendor for vendor in await self.gateway.vendors()}
        await self.fill_in(new_integration(self.gateway, self.vendors.values()))

    async def edit_integration(self, slug: str) -> None:
        """Its form, with what it is now."""
        from console.screens.catalog.forms import edit_integration

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
        from console.screens.catalog.forms import new_provider

        if integrations := await self.integrations_or_advice():
            await self.fill_in(new_provider(self.gateway, integrations, self.now))

    async def edit_provider(self, slug: str) -> None:
        """Its form."""
        from console.screens.catalog.forms import edit_provider

        await self.fill_in(edit_provider(self.gateway, self.catalog.providers[slug], self.now))

    async def delete_provider(self, slug: str) -> None:
        """It goes; its integration stays."""
        consequence = f"Requests that say `@{slug}/…` are refused from then on. The integration and its key stay."
        await self.discard(f"Delete provider `@{slug}`?", consequence, f"/v1/providers/{segment(slug)}")

    async def new_model(self) -> None:
        """Ask for a model by name."""
        from console.screens.catalog.model_forms import new_model

        if integrations := await self.integrations_or_advice():
            beside = self.catalog.model(self.chosen)[0] if self.chosen else None
            added = await self.fill_in(new_model(self.gateway, integrations, beside))
            self.table("models").choose(added or "")

    async def edit_model(self, row_id: str) -> None:
        """May requests use it?"""
        from console.screens.catalog.model_forms import edit_model

        slug, model = self.catalog.model(row_id)
        await self.fill_in(edit_model(self.gateway, slug, model, self.catalog.request_name(slug, model.slug)))

    async def delete_model(self, row_id: str) -> None:
        """Custom ones only: the others come with the vendor."""
        slug, model = self.catalog.model(row_id)
        if not model.is_custom:
            raise GatewayRefused(0, f"`{model.slug}` comes with its vendor; P disables it.")
        if await self.agreed(f"Delete model `{model.slug}`?", "Requests for it are refused from then on.", "Delete"):
            await self.gateway.forget_model(slug, model.slug)
            self.load()

    async def delete_models(self, row_ids: list[str]) -> None:
        """Those that are marked, if they are all custom."""
        found = {row_id: self.catalog.model(row_id) for row_id in row_ids}
        if bound := [model.slug for _, model in found.values() if not model.is_custom]:
            raise GatewayRefused(0, f"{named(bound)}: what comes with a vendor stays; P disables it.")
        names = {row_id: model.slug for row_id, (_, model) in found.items()}
        consequence = f"{named(names.values())}: requests for them are refused from then on."
        if await self.agreed(f"Delete {len(names):,} model{'' if len(names) == 1 else 's'}?", consequence, "Delete"):
            await self.each(names, lambda row_id: self.gateway.forget_model(found[row_id][0], names[row_id]), "deleted")

    async def toggle_model(self, row_id: str) -> None:
        """The other way round, and nothing else."""
        slug, model = self.catalog.model(row_id)
        await self.gateway.put_models(slug, {"models": [{"slug": model.slug, "enabled": not model.enabled}]})
        self.catalog.models[slug] = await self.gateway.models(slug)
        self.show()

    async def toggle_models(self, row_ids: list[str], which: str) -> None:
        """All of them the same way: off where every one is on, else on."""
        models = self.catalog.models_by_row()
        found = [models[row_id] for row_id in row_ids]
        if not found:
            return
        is_on = not all(model.enabled for _, model in found)
        verb = "Enable" if is_on else "Disable"
        consequence = f"Requests for {'them are allowed' if is_on else 'them are refused'} from then on."
        counted = f"{len(found):,} model{'' if len(found) == 1 else 's'}"
        if not await self.agreed(f"{verb} the {counted} that {which}?", consequence, verb):
            return
        by_integration: dict[str, list[str]] = {}
        for slug, model in found:
            by_integration.setdefault(slug, []).append(model.slug)
        for slug, names in by_integration.items():
            change = {"models": [{"slug": name, "enabled": is_on} for name in names]}
            await self.gateway.put_models(slug, change)
            self.catalog.models[slug] = await self.gateway.models(slug)
        self.table(self.current).unmark()
        self.show()

    async def try_chosen(self) -> None:
        """The integration under the cursor, once it is known which there are."""
        if self.chosen is None:
            await self.ask()
            self.show()
        if (slug := self.chosen) is not None:
            await self.try_integration(slug)

    async def try_integration(self, slug: str) -> None:
        """Ask its vendor, and say what came of it, whose fault it is, and what to do."""
        self.tollhouse.say(f"Asking the vendor of `{slug}`…")
        path = f"/v1/integrations/{segment(slug)}/test"
        trial = await self.gateway.send("POST", path, {}, Trial, patience_seconds=PATIENCE_SECONDS)
        if trial.works:
            self.tollhouse.say(f"The key of `{slug}` works: {trial.said} ({short_duration(trial.took_ms)}).")
        else:
            from console.catalog.pages import trial_lines
            from console.screens.page import PageScreen

            await self.app.push_screen(PageScreen(f"The key of {slug} does not work", trial_lines(trial)))

    async def provision(self, slug: str) -> None:
        """Who may use it, and how much."""
        from console.limits.limited import access_path
        from console.screens.catalog.provision_form import provision
        from console.wire.limits import AccessList
        from console.wire.people import Workspace

        rows = (await self.gateway.one(access_path(slug), AccessList)).workspaces
        named = {each.slug: each.name for each in await self.gateway.every("/v1/admin/workspaces", Workspace)}
        await self.fill_in(provision(self.gateway, slug, rows, named))

    async def limit_provider(self, slug: str) -> None:
        """Its own budgets and rates."""
        from console.wire.limits import Limit

        await self.set_limits(Limit(id="", level="provider", owner=slug, name=slug))

    async def show_requests(self, row_id: str) -> None:
        """The filter that finds what went by this row."""
        await self.tollhouse.show_logs(self.filter_of(row_id))

    def filter_of(self, row_id: str) -> str:
        """Of an integration the first of its providers: a filter takes one."""
        if self.current == "models":
            slug, model = self.catalog.model(row_id)
            named = self.catalog.providers_of(slug)
            return f"model:{model.slug}" + (f" provider:@{named[0].slug}" if len(named) == 1 else "")
        if self.current == "providers":
            return f"provider:@{row_id}"
        named = self.catalog.providers_of(row_id)
        if not named:
            raise GatewayRefused(0, f"`{row_id}` has no provider, so that no request can go by it: n in Providers.")
        return f"provider:@{named[0].slug}"

    async def open_entry(self, row_id: str) -> None:
        """Its page, until one goes back; what is done from there comes back to it, as it is then."""
        from console.catalog.pages import ask_page
        from console.screens.catalog.entry import CatalogEntryScreen

        steps = self.steps()
        while True:
            page = await ask_page(self.gateway, self.catalog, self.current, row_id, self.zone, self.now())
            if page is None:
                return
            wanted = await self.app.push_screen_wait(CatalogEntryScreen(page.title, page.lines, self.current))
            if wanted is None:
                return
            await steps[wanted](row_id)
            if wanted == "requests" or not self.is_current:
                return
            await self.ask()
            self.show()

    def steps(self) -> dict[str, Callable[[str], Awaitable[None]]]:
        """What a key of the page does, by its action."""
        kind = self.current.removesuffix("s")
        own = {"edit": getattr(self, f"edit_{kind}"), "delete": getattr(self, f"delete_{kind}")}
        more = {"test": self.try_integration, "provision": self.provision, "limit": self.limit_provider}
        return own | more | {"switch": self.toggle_model, "requests": self.show_requests}

    async def integrations_or_advice(self) -> list[Integration]:
        """What a provider or a model can belong to, as it is now; where there is nothing, that is said."""
        await self.ask()
        if not self.catalog.integrations:
            self.tollhouse.say("There is no integration yet. Add one first: n in Integrations.")
        return list(self.catalog.integrations.values())

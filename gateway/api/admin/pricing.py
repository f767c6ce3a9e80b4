"""`/v1/model-configs/pricing/{provider}/{model}`: what a model costs, in Portkey's shape.

Source: portkey.ai/docs/api-reference/admin-api (Get Model Pricing); prices are US cents per token or unit. Portkey asks
for no key here; we do, for nothing of this gateway answers strangers.
"""

from __future__ import annotations

from typing import Any

from litestar import Controller, get
from litestar.params import FromPath

from gateway.api.admin.door import PlantHere, found, needs
from gateway.prices.portkey import in_portkeys_words
from gateway.vendors import VENDORS

READERS = needs("completions.write", "models.list", "providers.list", "organisation_integrations.list")


class PricingController(Controller):
    """The price list."""

    path = "/"
    tags = ("Models",)

    @get(
        ["/v1/model-configs/pricing/{vendor:str}/{model:path}", "/model-configs/pricing/{vendor:str}/{model:path}"],
        guards=READERS,
        summary="Say what a model costs, in US cents per token",
    )
    async def one(self, plant: PlantHere, vendor: FromPath[str], model: FromPath[str]) -> dict[str, Any]:
        """The list's price of today; an integration's own prices and multipliers are not in it."""
        await plant.prices.ready.wait()
        name = model.removeprefix("/")
        price = found(plant.prices.price(priced_as(vendor), name), "price for the model", f"{vendor}/{name}")
        batch = price.services.get("batch")
        return in_portkeys_words(price.rates, batch.rates if batch else None)


def priced_as(vendor: str) -> str:
    """A vendor's name in the price list; who is no vendor of ours may still be in the list."""
    known = next((each for each in VENDORS.values() if vendor == each.id or vendor in each.aliases), None)
    return known.priced_as or vendor if known else vendor

"""How the gateway is: `/v1/health` for machines, `/v1/stats` for the status line, `/v1/vendors` for forms."""

from __future__ import annotations

import msgspec
from litestar import Controller, get
from litestar.response import Response

from gateway.api.admin.door import PlantHere, caller_of, needs
from gateway.api.admin.limits import Request_
from gateway.api.admin.stats import Stats, stats_for
from gateway.api.health import Health, health_of
from gateway.vendors import VENDORS, Vendor


class SettingShown(msgspec.Struct, frozen=True, kw_only=True):
    """What a vendor wants beside a key, as `configurations` of an integration have it."""

    name: str
    what: str
    is_needed: bool
    is_secret: bool


class VendorShown(msgspec.Struct, frozen=True, kw_only=True):
    """A vendor an integration may be for."""

    id: str
    name: str
    base_url: str | None
    needs_key: bool
    settings: list[SettingShown]
    functions: list[str]
    """The endpoints below `/v1/` that it has itself; messages and responses are translated for every one with chat."""
    object: str = "vendor"


class VendorList(msgspec.Struct, frozen=True, kw_only=True):
    """All of them."""

    total: int
    data: list[VendorShown]
    object: str = "list"


class ObserveController(Controller):
    """How the gateway is."""

    path = "/v1"
    tags = ("Gateway",)

    @get("/health", summary="Say whether requests are served")
    async def health(self, plant: PlantHere) -> Response[Health]:
        """200 when requests are served, 503 with the reason when not; no key is needed."""
        found = health_of(plant)
        return Response(found, status_code=503 if found.status == "unavailable" else 200)

    @get("/stats", guards=needs("analytics.view", "logs.list"), summary="Say how the gateway is doing")
    async def stats(self, request: Request_, plant: PlantHere) -> Stats:
        """Rates of the last ten seconds, sums of today in the time zone of this machine, and whether all is well.

        A workspace's key is told of its own requests.
        """
        return await stats_for(plant, caller_of(request))

    @get(
        "/vendors",
        guards=needs("organisation_integrations.list", "workspace_integrations.list"),
        summary="List vendors",
    )
    async def vendors(self) -> VendorList:
        """Whom an integration may be for."""
        rows = [shown(vendor) for vendor in VENDORS.values()]
        return VendorList(total=len(rows), data=rows)


def shown(vendor: Vendor) -> VendorShown:
    """A vendor as the API has it."""
    return VendorShown(
        id=vendor.id,
        name=vendor.name,
        base_url=None if callable(vendor.base_url) else vendor.base_url,
        needs_key=vendor.needs_key,
        settings=[
            SettingShown(name=each.name, what=each.what, is_needed=each.is_needed, is_secret=each.is_secret)
            for each in vendor.settings
        ],
        functions=[function.value for function in vendor.functions if function.value],
    )

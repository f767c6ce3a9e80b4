"""A vendor and a gateway of its own for each test."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from console.demo.vendor import SimulatedVendor, serve_vendor
from tests.gateway.running import Furnished, Gateway, furnish, gateway_in
from tests.ports import kept_port


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    """Made once: a first start, and an account, take a gateway three times as long as what most tests ask of it."""
    with kept_port() as port:
        yield asyncio.run(furnish(tmp_path_factory.mktemp("furnished"), port))


@pytest.fixture
async def vendor(furnished: Furnished) -> AsyncIterator[SimulatedVendor]:
    """A vendor that answers at once; the one that furnished homes know."""
    async with serve_vendor(port=furnished.vendor_port) as vendor:
        yield vendor


@pytest.fixture
async def gateway(tmp_path: Path, furnished: Furnished, vendor: SimulatedVendor) -> AsyncIterator[Gateway]:
    """A gateway with the vendor behind `@demo`, whose models it knows."""
    furnished.copy(tmp_path)
    async with gateway_in(tmp_path, furnished.app_key) as gateway:
        await vendor.asked()  # for its models, as at each start
        await asyncio.gather(*gateway.plant.errands)
        vendor.forget()
        yield gateway
        await gateway.is_up_to_date()

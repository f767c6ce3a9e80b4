"""A vendor and a gateway of its own for each test."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from console.demo.vendor import SimulatedVendor, serve_vendor
from tests.gateway.running import Gateway, add_demo, gateway_in


@pytest.fixture
async def vendor() -> AsyncIterator[SimulatedVendor]:
    """A vendor that answers at once."""
    async with serve_vendor() as vendor:
        yield vendor


@pytest.fixture
async def gateway(tmp_path: Path, vendor: SimulatedVendor) -> AsyncIterator[Gateway]:
    """A gateway with the vendor behind `@demo`."""
    async with gateway_in(tmp_path) as gateway:
        await add_demo(gateway.admin, vendor.url)
        await asyncio.gather(*gateway.plant.errands)
        vendor.forget()
        yield gateway
        await gateway.is_up_to_date()

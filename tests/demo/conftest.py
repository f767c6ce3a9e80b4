"""A vendor of its own for each test."""

from collections.abc import AsyncIterator

import httpx
import pytest

from console.demo.vendor import SimulatedVendor, serve_vendor


@pytest.fixture
async def vendor() -> AsyncIterator[SimulatedVendor]:
    """A vendor that answers at once."""
    async with serve_vendor(clock=lambda: 1_795_507_200.0) as vendor:
        yield vendor


@pytest.fixture
async def client(vendor: SimulatedVendor) -> AsyncIterator[httpx.AsyncClient]:
    """A client that believes the vendor is OpenAI."""
    async with httpx.AsyncClient(base_url=vendor.url, timeout=5) as client:
        yield client

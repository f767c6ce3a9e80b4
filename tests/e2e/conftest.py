"""One gateway with one vendor for all tests that leave both as they were; others start their own."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from openai import AsyncOpenAI, DefaultAsyncHttpxClient, DefaultHttpxClient, OpenAI

from console.demo.vendor import SimulatedVendor, serve_vendor
from tests.e2e.running import (
    Furnished,
    Gateway,
    add_demo,
    environ_of,
    eventually,
    gateway_in,
    new_key,
    vendor_process,
)
from tests.ports import free_port


@pytest.fixture(scope="session")
def vendor_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a vendor that is a process of its own and answers at once."""
    with vendor_process(environ_of(tmp_path_factory.mktemp("vendor"))) as url:
        yield url


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory, vendor_url: str) -> Iterator[Gateway]:
    """A gateway with that vendor behind `@demo`, whose models it knows already."""
    with gateway_in(tmp_path_factory.mktemp("installation") / "home") as gateway:
        add_demo(gateway.admin, vendor_url)
        eventually(lambda: gateway.admin.get("/v1/models").json()["data"])
        yield gateway


@pytest.fixture(scope="session")
def app_key(gateway: Gateway) -> str:
    """The key of an application, which may only ask for completions."""
    return new_key(gateway.admin)


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    """Made once, for each start of a gateway takes its time."""
    home, port = tmp_path_factory.mktemp("furnished") / "home", free_port()
    with gateway_in(home) as gateway:
        add_demo(gateway.admin, f"http://127.0.0.1:{port}/v1")
        return Furnished(home, port, new_key(gateway.admin))


@pytest.fixture
def home(furnished: Furnished, tmp_path: Path) -> Path:
    """A furnished home for one test."""
    return furnished.copy(tmp_path / "home")


@pytest.fixture
async def vendor(furnished: Furnished) -> AsyncIterator[SimulatedVendor]:
    """The furnished homes' vendor, in this process: a test can hold its answers back."""
    async with serve_vendor(port=furnished.vendor_port) as vendor:
        yield vendor


@pytest.fixture
def openai(gateway: Gateway, app_key: str) -> Iterator[OpenAI]:
    """The client that most applications use; it retries nothing, so that each answer is seen."""
    http = DefaultHttpxClient(trust_env=False)
    with OpenAI(base_url=f"{gateway.url}/v1", api_key=app_key, max_retries=0, timeout=20, http_client=http) as client:
        yield client


@pytest.fixture
async def async_openai(gateway: Gateway, app_key: str) -> AsyncIterator[AsyncOpenAI]:
    """The asynchronous one, which Open WebUI and its like use."""
    url, http = f"{gateway.url}/v1", DefaultAsyncHttpxClient(trust_env=False)
    async with AsyncOpenAI(base_url=url, api_key=app_key, max_retries=0, timeout=20, http_client=http) as client:
        yield client

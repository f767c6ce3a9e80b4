"""The admin API's door of its own: a port or a Unix socket, and what is left at the door of the applications."""

from __future__ import annotations

import socket
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from console.client import GatewayClient
from console.demo.vendor import SimulatedVendor
from gateway.settings import Settings
from gateway.sockets import CannotStart
from gateway.start import drain, listening, plant_of
from tests.gateway.running import OPERATOR_KEY, Json, add_demo, ask, client
from tests.ports import free_port

ADMIN = (
    "/v1/integrations",
    "/v1/api-keys",
    "/v1/logs",
    "/v1/stats",
    "/v1/audit-logs",
    "/v1/admin/users",
    "/v1/openapi.json",
    "/metrics",
)
"""A few of its routes, and its description."""


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """A gateway with all three: `data`, `port` and `socket`; each with the owner's key."""
    socket_file, port, admin_port = tmp_path / "admin.sock", free_port(), free_port()
    chosen = Settings(
        home=tmp_path / "home", port=port, operator_key=OPERATOR_KEY, admin_port=admin_port, admin_socket=socket_file
    )
    through = httpx.AsyncHTTPTransport(uds=str(socket_file))
    async with (
        plant_of(chosen) as plant,
        listening(plant),
        client(f"http://127.0.0.1:{port}", OPERATOR_KEY) as data,
        client(f"http://127.0.0.1:{admin_port}", OPERATOR_KEY) as at_port,
        httpx.AsyncClient(transport=through, base_url="http://admin", headers=dict(data.headers)) as at_socket,
    ):
        await plant.prices.ready.wait()
        yield {"data": data, "port": at_port, "socket": at_socket}
        await drain(plant)


async def test_administration_is_only_at_its_own_doors(
    doors: dict[str, httpx.AsyncClient], vendor: SimulatedVendor, tmp_path: Path
) -> None:
    """The applications' door has models, health and inference, else 404; the others have everything, for a key."""
    await add_demo(doors["socket"], vendor.url)
    statuses = {name: [(await door.get(path)).status_code for path in ADMIN] for name, door in doors.items()}
    keyless = [
        (await door.get(path, headers={"authorization": ""})).status_code
        for door in list(doors.values())[1:]
        for path in (*ADMIN, "/", "/v1/models")
    ]
    shared: Json = {
        name: [(await door.get(path)).status_code for path in ("/v1/health", "/v1/models")]
        for name, door in doors.items()
    }
    odd = [
        (await doors["data"].get(path)).status_code
        for path in ("/v1//integrations/", "/v1/logs/tail", "/", "/v1/openapi")
    ]
    posted = await doors["data"].post("/v1/integrations", json={"name": "x"})
    told = [
        (await doors["data"].post(path, json=body)).status_code
        for path, body in (("/v1/feedback", {"trace_id": "t", "value": 1}), ("/v1/logs", {"request": {"url": "/x"}}))
    ]
    answers = [(await door.post("/v1/chat/completions", json=ask())).status_code for door in doors.values()]

    assert statuses == {"data": [404] * len(ADMIN), "port": [200] * len(ADMIN), "socket": [200] * len(ADMIN)}
    assert set(keyless) == {401}
    assert list(shared.values()) == [[200, 200]] * 3
    assert odd == [404] * 4
    assert (posted.status_code, posted.json()["error"]["code"]) == (404, "not_found")
    assert told == [200, 200], "applications report and judge where they ask"
    assert answers == [200] * 3
    assert stat.S_IMODE((tmp_path / "admin.sock").stat().st_mode) == 0o600


async def test_console_through_a_socket(doors: dict[str, httpx.AsyncClient], tmp_path: Path) -> None:
    """The console's client reaches a gateway by `unix:/path`, and the audit log has what it changes."""
    console = GatewayClient(f"unix:{tmp_path / 'admin.sock'}", OPERATOR_KEY)

    await console.new_secret("/v1/api-keys/workspace/service", {"name": "made", "scopes": ["completions.write"]})
    named = [key.name for key in await console.keys()]
    await console.close()
    entry = (await doors["port"].get("/v1/audit-logs")).json()["records"][0]

    assert named == ["made"]
    assert (entry["resource_type"], entry["method"], entry["client_ip"]) == ("api_keys", "POST", None)


async def start(home: Path, file: Path) -> None:
    """Start a gateway with its admin API at a socket, and end it."""
    chosen = Settings(home=home, port=free_port(), operator_key=OPERATOR_KEY, admin_socket=file)
    async with plant_of(chosen) as plant, listening(plant):
        await drain(plant)


async def test_socket_of_a_killed_gateway_is_replaced(tmp_path: Path) -> None:
    """What a killed gateway left is no obstacle, and one that ends leaves nothing."""
    left = tmp_path / "admin.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(left))

    await start(tmp_path / "home", left)

    assert not left.exists()


@pytest.mark.parametrize("there", ["a file", "a listener", "no folder"])
async def test_socket_that_cannot_be(tmp_path: Path, there: str) -> None:
    """A file, a socket that somebody listens at, and a folder that is missing are named, and left as they are."""
    file = tmp_path / ("nowhere/admin.sock" if there == "no folder" else "admin.sock")
    with socket.socket(socket.AF_UNIX) as other:
        if there == "a listener":
            other.bind(str(file))
            other.listen()
        elif there == "a file":
            file.write_text("mine")

        with pytest.raises(CannotStart, match=f"`{file}`"):
            await start(tmp_path / "home", file)

    assert file.exists() == (there != "no folder")

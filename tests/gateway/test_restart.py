"""What survives a restart, and what keeps a gateway from starting."""

from pathlib import Path

import pytest

from console.demo.vendor import SimulatedVendor
from gateway.sockets import CannotStart
from tests.gateway.running import OPERATOR_KEY, add_demo, ask, client, gateway_in


async def test_everything_is_there_after_a_restart(tmp_path: Path, vendor: SimulatedVendor) -> None:
    """Catalog, keys, log and today's sums are there again, and the vendor's credential can still be read."""
    async with gateway_in(tmp_path) as first:
        await add_demo(first.admin, vendor.url)
        await first.chat()
        before = (await first.admin.get("/v1/stats")).json()

    async with gateway_in(tmp_path) as second, client(second.url, first.app_key) as app:
        answer = await app.post("/v1/chat/completions", json=ask())
        after = (await second.admin.get("/v1/stats")).json()

    assert answer.status_code == 200
    assert vendor.requests[-1].headers["authorization"] == "Bearer sk-vendor-secret-0123456789"
    assert after["requests_today"] == before["requests_today"] + 1
    assert after["cost_today_nanodollars"] == 2 * before["cost_today_nanodollars"]


async def test_keys_are_made_at_the_first_start_for_their_owner_only(tmp_path: Path) -> None:
    """Both key files and the database can be read by their owner alone, and the operator's key opens the gateway."""
    home = tmp_path / "new" / "home"
    async with gateway_in(home, operator_key=None) as gateway:
        key = (home / "operator.key").read_text().strip()
        async with client(gateway.url, key) as operator:
            answer = await operator.get("/v1/stats")

    assert answer.status_code == 200
    for name in ("master.key", "operator.key", "tollhouse.db"):
        assert (home / name).stat().st_mode & 0o777 == 0o600, name


async def test_second_gateway_in_one_home_does_not_start(tmp_path: Path) -> None:
    """Two gateways never share a home."""
    async with gateway_in(tmp_path):
        with pytest.raises(CannotStart, match="Another gateway uses"):
            async with gateway_in(tmp_path):
                pass


async def test_port_that_is_taken_is_said(tmp_path: Path) -> None:
    """A port somebody else has is a sentence, not a traceback."""
    async with gateway_in(tmp_path / "a") as gateway:
        port = gateway.plant.settings.port
        with pytest.raises(CannotStart, match=f"cannot listen at 127.0.0.1:{port}"):
            async with gateway_in(tmp_path / "b", port=port):
                pass


async def test_other_master_key_does_not_start(tmp_path: Path) -> None:
    """A master key that is not the database's is refused at the start, before anything could be sealed with it."""
    async with gateway_in(tmp_path):
        pass
    (tmp_path / "master.key").unlink()

    with pytest.raises(CannotStart, match="not the key this database was begun with"):
        async with gateway_in(tmp_path):
            pass


async def test_drain_refuses_new_requests_and_says_so(tmp_path: Path, vendor: SimulatedVendor) -> None:
    """A gateway that ends is unhealthy and takes nothing new, with a `Retry-After`."""
    async with gateway_in(tmp_path) as gateway:
        await add_demo(gateway.admin, vendor.url)
        gateway.plant.is_draining = True

        answer = await gateway.chat()
        health = await gateway.app.get("/v1/health")

    assert (answer.status_code, answer.headers["retry-after"], health.status_code) == (503, "2", 503)
    assert health.json()["database"]["reason"]


async def test_given_operator_key_wins(tmp_path: Path) -> None:
    """With `TOLLHOUSE_OPERATOR_KEY` no key file is made, and the given key is the owner's."""
    async with gateway_in(tmp_path) as gateway:
        answer = await gateway.admin.get("/v1/stats")

    assert (answer.status_code, OPERATOR_KEY in answer.text) == (200, False)
    assert not (tmp_path / "operator.key").exists()

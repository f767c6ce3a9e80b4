"""Children of ours: started, waited for, ended."""

import asyncio
import socket
from pathlib import Path

import pytest

from console.commandline.address import Address
from console.commandline.launch import NotStarted, await_gateway, child, gateway
from console.commandline.probe import Health, probe
from console.demo.vendor import serve_vendor


def free_address() -> Address:
    """A port that nobody has at the moment."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return Address("127.0.0.1", found.getsockname()[1])


async def test_stranger_at_the_port_is_not_taken_for_a_gateway() -> None:
    """When something else answers at the port, no gateway is started and another port is proposed."""
    async with serve_vendor() as stranger:
        port = int(stranger.url.removesuffix("/v1").rpartition(":")[2])

        with pytest.raises(NotStarted, match="--port"):
            await asyncio.to_thread(gateway(Address("127.0.0.1", port)).__enter__)


def test_child_that_fails_is_quoted() -> None:
    """A child that ends at once is reported with what it said, not waited for."""
    with child("no_such_module") as started, pytest.raises(NotStarted, match="No module named no_such_module"):
        await_gateway(free_address(), started)


def test_child_ends_with_the_block() -> None:
    """No process outlives the block that started it."""
    with child("console.demo.vendor", "--port", "0") as started:
        process = started.process
        alive = process.poll() is None

    assert (alive, process.poll() is None) == (True, False)


def test_gateway_lives_as_long_as_the_block(tmp_path: Path) -> None:
    """A gateway that had to be started answers within the block and is gone after it, its home left in order."""
    address = free_address()

    with gateway(address, "--home", str(tmp_path)) as started:
        during = probe(address.url)

    assert started
    assert isinstance(during, Health)
    assert probe(address.url) is None
    assert (tmp_path / "operator.key").stat().st_mode & 0o777 == 0o600


def test_gateway_that_was_there_before_stays(tmp_path: Path) -> None:
    """A gateway that answers already is used and left running."""
    address = free_address()
    with gateway(address, "--home", str(tmp_path)):
        with gateway(address, "--home", str(tmp_path / "other")) as started:
            pass

        afterwards = probe(address.url)

    assert not started
    assert isinstance(afterwards, Health)
    assert not (tmp_path / "other").exists()


def test_gateway_with_a_wrong_setting_says_which(tmp_path: Path) -> None:
    """What the gateway complains about when it starts reaches the user."""
    (tmp_path / "tollhouse.toml").write_text('log_level = "shouting"')

    with pytest.raises(NotStarted, match="log_level"), gateway(free_address(), "--home", str(tmp_path)):
        pass

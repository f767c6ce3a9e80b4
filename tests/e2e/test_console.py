"""The console on a real terminal: it brings its gateway along, shows what happens, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from console.commandline.launch import command
from console.demo.vendor import SimulatedVendor
from tests.e2e.running import (
    CHAT,
    Furnished,
    Gateway,
    acquainted,
    ask,
    async_client,
    draining,
    environ_of,
    eventually,
    is_open,
    processes_of,
    reached,
)
from tests.e2e.terminal import NO_TMUX, Terminal, at_logs, terminal
from tests.ports import free_port

pytestmark = NO_TMUX


@contextmanager
def tollhouse(home: Path, port: int, *, size: tuple[int, int] = (80, 24)) -> Iterator[Terminal]:
    """`tollhouse` on a terminal, which also starts the gateway."""
    words = command("console.cli", "--home", str(home), "--port", str(port))
    try:
        with terminal(words, home.parent, environ_of(home.parent), size) as console:
            yield console
    finally:
        for pid in processes_of(home):  # only a test that fails leaves any
            os.kill(pid, signal.SIGKILL)


def test_new_home_to_the_first_screen_and_back(tmp_path: Path) -> None:
    """`tollhouse` in a new home starts a gateway and takes the mouse and shows where requests go; `q` ends both."""
    home, port = tmp_path / "home", free_port()
    with tollhouse(home, port) as console:
        console.shows("● ok", "No requests yet", f"http://127.0.0.1:{port}/v1")
        was_open, mouse = is_open(port), console.about("mouse_any_flag")
        console.press("q")
        status = console.exit_status()
        left = console.screen().strip(), console.about("alternate_on")

    assert (was_open, mouse, status, left) == (True, "1", 0, ("", "0"))
    assert (is_open(port), processes_of(home)) == (False, {})


async def test_request_is_seen_while_it_is_answered(home: Path, furnished: Furnished, vendor: SimulatedVendor) -> None:
    """A request stands in the live tail before it has an answer, and with tokens, cost and status after it."""
    gate, port = asyncio.Event(), free_port()
    with tollhouse(home, port, size=(120, 36)) as console:
        await asyncio.to_thread(at_logs, console)
        await acquainted(vendor)
        vendor.will(gate=gate, gate_after=3)
        async with async_client(f"http://127.0.0.1:{port}", furnished.app_key) as app:
            asking = asyncio.create_task(app.post(CHAT, json=ask(stream=True)))
            meanwhile = await asyncio.to_thread(console.shows, "under way", "@demo/gpt-4o")
            gate.set()
            await asking
        afterwards = await asyncio.to_thread(console.shows, "Answered by `@demo`", "tokens in", "$0.000")

    assert (asking.result().status_code, "webui" in meanwhile, " 200 " in meanwhile) == (200, True, False)
    (row,) = (line for line in afterwards.splitlines() if "@demo/gpt-4o" in line and " 200 " in line)
    assert "$0.0" in row


def test_gateway_that_was_there_before_stays(gateway: Gateway, tmp_path: Path) -> None:
    """The console uses a gateway that runs already, and leaves it running when it quits."""
    words = command("console.cli", "--home", str(gateway.home), "--port", str(gateway.port))
    with terminal(words, tmp_path, environ_of(tmp_path)) as console:
        at_logs(console)
        console.press("q")
        status = console.exit_status()

    assert (status, gateway.health()["status"]) == (0, "ok")


async def test_closed_terminal_leaves_nothing_behind(home: Path, furnished: Furnished, vendor: SimulatedVendor) -> None:
    """When the terminal is closed, or the line to it breaks, console and gateway end; a request under way ends well."""
    gate, port = asyncio.Event(), free_port()
    url = f"http://127.0.0.1:{port}"
    with tollhouse(home, port) as console:
        await asyncio.to_thread(at_logs, console)
        await acquainted(vendor)
        vendor.will(gate=gate)
        running = processes_of(home)
        async with async_client(url, furnished.app_key) as app:
            asking = asyncio.create_task(app.post(CHAT, json=ask(stream=True)))
            await reached(vendor, 1)
            console.close()
            await draining(url)
            gate.set()
            answer = await asking
        await asyncio.to_thread(eventually, lambda: not processes_of(home))

    assert len(running) == 2
    assert answer.text.endswith("data: [DONE]\n\n")
    assert not is_open(port)


def test_console_that_is_told_to_end(tmp_path: Path) -> None:
    """SIGTERM ends the console and its gateway, and gives the terminal back as it was."""
    home, port = tmp_path / "home", free_port()
    with tollhouse(home, port) as console:
        at_logs(console)
        (pid,) = (pid for pid, words in processes_of(home).items() if "console.cli" in words)
        os.kill(pid, signal.SIGTERM)
        status = console.exit_status()
        left = console.screen().strip(), console.about("alternate_on")

    assert (status, left) == (128 + signal.SIGTERM, ("", "0"))
    assert (is_open(port), processes_of(home)) == (False, {})


def test_demo(tmp_path: Path) -> None:
    """`tollhouse demo` shows traffic by itself, good and bad, and takes its throw-away home along when it ends."""
    environ, port = environ_of(tmp_path, TMPDIR=str(tmp_path)), free_port()
    with terminal(command("console.cli", "demo", "--port", str(port)), tmp_path, environ, (120, 36)) as console:
        console.shows("● ok", "Models", "gpt-4o", "$0.0")
        console.press("2")
        console.shows("@demo/", " 200 ")
        homes = list(tmp_path.glob("tollhouse-demo-*"))
        console.press("q")
        status = console.exit_status()

    assert (len(homes), status) == (1, 0)
    assert list(tmp_path.glob("tollhouse-demo-*")) == []
    assert not is_open(port)


def test_crash_leaves_the_terminal_sane(tmp_path: Path) -> None:
    """After a fault of our own the terminal is as it was, and one line on it says where the report is."""
    environ = environ_of(tmp_path, XDG_STATE_HOME=str(tmp_path))
    with terminal([sys.executable, "-m", "tests.e2e.crashing"], tmp_path, environ, (200, 24)) as console:
        status = console.exit_status()
        left = console.shows("Start it again").strip()
        modes = [console.about(mode) for mode in ("alternate_on", "mouse_any_flag", "cursor_flag")]

    (file,) = (tmp_path / "tollhouse").glob("crash-*.txt")
    assert (status, modes) == (1, ["0", "0", "1"])
    assert (left.startswith("Error: The console stopped by a fault"), str(file) in left.replace("\n", "")) == (
        True,
        True,
    )
    assert "th-secret-of-the-operator" not in console.written.read_text() + file.read_text()

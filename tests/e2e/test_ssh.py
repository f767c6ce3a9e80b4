"""The console over a real OpenSSH server: it draws and obeys, and a line that breaks leaves nothing behind."""

from __future__ import annotations

import getpass
import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from console.commandline.launch import command, end
from tests.e2e.running import environ_of, eventually, is_open, processes_of
from tests.e2e.terminal import NO_TMUX, Terminal, terminal
from tests.ports import free_port

SSHD, SSH, KEYGEN = (
    shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") for name in ("sshd", "ssh", "ssh-keygen")
)
pytestmark = [
    NO_TMUX,
    pytest.mark.skipif(None in (SSHD, SSH, KEYGEN), reason="openssh-server and openssh-client are not both installed"),
]
SETTINGS = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/user_key.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
PrintMotd no
"""
PRIVILEGES = Path("/run/sshd")
"""Where a server that runs as root shuts in what has no login yet; a machine that never started one lacks it."""


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """An SSH server for this user alone, with keys of its own; gives the words that log in to it, on a terminal."""
    folder, port = tmp_path_factory.mktemp("sshd"), free_port()
    for name in ("host_key", "user_key"):
        subprocess.run([KEYGEN or "", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    (folder / "settings").write_text(SETTINGS.format(port=port, folder=folder))
    if os.geteuid() == 0:
        PRIVILEGES.mkdir(mode=0o755, exist_ok=True)
    serving = [SSHD or "", "-D", "-e", "-f", str(folder / "settings")]
    with (folder / "said").open("w+") as said, subprocess.Popen(serving, stderr=said) as server:
        try:
            eventually(lambda: is_open(port) or server.poll() is not None)
            if server.poll() is not None:
                pytest.skip(f"no SSH server can be started here: {(folder / 'said').read_text().strip()}")
            yield [SSH or "", "-tt", "-F", "none", *options(folder, port), f"{getpass.getuser()}@127.0.0.1"]
        finally:
            end(server)


def options(folder: Path, port: int) -> list[str]:
    """What the client is told: this server, this key, and none of the user's own settings."""
    said = {
        "Port": port,
        "IdentityFile": folder / "user_key",
        "IdentitiesOnly": "yes",
        "StrictHostKeyChecking": "no",
        "UserKnownHostsFile": "/dev/null",
        "LogLevel": "ERROR",
        "EscapeChar": "none",
    }
    return [word for name, value in said.items() for word in ("-o", f"{name}={value}")]


@contextmanager
def far_away(line: list[str], home: Path, port: int) -> Iterator[Terminal]:
    """`tollhouse`, with a gateway of its own, at the other end of an SSH session."""
    variables = environ_of(home.parent)
    kept = [f"{name}={variables[name]}" for name in ("HOME", "PYTHONPATH", "LC_ALL", "PATH")]
    words = ["env", *kept, *command("console.cli", "--home", str(home), "--port", str(port))]
    try:
        with terminal([*line, shlex.join(words)], home.parent, variables) as console:
            console.shows("● ok", "Three steps to the first request")
            yield console
    finally:
        for pid in processes_of(home):  # only a test that fails leaves any
            os.kill(pid, signal.SIGKILL)


def hang_up(console: Terminal) -> None:
    """Kill the client, as a laptop that loses its network looks to the server once the connection is given up."""
    shell = console.about("pane_pid")
    (client,) = Path(f"/proc/{shell}/task/{shell}/children").read_text().split()
    os.kill(int(client), signal.SIGKILL)


def test_console_over_ssh(line: list[str], tmp_path: Path) -> None:
    """Over SSH the console draws, obeys keys, fills a form and copies to the near terminal; `q` ends it with 0."""
    home, port = tmp_path / "home", free_port()
    with far_away(line, home, port) as console:
        console.press("4")
        console.shows("No keys yet: n makes one.")
        console.press("n")
        console.shows("New API key", "Ctrl+S Save")
        console.type("far-away")
        console.shows("far-away")
        console.press("C-s")
        console.shows("It is not shown again")
        console.press("c")
        console.shows("Sent to your terminal's clipboard")
        copied = console.clipboard()
        console.press("Escape")
        console.shows_no_more("It is not shown again")
        console.press("q")
        status = console.exit_status()

    assert (status, copied.startswith("th-")) == (0, True)
    assert (is_open(port), processes_of(home)) == (False, {})


def test_hung_up_session_leaves_no_process_behind(line: list[str], tmp_path: Path) -> None:
    """When the line breaks, the console at the other end and the gateway that it started end by themselves."""
    home, port = tmp_path / "home", free_port()
    with far_away(line, home, port) as console:
        running = processes_of(home)

        hang_up(console)
        eventually(lambda: not processes_of(home))

    assert len(running) == 2
    assert not is_open(port)

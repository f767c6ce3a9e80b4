"""`tollhouse doctor` at a real installation: well, stopped, in trouble."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess

from tests.e2e.running import Furnished, Gateway, gateway_in, run
from tests.ports import free_port


def doctor(home: Path, port: int) -> CompletedProcess[str]:
    """What it says of a home and a port."""
    return run("doctor", "--home", str(home), "--port", str(port), home=home.parent)


def test_running_installation_is_well(gateway: Gateway) -> None:
    """Before a healthy gateway there is nothing to mend, and the status is 0."""
    said = doctor(gateway.home, gateway.port)

    assert (said.returncode, said.stderr) == (0, "")
    assert f"answers at {gateway.url}" in said.stdout
    assert "All is well." in said.stdout


def test_stopped_installation_is_well(furnished: Furnished) -> None:
    """A gateway that does not run is no fault: the status is 0, and how to start it is said."""
    said = doctor(furnished.home, free_port())

    assert (said.returncode, said.stderr) == (0, "")
    assert "No gateway runs at " in said.stdout
    assert "`tollhouse` starts one" in said.stdout


def test_key_that_others_can_read(home: Path) -> None:
    """A key file with an open mode is status 1, and the command that closes it is said."""
    (home / "master.key").chmod(0o644)

    said = doctor(home, free_port())

    assert (said.returncode, f"`chmod 600 {home / 'master.key'}`" in said.stdout) == (1, True)
    assert "1 wrong" in said.stdout


def test_database_that_somebody_holds(home: Path) -> None:
    """A database that another program keeps for itself is status 1 and said, not waited for."""
    with closing(sqlite3.connect(home / "tollhouse.db", isolation_level=None)) as holder:
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")

        said = doctor(home, free_port())

    assert (said.returncode, "locked" in said.stdout, "Traceback" in said.stderr) == (1, True, False)


def test_port_of_another_program(home: Path, vendor_url: str) -> None:
    """A port at which something else answers is status 1, and the program is named."""
    port = int(vendor_url.removesuffix("/v1").rpartition(":")[2])

    said = doctor(home, port)

    assert (said.returncode, "console.demo.vendor" in said.stdout) == (1, True)


def test_admin_socket(home: Path, tmp_path: Path) -> None:
    """The admin socket is well where it answers, and wrong where others may use it, or nobody is there."""
    file, port = tmp_path / "admin.sock", free_port()
    with gateway_in(home, "--admin-socket", str(file), port=port):
        (home / "tollhouse.toml").write_text(f'admin_socket = "{file}"\n')
        well = doctor(home, port)
        file.chmod(0o666)
        open_to_all = doctor(home, port)
        (home / "tollhouse.toml").write_text(f'admin_socket = "{tmp_path / "other.sock"}"\n')
        elsewhere = doctor(home, port)

    assert (well.returncode, f"a door of its own at unix:{file}" in well.stdout) == (0, True)
    assert (open_to_all.returncode, f"`chmod 600 {file}`" in open_to_all.stdout) == (1, True)
    assert (elsewhere.returncode, "Nobody answers at unix:" in elsewhere.stdout) == (1, True)

"""Settings: flags over the environment over the file, and each mistake named with its place and what is accepted."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from console.commandline.address import Address
from console.commandline.launch import await_gateway, child
from gateway.settings import FLAG_LESS, flag, settable, variable
from tests.e2e.running import CHAT, ask, client, environ_of, is_open, run
from tests.ports import free_port


@contextmanager
def serving(address: Address, *arguments: str, environ: Mapping[str, str]) -> Iterator[None]:
    """`tollhouse serve` for as long as the block runs."""
    with child("console.cli", "serve", *arguments, environ=environ) as started:
        await_gateway(address, started)
        yield


@pytest.fixture
def careless() -> Iterator[None]:
    """A shell whose new files everybody may read and write."""
    before = os.umask(0)
    yield
    os.umask(before)


def status_of_body(app: httpx.Client, megabytes: float) -> int:
    """How a body of that size is answered; the model is unknown, so that no vendor is asked."""
    return app.post(CHAT, json=ask("x" * int(megabytes * 1_000_000), model="@nobody/m")).status_code


def test_flag_over_environment_over_file(tmp_path: Path) -> None:
    """Each setting is what the most particular place says, and places that say nothing about it do not matter."""
    home, port = tmp_path / "home", free_port()
    home.mkdir()
    (home / "tollhouse.toml").write_text('port = 1\nmax_body_mb = 1\noperator_key = "th-from-the-file"\n')
    environ = environ_of(tmp_path, TOLLHOUSE_PORT="2", TOLLHOUSE_MAX_BODY_MB="2", TOLLHOUSE_HOME=str(home))

    with (
        serving(Address("127.0.0.1", port), "--port", str(port), environ=environ),
        client(f"http://127.0.0.1:{port}", "th-from-the-file") as app,
    ):
        owner = app.get("/v1/stats")
        sizes = [status_of_body(app, megabytes) for megabytes in (1.5, 2.5)]

    assert sizes == [404, 413]
    assert owner.status_code == 200


@pytest.mark.usefixtures("careless")
def test_environment_alone(tmp_path: Path) -> None:
    """The contract's variables are enough to run it; the given key is the owner's, and no other is written down."""
    home, address = tmp_path / "new" / "home", Address("127.0.0.2", free_port())
    place = {"TOLLHOUSE_HOME": str(home), "TOLLHOUSE_HOST": address.host, "TOLLHOUSE_PORT": str(address.port)}
    environ = environ_of(tmp_path, **place, TOLLHOUSE_OPERATOR_KEY="th-of-mine")

    with serving(address, environ=environ), client(address.url, "th-of-mine") as owner:
        answers = [owner.get("/v1/stats").status_code, status_of_body(owner, 0)]
        elsewhere = is_open(address.port)
        modes = modes_in(home)

    assert (answers, elsewhere) == ([200, 404], False)
    assert {"tollhouse.db", "master.key"} <= modes.keys()
    assert "operator.key" not in modes
    assert set(modes.values()) == {0o600}


@pytest.mark.usefixtures("careless")
def test_settings_file_elsewhere(tmp_path: Path) -> None:
    """`--config` names the file; the keys and the database are for their owner alone, whatever the umask."""
    home, address, file = tmp_path / "home", Address("127.0.0.1", free_port()), tmp_path / "mine.toml"
    file.write_text(f"# mine\nport = {address.port}\n")

    with serving(address, "--home", str(home), "--config", str(file), environ=environ_of(tmp_path)):
        modes = modes_in(home)
        key = (home / "operator.key").read_text().strip()
        with client(address.url, key) as owner:
            answer = owner.get("/v1/stats")

    assert answer.status_code == 200
    assert {"tollhouse.db", "master.key", "operator.key"} <= modes.keys()
    assert set(modes.values()) == {0o600}
    assert home.stat().st_mode & 0o777 == 0o700


def modes_in(home: Path) -> dict[str, int]:
    """The mode of each file that holds something; the locks are empty."""
    files = (file for file in home.rglob("*") if file.is_file() and file.name != "lock")
    return {file.name: file.stat().st_mode & 0o777 for file in files}


@pytest.mark.parametrize(
    ("arguments", "variables", "file", "words"),
    [
        (["--port", "seventy"], {}, "", ["`port`", "a whole number from 1 to 65535", "`seventy`", "`--port`"]),
        ([], {"LOG_LEVEL": "loud"}, "", ["`log_level`", "debug, info, warning, error", "TOLLHOUSE_LOG_LEVEL"]),
        ([], {}, "port = 1\n\ndrain_seconds = -1\n", ["`drain_seconds`", "above 0", "line 3 of ", "tollhouse.toml"]),
        ([], {}, "\nmax_body = 5\n", ["`max_body` is no setting", "line 2 of ", "Did you mean `max_body_mb`?"]),
        ([], {}, "port = 1\nhost 127.0.0.1\n", ["tollhouse.toml", "line 2"]),
        (["--config", "nowhere.toml"], {}, "", ["There is no settings file `nowhere.toml`"]),
    ],
)
def test_wrong_setting_is_named(
    tmp_path: Path, arguments: list[str], variables: dict[str, str], file: str, words: list[str]
) -> None:
    """A mistake ends the start with status 1 and one sentence: which setting, where it stands, what is accepted."""
    (tmp_path / "tollhouse.toml").write_text(file)
    environ = {f"TOLLHOUSE_{name}": value for name, value in variables.items()}

    ended = run("serve", "--home", str(tmp_path), *arguments, home=tmp_path, **environ)

    assert (ended.returncode, ended.stdout) == (1, "")
    assert [word for word in words if word not in ended.stderr] == []
    assert (ended.stderr.startswith("Error: "), ended.stderr.count("\n")) == (True, 1)


def test_wrong_setting_keeps_the_console_from_drawing(tmp_path: Path) -> None:
    """`tollhouse` alone says the same as `tollhouse serve`, on a terminal that it leaves as it was."""
    (tmp_path / "tollhouse.toml").write_text('log_level = "loud"\n')

    ended = run("--home", str(tmp_path), "--port", str(free_port()), home=tmp_path)

    assert (ended.returncode, ended.stdout, "Traceback" in ended.stderr) == (1, "", False)
    assert "`log_level` must be one of debug, info, warning, error, not `loud` (line 1 of " in ended.stderr


def test_unknown_flag_names_the_nearest(tmp_path: Path) -> None:
    """A flag that is none is a usage error, which proposes the one that was meant."""
    ended = run("serve", "--max-body", "5", home=tmp_path)

    assert (ended.returncode, "--max-body-mb" in ended.stderr) == (2, True)


def test_help_lists_every_setting(tmp_path: Path) -> None:
    """`tollhouse serve --help` has every setting, its variable, its default, and the one that has no flag."""
    ended = run("serve", "--help", home=tmp_path)

    assert ended.returncode == 0
    for field in settable():
        assert variable(field.name) in ended.stdout
        assert (f"{flag(field.name)} " in ended.stdout) == (field.name not in FLAG_LESS)

"""Where the command line looks for the gateway of this machine."""

from pathlib import Path

import pytest

from console.commandline.address import Address, WrongSettings, settle


@pytest.mark.parametrize(
    ("toml", "host", "port", "found"),
    [
        (None, None, None, Address("127.0.0.1", 8787)),
        ('host = "::1"\nport = 9000', None, None, Address("::1", 9000)),
        ('host = "::1"\nport = 9000', None, 9001, Address("::1", 9001)),
        ("no toml at all", "127.0.0.1", 9001, Address("127.0.0.1", 9001)),
    ],
)
def test_what_is_given_wins_over_the_file(
    tmp_path: Path, toml: str | None, host: str | None, port: int | None, found: Address
) -> None:
    """A flag wins over `tollhouse.toml`, which wins over the default; with both given it need be no TOML."""
    if toml is not None:
        (tmp_path / "tollhouse.toml").write_text(toml)

    address = settle(tmp_path, None, host, port)

    assert address == found


@pytest.mark.parametrize(("toml", "named"), [("port = = 1", "line 1"), ('port = "many"', "'many'")])
def test_wrong_file_is_named(tmp_path: Path, toml: str, named: str) -> None:
    """A settings file that cannot be used is refused with the place or the value at fault."""
    (tmp_path / "tollhouse.toml").write_text(toml)

    with pytest.raises(WrongSettings, match=named):
        settle(tmp_path, None, None, None)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:1"),
        ("::", "http://[::1]:1"),
        ("::1", "http://[::1]:1"),
        ("10.1.2.3", "http://10.1.2.3:1"),
    ],
)
def test_url_can_be_called_from_here(host: str, url: str) -> None:
    """A gateway that listens everywhere is called at the loopback address, and IPv6 addresses stand in brackets."""
    assert Address(host, 1).url == url


@pytest.mark.parametrize(
    ("toml", "variables", "found"),
    [
        ("", {}, "http://127.0.0.1:8787"),
        ("admin_port = 9001", {}, "http://127.0.0.1:9001"),
        ('admin_port = 9001\nadmin_host = "::"', {}, "http://[::1]:9001"),
        ('admin_port = 9001\nadmin_socket = "/run/th.sock"', {}, "unix:/run/th.sock"),
        ("admin_port = 9001", {"TOLLHOUSE_ADMIN_PORT": "9002"}, "http://127.0.0.1:9002"),
    ],
)
def test_admin_door_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, toml: str, variables: dict[str, str], found: str
) -> None:
    """The console goes to the admin API's own door where the gateway's settings give it one."""
    (tmp_path / "tollhouse.toml").write_text(toml)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert settle(tmp_path, None, None, None).admin_url == found

"""Where the gateway of this machine is: from flags, the environment and `tollhouse.toml`, as the gateway reads them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOST, PORT = "127.0.0.1", 8787
ADMIN = {name: f"TOLLHOUSE_{name.upper()}" for name in ("admin_host", "admin_port", "admin_socket")}
"""Settings of the gateway's that say where its admin API is, and their variables."""
UNIX = "unix:"
"""Before the path of a socket."""


class WrongSettings(Exception):
    """A settings file that cannot be read; says which and why."""


@dataclass(frozen=True, slots=True)
class Address:
    """A host and port to listen at, the URL to find it by, and where its admin API is, if elsewhere."""

    host: str
    port: int
    own_door: str | None = None
    """The URL of the admin API's own door."""

    @property
    def url(self) -> str:
        """What a client on this machine calls."""
        return url_of(self.host, self.port)

    @property
    def admin_url(self) -> str:
        """What the console calls."""
        return self.own_door or self.url


def url_of(host: str, port: int) -> str:
    """An address as a URL; one that listens everywhere is found at the loopback address."""
    host = {"0.0.0.0": HOST, "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def settle(home: Path, config: Path | None, host: str | None, port: int | None) -> Address:
    """What was given, then what the settings file says, then the default. Raises WrongSettings."""
    try:
        said = settings_in(config or home / "tollhouse.toml")
    except WrongSettings:
        if host is None or port is None:
            raise
        said = {}
    return Address(host or str(said.get("host", HOST)), port or number("port", said, PORT), own_door(said))


def own_door(said: Mapping[str, Any]) -> str | None:
    """Where the admin API has a door of its own, of two the socket. Raises WrongSettings."""
    said = {**said, **{name: os.environ[name_of] for name, name_of in ADMIN.items() if os.environ.get(name_of)}}
    if file := said.get("admin_socket"):
        return UNIX + str(Path(str(file)).expanduser())
    if "admin_port" in said:
        return url_of(str(said.get("admin_host", HOST)), number("admin_port", said, 0))
    return None


def number(name: str, said: Mapping[str, Any], default: int) -> int:
    """A port that is set. Raises WrongSettings."""
    try:
        return int(said.get(name, default))
    except (TypeError, ValueError) as error:
        raise WrongSettings(f"`{name}` must be a whole number, not {said[name]!r}") from error


def settings_in(file: Path) -> dict[str, Any]:
    """A settings file as it stands, empty if there is none. Raises WrongSettings."""
    import tomllib

    try:
        return tomllib.loads(file.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WrongSettings(f"Cannot read `{file}`: {error}") from error

"""Where the gateway of this machine is: from flags, the environment and `tollhouse.toml`, as the gateway reads them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOST, PORT = "127.0.0.1", 8787


class WrongSettings(Exception):
    """A settings file that cannot be read; says which and why."""


@dataclass(frozen=True, slots=True)
class Address:
    """A host and port to listen at, and the URL to find it by."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """What a client on this machine calls; one that listens everywhere is found at the loopback address."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def settle(home: Path, config: Path | None, host: str | None, port: int | None) -> Address:
    """What was given, then what the settings file says, then the default. Raises WrongSettings."""
    if host is not None and port is not None:
        return Address(host, port)
    said = settings_in(config or home / "tollhouse.toml")
    try:
        return Address(host or str(said.get("host", HOST)), port or int(said.get("port", PORT)))
    except (TypeError, ValueError) as error:
        raise WrongSettings(f"`port` in the settings file must be a whole number, not {said['port']!r}") from error


def settings_in(file: Path) -> dict[str, Any]:
    """A settings file as it stands, empty if there is none. Raises WrongSettings."""
    import tomllib

    try:
        return tomllib.loads(file.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WrongSettings(f"Cannot read `{file}`: {error}") from error

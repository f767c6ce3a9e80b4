"""What Connect reads of the gateway's settings."""

import msgspec


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One setting as the gateway runs with it."""

    name: str
    value: str | None = None

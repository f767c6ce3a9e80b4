"""What a gateway says of itself: its settings, and how it is."""

from typing import Literal

import msgspec


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One setting, a secret masked."""

    name: str
    value: str | None = None
    default: str | None = None
    source: str = "default"
    where: str = ""
    says: str = ""
    accepts: str = ""
    flag: str | None = None
    variable: str = ""


class GatewayFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One fact, how grave it is, and what to do about it."""

    level: Literal["ok", "warn", "bad"]
    about: str
    what: str
    mend: str | None = None

"""Filters of the log under a name."""

import msgspec


class SavedFilter(msgspec.Struct, frozen=True, kw_only=True):
    """One of them; `filters` is what the gateway is asked, and `line` in it how a person wrote it."""

    id: str
    name: str
    filters: dict[str, str] = {}


class SavedFilters(msgspec.Struct, frozen=True, kw_only=True):
    """All of them, by name."""

    data: list[SavedFilter]

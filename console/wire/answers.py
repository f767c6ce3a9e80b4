"""What every resource answers alike: pages, changes done, errors."""

from typing import Generic, TypeVar

import msgspec

Row = TypeVar("Row")

OURS = "Tollhouse: "
"""How the gateway's own messages begin: applications have to be told who speaks, in the console everybody knows."""


class Page(msgspec.Struct, Generic[Row], frozen=True, kw_only=True):
    """Some rows of a list, and how many it has in all."""

    data: list[Row]
    total: int | None = None


class ErrorBody(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong, in which field, and whose fault it is."""

    message: str = ""
    param: str | None = None
    code: str | None = None
    fault: str | None = None


class ErrorAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Every error of the gateway."""

    error: ErrorBody


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """A change was made; what else it took along."""

    id: str | None = None
    slug: str | None = None
    removed_providers: list[str] = []

"""What every admin route has in common: who may enter, how times and pages are written, how problems are gathered."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, cast

import msgspec
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter, SkipValidation
from litestar.types import Guard, Scope

from gateway.authenticate import authenticate
from gateway.domain import Caller
from gateway.errors import BadRequest, NotFound
from gateway.plant import Plant

Connection = ASGIConnection[Any, Any, Any, Any]
Row = TypeVar("Row")
SLUG = re.compile(r"[a-zA-Z0-9_-]{1,255}")
CurrentPage = Annotated[int, QueryParameter(name="current_page", ge=0)]
PageSize = Annotated[int, QueryParameter(name="page_size", ge=1, le=1000)]


PlantHere = NamedDependency[SkipValidation[Plant]]
"""How a route asks for the plant."""


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """What was made or changed."""

    id: str
    slug: str


MOST_TOLD = 50
"""Problems of one body that are told one by one."""
PLANT = "plant"
"""Under which name a request's scope has the plant that serves it."""


def plant_of(scope: Scope) -> Plant:
    """What a request is served by."""
    return cast("Plant", cast("dict[str, Any]", scope)[PLANT])


class Nothing(msgspec.Struct, frozen=True):
    """An empty object: it was done."""


@dataclass(frozen=True, slots=True)
class Needs:
    """The guard of a route: only keys that hold one of these scopes may enter; none named, every key."""

    scopes: tuple[str, ...]

    def __call__(self, connection: Connection, _: BaseRouteHandler) -> None:
        """Let a request in. Raises Unauthenticated and Forbidden."""
        plant = plant_of(connection.scope)
        connection.state["caller"] = caller = authenticate(connection.headers, plant.snapshot, *self.scopes)
        plant.last_used[caller.key_id] = time.time_ns() // 1_000_000


def needs(*scopes: str) -> list[Guard]:
    """Only for keys that hold one of these scopes; for every key where none is named."""
    return [Needs(scopes)]


def caller_of(connection: Connection) -> Caller:
    """Who was let in."""
    caller: Caller = connection.state["caller"]
    return caller


class Problems:
    """Everything that is wrong with a body, gathered before anything is done."""

    def __init__(self) -> None:
        self._found: list[tuple[str, str]] = []

    def check(self, is_right: bool, param: str, what: str) -> None:
        """Note what is wrong with a field unless it is right."""
        if not is_right:
            self._found.append((param, what))

    def add(self, wrong: Iterable[tuple[str, str]]) -> None:
        """Note fields that are wrong, and what is wrong with them."""
        self._found += wrong

    @property
    def found(self) -> Sequence[tuple[str, str]]:
        """Fields that are wrong, and what is wrong with them."""
        return self._found

    def settle(self) -> None:
        """Raises BadRequest with all of it, `param` naming the first."""
        if self._found:
            message = " ".join(f"`{param}` {what}." for param, what in self._found[:MOST_TOLD])
            if len(self._found) > MOST_TOLD:
                message += f" And {len(self._found) - MOST_TOLD:,} more are wrong."
            raise BadRequest(message, param=self._found[0][0])


def found(row: Row | None, what: str, name: str) -> Row:
    """The row, if there is one. Raises NotFound."""
    if row is None:
        raise NotFound(f"There is no {what} `{name}`.")
    return row


def page_of(rows: Sequence[Row], current_page: int, page_size: int) -> Sequence[Row]:
    """One page of a list; the first is 0."""
    return rows[current_page * page_size : (current_page + 1) * page_size]


def slug_from(name: str) -> str:
    """A slug out of a name for people."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:255] or "unnamed"

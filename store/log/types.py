"""How the log's columns are compared: with what a record says, though they keep something shorter."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, String, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import UserDefinedType

from store.log.columns import micros
from store.log.names import named
from store.log.short_ids import short, whole


class NumberOf(FunctionElement[Any]):
    """What stands in a row for a text."""

    inherit_cache = True


@compiles(NumberOf)
def number_of(element: NumberOf, compiler: SQLCompiler, **more: Any) -> str:
    """As SQL: on one line, as SQLAlchemy wants it for lists, and with the text named once."""
    wanted = compiler.process(element.clauses, **more)
    number = "SELECT id FROM log_names WHERE name = wanted.name"
    return f"(SELECT coalesce(({number}), wanted.name) FROM (SELECT {wanted} AS name) AS wanted)"


class Untyped(UserDefinedType[Any]):
    """SQLite keeps whatever it is given."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """As SQL."""
        return "BLOB"


class Name(Untyped):
    """A text, kept as its number where it has one."""

    cache_ok = True

    def bind_expression(self, bindvalue: BindParameter[Any]) -> ColumnElement[Any]:
        """What a column is compared with."""
        return NumberOf(bindvalue)


class ShortId(Untyped):
    """An id, kept as bytes."""

    cache_ok = True

    def bind_processor(self, _dialect: object) -> Callable[[str | None], Any]:
        """Into the database."""
        return lambda id: None if id is None else short(id)

    def result_processor(self, _dialect: object, _coltype: object) -> Callable[[Any], str | None]:
        """Out of it."""
        return lambda kept: None if kept is None else whole(kept)


class Micros(UserDefinedType[float]):
    """Milliseconds, kept as whole microseconds."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """As SQL."""
        return "INTEGER"

    def bind_processor(self, _dialect: object) -> Callable[[float | None], int | None]:
        """Into the database."""
        return micros

    def result_processor(self, _dialect: object, _coltype: object) -> Callable[[int | None], float | None]:
        """Out of it."""
        return lambda kept: None if kept is None else kept / 1000


def text_of(named_column: str) -> ColumnElement[str]:
    """The text behind a column, for looking into it."""
    return literal_column(named(named_column), String)

"""Conditions on a log record that are looked up in the index of labels, or compare a number."""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, exists, func, literal_column
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from store.log.rows import LogRow
from store.records import LogRecord
from store.rollups.rollups import facets_of
from store.rollups.rows import LabelRow, LogLabelRow

ROWID = col(LogRow.number)


class Labelled(msgspec.Struct, frozen=True):
    """A facet has one of these values; facets are those of `rollups.facets_of`."""

    facet: str
    values: tuple[str, ...]

    def matches(self, record: LogRecord) -> bool:
        """Whether a record has it."""
        return any(facet == self.facet and value in self.values for facet, value in facets_of(record))


class Between(msgspec.Struct, frozen=True):
    """A number is within bounds, both included; what has no such number never is."""

    name: str
    """One of NUMBERS."""
    low: float | None = None
    high: float | None = None

    def matches(self, record: LogRecord) -> bool:
        """Whether a record is."""
        number = NUMBERS[self.name][0](record)
        return (
            number is not None
            and (self.low is None or number >= self.low)
            and (self.high is None or number <= self.high)
        )


def tokens(record: LogRecord) -> int | None:
    """All of them."""
    return None if record.usage is None else record.usage.input_tokens + record.usage.output_tokens


Number = Callable[[LogRecord], float | None]


def used(name: str) -> Number:
    """A number of the usage."""
    return lambda record: None if record.usage is None else getattr(record.usage, name)


def own(name: str) -> Number:
    """A number of the record itself."""
    return attrgetter(name)


NUMBERS: Mapping[str, tuple[Number, Any]] = {
    "tokens": (tokens, literal_column("logs.input_tokens + logs.output_tokens")),
    "input_tokens": (used("input_tokens"), col(LogRow.input_tokens)),
    "output_tokens": (used("output_tokens"), col(LogRow.output_tokens)),
    "cost": (own("cost"), col(LogRow.cost)),
    "total_ms": (own("total_ms"), col(LogRow.total_ms)),
    "first_token_ms": (own("first_token_ms"), col(LogRow.first_token_ms)),
    "retries": (own("retries"), col(LogRow.retries)),
}
"""What can be compared: in a record, and in the log's table."""


def label_ids(labelled: Labelled) -> ColumnElement[bool]:
    """That a row of the index is for one of these labels."""
    numbers = select(LabelRow.id).where(col(LabelRow.facet) == labelled.facet, col(LabelRow.value).in_(labelled.values))
    if len(labelled.values) == 1:
        return col(LogLabelRow.label) == numbers.scalar_subquery()
    return col(LogLabelRow.label).in_(numbers)


def has_label(labelled: Labelled) -> ColumnElement[bool]:
    """That a row of the log has one of these labels; those of successes are not in the index, but in a column."""
    if labelled.facet == "status":
        return col(LogRow.status).in_([int(value) for value in labelled.values if value.isdigit()])
    return exists().where(label_ids(labelled), col(LogLabelRow.log) == ROWID).correlate(LogRow)


def is_between(between: Between) -> list[ColumnElement[bool]]:
    """That a number of a row is within bounds."""
    number = NUMBERS[between.name][1]
    low = [] if between.low is None else [number >= between.low]
    return low if between.high is None else [*low, number <= between.high]


def how_many(labelled: Labelled, at_most: int) -> SelectOfScalar[int]:
    """How many records have a label, counted so far."""
    some = select(LogLabelRow.log).where(label_ids(labelled)).limit(at_most).subquery()
    return select(func.count()).select_from(some)

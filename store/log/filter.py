"""Which log records somebody wants to see: as SQL for the list, as a test of one record for the live tail."""

import re
from typing import Any, cast

import msgspec
from sqlalchemy import ColumnElement, func, literal_column, or_, text
from sqlmodel import col, select

from store.log.error_classes import class_is, class_of
from store.log.names import named
from store.log.ranges import Between, Labelled, has_label, is_between
from store.log.rows import FAILED, LogRow
from store.log.text import has_words
from store.log.types import text_of
from store.records import LogRecord

STATUS = re.compile(r"([1-5])xx|([1-5]\d\d)")
EXACT = (
    *("provider", "vendor", "model", "api_key_id", "trace_id", "span_id"),
    *("workspace", "error_code", "error_fault", "cache_status"),
)
SEVERAL = ("trace_id", "span_id")
"""Of them, those that may name several with commas between; one that has a comma itself is found too."""
AT_ONCE = 10_000
"""More requests than are ever under way together; see `first_since`."""


class LogFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Conditions that must all hold; an empty one always does. Raises ValueError for a status that means nothing."""

    status: str = ""
    """`success`, `error` (a status from 400, or a stream that broke), a class as `4xx`, or one as `429`."""
    provider: str = ""
    vendor: str = ""
    model: str = ""
    api_key_id: str = ""
    trace_id: str = ""
    """One, or several with commas between; so are spans."""
    span_id: str = ""
    text: str = ""
    """Part of the model, the key's name, the path or the failure's message; letters A to Z in either case."""
    since_ms: int | None = None
    until_ms: int | None = None
    """Exclusive."""
    workspace: str = ""
    error_code: str = ""
    error_fault: str = ""
    """Whose fault: `caller`, `policy`, `provider` or `gateway`."""
    cache_status: str = ""
    ids: frozenset[str] = frozenset()
    """Only these records, where there are any."""
    stream: bool | None = None
    labels: tuple[Labelled, ...] = ()
    numbers: tuple[Between, ...] = ()
    words: str = ""
    """Every one of these is in what was asked or answered."""
    error_class: str = ""
    """One of `error_classes.CLASSES`."""
    feedback: tuple[float | None, float | None] | None = None
    """Bounds of the trace's feedback, on average by weight. It comes later, so no record has it as it is settled."""

    def __post_init__(self) -> None:
        if self.status not in ("", "success", "error") and not STATUS.fullmatch(self.status):
            raise ValueError(f"`status` is `success`, `error`, a class as `4xx` or one as `429`, not `{self.status}`")

    def matches(self, record: LogRecord) -> bool:
        """Whether a record is wanted; means what `where` means."""
        return (
            all(value_of(record, name) in wanted for name, wanted in exact(self))
            and (self.since_ms is None or record.created_at_ms >= self.since_ms)
            and (self.until_ms is None or record.created_at_ms < self.until_ms)
            and status_matches(self.status, record)
            and all(each.matches(record) for each in self.labels)
            and all(each.matches(record) for each in self.numbers)
            and (not self.ids or record.id in self.ids)
            and (self.stream is None or record.stream == self.stream)
            and (not self.words or has_words(self.words, record))
            and (not self.error_class or class_of(record) == self.error_class)
            and self.feedback is None
            and (not self.text or any(lowered(self.text) in lowered(part or "") for part in searched(record)))
        )


def where(narrowed: LogFilter) -> list[ColumnElement[bool]]:
    """The same conditions for a SELECT from `logs`."""
    conditions = [is_one_of(getattr(LogRow, name), wanted) for name, wanted in exact(narrowed)]
    conditions += status_is(narrowed.status)
    if narrowed.since_ms is not None:
        conditions += [col(LogRow.created_at_ms) >= narrowed.since_ms, first_since(narrowed.since_ms)]
    if narrowed.until_ms is not None:
        conditions += [col(LogRow.created_at_ms) < narrowed.until_ms, last_until(narrowed.until_ms)]
    if narrowed.ids:
        conditions.append(col(LogRow.id).in_(sorted(narrowed.ids)))
    if narrowed.stream is not None:
        conditions.append(col(LogRow.stream) == narrowed.stream)
    conditions += [has_label(each) for each in narrowed.labels]
    conditions += [each for number in narrowed.numbers for each in is_between(number)]
    if narrowed.error_class:
        conditions += [literal_column(FAILED), class_is(narrowed.error_class)]
    if narrowed.feedback is not None:
        conditions.append(has_feedback(*narrowed.feedback))
    if narrowed.text:
        conditions.append(contains(narrowed.text))
    return conditions


def exact(narrowed: LogFilter) -> list[tuple[str, list[str]]]:
    """Fields that must equal what is wanted, or one of it."""
    return [(name, one_of(name, wanted)) for name in EXACT if (wanted := getattr(narrowed, name))]


def one_of(name: str, wanted: str) -> list[str]:
    """What a field may be."""
    several = [part.strip() for part in wanted.split(",")] if name in SEVERAL else []
    return [*dict.fromkeys([wanted, *(part for part in several if part)])]


def is_one_of(column: Any, wanted: list[str]) -> ColumnElement[bool]:
    """The same as SQL."""
    found: ColumnElement[bool] = col(column) == wanted[0] if len(wanted) == 1 else col(column).in_(wanted)
    return found


def value_of(record: LogRecord, name: str) -> object:
    """The value of a column; a failure has its own."""
    if name in ("error_code", "error_fault"):
        return None if record.failure is None else getattr(record.failure, name.removeprefix("error_"))
    return getattr(record, name)


def is_success(record: LogRecord) -> bool:
    """Answered and unbroken: a stream that broke has status 200 and a failure."""
    return record.status < 400 and record.failure is None


def status_matches(wanted: str, record: LogRecord) -> bool:
    """Whether the outcome is the wanted one."""
    match wanted:
        case "":
            return True
        case "success":
            return is_success(record)
        case "error":
            return not is_success(record)
    low, high = status_range(wanted)
    return low <= record.status < high


def status_is(wanted: str) -> list[ColumnElement[bool]]:
    """The same as SQL, worded so that SQLite sees when the index of failures will do."""
    match wanted:
        case "":
            return []
        case "success":
            return [literal_column(f"NOT {FAILED}")]
        case "error":
            return [literal_column(FAILED)]
    low, high = status_range(wanted)
    exactly = [col(LogRow.status) >= low, col(LogRow.status) < high]
    return [literal_column("status >= 400"), *exactly] if low >= 400 else exactly


def status_range(wanted: str) -> tuple[int, int]:
    """`4xx` is 400 to 500, `429` is 429 to 430; the upper end is exclusive."""
    if wanted.endswith("xx"):
        return int(wanted[0]) * 100, int(wanted[0]) * 100 + 100
    return int(wanted), int(wanted) + 1


def searched(record: LogRecord) -> tuple[str | None, ...]:
    """Where `text` is looked for."""
    message = None if record.failure is None else record.failure.message
    return record.model, record.api_key_name, record.path, message


def contains(part: str) -> ColumnElement[bool]:
    """The same as SQL; `instr` and not LIKE, because it knows no wildcards and does not stop at a NUL."""
    columns = (*map(text_of, ("model", "api_key_name", "path")), col(LogRow.error_message))
    needle = lowered(part).decode()
    return or_(*(func.coalesce(func.instr(func.lower(column), needle), 0) > 0 for column in columns))


def has_feedback(low: float | None, high: float | None) -> ColumnElement[bool]:
    """That a request's trace has feedback, and on average between these; the feedback leads, for there is less."""
    ids = (
        "SELECT l.id FROM feedback f CROSS JOIN logs l ON l.trace_id = f.trace_id "
        f"AND f.workspace = {named('workspace', 'l')} GROUP BY l.id HAVING sum(f.weight) > 0"
    )
    average, said = "sum(f.value * f.weight) * 1.0 / sum(f.weight)", {}
    for name, bound, sign in (("low", low, ">="), ("high", high, "<=")):
        if bound is not None:
            ids, said[name] = f"{ids} AND {average} {sign} :{name}_feedback", bound
    found = text(f"logs.id IN ({ids})").bindparams(**{f"{name}_feedback": bound for name, bound in said.items()})
    return cast("ColumnElement[bool]", found)


def lowered(part: str) -> bytes:
    """Letters A to Z in lower case and no others, as SQLite's `lower` does it."""
    return part.encode().lower()


def first_since(since_ms: int) -> ColumnElement[bool]:
    """Where a list from the newest down may stop, so that "the last minute" does not read the whole log.

    Ids are in the order of time but for requests that were under way together, so the earliest id among the first
    10,000 records since then is the earliest of all.
    """
    first = select(LogRow.id).where(LogRow.created_at_ms >= since_ms).order_by(col(LogRow.created_at_ms)).limit(AT_ONCE)
    ids = first.subquery()
    return col(LogRow.id) >= select(func.min(ids.c.id)).scalar_subquery()


def last_until(until_ms: int) -> ColumnElement[bool]:
    """The same at the other end: where a list may begin, so that "a month ago" does not read all that came since."""
    last = select(LogRow.id).where(LogRow.created_at_ms < until_ms)
    ids = last.order_by(col(LogRow.created_at_ms).desc()).limit(AT_ONCE).subquery()
    return col(LogRow.id) <= select(func.max(ids.c.id)).scalar_subquery()

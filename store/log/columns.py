"""A log record taken apart into the columns of its table, without SQLAlchemy; `log_whole` puts it together again.

What many records have in common is kept once: texts that lists filter by one by one, all others together as a `Shape`.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from store.ids import Nanodollars
from store.log.labels import Labels
from store.log.names import REMEMBERED, Names, Unknown, named
from store.log.numerals import Numbers, parted
from store.log.short_ids import short, short_or_none
from store.records import Attempt, Failure, LogRecord, SentBody, Usage
from store.rollups.rollups import LONGEST, METADATA


class Columns(NamedTuple):
    """A row of the log, in the order of its table's columns."""

    number: int
    id: str | bytes
    created_at_ms: int
    trace_id: str | bytes
    span_id: str | bytes | None
    status: int
    stream: int
    retries: int
    total_us: int
    first_token_us: int | None
    vendor_us: int | None
    cost: Nanodollars | None
    unpriced: int
    input_tokens: int | None
    output_tokens: int | None
    error_message: str | None
    path: Any
    workspace: Any
    api_key_id: Any
    api_key_name: Any
    provider: Any
    vendor: Any
    model: Any
    cache_status: Any
    client: Any
    error_code: Any
    error_fault: Any
    shape: Any
    metadata: str | None
    rest: bytes | None


Row = tuple[object, ...]
"""The values of COLUMNS but for the first."""
COLUMNS = Columns._fields
NAMED = COLUMNS[COLUMNS.index("path") : COLUMNS.index("shape") + 1]
"""Columns with the number of a text in place of the text, where it has one."""
BODY_COLUMNS = ("log", "body")
LABELS = (
    f"(SELECT json_group_object(substr(facet, {len(METADATA) + 1}), labels.value) "
    "FROM json_each(logs.metadata) AS mine CROSS JOIN labels ON labels.id = mine.value)"
)
"""A record's metadata, put together from its labels."""
EXPRESSIONS = {name: named(name) for name in NAMED} | {"metadata": LABELS}
READ = ", ".join(EXPRESSIONS.get(name, f"logs.{name}") for name in COLUMNS)
"""SQL for `Columns` with every text in it."""
LONGEST_MS = 1e12
"""Thirty years; what is longer was measured by no clock."""


@cache
def insert(table: str, columns: tuple[str, ...], rows: int) -> str:
    """SQL for so many rows."""
    row = f"({', '.join('?' * len(columns))})"
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([row] * rows)}"


class Shape(msgspec.Struct, frozen=True, array_like=True):
    """What no list filters by, and requests of one kind have in common. New fields go to the end, with a default."""

    method: str
    config: str | None
    config_path: str
    response_model: str | None
    user_agent: str | None
    price: dict[str, int] | None
    price_source: str | None
    usage_received: bytes
    """Without its numbers."""
    attempts: tuple[tuple[str, str, str, str, int | None, str], ...]
    """Provider, vendor, model, address, status, path."""
    counters: tuple[str, ...] = ()
    """Of its charges."""
    span_name: str | None = None
    kept: str = "full"


class Rest(msgspec.Struct, frozen=True, array_like=True):
    """What no list filters by, and is each record's own. New fields go to the end, with a default."""

    numbers: Numbers = ()
    """Of the usage as it was received."""
    usage: Usage | None = None
    """Where more was used than tokens, which have columns."""
    attempts_us: tuple[int, ...] = ()
    """None for a single one that took as long as all vendors together."""
    begun_us: tuple[int | None, ...] = ()
    """How long after the request's arrival."""
    errors: tuple[str | None, ...] = ()
    costs: tuple[Nanodollars | None, ...] = ()
    """Of the attempts, where any has one."""
    charges: tuple[tuple[int, int, int, int], ...] = ()
    """Start of the period, nanodollars, tokens, requests."""
    estimated_cost: Nanodollars | None = None
    metadata: dict[str, str] | None = None
    """Where labels cannot hold it whole."""
    parent_span_id: str | None = None
    spared: tuple[Failure, ...] = ()


class Bodies(msgspec.Struct, frozen=True, array_like=True):
    """What went over the wire, both ways. New fields go to the end, with a default."""

    request_body: bytes = b""
    response_body: bytes = b""
    request_headers: dict[str, str] = {}
    response_headers: dict[str, str] = {}
    sent: tuple[SentBody, ...] = ()


class Dictionary:
    """The numbers of texts and labels, and of what they come in together: nearly every record is of a known kind."""

    def __init__(self, names: Names, labels: Labels) -> None:
        self._names, self._labels = names, labels
        self.forget()

    def forget(self) -> None:
        """Know nothing, as after a transaction that was undone."""
        self._kinds: dict[tuple[str | None, ...], tuple[object, ...]] = {}
        self._numerals: dict[tuple[str, str], str] = {}
        self._names.forget()
        self._labels.forget()

    def new_labels(self, records: Iterable[LogRecord]) -> set[tuple[str, str]]:
        """Metadata whose labels are not known by heart: of a busy moment's chats and users many are new."""
        known = self._numerals
        return {item for record in records for item in record.metadata.items() if item not in known}

    def learn(self, connection: sqlite3.Connection, metadata: Iterable[tuple[str, str]]) -> None:
        """Give these labels numbers, where a label can hold them."""
        for key, value in metadata:
            if not is_cut(key, value):
                number = self._labels.number(connection, METADATA + key, value)
                remember(self._numerals, (key, value), str(number))

    def known_row(self, record: LogRecord) -> Row | None:
        """The same without the database; None where a text or a label has no number that is known."""
        try:
            return self.row(None, record)
        except Unknown:
            return None

    def row(self, connection: sqlite3.Connection | None, record: LogRecord) -> Row:
        """The values of COLUMNS, without the number. Raises `Unknown` where it takes a database, and there is none."""
        labels = self._metadata(connection, record.metadata) if record.metadata else None  # first: it may be unknown
        usage, failure = record.usage, record.failure
        vendor_us = micros(record.vendor_ms)
        numbers, shape = shape_of(record)
        return (
            *(short(record.id), record.created_at_ms, short(record.trace_id), short_or_none(record.span_id)),
            *(record.status, record.stream, record.retries),
            *(micros(record.total_ms), micros(record.first_token_ms), vendor_us, record.cost, record.unpriced),
            *((None, None) if usage is None else (usage.input_tokens, usage.output_tokens)),
            None if failure is None else failure.message,
            *self._kind(connection, record),
            self._names.number(connection, shape),
            labels,
            rest_of(record, numbers, vendor_us, has_labels=labels is not None),
        )

    def _kind(self, connection: sqlite3.Connection | None, record: LogRecord) -> tuple[object, ...]:
        """What stands in the columns of texts, but for the shape."""
        failure = record.failure
        code, fault = (None, None) if failure is None else (failure.code, failure.fault)
        texts = (
            *(record.path, record.workspace, record.api_key_id, record.api_key_name, record.provider, record.vendor),
            *(record.model, record.cache_status, record.client, code, fault),
        )
        kind = self._kinds.get(texts)
        if kind is None:
            kind = tuple(self._names.number(connection, text) for text in texts)
            remember(self._kinds, texts, kind)
        return kind

    def _metadata(self, connection: sqlite3.Connection | None, metadata: dict[str, str]) -> str | None:
        """The labels of a record's metadata as JSON; None where one would be cut short."""
        known = self._numerals
        try:
            return f"[{','.join([known[item] for item in metadata.items()])}]"
        except KeyError:
            pass
        if any(is_cut(key, value) for key, value in metadata.items()):
            return None
        if connection is None:
            raise Unknown
        self.learn(connection, metadata.items())
        return f"[{','.join([known[item] for item in metadata.items()])}]"


def remember(known: dict[Any, Any], name: object, value: object) -> None:
    """Keep what was looked up, within bounds."""
    if len(known) >= REMEMBERED:
        for old in tuple(islice(known, REMEMBERED // 2)):
            del known[old]
    known[name] = value


NO_BODIES, NO_USAGE = Bodies(), Usage()
encode = msgspec.msgpack.Encoder().encode


def shape_of(record: LogRecord) -> tuple[Numbers, bytes]:
    """What a record has in common with others of its kind, and the numbers that are missing in it."""
    form, numbers = parted(record.usage_received)
    shape = (
        record.method,
        record.config,
        record.config_path,
        record.response_model,
        record.user_agent,
        record.price,
        record.price_source,
        form,
        [(each.provider, each.vendor, each.model, each.url, each.status, each.path) for each in record.attempts],
        [charge.counter_id for charge in record.charges] if record.charges else (),
        record.span_name,
        record.kept,
    )
    return numbers, encode(shape)


def rest_of(record: LogRecord, numbers: Numbers, vendor_us: int | None, *, has_labels: bool) -> bytes | None:
    """What is a record's own."""
    charges = record.charges
    fields = [
        numbers,
        None if record.usage is None else more_than_tokens(record.usage),
        *tries_of(record, vendor_us),
        [(each.period_start_ms, each.nanodollars, each.tokens, each.requests) for each in charges] if charges else (),
        record.estimated_cost,
        record.metadata if record.metadata and not has_labels else None,
        record.parent_span_id,
        record.spared,
    ]
    while fields and not fields[-1] and fields[-1] != 0:
        fields.pop()
    return encode(fields) if fields else None


def bill_of(record: LogRecord) -> tuple[bytes, bytes | None]:
    """What stands in `shape` and `rest`, among it what the record's cost is explained by."""
    numbers, shape = shape_of(record)
    has_labels = not any(is_cut(key, value) for key, value in record.metadata.items())
    return shape, rest_of(record, numbers, micros(record.vendor_ms), has_labels=has_labels)


def more_than_tokens(usage: Usage) -> Usage | None:
    """What has no column, if there is any."""
    more = msgspec.structs.replace(usage, input_tokens=0, output_tokens=0)
    return None if more == NO_USAGE else more


def tries_of(record: LogRecord, vendor_us: int | None) -> Sequence[Sequence[object]]:
    """Durations, beginnings, errors and costs of the attempts, each left out where there is nothing to say."""
    if len(record.attempts) != 1:
        return several_tries(record.attempts)
    (only,) = record.attempts
    lasted = micros(only.duration_ms) or 0
    return (
        () if lasted == vendor_us else (lasted,),
        () if only.began_ms is None else (micros(only.began_ms),),
        () if only.error is None else (only.error,),
        () if only.cost is None else (only.cost,),
    )


def several_tries(tried: Sequence[Attempt]) -> list[Sequence[object]]:
    """The same of any number of attempts."""
    begun = [micros(each.began_ms) for each in tried]
    said = (begun, [each.error for each in tried], [each.cost for each in tried])
    lasted = [micros(each.duration_ms) or 0 for each in tried]
    return [lasted, *([] if all(each is None for each in some) else some for some in said)]


def is_cut(key: str, value: str) -> bool:
    """Whether a label cannot hold it, or SQLite's `substr` would end within."""
    return len(key) > LONGEST or len(value) > LONGEST or "\0" in key


def micros(milliseconds: float | None) -> int | None:
    """A duration as it is kept."""
    if milliseconds is None:
        return None
    return round(milliseconds * 1000) if -LONGEST_MS < milliseconds < LONGEST_MS else 0

"""Records as lines of an export: which fields there are, and how JSON and CSV write them."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from sqlmodel import col, func, select

from gateway.errors import BadRequest, Forbidden
from gateway.log.sent_told import body_of
from gateway.log.wire import summary, whole
from gateway.telemetry.names import operation_of
from store.log.reading import LogBodyRow, LogRow, page, with_bodies
from store.records import LogRecord

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession
    from sqlmodel.sql.expression import Select

    from gateway.exports.settings import ExportSettings
    from store.database import Database
    from store.ids import LogId
    from store.log.filter import LogFilter

Json = dict[str, Any]
NO_RECORD = LogRecord(id="", created_at_ms=0, trace_id="", method="", path="", status=0, total_ms=0)  # type: ignore[arg-type]
SHORT = tuple(name for name in summary(NO_RECORD) if name != "object")
AS_SENT = ("transformedRequest", "sent")
"""What repeats the request's body: who may not export `request` may not export it this way either."""
WITH_BODIES = ("request", "response", *AS_SENT)
FIELDS = (*SHORT, *WITH_BODIES, "mode", "config", "prompt_slug", "usage")
"""Portkey's names, and whatever else a list shows."""
FORMATS = ("jsonl", "csv")
RECORDS_AT_ONCE = 100
BYTES_AT_ONCE = 2_000_000
"""Of compressed bodies that are in memory together; a larger one comes alone."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""With what a text begins that a spreadsheet would reckon with."""


Denied = Callable[[str], frozenset[str]]
"""By a workspace's slug, the fields that its requests are exported without."""


def nothing_denied(_workspace: str) -> frozenset[str]:
    """Every field of every workspace."""
    return frozenset()


class Batch(NamedTuple):
    """Some lines, and where the next begin."""

    data: bytes
    records: int
    cursor: LogId | None
    """None: from the newest on."""


async def batches(
    database: Database,
    narrowed: LogFilter,
    fields: Sequence[str],
    form: str,
    before: LogId | None,
    denied: Denied = nothing_denied,
) -> AsyncIterator[Batch]:
    """Everything that fits, the newest first, older than `before`; little of it is in memory at a time."""
    has_bodies = any(name in WITH_BODIES for name in fields)
    head = csv_line(fields) if form == "csv" and before is None else b""
    while True:
        async with database.session() as session:
            records = await page(session, narrowed, limit=RECORDS_AT_ONCE, before=before)
            for some in [records] if not has_bodies else await portions(session, records):
                found = await filled(session, some) if has_bodies else some
                if found:
                    data = b"".join(line_of(record, fields, form, denied) for record in found)
                    yield Batch(head + data, len(found), found[-1].id)
                    head = b""
        if len(records) < RECORDS_AT_ONCE:
            break
        before = records[-1].id
    if head:
        yield Batch(head, 0, None)


async def portions(session: AsyncSession, records: Sequence[LogRecord]) -> list[list[LogRecord]]:
    """Records in groups whose bodies are not too much together."""
    sizes = dict((await session.exec(bodies_of(records, func.length(LogBodyRow.body)))).all())
    groups: list[list[LogRecord]] = [[]]
    taken = 0
    for record in records:
        own = sizes.get(record.id, 0)
        if groups[-1] and taken + own > BYTES_AT_ONCE:
            groups.append([])
            taken = 0
        groups[-1].append(record)
        taken += own
    return groups


async def filled(session: AsyncSession, records: Sequence[LogRecord]) -> list[LogRecord]:
    """Records with their bodies."""
    bodies = dict((await session.exec(bodies_of(records, col(LogBodyRow.body)))).all())
    return [with_bodies(record, bodies.get(record.id)) for record in records]


def bodies_of(records: Sequence[LogRecord], wanted: Any) -> Select[str, Any]:
    """The question for what the bodies of some records are, or how long, by id."""
    theirs = select(LogRow.id, wanted).join(LogBodyRow, col(LogBodyRow.log) == LogRow.number)
    return theirs.where(col(LogRow.id).in_([record.id for record in records]))


def line_of(record: LogRecord, fields: Sequence[str], form: str, denied: Denied) -> bytes:
    """A record as one line."""
    said = told(record, fields)
    hidden = with_repeated(denied(record.workspace))
    if hidden:
        said |= {name: None for name in hidden if name in said}
    if form == "csv":
        return csv_line(cell(said[name]) for name in fields)
    return msgspec.json.encode({name: said[name] for name in fields}) + b"\n"


def with_repeated(denied: frozenset[str]) -> frozenset[str]:
    """Denied fields, and those that would tell the same."""
    return denied.union(AS_SENT) if "request" in denied else denied


def told(record: LogRecord, fields: Iterable[str]) -> Json:
    """Everything that may be asked for; what takes long only if it is."""
    found = summary(record) | {
        "mode": operation_of(record.path),
        "config": record.config,
        "prompt_slug": None,
        "usage": body_of(record.usage_received),
    }
    if any(name in WITH_BODIES for name in fields):
        every = whole(record)
        found |= {name: every[name] for name in WITH_BODIES}
    return found


def cell(value: Any) -> str:
    """A value in a table; no text of a stranger's becomes a formula."""
    match value:
        case None:
            return ""
        case str():
            return f"'{value}" if value.startswith(FORMULA) else value
        case bool():
            return str(value).lower()
        case int() | float():
            return repr(value)
    return msgspec.json.encode(value).decode().strip('"')


def csv_line(cells: Iterable[str]) -> bytes:
    """A row. Source: RFC 4180."""
    line = io.StringIO()
    csv.writer(line).writerow(list(cells))
    return line.getvalue().encode()


def unknown(fields: Iterable[str]) -> Iterator[str]:
    """Names that are no field."""
    return (name for name in fields if name not in FIELDS)


def wrong_with(said: ExportSettings | None) -> Iterator[tuple[str, str]]:
    """Denied fields that are none, and what is wrong with them."""
    for name in unknown(said.denied_fields if said is not None else ()):
        yield (
            "defaults.export_settings.deniedFields",
            f"has `{name[:60]}`, which is no field; these are: {', '.join(FIELDS)}",
        )


def checked(fields: list[str] | None, denied: frozenset[str] = frozenset()) -> list[str]:
    """The fields of an export. Raises BadRequest and Forbidden."""
    denied = with_repeated(denied)
    if fields is None:
        return [name for name in SHORT if name not in denied]
    if not fields or (wrong := next(unknown(fields), None)) is not None:
        named = f"`{wrong[:60]}` is no field" if fields else "is empty"  # type: ignore[index]
        raise BadRequest(f"`requested_data`: {named}; these are: {', '.join(FIELDS)}.", param="requested_data")
    if refused := [name for name in fields if name in denied]:
        told = ", ".join(f"`{name}`" for name in refused)
        raise Forbidden(f"`requested_data`: {told} may not be exported; leave it out, or ask who set `deniedFields`.")
    return list(dict.fromkeys(fields))

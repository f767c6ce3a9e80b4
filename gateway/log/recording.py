"""How much of a request its log record keeps: bodies or not, and what is left out of them (`redaction.py`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from gateway.log.sent import redacted

if TYPE_CHECKING:
    from gateway.domain import Caller, Headers
    from gateway.log.redaction import Redaction
    from store.records import LogRecord

Kept = Literal["full", "metadata", "off"]
"""Everything; all but bodies; only who asked for what, what was used, and how it went."""
LESS: tuple[Kept, ...] = ("full", "metadata", "off")
"""From the most to the least: where several say how much, the least is kept."""


def least(*said: str | None) -> Kept:
    """Of several words for how much is kept, the one for the least."""
    return max((LESS[LESS.index(word)] for word in said if word in LESS), key=LESS.index, default="full")


def kept_of(caller: Caller | None, headers: Headers) -> Kept:
    """How much of a request is kept. `x-portkey-debug: false` leaves bodies out, whatever its key allows."""
    own: Kept = caller.log_bodies if caller is not None else "full"
    return least(own, "metadata") if headers.get("x-portkey-debug", "").strip().lower() == "false" else own


def shortened(record: LogRecord, redaction: Redaction | None) -> LogRecord:
    """A record with as much as is to be kept of it."""
    if record.kept == "full" and redaction is None:  # most requests
        return record
    if record.kept == "off":
        return hardly_anything(record)
    has_bodies = record.kept == "full"
    asked, answered = (record.request_body, record.response_body) if has_bodies else (b"", b"")
    sent = record.sent if has_bodies else ()
    if redaction is None:
        return replace(record, request_body=asked, response_body=answered, sent=sent)
    return replace(
        record,
        request_body=redaction.apply(asked),
        response_body=redaction.apply(answered),
        sent=tuple(redacted(each, asked, redaction) for each in sent),
        failure=record.failure and replace(record.failure, message=redaction.text(record.failure.message)),
        attempts=tuple(replace(each, error=each.error and redaction.text(each.error)) for each in record.attempts),
    )


def hardly_anything(record: LogRecord) -> LogRecord:
    """Who asked for which model, what it used, and how it went."""
    return replace(
        record,
        request_body=b"",
        response_body=b"",
        sent=(),
        request_headers={},
        response_headers={},
        metadata={},
        client=None,
        user_agent=None,
        failure=record.failure and replace(record.failure, message=""),
        attempts=tuple(replace(each, error=each.error and "") for each in record.attempts),
    )

"""What was sent to vendors, as the API tells it: each attempt's request whole again, made of what the record has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from store.records import LogRecord, SentBody

Json = dict[str, Any]
CLIENTS = frozenset({"same", "model"})
"""Forms of what is the client's own request."""


def sent_told(record: LogRecord) -> list[Json]:
    """A row for each attempt of which it is known, in order; `body` is None where only size and kind are kept."""
    rows: list[Json] = []
    last: SentBody | None = None
    for each in record.sent:
        if each.form in ("whole", "redacted"):
            last = each
        found = last if each.form == "repeat" and last is not None else each
        if each.attempt < len(record.attempts):
            rows.append(row_of(record, each, found))
    return rows


def row_of(record: LogRecord, sent: SentBody, found: SentBody) -> Json:
    """What one attempt sent; `found` has the body, which may be that of an earlier one."""
    attempt = record.attempts[sent.attempt]
    return {
        "attempt": sent.attempt,
        "url": attempt.url,
        "method": record.method if sent.form in CLIENTS else sent.method,
        "headers": sent.headers,
        "body": body_sent(record.request_body, found, attempt.model),
        "form": found.form,
        "changed_fields": changed_in(found),
        "content_type": found.kind or None,
        "size": found.size or None,
    }


def body_sent(asked: bytes, sent: SentBody, model: str) -> Any:
    """A body whole again."""
    match sent.form:
        case "same":
            return body_of(asked)
        case "model" | "fields":
            own = body_of(asked)
            if not isinstance(own, dict):  # left out by a rule, or older than what is kept
                return body_of(sent.body)
            changed = {"model": model} if sent.form == "model" else body_of(sent.body)
            return {name: value for name, value in own.items() if name not in sent.left_out} | changed
        case "whole":
            return body_of(sent.body)
    return None


def changed_in(sent: SentBody) -> list[str]:
    """Names of the fields that are not the client's; of another body none are told."""
    if sent.form == "model":
        return ["model"]
    changed = body_of(sent.body) if sent.form == "fields" else None
    return [*changed, *sent.left_out] if isinstance(changed, dict) else list(sent.left_out)


def body_of(raw: bytes) -> Any:
    """A body as JSON where it is JSON, as text where it is not."""
    try:
        return msgspec.json.decode(raw) if raw else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return raw.decode(errors="replace")

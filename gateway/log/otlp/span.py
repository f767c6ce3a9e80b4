"""A span, as far as the log wants to know it; and how OTLP's JSON has it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

Attributes = dict[str, Any]
WHOLE = re.compile(r"-?[0-9]{1,20}")
MOST_DEEP = 16
"""How far values may nest."""


class BadSpans(Exception):
    """A body that is no request of OTLP; the message says where."""


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a trace; ids in hexadecimal."""

    trace_id: str
    span_id: str
    parent_span_id: str = ""
    name: str = ""
    start_ns: int = 0
    """Since the epoch."""
    end_ns: int = 0
    attributes: Attributes = msgspec.field(default_factory=dict)
    resource: Attributes = msgspec.field(default_factory=dict)
    """Of the program that it is from."""
    is_error: bool = False
    message: str = ""
    """Why, if it says so."""


class Value(msgspec.Struct, frozen=True, rename="camel"):
    """One of these."""

    string_value: str | None = None
    bool_value: bool | None = None
    int_value: int | str | None = None
    double_value: float | str | None = None
    array_value: Values | None = None
    kvlist_value: KeyValues | None = None
    bytes_value: str | None = None


class Values(msgspec.Struct, frozen=True):
    """A list."""

    values: list[Value] = []


class KeyValue(msgspec.Struct, frozen=True):
    """An attribute."""

    key: str = ""
    value: Value = Value()


class KeyValues(msgspec.Struct, frozen=True):
    """An object."""

    values: list[KeyValue] = []


class Status(msgspec.Struct, frozen=True):
    """How a span ended; 2 is an error."""

    code: int | str = 0
    message: str = ""


class JsonSpan(msgspec.Struct, frozen=True, rename="camel"):
    """A span."""

    trace_id: str = ""
    span_id: str = ""
    parent_span_id: str = ""
    name: str = ""
    start_time_unix_nano: int | str = 0
    end_time_unix_nano: int | str = 0
    attributes: list[KeyValue] = []
    status: Status = Status()


class Scoped(msgspec.Struct, frozen=True):
    """Spans of one library."""

    spans: list[JsonSpan] = []


class Resource(msgspec.Struct, frozen=True):
    """A program."""

    attributes: list[KeyValue] = []


class OfResource(msgspec.Struct, frozen=True, rename="camel"):
    """Spans of one program."""

    resource: Resource = Resource()
    scope_spans: list[Scoped] = []


class Export(msgspec.Struct, frozen=True, rename="camel"):
    """The body of a request."""

    resource_spans: list[OfResource] = []


decode = msgspec.json.Decoder(Export).decode


def from_json(body: bytes) -> Iterator[Span]:
    """The spans in a body. Raises BadSpans."""
    try:
        export = decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadSpans(str(error)) from error
    for each in export.resource_spans:
        resource = plain(each.resource.attributes)
        for scoped in each.scope_spans:
            for span in scoped.spans:
                yield Span(
                    trace_id=span.trace_id.lower(),
                    span_id=span.span_id.lower(),
                    parent_span_id=span.parent_span_id.lower(),
                    name=span.name,
                    start_ns=whole(span.start_time_unix_nano),
                    end_ns=whole(span.end_time_unix_nano),
                    attributes=plain(span.attributes),
                    resource=resource,
                    is_error=span.status.code in (2, "STATUS_CODE_ERROR"),
                    message=span.status.message,
                )


def plain(attributes: list[KeyValue], depth: int = 0) -> Attributes:
    """Attributes as a mapping. Raises BadSpans."""
    return {each.key: plain_value(each.value, depth) for each in attributes}


def plain_value(value: Value, depth: int) -> Any:
    """A value as it would stand in JSON. Raises BadSpans."""
    if depth > MOST_DEEP:
        raise BadSpans(f"a value nests deeper than {MOST_DEEP} levels")
    if value.array_value is not None:
        return [plain_value(each, depth + 1) for each in value.array_value.values]
    if value.kvlist_value is not None:
        return plain(value.kvlist_value.values, depth + 1)
    if value.int_value is not None:
        return whole(value.int_value)
    said = (value.string_value, value.bool_value, value.double_value, value.bytes_value)
    return next((each for each in said if each is not None), None)


def whole(number: int | str) -> int:
    """A 64-bit number, which JSON has as a text. Raises BadSpans."""
    told = str(number)
    if not WHOLE.fullmatch(told) or not -(2**63) <= int(told) < 2**64:
        raise BadSpans(f"`{told[:40]}` is no whole number of 64 bits")
    return int(told)

"""A row of the log put together again into the record it was; free of SQLAlchemy."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from store.ids import LogId, Slug, TraceId
from store.log.columns import NO_USAGE, Columns, Rest, Shape
from store.log.numerals import joined
from store.log.short_ids import whole
from store.records import Attempt, Charge, Failure, LogRecord, Usage

NOTHING = Rest()
decode_rest = msgspec.msgpack.Decoder(Rest).decode
decode_shape = msgspec.msgpack.Decoder(Shape).decode
decode_metadata = msgspec.json.Decoder(dict[str, str]).decode


def record_from(row: Sequence[Any]) -> LogRecord:
    """The record of what `log_columns.READ` selects, without its bodies."""
    said = Columns(*row)
    shape, rest = decode_shape(said.shape), NOTHING if said.rest is None else decode_rest(said.rest)
    return LogRecord(
        id=LogId(whole(said.id)),
        created_at_ms=said.created_at_ms,
        trace_id=TraceId(whole(said.trace_id)),
        span_id=None if said.span_id is None else whole(said.span_id),
        parent_span_id=rest.parent_span_id,
        span_name=shape.span_name,
        method=shape.method,
        path=said.path,
        status=said.status,
        stream=bool(said.stream),
        workspace=said.workspace,
        api_key_id=said.api_key_id,
        api_key_name=said.api_key_name,
        provider=said.provider,
        vendor=said.vendor,
        model=said.model,
        response_model=shape.response_model,
        config=None if shape.config is None else Slug(shape.config),
        config_path=shape.config_path,
        cache_status=said.cache_status,
        retries=said.retries,
        metadata=rest.metadata or decode_metadata(said.metadata or "{}"),
        client=said.client,
        user_agent=shape.user_agent,
        total_ms=said.total_us / 1000,
        first_token_ms=milliseconds(said.first_token_us),
        vendor_ms=milliseconds(said.vendor_us),
        usage=usage_of(said, rest.usage),
        usage_received=joined(shape.usage_received, rest.numbers),
        cost=said.cost,
        unpriced=bool(said.unpriced),
        price=shape.price,
        price_source=shape.price_source,
        charges=tuple(Charge(name, *paid) for name, paid in zip(shape.counters, rest.charges, strict=True)),
        estimated_cost=rest.estimated_cost,
        attempts=tuple(attempts(shape, rest, said.vendor_us)),
        failure=failure_of(said),
        spared=rest.spared,
        kept=shape.kept,
    )


def attempts(shape: Shape, rest: Rest, vendor_us: int | None) -> Iterator[Attempt]:
    """Every try, in order."""
    for number, (provider, vendor, model, url, status, path) in enumerate(shape.attempts):
        lasted = rest.attempts_us[number] if rest.attempts_us else vendor_us or 0
        yield Attempt(
            provider=provider,
            vendor=vendor,
            model=model,
            url=url,
            status=status,
            duration_ms=lasted / 1000,
            error=rest.errors[number] if rest.errors else None,
            path=path,
            cost=rest.costs[number] if rest.costs else None,
            began_ms=milliseconds(rest.begun_us[number]) if rest.begun_us else None,
        )


def usage_of(said: Columns, more: Usage | None) -> Usage | None:
    """What was used: tokens, and more than tokens."""
    if said.input_tokens is None or said.output_tokens is None:
        return None
    return msgspec.structs.replace(more or NO_USAGE, input_tokens=said.input_tokens, output_tokens=said.output_tokens)


def failure_of(said: Columns) -> Failure | None:
    """Why it failed, if it did."""
    if said.error_code is None:
        return None
    return Failure(code=said.error_code, message=said.error_message or "", fault=said.error_fault or "")


def milliseconds(kept: int | None) -> float | None:
    """A duration as it is read."""
    return None if kept is None else kept / 1000

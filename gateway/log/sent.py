"""What was sent to vendors, for the log: only what is not the client's own request over again.

Nothing is encoded here that the way to the vendor did not encode: where a request is passed through, its values are the
client's own objects, and comparing them is a look at each; else the bytes that went out are kept as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from gateway.headers import MASK
from store.records import SentBody

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.domain import Call
    from gateway.log.redaction import Redaction
    from gateway.vendors.vendor import Asked, Fields, Sent

MOST_BYTES = 1_000_000
"""Of a body that is kept beside the client's; of a longer one size and kind."""
PLAIN = frozenset(
    {
        "accept",
        "anthropic-beta",
        "anthropic-version",
        "content-type",
        "openai-beta",
        "user-agent",
        "x-amz-date",
    }
)
"""Headers whose value is no secret with any vendor. The log shows no other: an account may name its own as it likes."""
JSON = "application/json"
TEXTS = (JSON, "application/x-ndjson", "text/")
text = msgspec.json.Encoder().encode
fields_of = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def sent_in(call: Call) -> tuple[SentBody, ...]:
    """What each attempt of a call sent."""
    found: list[SentBody] = []
    before: bytes | None = None
    for place, asked, sent, headers in call.sent:
        one = as_kept(place, call, asked, sent, headers)
        if one.form == "whole":
            one, before = replace(one, form="repeat", body=b"") if one.body == before else one, one.body
        found.append(one)
    return tuple(found)


def as_kept(place: int, call: Call, asked: Asked, sent: Sent, headers: Mapping[str, str]) -> SentBody:
    """What one attempt sent, as far as it is to be kept."""
    if sent.body is call.body:
        return SentBody(place)
    if sent.fields is not None and not asked.is_adapted and call.request is not None:
        changed, left_out = difference(call.request.fields, sent.fields)
        if not left_out and is_model_alone(changed, asked.model):
            return SentBody(place, "model")
        if not (left_out or changed):
            return SentBody(place)
        if sum(len(memoryview(value)) for value in changed.values()) <= MOST_BYTES:
            told = without_secrets(headers, sent)
            return SentBody(place, "fields", text(changed), left_out, sent.method, told)
    kind = sent.headers.get("content-type", JSON)
    told = without_secrets(headers, sent)
    if sent.body == call.body:
        return SentBody(place, method=sent.method, headers=told)
    form = "binary" if not kind.startswith(TEXTS) else "long" if len(sent.body) > MOST_BYTES else "whole"
    if form != "whole":
        return SentBody(place, form, b"", (), sent.method, told, kind, len(sent.body))
    return SentBody(place, form, sent.body, (), sent.method, told)


def difference(own: Fields, sent: Fields) -> tuple[dict[str, msgspec.Raw], tuple[str, ...]]:
    """Fields that are not the client's, and those of the client's that are missing."""
    changed = {name: value for name, value in sent.items() if own.get(name) is not value and own.get(name) != value}
    return changed, () if own.keys() <= sent.keys() else tuple(name for name in own if name not in sent)


def is_model_alone(changed: Mapping[str, msgspec.Raw], model: str) -> bool:
    """Whether nothing differs but the model's name, and that is the attempt's."""
    return len(changed) == 1 and "model" in changed and bytes(changed["model"]) == text(model)


def without_secrets(headers: Mapping[str, str], sent: Sent) -> dict[str, str]:
    """Every header by name, and the values of those that can be no credential."""
    every = {"content-type": JSON, **headers, **sent.headers}
    return {name: value if name.lower() in PLAIN else MASK for name, value in every.items()}


def redacted(sent: SentBody, asked: bytes, redaction: Redaction) -> SentBody:
    """What was sent without what rules leave out; `asked` is the client's body.

    Rules name fields as the client's dialect has them. Elsewhere the same value has another name and another place, so
    a body that is not the client's own goes whole where any rule is about fields.
    """
    is_about_fields = bool(redaction.names or redaction.pointers)
    if sent.form == "whole" and is_about_fields:
        kind = sent.headers.get("content-type", JSON)
        return replace(sent, form="redacted", body=b"", kind=kind, size=len(sent.body))
    if sent.form not in ("whole", "fields"):
        return sent
    body = with_known_fields(sent.body, asked) if is_about_fields else sent.body
    return replace(sent, body=redaction.apply(body))


def with_known_fields(body: bytes, asked: bytes) -> bytes:
    """Fields that differ, masked where the client has none of the name: it may be one of its own under a new name."""
    try:
        known = {*fields_of(asked), "model"}
    except (msgspec.DecodeError, UnicodeDecodeError):
        known = {"model"}
    mask = msgspec.Raw(text(MASK))
    return text({name: value if name in known else mask for name, value in fields_of(body).items()})

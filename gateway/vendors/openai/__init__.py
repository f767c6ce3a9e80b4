"""OpenAI's wire: what the gateway reads in it and what it changes; all else passes untouched.

Source: platform.openai.com/docs/api-reference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import msgspec

from gateway.functions import IN_PIECES, Function
from gateway.vendors.forms import form
from gateway.vendors.openai.relayed import RelayedStream
from gateway.vendors.openai.spoken import Spoken, spoken
from gateway.vendors.openai.stream import ChatStream
from gateway.vendors.openai.usage import usage_of
from gateway.vendors.vendor import (
    Answered,
    Asked,
    BadAnswer,
    Login,
    Sent,
    Setting,
    Upload,
    Vendor,
    VendorSaysNo,
    Wire,
    bearer,
)

INCLUDE_USAGE = msgspec.Raw(b'{"include_usage":true}')
CHAT_LIKE = frozenset({Function.CHAT, Function.COMPLETE})
STREAMED = frozenset(
    {Function.GENERATE_IMAGE, Function.EDIT_IMAGE, Function.SPEAK, Function.TRANSCRIBE, Function.RELAY}
)
"""Functions beside chat whose streams are relayed as they come."""
NO_JSON = frozenset({Function.SPEAK, Function.TRANSCRIBE, Function.TRANSLATE, Function.RELAY})
"""Functions whose answers may be something else than JSON."""

PATHS = {function: f"/{function.value}" for function in Function}
"""Where OpenAI has each."""

fields_of = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
text = msgspec.json.Encoder().encode


class Quirks(msgspec.Struct, frozen=True, kw_only=True):
    """Where a vendor that speaks OpenAI's wire does not quite."""

    renamed: Mapping[str, str] = {}
    """Parameters that have another name there."""
    dropped: frozenset[str] = frozenset()
    """Parameters that it refuses."""
    paths: Mapping[Function, str] = {}
    """Where a function is, if not where OpenAI has it."""
    keeps_marks: bool = False
    """Whether it knows `cache_control` and `content_blocks`, which other dialects' clients send."""
    adjust: Callable[[Asked, dict[str, msgspec.Raw]], None] | None = None
    """What depends on the model, or on other parameters: changes the fields in place."""
    adjust_form: Callable[[Asked, Upload], Upload] | None = None
    """The same for a form, which is given anew."""


NO_QUIRKS = Quirks()


def encode(asked: Asked, quirks: Quirks = NO_QUIRKS) -> Sent:
    """The request for the vendor: its own name for the model, and usage asked for in every stream."""
    if asked.function is Function.RELAY:
        return Sent("/" + asked.path, asked.body, asked.headers, asked.method)
    path = quirks.paths.get(asked.function) or PATHS[asked.function]
    if asked.upload is not None:
        upload = renamed(asked.upload, asked.model)
        body, content_type = form(quirks.adjust_form(asked, upload) if quirks.adjust_form else upload)
        return Sent(path, body, {"content-type": content_type})
    changed = dict(asked.fields)
    changed["model"] = msgspec.Raw(text(asked.model))
    if asked.stream and asked.function in CHAT_LIKE:
        changed["stream_options"] = with_usage(asked.fields.get("stream_options"))
    if asked.is_adapted and not quirks.keeps_marks and "messages" in changed:
        changed["messages"] = unmarked(changed["messages"])
    if quirks is not NO_QUIRKS:
        bend(changed, asked, quirks)
    return Sent(path, text(changed), fields=changed)


def renamed(upload: Upload, model: str) -> Upload:
    """A form with the vendor's name for the model."""
    return Upload(fields={**upload.fields, "model": [model]}, files=upload.files)


def unmarked(messages: msgspec.Raw) -> msgspec.Raw:
    """Messages without what only Claude understands: OpenAI and its like refuse what they do not know."""
    said = msgspec.json.decode(messages)
    for message in said:
        message.pop("content_blocks", None)
        parts = message.get("content")
        for part in parts if isinstance(parts, list) else ():
            part.pop("cache_control", None)
    return msgspec.Raw(text(said))


def bend(changed: dict[str, msgspec.Raw], asked: Asked, quirks: Quirks) -> None:
    """Put the fields the way the vendor wants them."""
    for name, other in quirks.renamed.items():
        if name in changed:
            value = changed.pop(name)
            changed.setdefault(other, value)
    if not quirks.dropped.isdisjoint(changed):
        for name in quirks.dropped & changed.keys():
            del changed[name]
    if quirks.adjust is not None:
        quirks.adjust(asked, changed)


def with_usage(options: msgspec.Raw | None) -> msgspec.Raw:
    """`stream_options` with `include_usage` on, whatever else it says."""
    if options is None or bytes(options) == b"null":
        return INCLUDE_USAGE
    return msgspec.Raw(text(fields_of(options) | {"include_usage": msgspec.Raw(b"true")}))


def decode(body: bytes, asked: Asked) -> Answered:
    """An answer, untouched. Raises BadAnswer, VendorSaysNo, and for something that is no JSON what msgspec raises, or
    UnicodeDecodeError."""
    may_be_anything = asked.function in NO_JSON
    if may_be_anything and body[:1] != b"{":
        return Answered(body)
    try:
        said = spoken(body)
    except msgspec.ValidationError:
        if body.lstrip()[:1] != b"{" and not may_be_anything:
            raise BadAnswer("with JSON that is no object") from None
        said = Spoken()  # JSON of another shape is not ours to judge
    except msgspec.DecodeError:
        if may_be_anything:
            return Answered(body)
        raise
    if not (body.isascii() or may_be_anything):
        body.decode()  # a client would stumble over what is no UTF-8
    if said.error is not msgspec.UNSET and asked.function in CHAT_LIKE and not said.choices:
        refuse(said.error, body)
    usage = b"null" if said.usage is msgspec.UNSET else bytes(said.usage)
    return Answered(body, said.model, usage)


def refuse(error: msgspec.Raw, body: bytes) -> None:
    """A success that is an error: those who pass requests on say so of whom they asked. Raises VendorSaysNo."""
    if bytes(error) not in (b"null", b'""', b"{}"):
        raise VendorSaysNo(body)


def reader(asked: Asked) -> ChatStream:
    """A chat stream."""
    return ChatStream(wants_usage=asked.wants_usage)


def wire(function: Function, quirks: Quirks = NO_QUIRKS) -> Wire:
    """How OpenAI speaks a function."""
    written = encode if quirks is NO_QUIRKS else partial(encode, quirks=quirks)
    if function in CHAT_LIKE:
        return Wire(encode=written, decode=decode, reader=reader, usage=usage_of)
    relayed = RelayedStream if function in STREAMED or function is Function.RESPOND else None
    return Wire(encode=written, decode=decode, reader=relayed, usage=usage_of, passes=function in IN_PIECES)


WIRES: Mapping[Function, Wire] = {
    function: wire(function) for function in Function if function not in (Function.MESSAGE, Function.COUNT_TOKENS)
}
"""Every function of OpenAI's own API."""


def openai_like(
    id: str,
    name: str,
    base_url: str | Callable[[Login], str] | None = None,
    *,
    functions: tuple[Function, ...] = (Function.CHAT,),
    needs_key: bool = True,
    priced_as: str | None = None,
    headers: Callable[[Login], dict[str, str]] = bearer,
    settings: tuple[Setting, ...] = (),
    aliases: tuple[str, ...] = (),
    quirks: Quirks = NO_QUIRKS,
) -> Vendor:
    """A vendor that speaks OpenAI's wire; one row is all it takes. RELAY is always among its functions."""
    offered = {*functions, Function.RELAY}
    return Vendor(
        id=id,
        name=name,
        base_url=base_url,
        needs_key=needs_key,
        priced_as=priced_as,
        headers=headers,
        settings=settings,
        aliases=aliases,
        functions={
            each: WIRES[each] if quirks is NO_QUIRKS else wire(each, quirks) for each in Function if each in offered
        },
    )

"""Anthropic: chat translated, messages as they are.

Source: platform.claude.com/docs/en/api/overview.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from gateway.functions import Function
from gateway.vendors.anthropic.answer import decode_messages, usage_of_messages
from gateway.vendors.anthropic.complete import CompletionTelling, decode_completion, encode_completion
from gateway.vendors.anthropic.native import (
    MessagesStream,
    counted_fields,
    decode_native,
    native_fields,
    text,
    usage_of_native,
)
from gateway.vendors.anthropic.request import encode_messages
from gateway.vendors.anthropic.stream import MessagesTelling
from gateway.vendors.translated import translated
from gateway.vendors.vendor import Asked, Sent, Setting, Vendor, Wire, in_header

if TYPE_CHECKING:
    from gateway.vendors.batch import Batch

VERSION = "2023-06-01"
"""The version of the API whose answers are read here; a client that names another gets that one."""
MESSAGES = "/messages"


def batch() -> Batch:
    """How it takes many requests at once."""
    from gateway.vendors.anthropic.batch import BATCH

    return BATCH


def headers(asked: Asked) -> Mapping[str, str]:
    """The version of the API, and every beta that the client or the config asks for, once each."""
    said = {"anthropic-version": first(asked, "version") or VERSION}
    betas = dict.fromkeys(name for header in told(asked, "beta") for name in header.replace(" ", "").split(",") if name)
    return said | ({"anthropic-beta": ",".join(betas)} if betas else {})


def told(asked: Asked, name: str) -> Iterator[str]:
    """What is said under a name: by Portkey's header, by Anthropic's, by the config."""
    for said in (
        asked.headers.get(f"x-portkey-anthropic-{name}"),
        asked.headers.get(f"anthropic-{name}"),
        asked.login.get(f"anthropic_{name}"),
    ):
        if said:
            yield said


def first(asked: Asked, name: str) -> str | None:
    """What is said under a name, the client's word before the config's."""
    return next(told(asked, name), None)


def ask_natively(asked: Asked) -> Sent:
    """A request that is Anthropic's already."""
    fields = native_fields(asked)
    return Sent(MESSAGES, text(fields), headers(asked), fields=fields)


def ask_count(asked: Asked) -> Sent:
    """How many tokens a request has."""
    return Sent(f"{MESSAGES}/count_tokens", text(counted_fields(asked)), headers(asked))


CHAT = translated(
    path=MESSAGES,
    encode=encode_messages,
    decode=decode_messages,
    usage=usage_of_messages,
    events=MessagesTelling,
    headers=headers,
)
COMPLETE = translated(
    path=MESSAGES,
    encode=encode_completion,
    decode=decode_completion,
    usage=usage_of_messages,
    events=CompletionTelling,
    headers=headers,
)
MESSAGE = Wire(encode=ask_natively, decode=decode_native, reader=MessagesStream, usage=usage_of_native)
COUNT_TOKENS = Wire(encode=ask_count, decode=decode_native, usage=usage_of_native)

ANTHROPIC = Vendor(
    id="anthropic",
    name="Anthropic",
    base_url="https://api.anthropic.com/v1",
    priced_as="anthropic",
    functions={
        Function.CHAT: CHAT,
        Function.COMPLETE: COMPLETE,
        Function.MESSAGE: MESSAGE,
        Function.COUNT_TOKENS: COUNT_TOKENS,
    },
    headers=in_header("x-api-key"),
    batch=batch,
    settings=(
        Setting(name="anthropic_version", what="the version of the API, such as 2023-06-01"),
        Setting(name="anthropic_beta", what="betas to take part in, separated by commas"),
    ),
)

__all__ = [
    "ANTHROPIC",
    "CHAT",
    "COMPLETE",
    "COUNT_TOKENS",
    "MESSAGE",
    "CompletionTelling",
    "MessagesStream",
    "MessagesTelling",
    "decode_completion",
    "decode_messages",
    "encode_completion",
    "encode_messages",
    "usage_of_messages",
]

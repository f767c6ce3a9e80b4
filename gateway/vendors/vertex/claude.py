"""Claude at Vertex AI: Anthropic's bodies, with the model in the path and a version of the API of its own.

Source: platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from gateway.vendors import anthropic
from gateway.vendors.anthropic.answer import decode_messages, usage_of_messages
from gateway.vendors.anthropic.native import counted_fields, native_fields
from gateway.vendors.anthropic.request import encode_messages
from gateway.vendors.anthropic.stream import MessagesTelling
from gateway.vendors.translated import translated
from gateway.vendors.vendor import Asked, Json, Sent
from gateway.vendors.vertex.login import location
from gateway.vendors.vertex.models import is_claude, named, place

VERSION = "vertex-2023-10-16"
UNKNOWN = ("model", "service_tier", "inference_geo")
"""What Anthropic takes and Vertex refuses."""

text = msgspec.json.Encoder().encode


def predicting(asked: Asked) -> str:
    """Where a Claude is asked."""
    return f"{place(asked)}:{'streamRawPredict' if asked.stream else 'rawPredict'}"


def betas(asked: Asked) -> Mapping[str, str]:
    """The betas to take part in; the version stands in the body."""
    return {name: value for name, value in anthropic.headers(asked).items() if name == "anthropic-beta"}


def plainly(asked: Asked) -> Asked:
    """The same, with the model's name as Anthropic has it."""
    return replace(asked, model=named(asked.model).name)


def encode_chat(body: Json, asked: Asked) -> Json:
    """The body of a chat."""
    said = encode_messages(body, plainly(asked))
    return {name: value for name, value in said.items() if name not in UNKNOWN} | {"anthropic_version": VERSION}


def versioned(fields: Mapping[str, msgspec.Raw]) -> bytes:
    """Anthropic's own fields, with the version among them; a client that names one itself gets that."""
    return text({"anthropic_version": VERSION} | dict(fields))


def ask_natively(asked: Asked) -> Sent:
    """A request that is Anthropic's already."""
    fields = {name: value for name, value in native_fields(plainly(asked)).items() if name not in UNKNOWN}
    return Sent(predicting(asked), versioned(fields), betas(asked))


def ask_count(asked: Asked) -> Sent:
    """How many tokens a request has; what counts is a model of its own, and the body names the one that is meant."""
    path = f"{location(asked.login)}/publishers/anthropic/models/count-tokens:rawPredict"
    return Sent(path, versioned(counted_fields(plainly(asked))), betas(asked))


CHAT = translated(
    path=predicting,
    encode=encode_chat,
    decode=lambda said, asked: decode_messages(said, plainly(asked)),
    usage=usage_of_messages,
    events=lambda asked: MessagesTelling(plainly(asked)),
    headers=betas,
)
MESSAGE = replace(anthropic.MESSAGE, encode=ask_natively, speaks=is_claude)
COUNT_TOKENS = replace(anthropic.COUNT_TOKENS, encode=ask_count, speaks=is_claude)

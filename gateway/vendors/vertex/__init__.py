"""Google's Vertex AI: Gemini, Claude, and the models of others, each in its own dialect below one address.

Source: cloud.google.com/vertex-ai/docs/reference/rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from gateway.functions import Function
from gateway.vendors.gemini import by_model, chat_wire, counting_wire, edit_wire, embedding_wire, image_wire, tiered
from gateway.vendors.gemini import embeddings as embeddings
from gateway.vendors.openai import WIRES
from gateway.vendors.translated import translated
from gateway.vendors.vendor import Answered, Asked, Json, Reader, Sent, Vendor, Wire
from gateway.vendors.vertex import claude as claude
from gateway.vendors.vertex.login import SETTINGS, address, headers, token
from gateway.vendors.vertex.models import chat_model, chat_path, is_googles, named, place
from store.records import Usage

if TYPE_CHECKING:
    from gateway.vendors.batch import Batch

COUNTED = ("contents", "systemInstruction", "tools", "generationConfig")
"""What Vertex counts. Source: cloud.google.com/vertex-ai/docs/reference/rest, countTokens."""


def encode_counted(said: Json, asked: Asked) -> Json:
    """A chat as far as it is counted."""
    return {name: value for name, value in tiered(said, asked).items() if name in COUNTED}


GEMINI = chat_wire(place, tiered)
OPENAI = WIRES[Function.CHAT]


def others(asked: Asked) -> Sent:
    """A chat with a model that speaks OpenAI's dialect."""
    sent = OPENAI.encode(replace(asked, model=chat_model(asked.model)))
    return replace(sent, path=chat_path(asked))


OTHERS = replace(OPENAI, encode=others)
DIALECTS = {"google": GEMINI, "anthropic": claude.CHAT}
"""By publisher; all others speak OpenAI's."""


def chat_with(model: str) -> Wire:
    """How chat is spoken with a model."""
    return DIALECTS.get(named(model).publisher, OTHERS)


def encode_chat(asked: Asked) -> Sent:
    """A chat in the model's dialect."""
    return chat_with(asked.model).encode(asked)


def decode_chat(body: bytes, asked: Asked) -> Answered:
    """An answer in the model's dialect."""
    return chat_with(asked.model).decode(body, asked)


def chat_reader(asked: Asked) -> Reader:
    """A stream in the model's dialect."""
    reader = chat_with(asked.model).reader
    assert reader is not None, "every dialect of chat has streams"
    return reader(asked)


def chat_usage(raw: bytes) -> Usage | None:
    """What was used, in whichever dialect it is told."""
    try:
        said = msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return None
    if not isinstance(said, dict):
        return None
    if any(name.endswith("TokenCount") for name in said):
        return GEMINI.usage(raw)
    return (claude.CHAT if "input_tokens" in said else OPENAI).usage(raw)


def batch() -> Batch:
    """How it takes many requests at once."""
    from gateway.vendors.vertex.batch import BATCH

    return BATCH


PREDICTED = translated(
    path=lambda asked: f"{place(asked)}:predict",
    encode=embeddings.encode_instances,
    decode=embeddings.decode_instances,
    usage=embeddings.usage_of,
    usage_in=embeddings.tokens_in,
)
EMBEDDED = embedding_wire(place, embeddings.encode_configured)


def embedding_by(model: str) -> Wire:
    """How a model embeds: those after `gemini-embedding-001` have a method of their own for it."""
    name = named(model).name
    is_new = ("gemini" in name or "maas" in name) and not name.startswith("gemini-embedding-001")
    return EMBEDDED if is_new else PREDICTED


VERTEX = Vendor(
    id="vertex-ai",
    name="Google Vertex AI",
    base_url=address,
    priced_as="google",
    headers=headers,
    token=token,
    batch=batch,
    count=replace(counting_wire(place, encode_counted), speaks=is_googles),
    settings=SETTINGS,
    models_path=None,
    functions={
        Function.CHAT: Wire(encode=encode_chat, decode=decode_chat, reader=chat_reader, usage=chat_usage),
        Function.EMBED: replace(by_model(embedding_by, EMBEDDED.usage), speaks=is_googles),
        Function.GENERATE_IMAGE: replace(image_wire(place), speaks=is_googles),
        Function.EDIT_IMAGE: replace(edit_wire(place), speaks=is_googles),
        Function.MESSAGE: claude.MESSAGE,
        Function.COUNT_TOKENS: claude.COUNT_TOKENS,
        Function.RELAY: WIRES[Function.RELAY],
    },
)

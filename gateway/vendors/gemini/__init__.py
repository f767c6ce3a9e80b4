"""Google's Gemini API (AI Studio), and what Vertex has in common with it.

Source: ai.google.dev/api.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

from msgspec.structs import replace

from gateway.functions import Function
from gateway.vendors.gemini import embeddings as embeddings
from gateway.vendors.gemini import images as images
from gateway.vendors.gemini.answer import decode_chat
from gateway.vendors.gemini.request import encode_chat
from gateway.vendors.gemini.stream import GeminiTelling
from gateway.vendors.gemini.usage import usage_in, usage_of
from gateway.vendors.openai import WIRES
from gateway.vendors.translated import text, translated
from gateway.vendors.vendor import Asked, Json, Sent, Vendor, Wire, in_header
from store.records import Usage

if TYPE_CHECKING:
    from gateway.vendors.batch import Batch

TIERS = {"default": "standard", "standard": "standard", "flex": "flex", "priority": "priority"}
"""OpenAI's service tiers; `auto` is for the project's settings to decide."""


def place(asked: Asked) -> str:
    """Where a model is: `/models/gemini-2.5-flash`."""
    model = asked.model.removeprefix("models/")
    name = model.removeprefix("tunedModels/")
    return f"/{'models' if name == model else 'tunedModels'}/{quote(name, safe='')}"


def batch() -> Batch:
    """How it takes many requests at once."""
    from gateway.vendors.gemini.batch import BATCH

    return BATCH


def generating(asked: Asked, where: str) -> str:
    """The method that answers a chat, below the model's place."""
    return f"{where}:streamGenerateContent?alt=sse" if asked.stream else f"{where}:generateContent"


def tiered(asked: Json, request: Asked) -> Json:
    """A chat, with its service tier."""
    tier = TIERS.get(asked.get("service_tier") or "")
    return encode_chat(asked, request) | ({"serviceTier": tier} if tier else {})


def embedding_wire(where: Callable[[Asked], str], encode: Callable[[Json, Asked], Json]) -> Wire:
    """How texts are embedded, one or a list, below the model's place."""
    return translated(
        path=lambda asked: f"{where(asked)}:{'batchEmbedContents' if embeddings.is_many(asked) else 'embedContent'}",
        encode=encode,
        decode=embeddings.decode_contents,
        usage=embeddings.usage_of,
        usage_in=usage_in,
    )


def by_model(choose: Callable[[str], Wire], usage: Callable[[bytes], Usage | None]) -> Wire:
    """A wire without streams that is another for each kind of model; `usage` reads the usage of all of them."""
    return Wire(
        encode=lambda asked: choose(asked.model).encode(asked),
        decode=lambda body, asked: choose(asked.model).decode(body, asked),
        usage=usage,
    )


def drawing_wire(where: Callable[[Asked], str]) -> Wire:
    """How a Gemini model draws, below the model's place."""
    return translated(
        path=lambda asked: f"{where(asked)}:generateContent",
        encode=images.encode_drawing,
        decode=images.decode_drawing,
        usage=usage_of,
        usage_in=usage_in,
    )


def edit_wire(where: Callable[[Asked], str]) -> Wire:
    """How a Gemini model changes pictures; the request is a form, the answer that of a drawing."""

    def encode(asked: Asked) -> Sent:
        return Sent(f"{where(asked)}:generateContent", text(images.encode_edit(asked)))

    return replace(drawing_wire(where), encode=encode)


def image_wire(where: Callable[[Asked], str]) -> Wire:
    """How pictures are made, by Imagen or by a Gemini model, below the model's place."""
    predicted = translated(
        path=lambda asked: f"{where(asked)}:predict",
        encode=images.encode_prediction,
        decode=images.decode_prediction,
        usage=lambda _: Usage(),
        usage_in=images.counted,
    )
    drawn = drawing_wire(where)
    return by_model(lambda model: predicted if images.is_imagen(model) else drawn, drawn.usage)


def bare(_: Asked) -> Mapping[str, str]:
    """No headers."""
    return {}


def chat_wire(
    where: Callable[[Asked], str],
    encode: Callable[[Json, Asked], Json],
    headers: Callable[[Asked], Mapping[str, str]] = bare,
) -> Wire:
    """How chat is spoken with a Gemini model, below the model's place."""
    return translated(
        path=lambda asked: generating(asked, where(asked)),
        encode=encode,
        decode=decode_chat,
        usage=usage_of,
        usage_in=usage_in,
        events=GeminiTelling,
        headers=headers,
    )


def counting_wire(where: Callable[[Asked], str], encode: Callable[[Json, Asked], Json]) -> Wire:
    """How the tokens of a chat are counted, below the model's place."""
    return translated(
        path=lambda asked: f"{where(asked)}:countTokens",
        encode=encode,
        decode=lambda said, _: {"input_tokens": said["totalTokens"]},
        usage=lambda _: None,
        usage_in=lambda _: None,
    )


def encode_counted(said: Json, asked: Asked) -> Json:
    """The chat as it would be sent; without this shell only its turns would be counted."""
    return {"generateContentRequest": {"model": place(asked)[1:]} | encode_chat(said, asked)}


GOOGLE = Vendor(
    id="google",
    name="Google Gemini",
    base_url="https://generativelanguage.googleapis.com/v1beta",
    priced_as="google",
    headers=in_header("x-goog-api-key"),
    batch=batch,
    count=counting_wire(place, encode_counted),
    models_path="/openai/models",
    aliases=("gemini",),
    functions={
        Function.CHAT: chat_wire(place, tiered),
        Function.EMBED: embedding_wire(place, embeddings.encode_contents),
        Function.GENERATE_IMAGE: image_wire(place),
        Function.EDIT_IMAGE: edit_wire(place),
        Function.RELAY: WIRES[Function.RELAY],
    },
)

"""Nomic: embeddings of texts. Source: docs.nomic.ai/reference/api/embed-text-v-1-embedding-text-post."""

from __future__ import annotations

from gateway.functions import Function
from gateway.vendors.embeddings import embedded, said, texts, tokens_of, used
from gateway.vendors.openai import WIRES
from gateway.vendors.translated import translated
from gateway.vendors.vendor import Asked, Json, Vendor

TASKS = {"query": "search_query", "document": "search_document"}
"""Other vendors' `input_type`, as a task."""
OPTIONS = ("task_type", "dimensionality", "long_text_mode", "max_tokens_per_text")


def encode(request: Json, asked: Asked) -> Json:
    """The body; Nomic calls an input a text and a dimension a dimensionality."""
    body: Json = {"model": asked.model, "texts": texts(request)}
    if (kind := request.get("input_type")) is not None:
        body["task_type"] = TASKS.get(str(kind), kind)
    return body | said(request, dimensions="dimensionality") | said(request, **{name: name for name in OPTIONS})


def decode(answer: Json, asked: Asked) -> Json:
    """OpenAI's list."""
    return embedded(answer.get("embeddings") or [], tokens_of(answer), asked, answer.get("model"))


NOMIC = Vendor(
    id="nomic",
    name="Nomic",
    base_url="https://api-atlas.nomic.ai/v1",
    priced_as="nomic",
    functions={
        Function.EMBED: translated(path="/embedding/text", encode=encode, decode=decode, usage=used),
        Function.RELAY: WIRES[Function.RELAY],
    },
    models_path=None,
)

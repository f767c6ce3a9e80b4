"""Jina: embeddings of texts and pictures, and rankings. Source: api.jina.ai/redoc."""

from __future__ import annotations

from typing import Any

from gateway.functions import Function
from gateway.vendors.embeddings import documents, embedded, inputs, ranked, said, tokens_of, used
from gateway.vendors.openai import WIRES
from gateway.vendors.translated import translated
from gateway.vendors.vendor import Asked, Json, Vendor

TASKS = {"query": "retrieval.query", "document": "retrieval.passage"}
"""Other vendors' `input_type`, as a task."""
OPTIONS = ("task", "dimensions", "normalized", "late_chunking", "truncate", "return_multivector", "embedding_type")


def encode(request: Json, asked: Asked) -> Json:
    """The body of an embedding."""
    body: Json = {"model": asked.model, "input": [item(one) for one in inputs(request)]}
    if (task := TASKS.get(str(request.get("input_type")))) is not None:
        body["task"] = task
    return body | said(request, encoding_format="embedding_type") | said(request, **{name: name for name in OPTIONS})


def item(given: Any) -> Any:
    """One input; a picture is an address or base64, whichever way it was said."""
    picture = given.get("image") if isinstance(given, dict) else None
    if not isinstance(picture, dict):
        return given
    return {"image": picture.get("url") or picture.get("base64")}


def decode(answer: Json, asked: Asked) -> Json:
    """OpenAI's list, which Jina's nearly is; vectors for every token stay as they are."""
    rows = answer.get("data") or ()
    vectors = [row.get("embedding", row.get("embeddings")) for row in rows]
    return embedded(vectors, tokens_of(answer), asked, answer.get("model"))


def encode_rank(request: Json, asked: Asked) -> Json:
    """The body of a ranking; documents need not come back, for they are known."""
    body: Json = {"model": asked.model, "query": request.get("query"), "documents": documents(request)}
    return body | said(request, top_k="top_n", truncation="truncation") | {"return_documents": False}


def decode_rank(answer: Json, asked: Asked) -> Json:
    """The results in the common shape."""
    return ranked(answer.get("results"), tokens_of(answer), asked, answer.get("model"))


JINA = Vendor(
    id="jina",
    name="Jina AI",
    base_url="https://api.jina.ai/v1",
    priced_as="jina_ai",
    functions={
        Function.EMBED: translated(path="/embeddings", encode=encode, decode=decode, usage=used),
        Function.RERANK: translated(path="/rerank", encode=encode_rank, decode=decode_rank, usage=used),
        Function.RELAY: WIRES[Function.RELAY],
    },
    models_path=None,
    aliases=("jina-ai",),
)

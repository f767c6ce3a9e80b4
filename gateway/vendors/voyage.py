"""Voyage: embeddings of texts and pictures, and rankings.

Sources: docs.voyageai.com/reference/embeddings-api, multimodal-embeddings-api, contextualized-embeddings-api and
reranker-api.
"""

from __future__ import annotations

from typing import Any

from gateway.functions import Function
from gateway.vendors.embeddings import documents, embedded, inputs, ranked, said, texts, tokens_of, used
from gateway.vendors.openai import WIRES
from gateway.vendors.translated import translated
from gateway.vendors.vendor import Asked, Json, Vendor

SHARED = {"input_type": "input_type", "truncation": "truncation"}


def path_of(asked: Asked) -> str:
    """Each kind of model has a path of its own."""
    if "multimodal" in asked.model:
        return "/multimodalembeddings"
    return "/contextualizedembeddings" if "context" in asked.model else "/embeddings"


def encode(request: Json, asked: Asked) -> Json:
    """The body for the kind of model; `float` is what comes where no encoding is named."""
    base64 = {"base64": "base64"}.get(request.get("encoding_format") or "")
    sizes = said(request, dimensions="output_dimension", output_dtype="output_dtype")
    body: Json = {"model": asked.model} | said(request, **SHARED)
    if "multimodal" in asked.model:
        content = [{"content": [part(one) for one in contents(item)]} for item in inputs(request)]
        return body | {"inputs": content} | sizes | ({"output_encoding": base64} if base64 else {})
    encoding = {"encoding_format": base64} if base64 else {}
    if "context" in asked.model:
        return body | {"inputs": [[text] for text in texts(request)]} | sizes | encoding
    return body | {"input": texts(request)} | sizes | encoding


def contents(item: Any) -> list[Any]:
    """The parts of one input: a text, a picture, or `content` with several of both."""
    content = item.get("content") if isinstance(item, dict) else None
    return content if isinstance(content, list) else [item]


def part(item: Any) -> Json:
    """A text or a picture as Voyage has it; Portkey's and OpenAI's words for them are understood."""
    if isinstance(item, str):
        return {"type": "text", "text": item}
    picture = item.get("image") or item.get("image_url")
    if "type" in item and not isinstance(picture, dict):
        return dict(item)
    if picture is None:
        return {"type": "text", "text": item.get("text")}
    url = picture if isinstance(picture, str) else picture.get("base64") or picture.get("url")
    is_data = str(url).startswith("data:")
    return {"type": "image_base64", "image_base64": url} if is_data else {"type": "image_url", "image_url": url}


def decode(answer: Json, asked: Asked) -> Json:
    """OpenAI's list; a contextual answer is a list of lists, of one each."""
    rows = sorted(answer.get("data") or (), key=order)
    vectors = [(row["data"][0] if isinstance(row.get("data"), list) else row).get("embedding") for row in rows]
    return embedded(vectors, tokens_of(answer), asked, answer.get("model"))


def order(row: Json) -> int:
    """Where an embedding belongs."""
    return int(row.get("index") or 0)


def encode_rank(request: Json, asked: Asked) -> Json:
    """The body of a ranking."""
    body: Json = {"model": asked.model, "query": request.get("query"), "documents": documents(request)}
    return body | said(request, top_n="top_k", truncation="truncation")


def decode_rank(answer: Json, asked: Asked) -> Json:
    """The results in the common shape."""
    return ranked(answer.get("data"), tokens_of(answer), asked, answer.get("model"))


VOYAGE = Vendor(
    id="voyage",
    name="Voyage AI",
    base_url="https://api.voyageai.com/v1",
    priced_as="voyageai",
    functions={
        Function.EMBED: translated(path=path_of, encode=encode, decode=decode, usage=used),
        Function.RERANK: translated(path="/rerank", encode=encode_rank, decode=decode_rank, usage=used),
        Function.RELAY: WIRES[Function.RELAY],
    },
    models_path=None,
    aliases=("voyageai",),
)

"""Cohere: chat, embeddings and rerank of its v2. Source: docs.cohere.com/reference."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from gateway.functions import Function
from gateway.vendors.cohere import answer as cohere_answer
from gateway.vendors.cohere import request as cohere_request
from gateway.vendors.embeddings import counted, embedded
from gateway.vendors.openai import WIRES
from gateway.vendors.translated import text, translated
from gateway.vendors.vendor import Asked, BadAnswer, Json, Sent, Unspoken, Vendor, Wire
from store.records import Usage

if TYPE_CHECKING:
    from gateway.vendors.batch import Batch


def batch() -> Batch:
    """How it takes many requests at once."""
    from gateway.vendors.cohere.batch import BATCH

    return BATCH


def embed_request(said: Json, asked: Asked) -> Json:
    """Texts or images to embed; `input_type` is needed by Cohere and unknown to OpenAI. Raises Unspoken for tokens."""
    kinds = said.get("embedding_types") or ["float"]
    body: Json = {"model": asked.model, "input_type": said.get("input_type") or "search_document"}
    body |= material(said.get("input"), said) | {"embedding_types": kinds}
    if said.get("dimensions") is not None:
        body["output_dimension"] = said["dimensions"]
    return body | {name: said[name] for name in ("truncate", "max_tokens", "output_dimension") if name in said}


def material(given: Any, said: Json) -> Json:
    """What is embedded: plain texts, or Cohere's own `texts`, `images` and `inputs`."""
    own: Json = {name: said[name] for name in ("texts", "images", "inputs") if name in said}
    if own:
        return own
    items = given if isinstance(given, list) else [given]
    if all(isinstance(item, str) for item in items):
        return {"texts": items}
    if all(isinstance(item, dict) for item in items):
        return {"inputs": [{"content": list(parts(item))} for item in items]}
    raise Unspoken("Cohere embeds texts and images, and no tokens; send `input` as text", "input")


def parts(item: Json) -> Iterable[Json]:
    """An input of several kinds, as Portkey has it: `{"text": …, "image": {"url" or "base64": …}}`."""
    if item.get("text"):
        yield {"type": "text", "text": item["text"]}
    if image := item.get("image"):
        yield {"type": "image_url", "image_url": {"url": image.get("url") or image.get("base64")}}


def embed_answer(said: Json, asked: Asked) -> Json:
    """Vectors as OpenAI gives them; where several kinds were asked for, each vector has all of them by name."""
    made = said.get("embeddings")
    if not isinstance(made, dict):
        raise BadAnswer("without embeddings")
    tokens = tokens_in(billed(said) or {})
    if len(made) < 2:
        return embedded(next(iter(made.values()), []), tokens, asked) | {"provider": "cohere"}
    vectors = [dict(zip(made, each, strict=True)) for each in zip(*made.values(), strict=True)]
    data = [{"object": "embedding", "index": index, "embedding": each} for index, each in enumerate(vectors)]
    return {"object": "list", "data": data, "model": asked.model, "provider": "cohere", "usage": counted(tokens)}


def rerank_request(said: Json, asked: Asked) -> Json:
    """A query and its documents, which Cohere wants as texts."""
    documents = [as_text(each) for each in said.get("documents") or ()]
    body: Json = {"model": asked.model, "query": said.get("query"), "documents": documents}
    top = said.get("top_n", said.get("top_k"))
    body |= {} if top is None else {"top_n": top}
    return body | {name: said[name] for name in ("max_tokens_per_doc", "priority") if name in said}


def rerank_answer(said: Json, asked: Asked) -> Json:
    """Documents by relevance, with their texts if the client wants them back."""
    results = said.get("results")
    if not isinstance(results, list):
        raise BadAnswer("without results")
    if asked.json().get("return_documents"):
        given = asked.json()["documents"]
        results = [each | {"document": as_document(given[each["index"]])} for each in results]
    usage = billed(said) or {}
    return {"id": said.get("id"), "object": "list", "model": asked.model, "results": results, "usage": usage}


def as_text(given: Any) -> str:
    """A document as Cohere wants it; one of several fields is written out whole."""
    if isinstance(given, dict):
        return given["text"] if isinstance(given.get("text"), str) else text(given).decode()
    return str(given)


def as_document(given: Any) -> Json:
    """A document of the request in an answer."""
    return given if isinstance(given, dict) else {"text": given}


def billed(said: Json) -> Json | None:
    """What Cohere bills of an answer that has no `usage`."""
    return (said.get("meta") or {}).get("billed_units")


def tokens_in(units: Json) -> int:
    """What an embedding was made of."""
    return round((units.get("input_tokens") or 0) + (units.get("image_tokens") or 0))


def units_used(units: Json) -> Usage:
    """What is paid for in an embedding or a rerank."""
    pictures, searches = units.get("image_tokens") or 0, units.get("search_units") or 0
    return Usage(input_tokens=tokens_in(units), input_image_tokens=round(pictures), reranks=round(searches))


def relayed(asked: Asked) -> Sent:
    """Whatever else Cohere has (datasets, tokenize, classify …) is still in its v1."""
    return Sent(f"/v1/{asked.path}", asked.body, asked.headers, asked.method)


CHAT = translated(
    path="/v2/chat",
    encode=cohere_request.request,
    decode=cohere_answer.answer,
    usage=cohere_answer.used,
    events=cohere_answer.Told,
)
EMBED = translated(path="/v2/embed", encode=embed_request, decode=embed_answer, usage=units_used, usage_in=billed)
RERANK = translated(path="/v2/rerank", encode=rerank_request, decode=rerank_answer, usage=units_used, usage_in=billed)
RELAY = WIRES[Function.RELAY]

COHERE = Vendor(
    id="cohere",
    name="Cohere",
    base_url="https://api.cohere.com",
    priced_as="cohere",
    batch=batch,
    functions={
        Function.CHAT: CHAT,
        Function.EMBED: EMBED,
        Function.RERANK: RERANK,
        Function.RELAY: Wire(encode=relayed, decode=RELAY.decode, reader=RELAY.reader, usage=RELAY.usage),
    },
    models_path=None,
)

"""What vendors of embeddings and rankings have in common: texts in, and OpenAI's (or Cohere's) lists out.

Sources: platform.openai.com/docs/api-reference/embeddings and docs.cohere.com/reference/rerank.
"""

from __future__ import annotations

from base64 import b64encode
from struct import error, pack
from typing import Any

from gateway.vendors.vendor import Asked, BadAnswer, Json, Unspoken
from store.records import Usage


def inputs(said: Json) -> list[Any]:
    """What is to be embedded, as a list. Raises Unspoken for nothing, and for tokens, which only OpenAI can read."""
    given = said.get("input")
    listed = given if isinstance(given, list) else [given]
    if not listed or not all(isinstance(one, (str, dict)) for one in listed):
        raise Unspoken("only texts can be embedded there: send a text or a list of texts, not tokens", "input")
    return listed


def texts(said: Json) -> list[str]:
    """What is to be embedded, where that can be text only. Raises Unspoken."""
    found = [one.get("text") if isinstance(one, dict) else one for one in inputs(said)]
    if not all(isinstance(one, str) for one in found):
        raise Unspoken("only texts can be embedded there, no pictures", "input")
    return [str(one) for one in found]


def said(request: Json, **names: str) -> Json:
    """Parameters that are set, by the vendor's name for each of ours; one that has its name already keeps it."""
    theirs = {to: request[name] for name, to in names.items() if request.get(name) is not None}
    return theirs | {to: request[to] for to in names.values() if request.get(to) is not None}


def embedded(vectors: list[Any], tokens: int, asked: Asked, model: str | None = None) -> Json:
    """OpenAI's list of embeddings. Raises BadAnswer where one is no vector."""
    if not vectors or not all(isinstance(vector, (list, str)) for vector in vectors):
        raise BadAnswer("without embeddings")
    wanted = packed if asked.json().get("encoding_format") == "base64" else list
    data = [
        {"object": "embedding", "index": index, "embedding": one if isinstance(one, str) else wanted(one)}
        for index, one in enumerate(vectors)
    ]
    return {"object": "list", "data": data, "model": model or asked.model, "usage": counted(tokens)}


def packed(vector: list[float]) -> str:
    """Little-endian 32-bit floats in base64, which OpenAI's own clients ask for. Raises BadAnswer."""
    try:
        return b64encode(pack(f"<{len(vector)}f", *vector)).decode()
    except error as failed:
        raise BadAnswer("with embeddings that are no lists of numbers") from failed


def counted(tokens: int) -> Json:
    """OpenAI's usage where everything is input."""
    return {"prompt_tokens": tokens, "total_tokens": tokens}


def documents(request: Json) -> list[str]:
    """What is to be ranked. Raises Unspoken where there is nothing."""
    found = [one.get("text") if isinstance(one, dict) else one for one in request.get("documents") or ()]
    if not found or not all(isinstance(one, str) for one in found):
        raise Unspoken("there is nothing to rank: send `documents`, a list of texts", "documents")
    return [str(one) for one in found]


def ranked(results: Any, tokens: int, asked: Asked, model: str | None = None) -> Json:
    """Results in the common shape, with the documents if they are wanted. Raises BadAnswer."""
    if not isinstance(results, list):
        raise BadAnswer("without results")
    request = asked.json()
    shown = documents(request) if request.get("return_documents") else []
    return {
        "model": model or asked.model,
        "results": [result(one, shown) for one in results],
        "usage": {"total_tokens": tokens},
    }


def result(found: Json, shown: list[str]) -> Json:
    """One document's place."""
    index = found["index"]
    place = {"index": index, "relevance_score": found["relevance_score"]}
    return place | ({"document": {"text": shown[index]}} if index < len(shown) else {})


def tokens_of(answer: Json) -> int:
    """All tokens that were counted."""
    usage = answer.get("usage") or {}
    return int(usage.get("total_tokens") or usage.get("prompt_tokens") or 0)


def used(usage: Json) -> Usage | None:
    """What is paid for; everything is input."""
    tokens = usage.get("total_tokens") or usage.get("prompt_tokens")
    return Usage(input_tokens=tokens) if isinstance(tokens, int) else None

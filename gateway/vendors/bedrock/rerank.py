"""Documents by their relevance, by InvokeModel of Cohere's and Amazon's models. No I/O.

Source: docs.aws.amazon.com/bedrock/latest/userguide/rerank-supported.html; docs.cohere.com/reference/rerank.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from gateway.vendors.bedrock.models import name_of
from gateway.vendors.vendor import Asked, BadAnswer, Json, Unspoken
from store.records import Usage


def encode_rerank(body: Json, asked: Asked) -> Json:
    """The body for the model. Raises Unspoken without documents."""
    if not (documents := documents_in(body)):
        raise Unspoken("there is nothing to rank: send `documents`, a list of texts", "documents")
    fields: Json = {"query": body.get("query"), "documents": documents}
    if name_of(asked).startswith("cohere."):
        fields["api_version"] = 2
    if (most := body.get("top_n", body.get("top_k"))) is not None:
        fields["top_n"] = most
    return fields


def documents_in(body: Json) -> list[str]:
    """The documents as texts."""
    return [text_of(one) for one in body.get("documents") or ()]


def text_of(document: Any) -> str:
    """The text of a document."""
    return str(document.get("text") or "") if isinstance(document, dict) else str(document)


def decode_rerank(answer: Json, asked: Asked) -> Json:
    """Cohere's answer. Raises BadAnswer where there are no results."""
    results = answer.get("results")
    if not isinstance(results, list):
        raise BadAnswer("without results")
    body = asked.json()
    documents = documents_in(body) if body.get("return_documents") else []
    ranked = [result(one, documents) for one in results]
    return {"id": answer.get("id") or uuid4().hex, "model": asked.model, "results": ranked}


def result(said: Json, documents: list[str]) -> Json:
    """One result, with its document if there are any."""
    index = said.get("index") or 0
    shown = {"document": {"text": documents[index]}} if index < len(documents) else {}
    return {"index": index, "relevance_score": said.get("relevance_score")} | shown


def usage_in(_: Json) -> Json:
    """A search is paid for as such."""
    return {"search_units": 1}


def usage_of(_: Json) -> Usage:
    """No tokens."""
    return Usage()

"""Embeddings of the models on Bedrock, by InvokeModel: each maker has a body of its own. No I/O.

Sources: docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html,
…/model-parameters-embed.html and docs.aws.amazon.com/nova/latest/userguide/embeddings-schema.html.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from struct import pack
from typing import Any

from gateway.vendors.bedrock.models import name_of
from gateway.vendors.bedrock.usage import counted
from gateway.vendors.vendor import Asked, BadAnswer, Json, Unspoken
from store.records import Usage


def encode_embedding(body: Json, asked: Asked) -> Json:
    """The body for the model. Raises Unspoken where it cannot take the input."""
    name, texts = name_of(asked), texts_in(body)
    for start, encode in ENCODERS:
        if name.startswith(start):
            return encode(body, texts)
    return titan(body, texts)


def texts_in(body: Json) -> list[str]:
    """What is to be embedded. Raises Unspoken for tokens, which mean something to OpenAI alone."""
    given = body.get("input")
    listed = given if isinstance(given, list) else [given]
    found = [one for one in listed if isinstance(one, str)]
    if not found or len(found) < len(listed):
        raise Unspoken("Bedrock embeds texts: send a text or a list of texts, not tokens", "input")
    return found


def alone(texts: list[str]) -> str:
    """The only text. Raises Unspoken for several."""
    if len(texts) > 1:
        raise Unspoken("Amazon's models embed one text at a time: send one, or use a Cohere model for lists", "input")
    return texts[0]


def titan(body: Json, texts: list[str]) -> Json:
    """Amazon Titan's body."""
    return {"inputText": alone(texts)} | said(body, dimensions="dimensions", normalize="normalize")


def titan_image(body: Json, texts: list[str]) -> Json:
    """That of Titan's multimodal model."""
    length = body.get("dimensions")
    return {"inputText": alone(texts)} | ({"embeddingConfig": {"outputEmbeddingLength": length}} if length else {})


def nova(body: Json, texts: list[str]) -> Json:
    """Amazon Nova's body."""
    parameters = {
        "embeddingPurpose": body.get("input_type") or "GENERIC_INDEX",
        "text": {"truncationMode": "END", "value": alone(texts)},
    } | said(body, dimensions="embeddingDimension")
    return {"taskType": "SINGLE_EMBEDDING", "singleEmbeddingParams": parameters}


def cohere(body: Json, texts: list[str]) -> Json:
    """Cohere's body."""
    fixed = {"texts": texts, "input_type": body.get("input_type") or "search_document"}
    return fixed | said(body, truncate="truncate", dimensions="output_dimension")


def said(body: Json, **names: str) -> Json:
    """Parameters that are set, under the maker's names."""
    return {theirs: body[name] for name, theirs in names.items() if body.get(name) is not None}


ENCODERS: tuple[tuple[str, Callable[[Json, list[str]], Json]], ...] = (
    ("cohere.", cohere),
    ("amazon.titan-embed-image", titan_image),
    ("amazon.nova", nova),
)
"""By how a model's name begins; Titan's is the rest."""


def decode_embedding(answer: Json, asked: Asked) -> Json:
    """OpenAI's list of embeddings. Raises BadAnswer where there is none."""
    vectors = vectors_in(answer)
    if not vectors or not all(isinstance(vector, list) for vector in vectors):
        raise BadAnswer("without embeddings")
    form = packed if asked.json().get("encoding_format") == "base64" else list
    tokens = counted(answer, "inputTextTokenCount")
    return {
        "object": "list",
        "data": [{"object": "embedding", "index": index, "embedding": form(one)} for index, one in enumerate(vectors)],
        "model": asked.model,
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def vectors_in(answer: Json) -> list[Any]:
    """The vectors: alone with Titan, in a list, by type, or each in an object."""
    found = answer.get("embeddings", answer.get("embedding"))
    if isinstance(found, dict):
        found = found.get("float")
    elif "embeddings" not in answer:
        found = [found]
    return [one.get("embedding") if isinstance(one, dict) else one for one in found or ()]


def packed(vector: list[float]) -> str:
    """Little-endian 32-bit floats in base64, which OpenAI's own clients ask for."""
    return b64encode(pack(f"<{len(vector)}f", *vector)).decode()


def usage_in(answer: Json) -> Json | None:
    """Titan's count of tokens; the others tell theirs in a header."""
    return {name: answer[name] for name in ("inputTextTokenCount",) if name in answer} or None


def usage_of(usage: Json) -> Usage:
    """What is paid for."""
    return Usage(input_tokens=counted(usage, "inputTextTokenCount"))

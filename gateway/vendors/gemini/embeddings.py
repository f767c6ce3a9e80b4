"""Embeddings of Google's: by embedContent and batchEmbedContents at AI Studio, by predict at Vertex.

Sources: ai.google.dev/api/embeddings and
cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api.
"""

from __future__ import annotations

from base64 import b64encode
from struct import pack
from typing import Any

from gateway.vendors.gemini.usage import counted
from gateway.vendors.vendor import Asked, BadAnswer, Json, Unspoken
from store.records import Usage


def texts(asked: Json) -> list[str]:
    """What is to be embedded. Raises Unspoken for tokens, which mean something to OpenAI alone."""
    given = asked.get("input")
    listed = given if isinstance(given, list) else [given]
    found = [one for one in listed if isinstance(one, str)]
    if not found or len(found) < len(listed):
        raise Unspoken("Google embeds texts: send a text or a list of texts, not tokens", "input")
    return found


def is_many(asked: Asked) -> bool:
    """Whether a list was sent."""
    return isinstance(asked.json().get("input"), list)


def optional(asked: Json, **names: str) -> Json:
    """Parameters that are set, under Google's names."""
    return {to: asked[name] for name, to in names.items() if asked.get(name) is not None}


def encode_contents(asked: Json, request: Asked) -> Json:
    """The body of an embedContent, or of a batch where a list was sent."""
    model = f"models/{request.model.removeprefix('models/')}"
    options = optional(asked, dimensions="outputDimensionality", task_type="taskType", title="title")
    requests = [{"model": model, "content": {"parts": [{"text": text}]}} | options for text in texts(asked)]
    return {"requests": requests} if is_many(request) else requests[0]


def encode_configured(asked: Json, request: Asked) -> Json:
    """The same as Vertex has it: with what is optional in an object of its own."""
    options = optional(asked, dimensions="outputDimensionality", task_type="taskType", title="title")
    config = {"embedContentConfig": options} if options else {}
    requests = [{"content": {"parts": [{"text": text}]}} | config for text in texts(asked)]
    return {"requests": requests} if is_many(request) else requests[0]


def decode_contents(answer: Json, asked: Asked) -> Json:
    """The embeddings in OpenAI's words; where Google counts no tokens the usage says 0."""
    found = answer.get("embeddings") or [answer.get("embedding")]
    vectors = [one.get("values") for one in found if isinstance(one, dict)]
    return listed(vectors, counted(answer.get("usageMetadata") or {}, "promptTokenCount"), asked)


def encode_instances(asked: Json, request: Asked) -> Json:
    """The body of a predict; a multimodal model has another word for a text."""
    word = "text" if "multimodal" in request.model else "content"
    options = {} if word == "text" else optional(asked, task_type="task_type", title="title")
    parameters = optional(asked, auto_truncate="autoTruncate")
    parameters |= optional(asked, dimensions="dimension" if word == "text" else "outputDimensionality")
    instances = [{word: text} | options for text in texts(asked)]
    return {"instances": instances} | ({"parameters": parameters} if parameters else {})


def decode_instances(answer: Json, asked: Asked) -> Json:
    """The predictions in OpenAI's words."""
    vectors = [values_in(prediction) for prediction in answer.get("predictions") or ()]
    return listed(vectors, counted(tokens_in(answer) or {}, "promptTokenCount"), asked)


def values_in(prediction: Json) -> Any:
    """The numbers of one prediction."""
    return prediction.get("textEmbedding") or (prediction.get("embeddings") or {}).get("values")


def tokens_in(answer: Json) -> Json | None:
    """The tokens of all texts together, which are counted one by one."""
    counts = [(one.get("embeddings") or {}).get("statistics") or {} for one in answer.get("predictions") or ()]
    return {"promptTokenCount": int(sum(one.get("token_count") or 0 for one in counts))} if any(counts) else None


def listed(vectors: list[Any], tokens: int, asked: Asked) -> Json:
    """OpenAI's list of embeddings. Raises BadAnswer where one is no list of numbers."""
    if not vectors or not all(isinstance(vector, list) for vector in vectors):
        raise BadAnswer("without embeddings")
    form = packed if asked.json().get("encoding_format") == "base64" else list
    data = [{"object": "embedding", "index": index, "embedding": form(one)} for index, one in enumerate(vectors)]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": asked.model, "usage": usage}


def packed(vector: list[float]) -> str:
    """Little-endian 32-bit floats in base64, which OpenAI's own clients ask for."""
    return b64encode(pack(f"<{len(vector)}f", *vector)).decode()


def usage_of(usage: Json) -> Usage:
    """What is paid for."""
    return Usage(input_tokens=counted(usage, "promptTokenCount"))

"""What the simulated vendor does beside chat: vectors, pictures, speech, verdicts; same question, same answer."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from console.demo.completion import Json
from console.demo.prose import chance
from console.demo.request import Asked

DIMENSIONS = 8
"""Of a vector, unless a request wants others."""
SIDE = 8
"""Pixels of a picture, each way."""
RATE = 8_000
"""Samples of speech a second."""
HEARD = "A toll house stood where the road met the bridge."

Made = tuple[str, bytes | Json]
"""Content type and body; an object is JSON."""


def embeddings(asked: Asked) -> Made:
    """A vector for each text."""
    said = asked.body.get("input", "")
    texts = said if isinstance(said, list) else [said]
    wanted = int(asked.body.get("dimensions") or DIMENSIONS)
    rows = [vector(index, str(text), wanted, asked.body.get("encoding_format")) for index, text in enumerate(texts)]
    tokens = sum(len(str(text).split()) + 1 for text in texts)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return "application/json", {"object": "list", "data": rows, "model": asked.body.get("model"), "usage": usage}


def vector(index: int, text: str, dimensions: int, encoding: object) -> Json:
    """One of them, as numbers or as base64."""
    draw = chance(text)
    numbers = [round(draw.uniform(-1, 1), 6) for _ in range(dimensions)]
    packed = base64.b64encode(struct.pack(f"<{dimensions}f", *numbers)).decode()
    return {"object": "embedding", "index": index, "embedding": packed if encoding == "base64" else numbers}


def pictures(asked: Asked) -> Made:
    """Squares of one colour, the colour of the prompt."""
    prompt, count = str(asked.body.get("prompt", asked.path)), int(asked.body.get("n") or 1)
    drawn = [{"b64_json": base64.b64encode(png(f"{prompt}{number}")).decode()} for number in range(count)]
    usage = {"input_tokens": len(prompt.split()), "output_tokens": 272 * count, "total_tokens": 272 * count + 1}
    return "application/json", {"created": 1_795_507_200, "data": drawn, "usage": usage}


def png(seed: str) -> bytes:
    """A picture. Source: w3.org/TR/png."""
    colour = chance(seed).randbytes(3)
    rows = (b"\0" + colour * SIDE) * SIDE
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    chunks = (struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def speech(asked: Asked) -> Made:
    """A tone, the longer the more there is to say."""
    length = RATE * len(str(asked.body.get("input", ""))) // 100
    samples = bytes(128 + (8 if n // 20 % 2 else -8) for n in range(length))
    riff = struct.pack("<4sI8s", b"RIFF", 36 + len(samples), b"WAVEfmt ")
    shape = struct.pack("<IHHIIHH4sI", 16, 1, 1, RATE, RATE, 1, 8, b"data", len(samples))
    return "audio/wav", riff + shape + samples


def transcription(_: Asked) -> Made:
    """The same words, whatever was said."""
    return "application/json", {"text": HEARD, "usage": {"type": "duration", "seconds": 3}}


def moderation(asked: Asked) -> Made:
    """Whether a text is harmful: it is if it says `harm`."""
    said = asked.body.get("input", "")
    texts = [str(text) for text in said] if isinstance(said, list) else [str(said)]
    results = [verdict("harm" in text) for text in texts]
    return "application/json", {"id": "modr-demo", "model": asked.body.get("model"), "results": results}


def verdict(flagged: bool) -> Json:
    """One text's."""
    categories = ("harassment", "violence", "self-harm")
    scores = dict.fromkeys(categories, 0.9 if flagged else 0.01)
    return {"flagged": flagged, "categories": dict.fromkeys(categories, flagged), "category_scores": scores}


def rerank(asked: Asked) -> Made:
    """Documents, those first that share most words with the query."""
    words = set(str(asked.body.get("query", "")).lower().split())
    texts = [str(text).lower().split() for text in asked.body.get("documents", [])]
    shares = [len(words & set(text)) / (len(words) or 1) for text in texts]
    ranked = sorted(range(len(shares)), key=lambda index: -shares[index])[: int(asked.body.get("top_n") or len(shares))]
    results = [{"index": index, "relevance_score": round(shares[index], 4)} for index in ranked]
    return "application/json", {"model": asked.body.get("model"), "results": results, "usage": {"total_tokens": 9}}


def files(_: Asked) -> Made:
    """None yet."""
    return "application/json", {"object": "list", "data": [], "has_more": False}


FUNCTIONS: Mapping[tuple[str, str], Callable[[Asked], Made]] = {
    ("POST", "/v1/embeddings"): embeddings,
    ("POST", "/v1/images/generations"): pictures,
    ("POST", "/v1/images/edits"): pictures,
    ("POST", "/v1/images/variations"): pictures,
    ("POST", "/v1/audio/speech"): speech,
    ("POST", "/v1/audio/transcriptions"): transcription,
    ("POST", "/v1/audio/translations"): transcription,
    ("POST", "/v1/moderations"): moderation,
    ("POST", "/v1/rerank"): rerank,
    ("GET", "/v1/files"): files,
}
"""By method and path."""


def answers(asked: Asked) -> Made | None:
    """What it makes of a request, None if that is no function of its."""
    function: Callable[[Asked], Any] | None = FUNCTIONS.get((asked.method, asked.path.partition("?")[0]))
    return function(asked) if function else None

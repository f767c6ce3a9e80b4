"""Whose a model at Vertex AI is, and where it is asked.

Source: cloud.google.com/vertex-ai/generative-ai/docs/partner-models/use-partner-models. Names with a dot are Portkey's.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote

from gateway.vendors.vendor import Asked
from gateway.vendors.vertex.login import location

PUBLISHERS = {
    "google": "google",
    "anthropic": "anthropic",
    "meta": "meta",
    "mistralai": "mistralai",
    "mistral": "mistralai",
    "deepseek-ai": "deepseek-ai",
    "openai": "openai",
    "qwen": "qwen",
    "moonshotai": "moonshotai",
    "minimaxai": "minimaxai",
    "zai-org": "zai-org",
    "xai": "xai",
    "ai21": "ai21",
    "endpoints": "endpoints",
}
"""By what may stand before a model's name; `endpoints` are the account's own."""
FAMILIES = (
    ("claude", "anthropic"),
    ("llama", "meta"),
    (r"(?:mistral|ministral|mixtral|codestral)", "mistralai"),
    ("deepseek", "deepseek-ai"),
    ("gpt-oss", "openai"),
    ("qwen", "qwen"),
    ("kimi", "moonshotai"),
    (r"\d+$", "endpoints"),
)
"""How names begin that say no publisher; all others are Google's."""


class Named(NamedTuple):
    """A model and who published it."""

    publisher: str
    name: str


def named(model: str) -> Named:
    """Of `anthropic.claude-…`, `anthropic/claude-…`, `publishers/anthropic/models/claude-…` or the bare name."""
    if found := re.fullmatch(r"publishers/([^/]+)/models/(.+)", model):
        return Named(found[1], found[2])
    for mark in "/.":
        before, _, name = model.partition(mark)
        if name and before in PUBLISHERS:
            return Named(PUBLISHERS[before], name)
    if "/" in model:
        before, _, name = model.partition("/")
        return Named(before, name)
    family = next((publisher for begin, publisher in FAMILIES if re.match(begin, model)), "google")
    return Named(family, model)


def is_googles(model: str) -> bool:
    """Whether a model speaks Google's own dialect."""
    return named(model).publisher == "google"


def is_claude(model: str) -> bool:
    """Whether a model speaks Anthropic's dialect."""
    return named(model).publisher == "anthropic"


def place(asked: Asked) -> str:
    """Where a published model is, below the base URL. Raises Unspoken where the login names no project."""
    model = named(asked.model)
    return f"{location(asked.login)}/publishers/{quote(model.publisher, safe='')}/models/{quote(model.name, safe='@')}"


def chat_path(asked: Asked) -> str:
    """Where a model is asked that speaks OpenAI's dialect: Mistral's by themselves, others by an endpoint."""
    model = named(asked.model)
    if model.publisher == "mistralai":
        return f"{place(asked)}:{'streamRawPredict' if asked.stream else 'rawPredict'}"
    endpoint = quote(model.name, safe="") if model.publisher == "endpoints" else "openapi"
    return f"{location(asked.login)}/endpoints/{endpoint}/chat/completions"


def chat_model(model: str) -> str:
    """What such a model is called in the body."""
    publisher, name = named(model)
    return name if publisher in ("mistralai", "endpoints") else f"{publisher}/{name}"

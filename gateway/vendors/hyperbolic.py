"""Hyperbolic: OpenAI's wire for text, its own for pictures. Source: docs.hyperbolic.xyz, image generation."""

from __future__ import annotations

from msgspec.structs import replace

from gateway.functions import Function
from gateway.vendors.openai import openai_like
from gateway.vendors.openai.quirks import SHORT
from gateway.vendors.pictures import drawn, only_one, size_in, unreported
from gateway.vendors.translated import read, text
from gateway.vendors.vendor import Answered, Asked, BadAnswer, Json, Sent, Wire

KEPT = ("prompt", "negative_prompt", "steps", "cfg_scale", "seed", "sampler", "backend", "image", "strength", "loras")


def draw(asked: Asked) -> Sent:
    """One picture. Raises Unspoken for several."""
    said = asked.json()
    only_one(said, "Hyperbolic")
    width, height = size_in(said) or (1024, 1024)
    body: Json = {"model_name": asked.model, "width": width, "height": height}
    return Sent("/image/generation", text(body | {name: said[name] for name in KEPT if name in said}))


def pictures_in(body: bytes, asked: Asked) -> Answered:
    """The pictures as OpenAI lists them."""
    said = read(body)
    images = said.get("images") if isinstance(said, dict) else None
    if not isinstance(images, list):
        raise BadAnswer("without a picture")
    return drawn(
        [{"b64_json": each["image"]} for each in images if isinstance(each, dict) and each.get("image")], asked
    )


SPOKEN = openai_like(
    "hyperbolic",
    "Hyperbolic",
    "https://api.hyperbolic.xyz/v1",
    functions=(Function.CHAT, Function.COMPLETE),
    priced_as="hyperbolic",
    quirks=SHORT,
)
PICTURE = Wire(encode=draw, decode=pictures_in, usage=unreported)

HYPERBOLIC = replace(SPOKEN, functions={**SPOKEN.functions, Function.GENERATE_IMAGE: PICTURE})

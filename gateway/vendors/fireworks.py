"""Fireworks: OpenAI's wire for text, its own for pictures.

Source: docs.fireworks.ai/api-reference, text to image and image generation.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from msgspec.structs import replace

from gateway.functions import Function
from gateway.vendors.openai import openai_like
from gateway.vendors.openai.quirks import SHORT
from gateway.vendors.pictures import drawn, nearest, only_one, size_in, unreported
from gateway.vendors.translated import read, text
from gateway.vendors.vendor import Answered, Asked, Json, Sent, Unspoken, Wire

RATIOS = ("1:1", "21:9", "16:9", "3:2", "5:4", "4:5", "2:3", "9:16", "9:21", "4:3", "3:4")
KEPT = (
    "seed",
    "guidance_scale",
    "num_inference_steps",
    "aspect_ratio",
    "negative_prompt",
    "cfg_scale",
    "sampler",
    "steps",
)
JSON = {"accept": "application/json"}


def draw(asked: Asked) -> Sent:
    """Pictures of a prompt: one from FLUX by its ratio, several from older models by their size."""
    said = asked.json()
    if {"..", "."} & set(asked.model.split("/")):
        raise Unspoken(
            f"`{asked.model}` is no model of Fireworks; they look like `accounts/fireworks/models/…`", "model"
        )
    kept: Json = {name: said[name] for name in KEPT if name in said}
    if "flux" in asked.model:
        only_one(said, "FLUX at Fireworks")
        size = size_in(said)
        ratio = {"aspect_ratio": nearest(size, RATIOS)} if size else {}
        body = {"prompt": said.get("prompt")} | ratio | kept
        return Sent(f"/workflows/{quote(asked.model)}/text_to_image", text(body), JSON)
    return Sent(f"/image_generation/{quote(asked.model)}", text({"model": asked.model} | older(said) | kept), JSON)


def older(said: Json) -> Json:
    """A request of Stable Diffusion's kind."""
    body: Json = {"text_prompts": [{"text": said.get("prompt"), "weight": 1}]}
    if size := size_in(said):
        body |= {"width": size[0], "height": size[1]}
    return body | ({"samples": said["n"]} if said.get("n") else {})


def pictures_in(body: bytes, asked: Asked) -> Answered:
    """The pictures, in JSON of either shape."""
    return drawn([{"b64_json": each} for each in found(read(body))], asked)


def found(said: Any) -> Iterator[str]:
    """Every picture in an answer: `{"base64": [one, …]}`, or a list of `{"base64": one}`."""
    for each in said if isinstance(said, list) else [said]:
        picture = each.get("base64") if isinstance(each, dict) else None
        yield from [picture] if isinstance(picture, str) else picture or ()


SPOKEN = openai_like(
    "fireworks-ai",
    "Fireworks",
    "https://api.fireworks.ai/inference/v1",
    functions=(Function.CHAT, Function.COMPLETE, Function.EMBED, Function.RERANK),
    priced_as="fireworks",
    aliases=("fireworks",),
    quirks=SHORT,
)
PICTURE = Wire(encode=draw, decode=pictures_in, usage=unreported)

FIREWORKS = replace(SPOKEN, functions={**SPOKEN.functions, Function.GENERATE_IMAGE: PICTURE})

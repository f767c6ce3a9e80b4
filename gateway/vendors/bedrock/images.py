"""Pictures of the models on Bedrock, by InvokeModel. No I/O.

Sources: docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-image.html,
docs.aws.amazon.com/nova/latest/userguide/image-gen-req-resp-structure.html and
docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-stability-diffusion.html.
"""

from __future__ import annotations

import time
from math import log

from msgspec.structs import replace

from gateway.vendors.bedrock.models import at, name_of
from gateway.vendors.translated import read, text, translated
from gateway.vendors.vendor import Answered, Asked, BadAnswer, Json, Unspoken
from store.records import Usage

QUALITIES = {"hd": "premium", "high": "premium", "premium": "premium"}
RATIOS = ("1:1", "16:9", "21:9", "2:3", "3:2", "4:5", "5:4", "9:16", "9:21")
"""Stability's."""


def encode_image(body: Json, asked: Asked) -> Json:
    """The body for the model. Raises Unspoken for several pictures of Stability's."""
    return stability(body) if name_of(asked).startswith("stability.") else amazon(body)


def amazon(body: Json) -> Json:
    """The body of Titan and of Nova Canvas."""
    width, height = size_in(body)
    drawing = {"text": body.get("prompt")} | said(body, negative_prompt="negativeText")
    config = {"numberOfImages": body.get("n") or 1, "quality": QUALITIES.get(body.get("quality") or "", "standard")}
    config |= {"width": width, "height": height} if width else {}
    config |= said(body, seed="seed", cfg_scale="cfgScale")
    return {"taskType": "TEXT_IMAGE", "textToImageParams": drawing, "imageGenerationConfig": config}


def stability(body: Json) -> Json:
    """The body of Stable Image and of Stable Diffusion 3.5."""
    if body.get("n") not in (None, 1):
        raise Unspoken("Stability draws one picture at a time: send `n` as 1 and ask again", "n")
    width, height = size_in(body)
    fields = {"prompt": body.get("prompt"), "output_format": body.get("output_format") or "png"}
    if ratio := body.get("aspect_ratio") or (nearest(width / height) if width else None):
        fields["aspect_ratio"] = ratio
    return fields | said(body, seed="seed", negative_prompt="negative_prompt", style_preset="style_preset")


def said(body: Json, **names: str) -> Json:
    """Parameters that are set, under the maker's names."""
    return {theirs: body[name] for name, theirs in names.items() if body.get(name) is not None}


def size_in(body: Json) -> tuple[int, int]:
    """Width and height; zeros if nothing usable is said."""
    width, _, height = str(body.get("size") or "").partition("x")
    return (int(width), int(height)) if width.isdigit() and height.isdigit() and int(width) * int(height) else (0, 0)


def nearest(ratio: float) -> str:
    """The ratio that is nearest."""
    return min(RATIOS, key=lambda name: abs(log(ratio) - log(quotient(name))))


def quotient(ratio: str) -> float:
    """Width by height, of `16:9`."""
    width, _, height = ratio.partition(":")
    return int(width) / int(height)


def decode_image(answer: Json, asked: Asked) -> Json:
    """OpenAI's list of pictures. Raises BadAnswer where all were withheld.

    A client that insists on URLs gets `data:` URLs, for Bedrock keeps no pictures.
    """
    pictures = [one for one in answer.get("images") or () if one]
    if not pictures:
        reasons = [answer.get("error"), *(answer.get("finish_reasons") or ())]
        raise BadAnswer(f"without a picture: {next(filter(None, reasons), 'no reason is given')}")
    body = asked.json()
    if body.get("response_format") != "url":
        return {"created": int(time.time()), "data": [{"b64_json": one} for one in pictures]}
    head = f"data:image/{body.get('output_format') or 'png'};base64,"
    return {"created": int(time.time()), "data": [{"url": head + one} for one in pictures]}


def measured(asked: Asked, count: int) -> Json:
    """What pictures are paid by: their number, size and quality."""
    body = asked.json()
    return {"images": count, "size": body.get("size"), "quality": body.get("quality")}


def decode(body: bytes, asked: Asked) -> Answered:
    """The pictures, with what they are paid by."""
    answer = drawn.decode(body, asked)
    return replace(answer, usage=text(measured(asked, len(read(answer.body)["data"]))))


drawn = translated(path=at("invoke"), encode=encode_image, decode=decode_image, usage=lambda _: Usage())
WIRE = replace(drawn, decode=decode)

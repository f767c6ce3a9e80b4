"""Pictures of Google's: Imagen by predict, Gemini's own by generateContent.

Sources: ai.google.dev/gemini-api/docs/imagen and ai.google.dev/gemini-api/docs/image-generation.
"""

from __future__ import annotations

import time
from base64 import b64encode
from math import log

from gateway.vendors.gemini.answer import block_reason, kind_of, parts_in
from gateway.vendors.gemini.usage import openai_usage
from gateway.vendors.pictures import fields_in, only_one, with_pictures
from gateway.vendors.vendor import Asked, BadAnswer, Json, Unspoken

IMAGEN_RATIOS = ("1:1", "3:4", "4:3", "9:16", "16:9")
GEMINI_RATIOS = (*IMAGEN_RATIOS, "2:3", "3:2", "4:5", "5:4", "21:9")
FINE = ("hd", "high")
"""Qualities that are more than usual."""


def is_imagen(model: str) -> bool:
    """Whether the model is asked by predict."""
    return "imagen" in model


def encode_prediction(asked: Json, _: Asked) -> Json:
    """The body of a predict of Imagen's; what is said in Google's own words is carried along."""
    parameters = {"sampleCount": asked.get("n") or 1} | shape(asked, IMAGEN_RATIOS)
    output: Json = {"compressionQuality": 100} if asked.get("quality") in FINE else {}
    if (form := asked.get("output_format")) is not None:
        output["mimeType"] = f"image/{form}"
    if (compression := asked.get("output_compression")) is not None:
        output["compressionQuality"] = compression
    parameters |= {"outputOptions": output} if output else {}
    return {"instances": [{"prompt": asked.get("prompt")}], "parameters": parameters | (asked.get("parameters") or {})}


def shape(asked: Json, ratios: tuple[str, ...]) -> Json:
    """OpenAI's `size` as the ratio that is nearest to it, and as a size where it is large."""
    said = asked.get("aspect_ratio") or asked.get("aspectRatio")
    width, _, height = str(asked.get("size") or "").partition("x")
    if said or not (width.isdigit() and height.isdigit() and int(width) and int(height)):
        return {"aspectRatio": said} if said else {}
    ratio = min(ratios, key=lambda name: abs(log(int(width) / int(height)) - log(quotient(name))))
    large = max(int(width), int(height))
    size = {"imageSize": "4K" if large >= 4096 and len(ratios) > len(IMAGEN_RATIOS) else "2K"} if large >= 2048 else {}
    return {"aspectRatio": ratio} | size


def quotient(ratio: str) -> float:
    """Width by height, of `16:9`."""
    width, _, height = ratio.partition(":")
    return int(width) / int(height)


def decode_prediction(answer: Json, _: Asked) -> Json:
    """Imagen's pictures in OpenAI's words. Raises BadAnswer where all were withheld."""
    found = answer.get("predictions") or []
    pictures = [one for one in found if one.get("bytesBase64Encoded")]
    if not pictures:
        reasons = [str(one["raiFilteredReason"]) for one in found if one.get("raiFilteredReason")]
        raise BadAnswer(f"without a picture: {' '.join(reasons) or 'no reason is given'}")
    return answered([drawn(one["bytesBase64Encoded"], one.get("prompt")) for one in pictures])


def counted(answer: Json) -> Json:
    """The usage of Imagen, which is paid for by the picture."""
    return {"images": sum(1 for one in answer.get("predictions") or () if one.get("bytesBase64Encoded"))}


def encode_drawing(asked: Json, request: Asked) -> Json:
    """The body of a generateContent that draws. Raises Unspoken for several pictures at once."""
    if asked.get("n") not in (None, 1):
        raise Unspoken(f"`{request.model}` draws one picture at a time: send `n` as 1 and ask again", "n")
    config: Json = {"responseModalities": ["TEXT", "IMAGE"]}
    if image := shape(asked, GEMINI_RATIOS):
        config["imageConfig"] = image
    return {"contents": [{"role": "user", "parts": [{"text": asked.get("prompt")}]}], "generationConfig": config}


def encode_edit(asked: Asked) -> Json:
    """The body of a generateContent that changes pictures. Raises Unspoken for a mask, and for Imagen."""
    upload, said = with_pictures(asked), fields_in(asked)
    if is_imagen(asked.model):
        raise Unspoken(f"`{asked.model}` makes pictures from words alone; a Gemini model changes them", "model")
    if any(name.startswith("mask") for name, *_ in upload.files):
        raise Unspoken("Gemini takes no mask: say in `prompt` what is to be changed", "mask")
    only_one(said, f"`{asked.model}`")
    body = encode_drawing({name: said[name] for name in ("prompt", "size", "aspect_ratio") if name in said}, asked)
    given = [{"inlineData": {"mimeType": kind, "data": b64encode(data).decode()}} for _, _, kind, data in upload.files]
    body["contents"][0]["parts"] = given + body["contents"][0]["parts"]
    return body


def decode_drawing(answer: Json, _: Asked) -> Json:
    """The pictures of a Gemini model in OpenAI's words. Raises BadAnswer where there is none."""
    candidates = answer.get("candidates") or []
    parts = [part for candidate in candidates for part in parts_in(candidate) if not part.get("thought")]
    pictures = [part["inlineData"] for part in parts if kind_of(part.get("inlineData") or {}) == "image"]
    words = "".join(part.get("text") or "" for part in parts) or None
    if not pictures:
        ended = [candidate.get("finishMessage") or candidate.get("finishReason") for candidate in candidates]
        raise BadAnswer(f"without a picture: {block_reason(answer) or words or next(filter(None, ended), 'no reason')}")
    usage = answer.get("usageMetadata")
    return answered([drawn(one.get("data"), words) for one in pictures]) | ({"usage": tokens(usage)} if usage else {})


def drawn(data: str | None, words: str | None) -> Json:
    """One picture; `words` is the prompt as the vendor wrote it anew, or what it says of the picture."""
    return {"b64_json": data} | ({"revised_prompt": words} if words else {})


def answered(pictures: list[Json]) -> Json:
    """OpenAI's list of pictures."""
    return {"created": int(time.time()), "data": pictures}


def tokens(usage: Json) -> Json:
    """The usage of OpenAI's picture models."""
    used = openai_usage(usage)
    return {
        "input_tokens": used["prompt_tokens"],
        "output_tokens": used["completion_tokens"],
        "total_tokens": used["total_tokens"],
    }

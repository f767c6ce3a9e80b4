"""Stability: Stable Image (v2beta, forms) and Stable Diffusion XL (v1, JSON).

Source: platform.stability.ai/docs/api-reference.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec

from gateway.functions import Function
from gateway.vendors.forms import form
from gateway.vendors.openai import WIRES
from gateway.vendors.pictures import drawn, fields_in, nearest, only_one, renamed, size_in, unreported, with_pictures
from gateway.vendors.vendor import (
    Answered,
    Asked,
    BadAnswer,
    Json,
    Login,
    Sent,
    Setting,
    Unspoken,
    Upload,
    Vendor,
    Wire,
    bearer,
)

RATIOS = ("1:1", "16:9", "21:9", "2:3", "3:2", "4:5", "5:4", "9:16", "9:21")
EDITS = ("inpaint", "erase", "outpaint", "search-and-replace", "search-and-recolor", "remove-background")
"""Models of Stable Image that change a picture; any other model makes one, if need be after a picture."""
OPENAIS = {"model", "n", "size", "quality", "response_format", "background", "moderation", "user", "stream", "style"}
"""Parameters that Stability has not, or by another name."""
V1 = {"steps", "cfg_scale", "seed", "sampler", "clip_guidance_preset", "style_preset", "text_prompts", "extras"}
REDACTED = "CONTENT_FILTERED"
IDS = ("stability_client_id", "stability_client_user_id", "stability_client_version")
text = msgspec.json.Encoder().encode
read = msgspec.json.Decoder(dict[str, Any]).decode


def is_v1(model: str) -> bool:
    """Whether a model is asked by the first API: `stable-diffusion-xl-1024-v1-0`, `stable-diffusion-v1-6`."""
    return model.startswith("stable-diffusion-") and not model.startswith("stable-diffusion-3")


def encode(asked: Asked) -> Sent:
    """A picture from words. Raises Unspoken."""
    said = fields_in(asked)
    if is_v1(asked.model):
        return Sent(f"/v1/generation/{quote(asked.model, safe='')}/text-to-image", text(v1_body(said)), JSON)
    only_one(said, "Stable Image")
    where, model = place_of(asked.model)
    return multipart(f"/generate/{where}", v2_fields(said) | model | ratio(said), ())


def v1_body(said: Json) -> Json:
    """The body of a text-to-image."""
    size = size_in(said)
    prompts = [{"text": said.get("prompt"), "weight": 1}]
    if negative := said.get("negative_prompt"):
        prompts.append({"text": negative, "weight": -1})
    body: Json = {"text_prompts": prompts} | ({"samples": said["n"]} if said.get("n") else {})
    body |= {"height": size[1], "width": size[0]} if size else {}
    return body | {name: value for name, value in said.items() if name in V1 and value is not None}


def place_of(model: str) -> tuple[str, Json]:
    """Below `generate`: `core`, `ultra`, or `sd3` with the model as a field."""
    name = model.removeprefix("stable-image-").removeprefix("stability/").removesuffix("-v1:0").replace("-v1:1", "")
    if name in ("core", "ultra"):
        return name, {}
    if name.startswith(("sd3", "stable-diffusion-3")):
        return "sd3", {"model": name.replace("stable-diffusion-", "sd")} if name != "sd3" else {}
    known = "`core`, `ultra`, `sd3.5-large`, `sd3.5-medium`, `stable-diffusion-xl-1024-v1-0`"
    raise Unspoken(f"`{model}` is no model that makes pictures there; these are: {known}", "model")


def v2_fields(said: Json) -> Json:
    """Everything that is said and not OpenAI's alone; Stability's own parameters are carried along."""
    kept = {name: value for name, value in said.items() if name not in OPENAIS and isinstance(value, (str, int, float))}
    return {"output_format": "png"} | {name: value for name, value in kept.items() if not isinstance(value, bool)}


def ratio(said: Json) -> Json:
    """The ratio nearest to OpenAI's `size`, unless one is said."""
    size = size_in(said)
    return {"aspect_ratio": nearest(size, RATIOS)} if size and not said.get("aspect_ratio") else {}


def encode_edit(asked: Asked) -> Sent:
    """A picture changed: by the edit that the model names, or made anew after it. Raises Unspoken."""
    upload, said = with_pictures(asked), fields_in(asked)
    if is_v1(asked.model):
        return v1_edit(asked, upload, said)
    only_one(said, "Stable Image")
    fields = v2_fields(said)
    if asked.model in EDITS:
        return multipart(f"/edit/{asked.model}", fields, renamed(upload))
    if any(name.startswith("mask") for name, *_ in upload.files):
        return multipart("/edit/inpaint", fields, renamed(upload))
    where, model = place_of(asked.model)
    if where == "core":
        raise Unspoken("`core` makes pictures from words alone; use `ultra` or `sd3.5-large` after a picture", "model")
    mode = {"mode": "image-to-image"} if where == "sd3" else {}
    return multipart(f"/generate/{where}", {"strength": 0.5} | fields | model | mode, renamed(upload))


def v1_edit(asked: Asked, upload: Upload, said: Json) -> Sent:
    """A picture after another, or where its mask is white."""
    files = renamed(upload, image="init_image", mask="mask_image")
    masked = any(name == "mask_image" for name, *_ in files)
    fields = {"text_prompts[0][text]": said.get("prompt", "")} | ({"samples": said["n"]} if said.get("n") else {})
    fields |= {name: value for name, value in said.items() if name in V1 | {"image_strength", "mask_source"}}
    fields |= {"mask_source": said.get("mask_source", "MASK_IMAGE_WHITE")} if masked else {}
    path = f"/v1/generation/{quote(asked.model, safe='')}/image-to-image{'/masking' if masked else ''}"
    body, kind = form(Upload(fields={name: [str(value)] for name, value in fields.items()}, files=files))
    return Sent(path, body, JSON | {"content-type": kind})


JSON = {"accept": "application/json"}
"""Pictures as base64, not as files."""


def multipart(path: str, fields: Json, files: tuple[tuple[str, str, str, bytes], ...]) -> Sent:
    """A form for Stable Image, which takes no other; without a file too."""
    body, kind = form(Upload(fields={name: [str(value)] for name, value in fields.items()}, files=files))
    return Sent(f"/v2beta/stable-image{path}", body, JSON | {"content-type": kind})


def decode(body: bytes, asked: Asked) -> Answered:
    """OpenAI's list of pictures; one that was blurred says so. Raises BadAnswer where there is none."""
    answer = read(body)
    if artifacts := answer.get("artifacts"):
        return drawn([picture(one.get("base64"), one.get("finishReason")) for one in artifacts], asked)
    if not (data := answer.get("image")):
        raise BadAnswer(f"without a picture: {answer.get('finish_reason') or 'no reason is given'}")
    return drawn([picture(data, answer.get("finish_reason"))], asked)


def picture(data: Any, reason: Any) -> Json:
    """One picture."""
    return {"b64_json": data} | ({"finish_reason": "content_filter"} if reason == REDACTED else {})


def headers(login: Login) -> dict[str, str]:
    """The key, and who the operator says is asking."""
    return bearer(login) | {name.replace("_", "-"): login.get(name) for name in IDS if login.get(name)}


STABILITY = Vendor(
    id="stability-ai",
    name="Stability AI",
    base_url="https://api.stability.ai",
    priced_as="stability",
    functions={
        Function.GENERATE_IMAGE: Wire(encode=encode, decode=decode, usage=unreported),
        Function.EDIT_IMAGE: Wire(encode=encode_edit, decode=decode, usage=unreported),
        Function.RELAY: WIRES[Function.RELAY],
    },
    headers=headers,
    models_path=None,
    aliases=("stability",),
    settings=(
        Setting(name=IDS[0], what="the application's name, for Stability's own records"),
        Setting(name=IDS[1], what="its user's name"),
        Setting(name=IDS[2], what="its version"),
    ),
)

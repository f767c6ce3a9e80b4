"""Cloudflare's Workers AI: OpenAI's wire for text, its own for pictures.

Source: developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility and /workers-ai/models.
"""

from __future__ import annotations

import base64
import time
from dataclasses import replace
from urllib.parse import quote

from gateway.functions import Function
from gateway.vendors.openai import Quirks, measured, openai_like
from gateway.vendors.openai_accounts import named
from gateway.vendors.openai_quirks import without_developer
from gateway.vendors.openai_usage import usage_of
from gateway.vendors.translated import read, text
from gateway.vendors.vendor import Answered, Asked, BadAnswer, Json, Login, Sent, Setting, Unspoken, Wire

PICTURE_FIELDS = ("prompt", "negative_prompt", "seed", "guidance", "num_steps", "steps", "width", "height", "image_b64")
PATHS = {Function.CHAT: "/v1/chat/completions", Function.EMBED: "/v1/embeddings"}


def address(login: Login) -> str:
    """An account's models."""
    account = named(login, "workers_ai_account_id")
    return f"https://api.cloudflare.com/client/v4/accounts/{account}/ai" if account else ""


def run(model: str) -> str:
    """Where a model is asked in its own words. Raises Unspoken for a name that would lead elsewhere in the account."""
    if {"..", ".", ""} & set(model.split("/")):
        raise Unspoken(f"`{model}` is no model of Workers AI; they look like `@cf/maker/model`", "model")
    return f"/run/{quote(model, safe='@/')}"


def draw(asked: Asked) -> Sent:
    """One picture. Raises Unspoken for several, and for a size that is none."""
    said = asked.json()
    if (said.get("n") or 1) != 1:
        raise Unspoken("Workers AI draws one picture at a time; ask again instead of `n`", "n")
    return Sent(run(asked.model), text(size(said.get("size")) | {n: said[n] for n in PICTURE_FIELDS if n in said}))


def size(said: str | None) -> Json:
    """`1024x768` as width and height."""
    if said in (None, "auto"):
        return {}
    width, _, height = str(said).partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise Unspoken(f"`{said}` is no size; write it as `1024x768`, or leave it out", "size")
    return {"width": int(width), "height": int(height)}


def drawn(body: bytes, asked: Asked) -> Answered:
    """The picture, which some models send bare and others within JSON."""
    picture: str | None = None
    if body[:1] != b"{":
        picture = base64.b64encode(body).decode()
    elif isinstance(result := read(body).get("result"), dict):
        picture = result.get("image")
    if not picture:
        raise BadAnswer("without a picture")
    answer = {"created": int(time.time()), "data": [{"b64_json": picture}]}
    return Answered(text(answer), asked.model, measured(asked), {"content-type": "application/json"})


SPOKEN = openai_like(
    "workers-ai",
    "Cloudflare Workers AI",
    address,
    functions=tuple(PATHS),
    priced_as="cloudflare",
    settings=(Setting(name="workers_ai_account_id", is_needed=True, what="the account's id, 32 letters and digits"),),
    aliases=("cloudflare",),
    quirks=Quirks(paths=PATHS, renamed={"max_completion_tokens": "max_tokens"}, adjust=without_developer),
)
PICTURE = Wire(encode=draw, decode=drawn, usage=usage_of)

WORKERS_AI = replace(SPOKEN, functions={**SPOKEN.functions, Function.GENERATE_IMAGE: PICTURE}, models_path=None)

"""Cloudflare's Workers AI: OpenAI's wire for text, its own for pictures.

Source: developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility and /workers-ai/models.
"""

from __future__ import annotations

import base64
from urllib.parse import quote

from msgspec.structs import replace

from gateway.functions import Function
from gateway.vendors.openai import Quirks, openai_like
from gateway.vendors.openai.accounts import named
from gateway.vendors.openai.quirks import without_developer
from gateway.vendors.pictures import drawn, only_one, size_in, unreported
from gateway.vendors.translated import read, text
from gateway.vendors.vendor import Answered, Asked, Json, Login, Sent, Setting, Unspoken, Wire

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
    """One picture. Raises Unspoken for several."""
    said = asked.json()
    only_one(said, "Workers AI")
    size = size_in(said)
    body: Json = {"width": size[0], "height": size[1]} if size else {}
    return Sent(run(asked.model), text(body | {name: said[name] for name in PICTURE_FIELDS if name in said}))


def picture_in(body: bytes, asked: Asked) -> Answered:
    """The picture, which some models send bare and others within JSON."""
    picture: str | None = None
    if body[:1] != b"{":
        picture = base64.b64encode(body).decode()
    elif isinstance(result := read(body).get("result"), dict):
        picture = result.get("image")
    return drawn([{"b64_json": picture}] if picture else [], asked)


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
PICTURE = Wire(encode=draw, decode=picture_in, usage=unreported)

WORKERS_AI = replace(SPOKEN, functions={**SPOKEN.functions, Function.GENERATE_IMAGE: PICTURE}, models_path=None)

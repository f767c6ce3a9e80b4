"""Segmind: many makers' pictures, each model at a path of its own. Source: docs.segmind.com."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import quote

import msgspec

from gateway.functions import Function
from gateway.vendors.openai import WIRES
from gateway.vendors.pictures import drawn, size_in, unreported
from gateway.vendors.vendor import Answered, Asked, BadAnswer, Json, Sent, Vendor, Wire, in_header

OPENAIS = {"model", "n", "size", "response_format", "user", "stream", "background", "moderation"}
"""Parameters that Segmind has not, or by another name."""
text = msgspec.json.Encoder().encode
read = msgspec.json.Decoder(Json).decode


def encode(asked: Asked) -> Sent:
    """The body; a model's own parameters are carried along."""
    said = asked.json()
    body: Json = {name: value for name, value in said.items() if name not in OPENAIS}
    body |= {"samples": said["n"]} if said.get("n") else {}
    if (size := size_in(said)) is not None:
        width, height = names(asked.model)
        body |= {width: size[0], height: size[1]}
    return Sent(f"/{quote(asked.model, safe='')}", text(body | {"base64": True}))


def names(model: str) -> tuple[str, str]:
    """What a model calls width and height: those of Stable Diffusion's family have a prefix."""
    return ("img_width", "img_height") if model.startswith(("sd", "ssd", "kandinsky")) else ("width", "height")


def decode(body: bytes, asked: Asked) -> Answered:
    """OpenAI's list of pictures, of JSON with base64 or of a file, as the model prefers. Raises BadAnswer."""
    if body[:1] != b"{":
        return drawn([{"b64_json": b64encode(body).decode()}] if body else [], asked)
    answer = read(body)
    found = answer.get("image") or answer.get("images")
    listed = found if isinstance(found, list) else [found]
    pictures = [picture(one) for one in listed if isinstance(one, str)]
    if not pictures:
        raise BadAnswer(f"without a picture: {answer.get('error') or 'no reason is given'}")
    return drawn(pictures, asked)


def picture(said: str) -> Json:
    """One picture, which some models give as an address."""
    return {"url": said} if said.startswith("https://") else {"b64_json": said}


SEGMIND = Vendor(
    id="segmind",
    name="Segmind",
    base_url="https://api.segmind.com/v1",
    priced_as="segmind",
    functions={
        Function.GENERATE_IMAGE: Wire(encode=encode, decode=decode, usage=unreported),
        Function.RELAY: WIRES[Function.RELAY],
    },
    headers=in_header("x-api-key"),
    models_path=None,
)

"""Recraft: pictures on OpenAI's wire, with paths of its own for changing one.

Source: recraft.ai/docs/api-reference/endpoints.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from gateway.functions import Function
from gateway.vendors.forms import form
from gateway.vendors.openai import Quirks, wire
from gateway.vendors.pictures import renamed, with_pictures
from gateway.vendors.vendor import Asked, Sent, Upload, Vendor, Wire

DROPPED = frozenset({"quality", "user", "background", "moderation", "output_format", "output_compression"})
"""Parameters of OpenAI's that it refuses."""
QUIRKS = Quirks(dropped=DROPPED)


def changed(path: str, needed: Mapping[str, list[str]]) -> Wire:
    """A wire that sends a form with a picture to a path, with what is needed there and not said."""

    def encode(asked: Asked) -> Sent:
        upload = with_pictures(asked)
        files = renamed(upload)
        masked = any(name == "mask" for name, *_ in files)
        fields = {name: values for name, values in upload.fields.items() if name not in DROPPED}
        fields = fields if masked else {**needed, **fields}
        body, kind = form(Upload(fields=fields | {"model": [asked.model]}, files=files))
        return Sent("/images/inpaint" if masked else path, body, {"content-type": kind})

    return replace(wire(Function.EDIT_IMAGE), encode=encode)


RECRAFT = Vendor(
    id="recraft-ai",
    name="Recraft",
    base_url="https://external.api.recraft.ai/v1",
    priced_as="recraft",
    functions={
        Function.GENERATE_IMAGE: wire(Function.GENERATE_IMAGE, QUIRKS),
        Function.EDIT_IMAGE: changed("/images/imageToImage", {"strength": ["0.5"]}),
        Function.VARY_IMAGE: changed("/images/variateImage", {"size": ["1024x1024"]}),
        Function.RELAY: wire(Function.RELAY),
    },
    models_path=None,
    aliases=("recraft",),
)

"""What vendors of pictures have in common: sizes, forms, and OpenAI's list of pictures.

Source: platform.openai.com/docs/api-reference/images.
"""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Iterable
from math import log
from typing import Any

import msgspec

from gateway.vendors.vendor import Answered, Asked, BadAnswer, Json, Unspoken, Upload
from store.records import Usage

KINDS = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg", b"RIFF": "webp", b"GIF8": "gif"}
"""How a file of each kind begins."""
text = msgspec.json.Encoder().encode


def size_in(said: Json) -> tuple[int, int] | None:
    """Width and height; None if nothing usable is said, or `auto`."""
    width, _, height = str(said.get("size") or "").partition("x")
    both = width.isdecimal() and height.isdecimal() and len(width) < 6 and len(height) < 6
    return (int(width), int(height)) if both and int(width) * int(height) else None


def nearest(size: tuple[int, int], ratios: Iterable[str]) -> str:
    """The ratio, of those written `16:9`, that is nearest to a size."""

    def distance(ratio: str) -> float:
        width, _, height = ratio.partition(":")
        return abs(log(size[0] / size[1]) - log(int(width) / int(height)))

    return min(ratios, key=distance)


def only_one(said: Json, vendor: str) -> None:
    """Raises Unspoken where several pictures are wanted of a vendor that makes one a request."""
    if str(said.get("n") or 1) != "1":
        raise Unspoken(f"{vendor} makes one picture a request: send `n` as 1 and ask again for more", "n")


def fields_in(asked: Asked) -> Json:
    """The request's parameters, of a form its texts, the last of each name."""
    if asked.upload is None:
        return asked.json()
    return {name.removesuffix("[]"): values[-1] for name, values in asked.upload.fields.items() if values}


def with_pictures(asked: Asked) -> Upload:
    """The client's form. Raises Unspoken for JSON, and for a form without a picture."""
    if asked.upload is None or not asked.upload.files:
        raise Unspoken("there is no picture to change: send a form with the file `image`", "image")
    return asked.upload


def renamed(upload: Upload, **names: str) -> tuple[tuple[str, str, str, bytes], ...]:
    """A form's files under the vendor's names."""
    plain = ((name.removesuffix("[]"), file_name, kind, content) for name, file_name, kind, content in upload.files)
    return tuple((names.get(name, name), file_name, kind, content) for name, file_name, kind, content in plain)


def drawn(pictures: list[Json], asked: Asked, **more: Any) -> Answered:
    """OpenAI's answer. Raises BadAnswer where there is no picture.

    A client that insists on addresses gets `data:` addresses, for no picture is kept anywhere.
    """
    if not pictures:
        raise BadAnswer("without a picture")
    if fields_in(asked).get("response_format") == "url":
        pictures = [addressed(picture) for picture in pictures]
    body = text({"created": int(time.time()), "data": pictures} | more)
    return Answered(body, asked.model, headers={"content-type": "application/json"})


def addressed(picture: Json) -> Json:
    """A picture with a `data:` address in place of its base64."""
    data = picture.get("b64_json")
    rest = {name: value for name, value in picture.items() if name != "b64_json"}
    return {"url": f"data:image/{kind_of(str(data))};base64,{data}"} | rest if data else picture


def kind_of(base64: str) -> str:
    """What kind of file it is, by how it begins."""
    return next((kind for start, kind in KINDS.items() if base64.startswith(begun(start))), "png")


def begun(start: bytes) -> str:
    """The base64 letters that the first bytes decide on."""
    return b64encode(start).decode().rstrip("=")[: len(start) * 8 // 6]


def unreported(_: bytes) -> Usage | None:
    """No usage is reported; what is paid for is counted in the answer."""
    return None

"""Vendors of pictures are asked in their words, by JSON or by forms, and answer with OpenAI's list."""

from __future__ import annotations

import json
from base64 import b64encode
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.functions import Function
from gateway.vendors.pictures import nearest, size_in
from gateway.vendors.recraft import RECRAFT
from gateway.vendors.segmind import SEGMIND
from gateway.vendors.stability import RATIOS, STABILITY
from gateway.vendors.vendor import Asked, BadAnswer, Json, Login, Sent, Unspoken, Upload, Vendor

DRAW, EDIT, VARY = Function.GENERATE_IMAGE, Function.EDIT_IMAGE, Function.VARY_IMAGE
IMAGE, MASK = ("image", "a.png", "image/png", b"\x89PNG"), ("mask", "m.png", "image/png", b"mask")
PNG = b64encode(b"\x89PNG\r\n\x1a\n").decode()


def ask(model: str, **said: Any) -> Asked:
    """A request for a picture."""
    fields = {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in ({"prompt": "cat"} | said).items()}
    return Asked(function=DRAW, model=model, fields=fields)


def change(model: str, *files: tuple[str, str, str, bytes], function: Function = EDIT, **said: str) -> Asked:
    """A request for a change of a picture."""
    fields = {name: [value] for name, value in ({"model": "@p/m", "prompt": "cat"} | said).items()}
    return Asked(function=function, model=model, upload=Upload(fields=fields, files=files))


def sent(vendor: Vendor, asked: Asked) -> Sent:
    """What a vendor is asked."""
    return vendor.functions[asked.function].encode(asked)


def form_in(found: Sent) -> dict[str, str]:
    """The fields and files of a form, as the standard library reads them."""
    head = f"content-type: {found.headers['content-type']}\r\n\r\n".encode()
    whole = BytesParser(EmailMessage, policy=HTTP).parsebytes(head + found.body)
    return {part.get_param("name", header="content-disposition"): payload(part) for part in whole.iter_parts()}  # type: ignore[misc]


def payload(part: Any) -> str:
    """A part's content."""
    return str(part.get_payload(decode=True).decode("latin-1"))


def answered(vendor: Vendor, asked: Asked, answer: Json | bytes) -> Json:
    """What the client gets."""
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    found: Json = json.loads(vendor.functions[asked.function].decode(body, asked).body)
    return found


@pytest.mark.parametrize(
    ("vendor", "asked", "path", "body"),
    [
        (
            STABILITY,
            ask("stable-diffusion-xl-1024-v1-0", negative_prompt="dog", steps=30, style_preset="anime"),
            "/v1/generation/stable-diffusion-xl-1024-v1-0/text-to-image",
            {
                "text_prompts": [{"text": "cat", "weight": 1}, {"text": "dog", "weight": -1}],
                "steps": 30,
                "style_preset": "anime",
            },
        ),
        (
            SEGMIND,
            ask("sdxl1.0-txt2img", n=2, size="512x768", seed=1, response_format="b64_json"),
            "/sdxl1.0-txt2img",
            {"prompt": "cat", "seed": 1, "samples": 2, "img_width": 512, "img_height": 768, "base64": True},
        ),
        (
            SEGMIND,
            ask("flux-schnell", size="auto", steps=4),
            "/flux-schnell",
            {"prompt": "cat", "steps": 4, "base64": True},
        ),
        (
            RECRAFT,
            ask("recraftv3", n=2, size="1024x1024", style="digital_illustration", quality="hd"),
            "/images/generations",
            {"model": "recraftv3", "prompt": "cat", "n": 2, "size": "1024x1024", "style": "digital_illustration"},
        ),
    ],
)
def test_pictures_are_asked_for_by_json(vendor: Vendor, asked: Asked, path: str, body: Json) -> None:
    """Numbers and sizes have the vendor's names, and what is OpenAI's alone stays behind."""
    found = sent(vendor, asked)

    assert (found.path, json.loads(found.body)) == (path, body)


@pytest.mark.parametrize(
    ("vendor", "asked", "path", "fields"),
    [
        (
            STABILITY,
            ask("core", size="1536x1024", seed=7, quality="high", n=1),
            "/v2beta/stable-image/generate/core",
            {"prompt": "cat", "output_format": "png", "seed": "7", "aspect_ratio": "3:2"},
        ),
        (
            STABILITY,
            ask("stable-diffusion-3.5-large", aspect_ratio="21:9", size="1024x1024", output_format="jpeg"),
            "/v2beta/stable-image/generate/sd3",
            {"prompt": "cat", "output_format": "jpeg", "aspect_ratio": "21:9", "model": "sd3.5-large"},
        ),
        (
            STABILITY,
            change("sd3.5-medium", IMAGE, strength="0.7"),
            "/v2beta/stable-image/generate/sd3",
            {
                "prompt": "cat",
                "output_format": "png",
                "strength": "0.7",
                "mode": "image-to-image",
                "model": "sd3.5-medium",
                "image": "\x89PNG",
            },
        ),
        (
            STABILITY,
            change("ultra", IMAGE, MASK),
            "/v2beta/stable-image/edit/inpaint",
            {"prompt": "cat", "output_format": "png", "image": "\x89PNG", "mask": "mask"},
        ),
        (
            STABILITY,
            change("search-and-replace", IMAGE, search_prompt="dog"),
            "/v2beta/stable-image/edit/search-and-replace",
            {"prompt": "cat", "output_format": "png", "search_prompt": "dog", "image": "\x89PNG"},
        ),
        (
            STABILITY,
            change("stable-diffusion-xl-1024-v1-0", IMAGE, MASK, n="2"),
            "/v1/generation/stable-diffusion-xl-1024-v1-0/image-to-image/masking",
            {
                "text_prompts[0][text]": "cat",
                "samples": "2",
                "mask_source": "MASK_IMAGE_WHITE",
                "init_image": "\x89PNG",
                "mask_image": "mask",
            },
        ),
        (
            RECRAFT,
            change("recraftv3", ("image[]", *IMAGE[1:]), quality="hd"),
            "/images/imageToImage",
            {"model": "recraftv3", "prompt": "cat", "strength": "0.5", "image": "\x89PNG"},
        ),
        (
            RECRAFT,
            change("recraftv3", IMAGE, MASK),
            "/images/inpaint",
            {"model": "recraftv3", "prompt": "cat", "image": "\x89PNG", "mask": "mask"},
        ),
        (
            RECRAFT,
            change("recraftv3", IMAGE, function=VARY),
            "/images/variateImage",
            {"model": "recraftv3", "prompt": "cat", "size": "1024x1024", "image": "\x89PNG"},
        ),
    ],
)
def test_pictures_are_asked_for_by_forms(vendor: Vendor, asked: Asked, path: str, fields: dict[str, str]) -> None:
    """Sizes become ratios, files keep their bytes, and every vendor finds its fields by name."""
    found = sent(vendor, asked)

    assert (found.path, form_in(found)) == (path, fields)


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        (ask("core", n=2), "n"),
        (ask("dall-e-3"), "model"),
        (change("core", IMAGE), "model"),
        (change("sd3.5-large"), "image"),
        (change("ultra", IMAGE, n="3"), "n"),
    ],
)
def test_what_stability_cannot_do_is_said(asked: Asked, param: str) -> None:
    """The refusal names the parameter to change."""
    with pytest.raises(Unspoken) as refused:
        sent(STABILITY, asked)

    assert refused.value.param == param


@pytest.mark.parametrize(
    ("vendor", "answer", "pictures"),
    [
        (
            STABILITY,
            {
                "artifacts": [
                    {"base64": PNG, "finishReason": "SUCCESS"},
                    {"base64": PNG, "finishReason": "CONTENT_FILTERED"},
                ]
            },
            [{"b64_json": PNG}, {"b64_json": PNG, "finish_reason": "content_filter"}],
        ),
        (STABILITY, {"image": PNG, "finish_reason": "SUCCESS", "seed": 1}, [{"b64_json": PNG}]),
        (SEGMIND, {"image": PNG}, [{"b64_json": PNG}]),
        (SEGMIND, {"images": ["https://e.com/a.png"]}, [{"url": "https://e.com/a.png"}]),
        (SEGMIND, b"\x89PNG\r\n\x1a\n", [{"b64_json": PNG}]),
        (RECRAFT, {"created": 1, "data": [{"url": "https://e.com/a.png"}]}, [{"url": "https://e.com/a.png"}]),
    ],
)
def test_pictures_come_in_openais_list(vendor: Vendor, answer: Json | bytes, pictures: list[Json]) -> None:
    """Base64, addresses and whole files all end in `data`."""
    found = answered(vendor, ask("m"), answer)

    assert found["data"] == pictures
    assert isinstance(found["created"], int)


def test_an_address_that_was_insisted_on_has_the_picture_in_it() -> None:
    """A client that asks for `url` gets a `data:` address of the right kind."""
    found = answered(STABILITY, ask("core", response_format="url"), {"image": PNG})

    assert found["data"] == [{"url": f"data:image/png;base64,{PNG}"}]


@pytest.mark.parametrize(
    ("vendor", "answer"),
    [(STABILITY, {"finish_reason": "CONTENT_FILTERED"}), (SEGMIND, {"error": "busy"}), (SEGMIND, b"")],
)
def test_an_answer_without_pictures_is_none(vendor: Vendor, answer: Json | bytes) -> None:
    """It is the vendor that broke, with its own reason where it gives one."""
    with pytest.raises(BadAnswer, match="without a picture"):
        answered(vendor, ask("m"), answer)


@pytest.mark.parametrize(
    ("vendor", "settings", "wanted"),
    [
        (STABILITY, {"stability_client_id": "app"}, {"authorization": "Bearer KEY", "stability-client-id": "app"}),
        (SEGMIND, {}, {"x-api-key": "KEY"}),
        (RECRAFT, {}, {"authorization": "Bearer KEY"}),
    ],
)
def test_logins(vendor: Vendor, settings: dict[str, str], wanted: dict[str, str]) -> None:
    """Each vendor finds its key where it looks for it."""
    assert vendor.headers(Login("KEY", settings)) == wanted


@pytest.mark.parametrize(
    ("size", "ratio"),
    [
        ("1024x1024", "1:1"),
        ("1792x1024", "16:9"),
        ("1024x1536", "2:3"),
        ("auto", None),
        ("0x5", None),
        ("9999999x1", None),
    ],
)
def test_sizes_have_a_nearest_ratio(size: str, ratio: str | None) -> None:
    """What is no size has none."""
    found = size_in({"size": size})

    assert (nearest(found, RATIOS) if found else None) == ratio


VECTORS = Path(__file__).parents[4] / "shared/vectors/request-vectors.json"
RECORDED = [
    case
    for case in (json.loads(VECTORS.read_text()) if VECTORS.exists() else ())
    if case["provider"] == "stability-ai" and "upstream" in case
]


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: f"{case['provider']}:{case['case']}")
def test_recorded_requests(case: Json) -> None:
    """What Portkey sent is what ours sends."""
    rest = dict(case["request"])

    found = sent(STABILITY, ask(rest.pop("model"), **rest))

    assert found.path == case["upstream"]["path"]
    assert json.loads(found.body) == case["upstream"]["body"]

"""Vendors that need a little more than a row: Workers AI, Fireworks, Hyperbolic and Triton."""

from __future__ import annotations

import base64

import msgspec
import pytest

from gateway.functions import Function
from gateway.vendors.fireworks import FIREWORKS
from gateway.vendors.hyperbolic import HYPERBOLIC
from gateway.vendors.triton import TRITON
from gateway.vendors.vendor import Asked, BadAnswer, Json, Login, Unspoken, Vendor
from gateway.vendors.workers_ai import WORKERS_AI
from store.records import Usage
from tests.gateway.recorded import Recording, as_parameters, raw, spoken

CHAT, COMPLETE, EMBED, PICTURE = Function.CHAT, Function.COMPLETE, Function.EMBED, Function.GENERATE_IMAGE
FLUX = "@cf/black-forest-labs/flux-1-schnell"
ACCOUNT = Login("k", {"workers_ai_account_id": "acc"})


def asked(request: Json, function: Function, model: str = FLUX, *, stream: bool = False) -> Asked:
    """A request for one of the two."""
    return Asked(function=function, model=model, fields=raw(request), stream=stream, login=ACCOUNT)


def sent(vendor: Vendor, request: Json, function: Function, *, stream: bool = False) -> tuple[str, Json]:
    """Where a vendor is asked, and what."""
    encoded = vendor.functions[function].encode(asked(request, function, stream=stream))
    return encoded.path, msgspec.json.decode(encoded.body)


@pytest.mark.parametrize("recording", as_parameters("workers-ai"))
def test_workers_ai_is_asked_in_openai_words(recording: Recording) -> None:
    """Text is asked for where Cloudflare has OpenAI's wire, so that tools and formats arrive; the reference's own
    address takes neither."""
    ours = spoken(WORKERS_AI, recording, ACCOUNT)

    said = msgspec.json.decode(ours.body)
    assert ours.path == ("/v1/embeddings" if "embeddings" in recording.path else "/v1/chat/completions")
    assert said["model"] == "@cf/meta/llama"
    kept = recording.request.keys() - {"max_completion_tokens", "messages"}
    assert all(said[name] == recording.request[name] for name in kept)


@pytest.mark.parametrize(
    ("account", "address"),
    [
        ("acc", "https://api.cloudflare.com/client/v4/accounts/acc/ai"),
        ("../../user", ""),
        ("", ""),
    ],
)
def test_address_of_an_account(account: str, address: str) -> None:
    """The account's id names an account and leads nowhere else."""
    found = WORKERS_AI.address(Login("k", {"workers_ai_account_id": account}))

    assert found == address


def test_picture_is_asked_for_in_the_models_words() -> None:
    """A size becomes width and height, and the model's own parameters pass."""
    path, said = sent(
        WORKERS_AI, {"prompt": "cat", "size": "512x256", "n": 1, "num_steps": 4, "quality": "hd"}, PICTURE
    )

    assert path == f"/run/{FLUX}"
    assert said == {"width": 512, "height": 256, "prompt": "cat", "num_steps": 4}


@pytest.mark.parametrize(
    ("request_fields", "model", "param"),
    [
        ({"prompt": "cat", "n": 2}, FLUX, "n"),
        ({"prompt": "cat"}, "@cf/../../../user/tokens", "model"),
        ({"prompt": "cat"}, "", "model"),
    ],
)
def test_pictures_that_cannot_be_asked_for(request_fields: Json, model: str, param: str) -> None:
    """Several pictures, and names that climb out of the models are refused."""
    with pytest.raises(Unspoken) as refused:
        WORKERS_AI.functions[PICTURE].encode(asked(request_fields, PICTURE, model))

    assert refused.value.param == param


@pytest.mark.parametrize("body", [b"\x89PNG", msgspec.json.encode({"result": {"image": "iVBORw=="}, "success": True})])
def test_picture_comes_bare_or_in_json(body: bytes) -> None:
    """Either way the client gets OpenAI's answer."""
    answered = WORKERS_AI.functions[PICTURE].decode(body, asked({"prompt": "cat"}, PICTURE))

    picture = msgspec.json.decode(answered.body)["data"][0]["b64_json"]
    assert base64.b64decode(picture) == b"\x89PNG"
    assert answered.headers == {"content-type": "application/json"}


@pytest.mark.parametrize("body", [b'{"success":true,"result":{}}', b'{"result":null}', b'{"result":"x"}', b""])
def test_no_picture_is_no_answer(body: bytes) -> None:
    """An answer without a picture is not passed for one."""
    with pytest.raises(BadAnswer):
        WORKERS_AI.functions[PICTURE].decode(body, asked({}, PICTURE))


def test_flux_at_fireworks_has_a_ratio() -> None:
    """A size becomes the nearest ratio that FLUX draws."""
    model = "accounts/fireworks/models/flux-1-schnell-fp8"

    sent = FIREWORKS.functions[PICTURE].encode(asked({"prompt": "cat", "size": "1792x1024", "seed": 1}, PICTURE, model))

    assert sent.path == f"/workflows/{model}/text_to_image"
    assert msgspec.json.decode(sent.body) == {"prompt": "cat", "aspect_ratio": "16:9", "seed": 1}
    assert sent.headers == {"accept": "application/json"}


@pytest.mark.parametrize("body", [b'{"base64":["AA==","AQ=="]}', b'[{"base64":"AA=="},{"base64":"AQ=="}]'])
def test_pictures_of_fireworks(body: bytes) -> None:
    """Either shape of answer becomes OpenAI's list."""
    answered = FIREWORKS.functions[PICTURE].decode(body, asked({}, PICTURE))

    assert msgspec.json.decode(answered.body)["data"] == [{"b64_json": "AA=="}, {"b64_json": "AQ=="}]


def test_pictures_of_hyperbolic() -> None:
    """Hyperbolic is asked in its words and answers in OpenAI's."""
    path, said = sent(HYPERBOLIC, {"prompt": "cat", "size": "512x256", "steps": 4}, PICTURE)

    answered = HYPERBOLIC.functions[PICTURE].decode(b'{"images":[{"image":"AA=="}]}', asked({}, PICTURE))

    assert path == "/image/generation"
    assert said == {"model_name": FLUX, "width": 512, "height": 256, "prompt": "cat", "steps": 4}
    assert msgspec.json.decode(answered.body)["data"] == [{"b64_json": "AA=="}]


@pytest.mark.parametrize("vendor", [FIREWORKS, HYPERBOLIC], ids=lambda vendor: vendor.id)
@pytest.mark.parametrize("body", [b"{}", b"[]", b"[1]", b'{"images":[]}'])
def test_no_picture_of_theirs_is_no_answer(vendor: Vendor, body: bytes) -> None:
    """An answer without a picture is not passed for one."""
    with pytest.raises(BadAnswer):
        vendor.functions[PICTURE].decode(body, asked({}, PICTURE))


def test_triton_gets_a_text_and_its_parameters() -> None:
    """A completion becomes the model's inputs, and nothing that it does not know."""
    path, said = sent(TRITON, {"model": "x", "prompt": ["once"], "max_tokens": 5, "stop": "x", "user": "u"}, COMPLETE)

    assert path == "/v2/models/%40cf%2Fblack-forest-labs%2Fflux-1-schnell/generate"
    assert said == {"text_input": "once", "max_tokens": 5, "stop_words": ["x"]}


def test_triton_is_asked_for_one_text() -> None:
    """Several texts at once are refused with the parameter that is to blame."""
    with pytest.raises(Unspoken) as refused:
        sent(TRITON, {"prompt": ["a", "b"]}, COMPLETE)

    assert refused.value.param == "prompt"


def test_triton_answers_with_a_completion() -> None:
    """The generated text is the text of OpenAI's only choice, and costs nothing."""
    wire = TRITON.functions[COMPLETE]

    answer = wire.decode(b'{"model_name":"m","text_output":"upon"}', asked({}, COMPLETE))

    assert msgspec.json.decode(answer.body)["choices"][0]["text"] == "upon"
    assert wire.usage(b"{}") == Usage()


def test_triton_streams_pieces() -> None:
    """Each event is a piece of the completion; an error is one."""
    path, said = sent(TRITON, {"prompt": "once"}, COMPLETE, stream=True)
    make = TRITON.functions[COMPLETE].reader
    assert make is not None
    reader = make(asked({}, COMPLETE, stream=True))

    out = reader.feed(b'data: {"text_output":" upon"}\n\ndata: {"text_output":" a"}\n\n')
    is_complete = reader.is_complete
    reader.feed(b'data: {"error":"out of memory"}\n\n')

    assert (path.rpartition("/")[2], said["stream"]) == ("generate_stream", True)
    assert [msgspec.json.decode(each[6:])["choices"][0]["text"] for each in out.split(b"\n\n")[:2]] == [" upon", " a"]
    assert (is_complete, reader.is_complete) == (True, False)

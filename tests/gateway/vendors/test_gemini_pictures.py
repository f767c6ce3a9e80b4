"""Google's embeddings and pictures, by the ways it has for them."""

from __future__ import annotations

import json
from base64 import b64decode
from struct import unpack

import msgspec
import pytest

from gateway.functions import Function
from gateway.vendors.gemini import GOOGLE
from gateway.vendors.vendor import Asked, BadAnswer, Json, Unspoken, Upload
from tests.gateway.vendors.test_gemini_answers import USAGE, candidate
from tests.gateway.vendors.test_gemini_vendor import asked

CHAT, EMBED, IMAGE = (GOOGLE.functions[each] for each in (Function.CHAT, Function.EMBED, Function.GENERATE_IMAGE))


def test_one_text_is_embedded() -> None:
    """A text goes to embedContent; the numbers come as OpenAI's clients ask for them."""
    request = asked(
        {"input": "a", "dimensions": 2, "encoding_format": "base64"}, Function.EMBED, model="gemini-embedding-001"
    )

    sent = EMBED.encode(request)
    got = json.loads(EMBED.decode(b'{"embedding":{"values":[0.5,-1]}}', request).body)

    assert sent.path == "/models/gemini-embedding-001:embedContent"
    assert json.loads(sent.body) == {
        "model": "models/gemini-embedding-001",
        "content": {"parts": [{"text": "a"}]},
        "outputDimensionality": 2,
    }
    assert unpack("<2f", b64decode(got["data"][0]["embedding"])) == (0.5, -1.0)


def test_a_list_is_embedded_at_once() -> None:
    """A list goes as a batch and keeps its order."""
    request = asked({"input": ["a", "b"]}, Function.EMBED, model="gemini-embedding-001")

    sent = EMBED.encode(request)
    got = json.loads(EMBED.decode(b'{"embeddings":[{"values":[1]},{"values":[2]}]}', request).body)

    assert sent.path.endswith(":batchEmbedContents")
    assert [each["content"]["parts"][0]["text"] for each in json.loads(sent.body)["requests"]] == ["a", "b"]
    assert [each["embedding"] for each in got["data"]] == [[1], [2]]


def test_tokens_are_not_embedded() -> None:
    """OpenAI's tokens mean nothing to Google."""
    with pytest.raises(Unspoken, match="not tokens"):
        EMBED.encode(asked({"input": [1, 2]}, Function.EMBED))


def test_imagen_draws() -> None:
    """Number and shape are told; each picture is counted."""
    request = asked(
        {"prompt": "cat", "n": 2, "size": "1792x1024", "quality": "hd"}, Function.GENERATE_IMAGE, model="imagen-4.0"
    )

    sent = IMAGE.encode(request)
    got = IMAGE.decode(b'{"predictions":[{"bytesBase64Encoded":"QQ=="},{"raiFilteredReason":"no"}]}', request)

    assert sent.path == "/models/imagen-4.0:predict"
    assert json.loads(sent.body) == {
        "instances": [{"prompt": "cat"}],
        "parameters": {"sampleCount": 2, "aspectRatio": "16:9", "outputOptions": {"compressionQuality": 100}},
    }
    assert json.loads(got.body)["data"] == [{"b64_json": "QQ=="}]
    assert json.loads(got.usage) == {"images": 1}


def test_gemini_draws() -> None:
    """A Gemini model draws by generateContent, and its tokens are counted."""
    request = asked({"prompt": "cat", "size": "1024x1536"}, Function.GENERATE_IMAGE, model="gemini-2.5-flash-image")
    answer = candidate({"text": "a cat"}, {"inlineData": {"mimeType": "image/png", "data": "QQ=="}})

    sent = IMAGE.encode(request)
    got = IMAGE.decode(msgspec.json.encode(answer | {"usageMetadata": USAGE}), request)

    assert json.loads(sent.body) == {
        "contents": [{"role": "user", "parts": [{"text": "cat"}]}],
        "generationConfig": {"responseModalities": ["TEXT", "IMAGE"], "imageConfig": {"aspectRatio": "2:3"}},
    }
    assert json.loads(got.body)["data"] == [{"b64_json": "QQ==", "revised_prompt": "a cat"}]
    assert IMAGE.usage(got.usage) == CHAT.usage(got.usage)


@pytest.mark.parametrize(
    ("model", "answer"),
    [
        ("imagen-4.0", {"predictions": [{"raiFilteredReason": "no"}]}),
        ("gemini-2.5-flash-image", candidate({"text": "no"})),
        ("gemini-2.5-flash-image", {"promptFeedback": {"blockReason": "SAFETY"}}),
    ],
)
def test_no_picture_is_no_answer(model: str, answer: Json) -> None:
    """A picture that was withheld is a failure with the vendor's reason."""
    with pytest.raises(BadAnswer, match=r"without a picture: (no|SAFETY)"):
        IMAGE.decode(msgspec.json.encode(answer), asked({}, Function.GENERATE_IMAGE, model=model))


def test_gemini_draws_one_at_a_time() -> None:
    """Two pictures of a model that draws one are refused before anything is paid for."""
    with pytest.raises(Unspoken, match="one picture at a time"):
        IMAGE.encode(asked({"prompt": "cat", "n": 2}, Function.GENERATE_IMAGE, model="gemini-2.5-flash-image"))


def change(model: str, *files: tuple[str, str, str, bytes], **said: str) -> Asked:
    """A form with pictures to be changed."""
    upload = Upload(fields={name: [value] for name, value in said.items()}, files=files)
    return Asked(function=Function.EDIT_IMAGE, model=model, upload=upload)


CAT = ("image", "cat.png", "image/png", b"\x89PNG")


def test_gemini_changes_a_picture() -> None:
    """The pictures stand before the words, and the answer is that of a drawing."""
    wire = GOOGLE.functions[Function.EDIT_IMAGE]
    request = change("gemini-2.5-flash-image", CAT, ("image[]", "b", "image/webp", b"RIFF"), prompt="a hat", n="1")
    answer = candidate({"inlineData": {"mimeType": "image/png", "data": "iVBO"}})

    sent = wire.encode(request)
    got = json.loads(wire.decode(msgspec.json.encode(answer), request).body)

    assert sent.path == "/models/gemini-2.5-flash-image:generateContent"
    assert json.loads(sent.body)["contents"][0]["parts"] == [
        {"inlineData": {"mimeType": "image/png", "data": "iVBORw=="}},
        {"inlineData": {"mimeType": "image/webp", "data": "UklGRg=="}},
        {"text": "a hat"},
    ]
    assert got["data"] == [{"b64_json": "iVBO"}]


@pytest.mark.parametrize(
    ("request_", "param"),
    [
        (change("imagen-4.0", CAT, prompt="x"), "model"),
        (change("gemini-2.5-flash-image", CAT, ("mask", "m", "image/png", b""), prompt="x"), "mask"),
        (change("gemini-2.5-flash-image", CAT, prompt="x", n="2"), "n"),
        (change("gemini-2.5-flash-image", prompt="x"), "image"),
    ],
    ids=["imagen", "mask", "several", "none"],
)
def test_what_gemini_cannot_change_is_refused_in_words(request_: Asked, param: str) -> None:
    """What the model cannot do is named by its field before anything is sent."""
    with pytest.raises(Unspoken) as refused:
        GOOGLE.functions[Function.EDIT_IMAGE].encode(request_)

    assert refused.value.param == param

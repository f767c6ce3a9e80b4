"""What is paid for beside tokens is found where vendors say it."""

from typing import Any

import msgspec
import pytest

from gateway.functions import Function
from gateway.prices.measured import measured
from gateway.vendors.vendor import Asked, Upload
from store.records import Usage


def asked(function: Function, **said: object) -> Asked:
    """A request for a function."""
    return Asked(
        function=function,
        model="m",
        fields={name: msgspec.Raw(msgspec.json.encode(value)) for name, value in said.items()},
    )


FORM = Asked(
    function=Function.EDIT_IMAGE,
    model="m",
    upload=Upload(fields={"n": ["2"], "size": ["1024x1024"], "quality": ["high"]}, files=()),
)
TWO = {"data": [{"url": "a"}, {"b64_json": "b"}]}


@pytest.mark.parametrize(
    ("request_", "answer", "usage", "expected"),
    [
        (asked(Function.GENERATE_IMAGE, n=3, size="1024x1024", quality="hd"), TWO, None, ("1024x1024", "hd", 2)),
        (
            asked(Function.GENERATE_IMAGE, size="auto"),
            TWO | {"size": "1536x1024", "quality": "low"},
            None,
            ("1536x1024", "low", 2),
        ),
        (FORM, {"data": []}, None, ("1024x1024", "high", 2)),
        (asked(Function.GENERATE_IMAGE, n="many"), {}, None, ("", "", 1)),
    ],
)
def test_pictures_are_those_of_the_answer(
    request_: Asked, answer: object, usage: Usage | None, expected: tuple[str, str, int]
) -> None:
    """Pictures are counted in the answer, and are of the kind it says; where it says nothing, as was asked."""
    found = measured(usage, request_, msgspec.json.encode(answer))

    assert found is not None
    assert (found.image_size, found.image_quality, found.images) == expected


def test_tokens_of_pictures_are_known_as_such() -> None:
    """The output of a model that draws is pictures."""
    found = measured(
        Usage(input_tokens=9, output_tokens=4160), asked(Function.GENERATE_IMAGE), msgspec.json.encode(TWO)
    )

    assert found == Usage(input_tokens=9, output_tokens=4160, output_image_tokens=4160, images=2)


@pytest.mark.parametrize(
    ("request_", "answer", "expected"),
    [
        (asked(Function.SPEAK, input="Grüß Gott"), b"\xff\xf3audio", Usage(characters=9)),
        (asked(Function.TRANSCRIBE), {"text": "a", "duration": 12.5}, Usage(audio_ms=12_500)),
        (asked(Function.TRANSCRIBE), {"usage": {"type": "duration", "seconds": 7}}, Usage(audio_ms=7_000)),
        (asked(Function.RERANK, documents=["a"] * 101), {"results": []}, Usage(reranks=2)),
        (asked(Function.RERANK), {"meta": {"billed_units": {"search_units": 3}}}, Usage(reranks=3)),
        (
            asked(Function.RESPOND),
            {"output": [{"type": "web_search_call"}, {"type": "web_search_call"}, {"type": "message"}]},
            Usage(searches=2),
        ),
        (asked(Function.MESSAGE), {"usage": {"server_tool_use": {"web_search_requests": 4}}}, Usage(searches=4)),
        (asked(Function.CHAT), b'data: {"service_tier":"flex"}\n\ndata: [DONE]\n\n', Usage(service_tier="flex")),
        (asked(Function.CHAT), {"id": "x", "service_tier": "priority"}, Usage(service_tier="priority")),
        (asked(Function.MESSAGE), {"content": [{"input": {"service_tier": "flex"}}], "usage": {}}, None),
        (asked(Function.CHAT), {"content": '"service_tier":"flex"'}, None),
        (asked(Function.CHAT), b"", None),
        (asked(Function.EMBED), {"data": []}, None),
    ],
)
def test_units_are_found_where_vendors_say_them(request_: Asked, answer: Any, expected: Usage | None) -> None:
    """Characters, seconds, search units, searches and service tiers; of what says nothing, nothing."""
    body = answer if isinstance(answer, bytes) else msgspec.json.encode(answer)

    assert measured(None, request_, body) == expected


@pytest.mark.parametrize("function", list(Function))
@pytest.mark.parametrize(
    "answer", [b"", b"\xff", b"[]", b'{"data":7,"meta":1,"usage":[],"duration":"long"}', b"{" * 2_000]
)
def test_what_cannot_be_read_breaks_nothing(function: Function, answer: bytes) -> None:
    """Settling never fails over an answer, whatever it is."""
    found = measured(Usage(input_tokens=1), asked(function), answer)

    assert found is not None
    assert found.input_tokens == 1

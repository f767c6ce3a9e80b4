"""What the log never gets of bodies: fields by name and place, and what regular expressions find, in streams too."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from console.demo.vendor import serve_vendor
from gateway.log.redaction import redaction_of
from gateway.log.redaction_patterns import matches
from tests.gateway.running import Gateway, add_demo, ask, client, gateway_in

Json = dict[str, Any]
EMAIL = r"regex:[\w.+-]+@[\w-]+\.\w+"
PERSON = "ada.lovelace@example.com"


@pytest.fixture(scope="module")
async def plain(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    """A gateway with the simulated vendor."""
    async with serve_vendor() as vendor, gateway_in(tmp_path_factory.mktemp("home")) as gateway:
        await add_demo(gateway.admin, vendor.url)
        await asyncio.gather(*gateway.plant.errands)
        yield gateway


@pytest.mark.parametrize("stream", [False, True])
async def test_what_a_pattern_matches_is_not_in_the_log(plain: Gateway, stream: bool) -> None:
    """An address in a prompt is masked where it stands, in what is found by words too; the text around it stays."""
    body = {"name": "k", "scopes": ["completions.write"], "defaults": {"redact": [EMAIL]}}
    made = (await plain.admin.post("/v1/api-keys/workspace/service", json=body)).raise_for_status().json()

    async with client(plain.url, made["key"]) as app:
        answer = await app.post("/v1/chat/completions", json=ask(f"Write to {PERSON}, please", stream=stream))
    record = await plain.log(api_key_id=made["id"])

    assert answer.status_code == 200
    assert record["request"]["body"]["messages"][0]["content"] == "Write to •••, please"
    assert PERSON not in json.dumps(record)
    assert not await plain.logs(api_key_id=made["id"], words="lovelace")


async def test_failure_is_told_without_what_a_pattern_matches(plain: Gateway) -> None:
    """What an error repeats of a request is masked in the record's message as well."""
    body = {"name": "k", "scopes": ["completions.write"], "defaults": {"redact": ["regex:secret-model-\\d+"]}}
    made = (await plain.admin.post("/v1/api-keys/workspace/service", json=body)).raise_for_status().json()

    async with client(plain.url, made["key"]) as app:
        await app.post("/v1/chat/completions", json=ask(model="@nobody-secret-model-77/x"))
    record = await plain.log(api_key_id=made["id"])

    assert record["metrics"]["error"]["message"]
    assert "secret-model-77" not in record["metrics"]["error"]["message"] + json.dumps(record["response"])


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("regex:(", "missing )"),
        ("regex:a*", "empty"),
        (r"regex:(?<=a)b", "(?<="),
        ("regex:" + "x" * 501, "500"),
        ("regex:" + "[a-z]{1000}" * 3, "too large"),
    ],
)
async def test_pattern_that_cannot_be_used_is_told(plain: Gateway, rule: str, said: str) -> None:
    """An expression that is none, or could cost too much, is a 400 that says which and why."""
    body = {"name": "k", "scopes": ["completions.write"], "defaults": {"redact": ["fine", rule]}}

    answer = await plain.admin.post("/v1/api-keys/workspace/service", json=body)

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "defaults.redact[1]"
    assert said in answer.json()["error"]["message"]


def chunks(*pieces: str, **more: Any) -> bytes:
    """A streamed chat answer in these pieces."""
    said = [{"id": "c-1", "choices": [{"index": 0, "delta": {"content": piece}} | more]} for piece in pieces]
    return b"".join(b"data: " + json.dumps(each).encode() + b"\n\n" for each in said) + b"data: [DONE]\n\n"


def contents(events: bytes) -> list[str]:
    """The pieces of a streamed chat answer."""
    lines = [line[6:] for line in events.decode().splitlines() if line.startswith("data: {")]
    return [json.loads(line)["choices"][0]["delta"]["content"] for line in lines]


@pytest.mark.parametrize(
    ("pieces", "left"),
    [
        (["hi a", "da@exa", "mple.com!"], ["hi •••", "", "!"]),
        (["a@b.cd"], ["•••"]),
        (["one a@b.cd, two c@d.ef;", " end"], ["one •••, two •••;", " end"]),
        (["nothing", " here"], ["nothing", " here"]),
    ],
)
def test_stream_hides_nothing_between_its_events(pieces: list[str], left: list[str]) -> None:
    """What a vendor sends in pieces is found as a whole, and each event stays an event."""
    redaction = redaction_of([EMAIL])

    assert redaction is not None
    masked = redaction.apply(chunks(*pieces))

    assert contents(masked) == left
    assert masked.endswith(b"data: [DONE]\n\n")


def test_texts_of_different_choices_are_not_mixed_up() -> None:
    """Two answers that a vendor sends in turns are two texts."""
    redaction = redaction_of([EMAIL])
    first = [{"choices": [{"index": 0, "delta": {"content": piece}}]} for piece in ("a@b", ".cd")]
    second = [{"choices": [{"index": 1, "delta": {"content": piece}}]} for piece in ("x", "y")]
    body = b"".join(
        b"data: " + json.dumps(each).encode() + b"\n\n" for pair in zip(first, second, strict=True) for each in pair
    )

    assert redaction is not None
    assert contents(redaction.apply(body)) == ["•••", "x", "", "y"]


def test_number_that_a_pattern_matches_is_masked() -> None:
    """A card's number is masked as a number too, and other values stay what they are."""
    redaction = redaction_of([r"regex:\b\d{16}\b"])

    assert redaction is not None
    assert json.loads(redaction.apply(b'{"a": 4111111111111111, "b": 12, "c": true, "d": "4111111111111111."}')) == {
        "a": "•••",
        "b": 12,
        "c": True,
        "d": "•••.",
    }


def test_reading_on_from_match_to_match_comes_to_an_end() -> None:
    """Where each match could read the whole text again, the rest of it is masked: never too little."""
    found = list(matches("a" * 100_000, "(?:a.*b|a)"))

    assert len(found) < 1_000
    assert found[-1][1] == 100_000


def test_body_that_is_too_deep_is_not_kept() -> None:
    """What nests deeper than can be read is left out whole, and breaks nothing."""
    redaction = redaction_of(["secret"])

    assert redaction is not None
    assert redaction.apply(b"[" * 100_000 + b"]" * 100_000) == "•••".encode()


@pytest.mark.parametrize(
    ("rules", "body", "left"),
    [
        (
            ["password"],
            b'{"a": {"Password": 1, "b": [{"password": {}}]}}',
            {"a": {"Password": "•••", "b": [{"password": "•••"}]}},
        ),
        (["/a/0"], b'{"a": [1, 2]}', {"a": ["•••", 2]}),
        (["/a~1b"], b'{"a/b": 1, "a": {"b": 2}}', {"a/b": "•••", "a": {"b": 2}}),
        (["/*/x"], b'[{"x": 1}, {"y": 2}]', [{"x": "•••"}, {"y": 2}]),
    ],
)
def test_rules_reach_where_they_point(rules: list[str], body: bytes, left: Any) -> None:
    """A name is masked wherever it is, in any case; a pointer where it leads, with `*` for anything."""
    redaction = redaction_of(rules)

    assert redaction is not None
    assert json.loads(redaction.apply(body)) == left


@pytest.mark.parametrize("body", [b"--boundary\r\nsecret", b'{"broken": ', b"plain words"])
def test_what_cannot_be_looked_through_is_not_kept(body: bytes) -> None:
    """A body that is no JSON could hide a redacted field, so none of it stays."""
    redaction = redaction_of(["secret"])

    assert redaction is not None
    assert redaction.apply(body) == "•••".encode()

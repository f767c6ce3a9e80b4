"""Anthropic's wire against what Portkey's gateway was seen to do, where the recorded pairs are at hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.functions import Function
from gateway.vendors.anthropic import ANTHROPIC, encode_messages
from gateway.vendors.vendor import Asked, Json

VECTORS = Path(__file__).parents[4] / "shared" / "vectors"
FUNCTIONS = {f"/v1/{function.value}": function for function in ANTHROPIC.functions}
CHOSEN = {
    "no `system`": "an empty list of it says nothing",
    "no `$defs` in tools": "the reference adds an empty one to every schema",
    "`max_tokens` where none was sent": "Anthropic refuses a request without it",
    "parallel_tool_calls": "the reference drops it; Anthropic has `disable_parallel_tool_use`",
    "response_format": "the reference drops it; Claude has formats, or a tool can be forced",
    "reasoning_effort": "the reference drops it; Claude has a budget or an effort, and `max_tokens` above the budget",
    "/complete": "Anthropic keeps that endpoint for no model of today; messages answer a prompt as well",
    "anthropic-beta": "`messages-2023-12-15` has been part of the API for years",
    "prompt_tokens": "the reference leaves the cache out of the prompt but not out of the total",
    "reasoning_content": "the reference drops thoughts for strict clients",
    "provider": "named in the gateway's headers; no part of the vendor's answer",
    "usage in a stream": "in an event of its own and only if asked for, as OpenAI has it",
    "empty deltas": "the reference sends one where a text begins",
    "mid-stream error": "the reference makes it a reason to finish and then says `[DONE]`",
}
"""Where we differ on purpose, and why."""
REPLACED: dict[tuple[str, str], Json] = {
    ("anthropic", "chat-toolchoice-required"): {"tool_choice": {"type": "any", "disable_parallel_tool_use": True}},
    ("anthropic", "chat-jsonschema"): {"tools": ..., "tool_choice": ...},
    ("vertex-ai#claude", "chat-jsonobject"): {"tools": ..., "tool_choice": ...},
    ("vertex-ai#claude", "chat-maxcompl"): {"max_tokens": 1024 + 7, "thinking": ...},
}
"""What we send instead in some cases; `...` for something of which other tests tell."""


def recorded(name: str) -> list[Json]:
    """The pairs of a file that concern Claude; none where the file is not."""
    path = VECTORS / f"{name}-vectors.json"
    pairs: list[Json] = msgspec.json.decode(path.read_bytes()) if path.exists() else []
    return [pair for pair in pairs if pair["provider"] in ("anthropic", "vertex-ai#claude")]


def named(pair: Json) -> str:
    """A pair, for people."""
    return " ".join(str(pair[name]) for name in ("provider", "case", "strict") if name in pair)


def expected(pair: Json) -> Json:
    """What the reference sent, with what we chose to do instead."""
    body: Json = pair["upstream"]["body"]
    for tool in body.get("tools", ()):
        tool["input_schema"].pop("$defs", None)
    kept = {name: value for name, value in body.items() if name != "anthropic_version" and value != []}
    return kept | REPLACED.get((pair["provider"], pair["case"]), {})


SENT = [
    one
    for one in recorded("request")
    if "upstream" in one and one["path"] in FUNCTIONS and one["case"] != "completions"
]
ANSWERED = [one for one in recorded("response") if one["case"] == "chat"]
STREAMED = [one for one in recorded("response") if one["case"] == "chat-stream"]


@pytest.mark.parametrize("pair", SENT, ids=named)
def test_requests(pair: Json) -> None:
    """Anthropic is sent what the reference sends, beside what is listed."""
    fields = {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in pair["request"].items()}
    function = FUNCTIONS[pair["path"]]
    asked = Asked(function=function, model=pair["request"]["model"], fields=fields)

    sent = ANTHROPIC.functions[function].encode(asked)
    body = msgspec.json.decode(sent.body) if function is Function.MESSAGE else encode_messages(pair["request"], asked)

    there = expected(pair)
    extra = body.keys() - there.keys()
    assert extra <= {"max_tokens", "model"}
    assert {name: ... if there.get(name) is ... else body[name] for name in body.keys() - extra} == there
    if pair["provider"] == "anthropic":
        assert sent.path == pair["upstream"]["path"]


def answer_to(pair: Json) -> Asked:
    """The request of a pair."""
    return Asked(
        function=Function.CHAT, model=pair["request"]["model"], strict=pair["strict"] == "true", wants_usage=True
    )


@pytest.mark.parametrize("pair", ANSWERED, ids=named)
def test_answers(pair: Json) -> None:
    """A client gets what the reference answers, beside what is listed."""
    body = msgspec.json.encode(pair["upstream_response"]["body"])

    answer = msgspec.json.decode(ANTHROPIC.functions[Function.CHAT].decode(body, answer_to(pair)).body)

    there = pair["gateway_response"]["body"]
    assert answer["choices"][0]["message"].pop("reasoning_content") == "hmm"
    assert answer["usage"].pop("prompt_tokens") == 17
    there["usage"].pop("prompt_tokens")
    for name in ("created", "provider"):
        there.pop(name)
    answer.pop("created")
    assert answer == there


def deltas(stream: bytes) -> list[Any]:
    """What the choices of a stream say, the end of it left out."""
    data = [event.removeprefix(b"data: ") for event in stream.strip().split(b"\n\n")]
    said = [msgspec.json.decode(one) for one in data if one != b"[DONE]"]
    told = [(one["delta"], one["finish_reason"]) for chunk in said for one in chunk["choices"]]
    return [one for one in told if one != ({}, None)]


@pytest.mark.parametrize("pair", STREAMED, ids=named)
def test_streams(pair: Json) -> None:
    """A stream has the reference's deltas, one by one."""
    reader = ANTHROPIC.functions[Function.CHAT].reader
    assert reader is not None

    out = reader(answer_to(pair)).feed(pair["upstream_response"]["body"].encode())

    assert deltas(out) == deltas(pair["gateway_response"]["body"].encode())

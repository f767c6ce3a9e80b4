"""What is sent to Bedrock: against the recorded vectors, AWS's own description of its API, and case by case."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.functions import Function
from gateway.vendors.bedrock import BEDROCK
from gateway.vendors.bedrock.messages import InvokedMessages
from gateway.vendors.bedrock.models import known_name, speaks_messages
from gateway.vendors.sagemaker import SAGEMAKER
from gateway.vendors.vendor import Asked, Json, Login, Unspoken
from tests.gateway.asking_bedrock import BUDGETED, CALL, NEWEST, OLD, SHAPED, TOOL, asked, chat, sent, user, written

VECTORS = Path(__file__).parents[4] / "shared" / "vectors" / "request-vectors.json"
PIXEL = "data:image/png;base64,iVBORw0KGgo="


DIFFERENT = {
    "chat-jsonobject": "the reference drops `response_format`; here the answer has to be JSON",
    "completions": "the reference speaks the text completions of Claude 2, which no model takes any more",
    "images": "the reference refuses every picture; here Amazon's and Stability's models draw",
    "messages": "the reference translates; Claude's own wire carries everything and in its own order",
    "responses": "the reference has no responses here; an adapter makes them of chat",
}
"""Recorded cases that differ on purpose, and why."""


def recorded() -> list[Any]:
    """The reference's own requests to Bedrock, if they are here."""
    cases = msgspec.json.decode(VECTORS.read_bytes()) if VECTORS.exists() else []
    mine = [case for case in cases if case["provider"] == "bedrock" and case["case"] not in DIFFERENT]
    return [pytest.param(case, id=case["case"]) for case in mine]


@pytest.mark.parametrize("case", recorded())
def test_sends_what_the_reference_sends(case: Json) -> None:
    """Path and body are those of the recorded request."""
    body = dict(case["request"])

    said = sent({name: value for name, value in body.items() if name != "model"}, body["model"])

    assert (said.method, said.path) == ("POST", case["upstream"]["path"])
    assert msgspec.json.decode(said.body) == case["upstream"]["body"]


RICH = chat(
    {"role": "system", "content": [{"type": "text", "text": "s", "cache_control": {"type": "ephemeral", "ttl": "1h"}}]},
    user(
        {"type": "text", "text": "look"},
        {"type": "image_url", "image_url": {"url": PIXEL}},
        {"type": "file", "file": {"filename": "a_b.pdf", "file_data": "data:application/pdf;base64,JVBERg=="}},
        {"type": "file", "file": {"filename": "a_b.pdf", "file_data": "JVBERg=="}},
        {"type": "video_url", "video_url": {"url": "s3://bucket/film.mov"}},
        {"type": "input_audio", "input_audio": {"format": "mp3", "data": "AAAA"}},
    ),
    {
        "role": "assistant",
        "content": "so",
        "tool_calls": [CALL],
        "content_blocks": [
            {"type": "thinking", "thinking": "hm", "signature": "sig"},
            {"type": "redacted_thinking", "data": "eA=="},
        ],
    },
    {"role": "tool", "tool_call_id": "call_1", "content": [{"type": "text", "text": "sunny"}], "is_error": True},
    tools=[TOOL | {"cache_control": {"type": "ephemeral"}}],
    tool_choice={"type": "function", "function": {"name": "f"}},
    max_tokens=4000,
    stop="END",
    temperature=0.5,
    top_k=3,
    user="u1",
    service_tier="flex",
    guardrail_config={"guardrailIdentifier": "abc", "guardrailVersion": "1"},
    performanceConfig={"latency": "optimized"},
    request_metadata={"team": "x"},
    additional_model_request_fields={"extra": 1},
)
MODELS = (OLD, BUDGETED, NEWEST, "amazon.nova-2-lite-v1:0", "openai.gpt-oss-120b-1:0", "meta.llama3-70b-instruct-v1:0")


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("more", [{}, {"response_format": SHAPED, "tool_choice": "auto"}, {"reasoning_effort": "low"}])
def test_fits_the_own_description(model: str, more: Json) -> None:
    """Whatever is asked of whatever model, the body is one that AWS's own library takes for valid."""
    validate = pytest.importorskip("botocore.validate").ParamValidator()
    session = pytest.importorskip("botocore.session").get_session()
    shape = session.get_service_model("bedrock-runtime").operation_model("Converse").input_shape

    report = validate.validate(written(RICH | more, model) | {"modelId": model}, shape)

    assert report.generate_report() == ""


def test_carries_every_part_and_mark() -> None:
    """Pictures, documents, thoughts with signatures, calls, results and marks for the cache are all there, in order."""
    said = written(RICH)

    assert said["system"] == [{"text": "s"}, {"cachePoint": {"type": "default", "ttl": "1h"}}]
    first, second, third = said["messages"]
    assert [next(iter(block)) for block in first["content"]] == [
        "text", "image", "document", "document", "video", "audio"
    ]  # fmt: skip
    assert first["content"][1] == {"image": {"format": "png", "source": {"bytes": "iVBORw0KGgo="}}}
    assert [block["document"]["name"] for block in first["content"][2:4]] == ["a b", "a b (2)"]
    assert first["content"][4]["video"] == {"format": "mov", "source": {"s3Location": {"uri": "s3://bucket/film.mov"}}}
    assert second["content"] == [
        {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "sig"}}},
        {"reasoningContent": {"redactedContent": "eA=="}},
        {"text": "so"},
        {"toolUse": {"toolUseId": "call_1", "name": "f", "input": {"a": 1}}},
    ]
    result = {"toolUseId": "call_1", "content": [{"text": "sunny"}], "status": "error"}
    assert third == {"role": "user", "content": [{"toolResult": result}]}
    assert said["toolConfig"]["toolChoice"] == {"tool": {"name": "f"}}
    assert said["toolConfig"]["tools"][1] == {"cachePoint": {"type": "default"}}
    assert said["additionalModelRequestFields"] == {"top_k": 3, "metadata": {"user_id": "u1"}, "extra": 1}
    assert said["serviceTier"] == {"type": "flex"}
    assert said["performanceConfig"] == {"latency": "optimized"}
    assert said["guardrailConfig"]["guardrailIdentifier"] == "abc"


def test_results_of_parallel_calls_share_a_turn() -> None:
    """Turns alternate: neighbours of one role are one, and ids that Bedrock refuses are changed alike on both sides."""
    odd = "x" * 80
    calls = [CALL, CALL | {"id": odd}]
    results = [{"role": "tool", "tool_call_id": call["id"], "content": "ok"} for call in calls]
    said = written(
        chat(user(), {"role": "assistant", "tool_calls": calls}, *results, user({"type": "text", "text": "?"}))
    )

    roles = [turn["role"] for turn in said["messages"]]
    uses = [block["toolUse"]["toolUseId"] for block in said["messages"][0]["content"]]
    answers = [block["toolResult"]["toolUseId"] for block in said["messages"][1]["content"][:2]]

    assert roles == ["assistant", "user"]
    assert uses == answers
    assert uses[0] == "call_1"
    assert len(uses[1]) <= 64


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"messages": "hi"}, r"`messages`: expected `array`, got `str`"),
        ({"messages": ["hi"]}, r"`messages\[0\]`: expected `object`, got `str`"),
        (chat(tools=["f"]), r"`tools\[0\]`: expected `object`, got `str`"),
        (chat(tools={"a": 1}), r"`tools`: expected `array \| null`, got `object`"),
    ],
)
def test_what_is_no_list_of_objects_is_the_callers_fault(body: Json, said: str) -> None:
    """A conversation or tools of another shape are refused in words and do not break the gateway."""
    with pytest.raises(Unspoken, match=said):
        sent(body)


def test_a_system_alone_is_somebody() -> None:
    """Instructions without a conversation are what the user says, for Converse wants somebody to answer to."""
    said = written(chat({"role": "system", "content": "sing"}, {"role": "user", "content": " "}))

    assert said == {"messages": [{"role": "user", "content": [{"text": "sing"}]}]}


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"type": "image_url", "image_url": {"url": "https://example.com/cat.png"}}, "`data:` URL"),
        ({"type": "image_url", "image_url": {"url": "data:image/png,abc"}}, "base64"),
        ({"type": "file", "file": {"file_id": "file-1"}}, "file_data"),
        ({"type": "hologram"}, "`text`"),
    ],
)
def test_says_what_would_do(part: Json, words: str) -> None:
    """What Bedrock cannot be told is refused with what it can be told instead."""
    with pytest.raises(Unspoken, match=words):
        sent(chat(user(part)))


PROFILE = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/a1b2c3"


@pytest.mark.parametrize(
    ("model", "settings", "name"),
    [
        ("eu.anthropic.claude-3-haiku-v1:0", {}, "anthropic.claude-3-haiku-v1:0"),
        ("arn:aws:bedrock:eu-west-1::foundation-model/cohere.embed-v4:0", {}, "cohere.embed-v4:0"),
        (PROFILE, {"aws_bedrock_model": "us.anthropic.claude-3-haiku-v1:0"}, "anthropic.claude-3-haiku-v1:0"),
        (PROFILE, {}, PROFILE),
    ],
)
def test_models_are_known_by_any_id(model: str, settings: dict[str, str], name: str) -> None:
    """Regions and ARNs in front of a model's name do not hide whose it is."""
    assert known_name(model, Login(settings=settings)) == name


def test_an_arn_is_one_part_of_the_path() -> None:
    """Colons and slashes of a model's id do not divide the path."""
    assert sent(chat(stream=True), PROFILE).path == (
        "/model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A123456789012%3Aapplication-inference-profile%2Fa1b2c3/converse-stream"
    )


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("eu-west-1", "bedrock-runtime.eu-west-1.amazonaws.com"),
        ("cn-north-1", "bedrock-runtime.cn-north-1.amazonaws.com.cn"),
        ("", "bedrock-runtime.us-east-1.amazonaws.com"),
        ("evil.example/#", "bedrock-runtime.us-east-1.amazonaws.com"),
    ],
)
def test_the_region_says_where(region: str, host: str) -> None:
    """The address is that of the region, and nothing else can be made of a region."""
    assert BEDROCK.address(Login(settings={"aws_region": region})) == f"https://{host}"


def test_an_api_key_goes_as_a_bearer() -> None:
    """A key of Bedrock's own is sent as it is."""
    assert BEDROCK.headers(Login(secret="k")) == {"authorization": "Bearer k"}


def test_messages_go_as_they_are() -> None:
    """A Claude gets Anthropic's messages untouched, with what Bedrock wants in the body and not beside it."""
    body = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 5, "stream": True}

    said = sent(body, BUDGETED, Function.MESSAGE, headers={"anthropic-beta": "a-1, b-2"})

    assert said.path.endswith("/invoke-with-response-stream")
    assert msgspec.json.decode(said.body) == {
        "anthropic_version": "bedrock-2023-05-31",
        "anthropic_beta": ["a-1", "b-2"],
        "messages": body["messages"],
        "max_tokens": 5,
    }
    assert BEDROCK.functions[Function.MESSAGE].reader is InvokedMessages
    assert speaks_messages(BUDGETED)
    assert not speaks_messages("amazon.nova-pro-v1:0")


def test_tokens_are_counted_by_the_model_itself() -> None:
    """Counting wraps the body in base64, asks the model and not a profile, and answers in Anthropic's words."""
    wire = BEDROCK.functions[Function.COUNT_TOKENS]
    request = asked({"messages": [], "max_tokens": 1}, BUDGETED, Function.COUNT_TOKENS)

    said = wire.encode(request)
    answer = wire.decode(b'{"inputTokens":14}', request)

    inner = msgspec.json.decode(b64decode(msgspec.json.decode(said.body)["input"]["invokeModel"]["body"]))
    assert said.path == "/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/count-tokens"
    assert inner == {"anthropic_version": "bedrock-2023-05-31", "messages": [], "max_tokens": 1}
    assert answer.body == b'{"input_tokens":14}'


def test_sagemaker_gets_its_headers_signed() -> None:
    """A request to an endpoint is passed on, and the headers that the settings stand for are under the signature."""
    login = Login(settings={"amzn_sagemaker_target_model": "m.tar.gz"})
    headers = {"content-type": "text/csv", "user-agent": "x"}
    request = Asked(
        function=Function.RELAY, model="", body=b"1,2", path="endpoints/e/invocations", login=login, headers=headers
    )

    said = SAGEMAKER.functions[Function.RELAY].encode(request)

    assert (said.path, said.body) == ("/endpoints/e/invocations", b"1,2")
    assert said.headers == {"content-type": "text/csv", "x-amzn-sagemaker-target-model": "m.tar.gz"}
    assert SAGEMAKER.address(login) == "https://runtime.sagemaker.us-east-1.amazonaws.com"

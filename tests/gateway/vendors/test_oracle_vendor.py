"""Oracle's own wire and signature."""

from __future__ import annotations

import re
from base64 import b64decode
from datetime import UTC, datetime
from typing import cast

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from gateway.functions import Function
from gateway.vendors.oracle import ORACLE
from gateway.vendors.oracle.signature import covered, sign
from gateway.vendors.vendor import Asked, BadAnswer, Json, Login, Sent, Unspoken
from store.records import Usage
from tests.gateway.recorded import raw

NOW = datetime(2026, 11, 25, 5, 30, tzinfo=UTC)
URL = "https://inference.generativeai.us-chicago-1.oci.oraclecloud.com/20231130/actions/chat"
ACCOUNT = {"oracle_region": "us-chicago-1", "oracle_tenancy": "t", "oracle_user": "u", "oracle_fingerprint": "aa:bb"}
LOGIN = Login(settings={**ACCOUNT, "oracle_compartment_id": "c"})
USAGE: Json = {"promptTokens": 3, "completionTokens": 2, "totalTokens": 5, "promptTokensDetails": {"cachedTokens": 1}}
CALL: Json = {"id": "t1", "type": "function", "function": {"name": "f", "arguments": "{}"}}


@pytest.fixture(scope="module")
def key() -> RSAPrivateKey:
    """An account's key."""
    return generate_private_key(65537, 2048)


def asked(
    request: Json, function: Function = Function.CHAT, *, stream: bool = False, model: str = "xai.grok-4"
) -> Asked:
    """A request for a model at Oracle."""
    return Asked(function=function, model=model, fields=raw(request), stream=stream, login=LOGIN, wants_usage=True)


def sent(request: Json, *, stream: bool = False) -> Json:
    """What Oracle gets of a chat request."""
    said: Json = msgspec.json.decode(ORACLE.functions[Function.CHAT].encode(asked(request, stream=stream)).body)
    return said


@pytest.mark.parametrize("passphrase", ["", "open sesame"])
@pytest.mark.parametrize("line_end", ["\n", "\\n"])
def test_signature_is_over_target_date_and_content(key: RSAPrivateKey, passphrase: str, line_end: str) -> None:
    """Oracle can check a signature with the account's public key, whichever way the private key was written down."""
    lock = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock).decode().replace("\n", line_end)
    login = Login(settings={**ACCOUNT, "oracle_private_key": pem, "oracle_key_passphrase": passphrase})
    request = Sent("/actions/chat", b"{}")

    headers = sign(request, URL, login, NOW)

    signature = re.search('signature="([^"]+)"', headers["authorization"])
    assert signature
    text = "\n".join(f"{name}: {value}" for name, value in covered(request, URL, NOW).items())
    key.public_key().verify(b64decode(signature[1]), text.encode(), PKCS1v15(), SHA256())
    assert 'keyId="t/u/aa:bb"' in headers["authorization"]
    assert headers["date"] == "Wed, 25 Nov 2026 05:30:00 GMT"


def test_what_is_signed() -> None:
    """A request with content is signed with its digest, one without by where it goes and when."""
    posted = covered(Sent("", b"{}"), URL, NOW)
    got = covered(Sent("", b"", method="GET"), URL + "?limit=1", NOW)

    assert list(posted) == ["date", "(request-target)", "host", "content-length", "content-type", "x-content-sha256"]
    assert posted["x-content-sha256"] == "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="
    assert got["(request-target)"] == "get /20231130/actions/chat?limit=1"
    assert len(got) == 3


def test_a_key_that_is_none() -> None:
    """Something else in the place of the key is said to be that, and not repeated."""
    with pytest.raises(Unspoken, match="no PEM key") as refused:
        sign(Sent("", b""), URL, Login(settings={"oracle_private_key": "hunter2"}), NOW)

    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        ({"oracle_region": "us-chicago-1"}, "https://inference.generativeai.us-chicago-1.oci.oraclecloud.com/20231130"),
        (
            {"oracle_region": "evil.example/"},
            "https://inference.generativeai.evil.example.oci.oraclecloud.com/20231130",
        ),
        ({"oracle_region": "evil.example/#"}, ""),
        ({"oracle_region": "r", "oracle_api_version": "../x"}, ""),
        ({}, ""),
    ],
)
def test_address_of_a_region(settings: dict[str, str], address: str) -> None:
    """A region's address is Oracle's, whatever the setting says."""
    found = ORACLE.address(Login(settings=settings))

    assert found == address


def test_turns_in_oracle_words() -> None:
    """Every kind of turn and part arrives in Oracle's words, tool calls of earlier turns included."""
    turns: list[Json] = [
        {"role": "system", "content": "sys"},
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:x", "detail": "low"}}]},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "t1", "content": "sunny"},
    ]

    said = sent({"messages": turns})

    assert said["chatRequest"]["messages"] == [
        {"role": "SYSTEM", "content": [{"type": "TEXT", "text": "sys"}]},
        {"role": "USER", "content": [{"type": "IMAGE", "imageUrl": {"url": "data:x", "detail": "LOW"}}]},
        {
            "role": "ASSISTANT",
            "content": [],
            "toolCalls": [{"id": "t1", "type": "FUNCTION", "name": "f", "arguments": "{}"}],
        },
        {"role": "TOOL", "content": [{"type": "TEXT", "text": "sunny"}], "toolCallId": "t1"},
    ]
    assert (said["compartmentId"], said["servingMode"]) == ("c", {"servingType": "ON_DEMAND", "modelId": "xai.grok-4"})


@pytest.mark.parametrize(
    ("request_fields", "expected"),
    [
        ({"max_tokens": 7, "top_p": 0.5, "stop": "E"}, {"maxTokens": 7, "topP": 0.5, "stop": ["E"]}),
        ({"reasoning_effort": "low", "n": 2}, {"reasoningEffort": "LOW", "numGenerations": 2}),
        ({"tools": [CALL], "tool_choice": "required"}, {"toolChoice": {"type": "REQUIRED"}}),
        (
            {"tools": [CALL], "tool_choice": {"type": "function", "function": {"name": "f"}}},
            {"toolChoice": {"type": "FUNCTION", "name": "f"}, "tools": [{"type": "FUNCTION", "name": "f"}]},
        ),
        ({"response_format": {"type": "json_object"}}, {"responseFormat": {"type": "JSON_OBJECT"}}),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {}, "strict": True}}},
            {"responseFormat": {"type": "JSON_SCHEMA", "jsonSchema": {"name": "x", "schema": {}, "isStrict": True}}},
        ),
    ],
)
def test_parameters_have_oracle_names(request_fields: Json, expected: Json) -> None:
    """Each parameter arrives under Oracle's name."""
    said = sent({"messages": [], **request_fields})

    assert expected.items() <= said["chatRequest"].items()


def test_usage_of_a_stream_is_asked_for() -> None:
    """A stream says what it used, for what is not reported cannot be charged for."""
    said = sent({"messages": []}, stream=True)

    assert said["chatRequest"]["isStream"] is True
    assert said["chatRequest"]["streamOptions"] == {"isIncludeUsage": True}


@pytest.mark.parametrize(
    ("request_fields", "model"),
    [({"messages": []}, "cohere.command-a"), ({"messages": [{"role": "user", "content": [{"type": "x"}]}]}, "m")],
)
def test_what_oracle_cannot_be_asked(request_fields: Json, model: str) -> None:
    """A request that cannot be said in the generic format is refused before anything is sent."""
    with pytest.raises(Unspoken):
        ORACLE.functions[Function.CHAT].encode(asked(request_fields, model=model))


def test_answer_in_openai_words() -> None:
    """A whole answer is OpenAI's, usage and tool calls included."""
    message = {
        "role": "ASSISTANT",
        "content": [{"type": "TEXT", "text": "Hi"}],
        "reasoningContent": "hmm",
        "toolCalls": [{"id": "t1", "type": "FUNCTION", "name": "f", "arguments": "{}"}],
    }
    response = {"choices": [{"index": 0, "message": message, "finishReason": "tool_calls"}], "usage": USAGE}
    body = msgspec.json.encode({"modelId": "xai.grok-4", "chatResponse": response})

    answered = ORACLE.functions[Function.CHAT].decode(body, asked({}))

    answer = msgspec.json.decode(answered.body)
    assert answer["choices"][0]["message"] == {
        "role": "assistant",
        "content": "Hi",
        "reasoning_content": "hmm",
        "tool_calls": [{"index": 0, **CALL}],
    }
    assert answer["usage"]["prompt_tokens_details"] == {"cached_tokens": 1}
    used = ORACLE.functions[Function.CHAT].usage(answered.usage)
    assert used == Usage(input_tokens=3, output_tokens=2, cached_tokens=1)


@pytest.mark.parametrize("function", [Function.CHAT, Function.EMBED])
def test_an_answer_without_anything(function: Function) -> None:
    """JSON without what was asked for is no answer."""
    with pytest.raises(BadAnswer):
        ORACLE.functions[function].decode(b"{}", asked({}, function))


@pytest.mark.parametrize("size", [1, 11, 10_000])
def test_stream_in_openai_chunks(size: int) -> None:
    """However the network cuts it, a stream becomes OpenAI's chunks and ends with its usage."""
    events: list[Json] = [
        {"index": 0, "message": {"role": "ASSISTANT", "content": [{"type": "TEXT", "text": "Hi"}]}},
        {"index": 0, "message": {"toolCalls": [{"id": "t1", "type": "FUNCTION", "name": "f", "arguments": ""}]}},
        {"index": 0, "message": {"toolCalls": [{"type": "FUNCTION", "arguments": "{}"}]}},
        {"index": 0, "finishReason": "tool_calls"},
        {"usage": USAGE},
    ]
    data = b"".join(b"data: " + msgspec.json.encode(each) + b"\n\n" for each in events)
    make = ORACLE.functions[Function.CHAT].reader
    assert make is not None
    reader = make(asked({}, stream=True))

    out = b"".join(reader.feed(data[start : start + size]) for start in range(0, len(data), size))

    told = [cast(Json, msgspec.json.decode(each[6:])) for each in out.split(b"\n\n") if each]
    deltas = [each["choices"][0]["delta"] for each in told if each["choices"]]
    assert deltas[0] == {"content": "Hi"}
    assert deltas[2] == {"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]}
    assert told[3]["choices"][0]["finish_reason"] == "tool_calls"
    assert told[4]["usage"]["total_tokens"] == 5
    assert reader.is_complete


def test_embeddings() -> None:
    """Texts become vectors in OpenAI's shape."""
    wire = ORACLE.functions[Function.EMBED]

    request = wire.encode(asked({"input": "a", "input_type": "SEARCH_QUERY"}, Function.EMBED))
    answer = wire.decode(b'{"embeddings":[[1.0]],"usage":{"promptTokens":2}}', asked({}, Function.EMBED))

    said = msgspec.json.decode(request.body)
    assert (request.path, said["inputs"], said["inputType"]) == ("/actions/embedText", ["a"], "SEARCH_QUERY")
    assert msgspec.json.decode(answer.body)["data"] == [{"object": "embedding", "index": 0, "embedding": [1.0]}]


TOOL: Json = {
    "type": "function",
    "function": {
        "name": "f",
        "description": "looks",
        "parameters": {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]},
    },
}


def cohere_sent(request: Json, *, stream: bool = False) -> Json:
    """What one of Cohere's models at Oracle is asked."""
    wire = ORACLE.functions[Function.CHAT]
    said: Json = msgspec.json.decode(wire.encode(asked(request, stream=stream, model="cohere.command-r-plus")).body)
    found: Json = said["chatRequest"]
    return found


def test_cohere_is_asked_in_its_own_format() -> None:
    """The last message stands alone, what was said before it is the history, and tools are definitions."""
    messages = [
        {"role": "system", "content": "Be brief"},
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello"},
        {"role": "user", "content": [{"type": "text", "text": "How many?"}]},
    ]

    found = cohere_sent({"messages": messages, "max_tokens": 9, "stop": "x", "tools": [TOOL]}, stream=True)

    assert found["apiFormat"] == "COHERE"
    assert found["message"] == "How many?"
    assert found["chatHistory"] == [
        {"role": "SYSTEM", "message": "Be brief"},
        {"role": "USER", "message": "Hi"},
        {"role": "CHATBOT", "message": "Hello"},
    ]
    assert (found["maxTokens"], found["stopSequences"], found["isStream"]) == (9, ["x"], True)
    assert found["tools"] == [
        {
            "name": "f",
            "description": "looks",
            "parameterDefinitions": {"n": {"type": "int", "description": "n", "isRequired": True}},
        }
    ]


def test_cohere_hears_what_tools_said() -> None:
    """A tool's result is told together with the call that it answers."""
    made = {"id": "t1", "type": "function", "function": {"name": "f", "arguments": '{"n": 2}'}}
    messages = [
        {"role": "user", "content": "How many?"},
        {"role": "assistant", "content": None, "tool_calls": [made]},
        {"role": "tool", "tool_call_id": "t1", "content": "two"},
    ]

    found = cohere_sent({"messages": messages, "tools": [TOOL]})

    assert found["message"] == ""
    assert found["toolResults"] == [{"call": {"name": "f", "parameters": {"n": 2}}, "outputs": [{"output": "two"}]}]
    assert found["chatHistory"][1]["toolCalls"] == [{"name": "f", "parameters": {"n": 2}}]


def test_cohere_answers_in_openai_words() -> None:
    """Text, tool calls, the reason to end and the usage are OpenAI's."""
    response = {
        "apiFormat": "COHERE",
        "text": "Hi",
        "finishReason": "COMPLETE",
        "toolCalls": [{"name": "f", "parameters": {"n": 2}}],
        "usage": USAGE,
    }
    request = asked({"messages": []}, model="cohere.command-r-plus")

    got = ORACLE.functions[Function.CHAT].decode(msgspec.json.encode({"chatResponse": response}), request)

    said = msgspec.json.decode(got.body)
    assert said["choices"][0]["message"]["content"] == "Hi"
    assert said["choices"][0]["message"]["tool_calls"][0]["function"] == {"name": "f", "arguments": '{"n": 2}'}
    assert said["choices"][0]["finish_reason"] == "tool_calls"
    assert said["usage"]["prompt_tokens"] == 3


def test_cohere_streams_its_text_once() -> None:
    """The last event, which says the whole text again, ends the stream and adds nothing to it."""
    wire = ORACLE.functions[Function.CHAT]
    assert wire.reader is not None
    reader = wire.reader(asked({"messages": []}, stream=True, model="cohere.command-r-plus"))

    told = b""
    for event in ({"text": "Hi"}, {"text": " there"}, {"text": "Hi there", "finishReason": "COMPLETE", "usage": USAGE}):
        told += reader.feed(b"data: " + msgspec.json.encode({"apiFormat": "COHERE"} | event) + b"\n\n")

    assert told.count(b"Hi") == 1
    assert told.count(b" there") == 1
    assert reader.is_complete
    assert reader.usage is not None

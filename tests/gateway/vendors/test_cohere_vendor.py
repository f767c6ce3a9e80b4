"""Cohere's own wire, both ways."""

from __future__ import annotations

import msgspec
import pytest

from gateway.functions import Function
from gateway.vendors.cohere import COHERE
from gateway.vendors.vendor import Asked, BadAnswer, Json, Unspoken
from store.records import Usage
from tests.gateway.recorded import Recording, as_parameters, differences, raw, spoken

TOOL: Json = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}, "strict": True}}
OTHER: Json = {"type": "function", "function": {"name": "g"}}
NOTHING: Json = {"type": "object", "properties": {}}
CALL: Json = {"id": "t1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
MESSAGE: Json = {
    "role": "assistant",
    "tool_plan": "plan",
    "content": [{"type": "thinking", "thinking": "hmm"}, {"type": "text", "text": "Hello"}],
    "tool_calls": [CALL],
    "citations": [{"start": 0, "end": 5, "text": "Hello"}],
}
USAGE: Json = {
    "billed_units": {"input_tokens": 9, "output_tokens": 5},
    "tokens": {"input_tokens": 10, "output_tokens": 5},
    "cached_tokens": 4,
}
WHOLE: Json = {"id": "c1", "finish_reason": "TOOL_CALL", "message": MESSAGE, "usage": USAGE}
PICTURE: Json = {"type": "image_url", "image_url": {"url": "data:x"}}
CHANGED = {
    "chat-tools": {"messages", "tool_choice"},  # tool calls in the history, which the reference loses; `auto` is unsaid
    "chat-jsonobject": {"strict_tools"},  # the reference sends null
    "chat-toolchoice-required": {"parallel_tool_calls"},
    "embeddings": {"input_type", "output_dimension"},  # the one Cohere insists on, the other the reference drops
}
"""Fields in which we differ from the reference, and why."""
GONE = {"completions": "Cohere closed /v1/generate; completions are served by way of chat"}


def asked(request: Json, function: Function = Function.CHAT, *, stream: bool = False, strict: bool = True) -> Asked:
    """A request for a Cohere model."""
    fields = raw(request)
    return Asked(function=function, model="command", fields=fields, stream=stream, strict=strict, wants_usage=True)


def sent(request: Json, function: Function = Function.CHAT) -> Json:
    """What Cohere gets of a request."""
    said: Json = msgspec.json.decode(COHERE.functions[function].encode(asked(request, function)).body)
    return said


def answered(said: Json, request: Json, function: Function = Function.CHAT, *, strict: bool = True) -> Json:
    """What the client gets of Cohere's answer."""
    body = msgspec.json.encode(said)
    answer: Json = msgspec.json.decode(
        COHERE.functions[function].decode(body, asked(request, function, strict=strict)).body
    )
    return answer


@pytest.mark.parametrize("recording", as_parameters("cohere"))
def test_requests_are_as_recorded(recording: Recording) -> None:
    """Cohere gets what the reference sends it, and what the reference loses."""
    if recording.case in GONE:
        pytest.skip(GONE[recording.case])

    ours = spoken(COHERE, recording)

    assert ours.path == recording.upstream["path"]
    assert differences(ours, recording) <= CHANGED.get(recording.case, set())


def test_history_keeps_tools_and_thoughts() -> None:
    """Tool calls, their results, the plan and the thoughts of earlier turns reach the model again."""
    turns: list[Json] = [
        {"role": "assistant", "content": None, "tool_calls": [CALL], "tool_plan": "plan"},
        {"role": "tool", "tool_call_id": "t1", "content": [{"type": "text", "text": "sunny"}]},
        {"role": "assistant", "content": "It is.", "reasoning_content": "hmm"},
    ]

    said = sent({"messages": turns})["messages"]

    assert said[0] == {"role": "assistant", "tool_calls": [CALL], "tool_plan": "plan"}
    assert said[1] == turns[1]
    assert said[2]["content"] == [{"type": "thinking", "thinking": "hmm"}, {"type": "text", "text": "It is."}]


def test_named_tool_is_the_only_one() -> None:
    """Cohere cannot be told which tool to use, but it must use the only one it has."""
    choice = {"type": "function", "function": {"name": "f"}}

    said = sent({"messages": [], "tools": [TOOL, OTHER], "tool_choice": choice})

    assert [tool["function"]["name"] for tool in said["tools"]] == ["f"]
    assert (said["tool_choice"], said["strict_tools"]) == ("REQUIRED", True)
    assert "strict" not in said["tools"][0]["function"]


@pytest.mark.parametrize(
    ("request_fields", "expected"),
    [
        ({"max_completion_tokens": 7, "top_k": 3}, {"max_tokens": 7, "k": 3}),
        ({"stop": "END"}, {"stop_sequences": ["END"]}),
        ({"reasoning_effort": "none"}, {"thinking": {"type": "disabled"}}),
        ({"reasoning_effort": "high"}, {"thinking": {"type": "enabled"}}),
        ({"thinking": {"type": "enabled", "budget_tokens": 9}}, {"thinking": {"type": "enabled", "token_budget": 9}}),
        ({"documents": ["d"], "citation_options": {"mode": "FAST"}}, {"documents": ["d"]}),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}}},
            {"response_format": {"type": "json_object", "json_schema": {"type": "object"}}},
        ),
        ({"tools": [OTHER]}, {"tools": [{"type": "function", "function": {"name": "g", "parameters": NOTHING}}]}),
    ],
)
def test_parameters_have_cohere_names(request_fields: Json, expected: Json) -> None:
    """Each parameter arrives under the name and in the shape that Cohere has for it."""
    said = sent({"messages": [], **request_fields})

    assert expected.items() <= said.items()


@pytest.mark.parametrize(
    ("function", "request_fields", "param"),
    [
        (Function.CHAT, {"n": 2, "messages": []}, "n"),
        (Function.CHAT, {"messages": [{"role": "user", "content": [{"type": "input_audio"}]}]}, "messages"),
        (Function.EMBED, {"input": [[1, 2]]}, "input"),
    ],
)
def test_what_cohere_cannot_be_asked(function: Function, request_fields: Json, param: str) -> None:
    """A request that Cohere's wire cannot carry is refused with the parameter that is to blame."""
    with pytest.raises(Unspoken) as refused:
        sent(request_fields, function)

    assert refused.value.param == param


def test_answer_in_openai_words() -> None:
    """A strict client gets OpenAI's fields and nothing that only Cohere has."""
    answer = answered(WHOLE, {"messages": []})

    assert answer["choices"] == [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Hello", "reasoning_content": "hmm", "tool_calls": [CALL]},
            "finish_reason": "tool_calls",
        }
    ]
    assert answer["usage"] == {
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "total_tokens": 15,
        "prompt_tokens_details": {"cached_tokens": 4},
    }


def test_answer_in_cohere_words() -> None:
    """A client that is not strict gets plan, citations and blocks beside, and Cohere's reason to end."""
    choice = answered(WHOLE, {"messages": []}, strict=False)["choices"][0]

    assert choice["finish_reason"] == "TOOL_CALL"
    assert choice["message"]["tool_plan"] == "plan"
    assert choice["message"]["citations"] == MESSAGE["citations"]
    assert choice["message"]["content_blocks"] == MESSAGE["content"]


@pytest.mark.parametrize("said", [{}, {**WHOLE, "finish_reason": "ERROR"}, {**WHOLE, "message": "x"}])
def test_broken_answers_are_no_answers(said: Json) -> None:
    """An answer that broke off, or is none, is not passed for one."""
    with pytest.raises(BadAnswer):
        answered(said, {"messages": []})


def event(kind: str, **said: object) -> bytes:
    """One event of Cohere's."""
    return f"event: {kind}\ndata: ".encode() + msgspec.json.encode({"type": kind, **said}) + b"\n\n"


def message(**said: object) -> Json:
    """The `delta` of an event."""
    return {"message": said}


EVENTS = (
    event("message-start", id="c1", delta=message(role="assistant")),
    event("content-start", index=0, delta=message(content={"type": "thinking", "thinking": ""})),
    event("content-delta", index=0, delta=message(content={"thinking": "hmm"})),
    event("content-delta", index=1, delta=message(content={"text": "Hel"})),
    event("content-delta", index=1, delta=message(content={"text": "lo"})),
    event("citation-start", index=0, delta=message(citations={"start": 0})),
    event("tool-plan-delta", delta=message(tool_plan="plan")),
    event("tool-call-start", index=0, delta=message(tool_calls=CALL)),
    event("tool-call-delta", index=0, delta=message(tool_calls={"function": {"arguments": " "}})),
    event("tool-call-end", index=0),
    event("tool-call-start", index=1, delta=message(tool_calls={**CALL, "id": "t2"})),
    event("message-end", delta={"finish_reason": "TOOL_CALL", "usage": USAGE}),
    b"data: [DONE]\n\n",
)


def chunks(size: int, *, strict: bool, events: tuple[bytes, ...] = EVENTS) -> tuple[list[Json], bool, bytes | None]:
    """A stream cut into pieces: its chunks, whether it is whole, and its error."""
    make = COHERE.functions[Function.CHAT].reader
    assert make is not None
    reader = make(asked({"messages": []}, stream=True, strict=strict))
    data = b"".join(events)
    out = b"".join(reader.feed(data[start : start + size]) for start in range(0, len(data), size))
    return [msgspec.json.decode(each[6:]) for each in out.split(b"\n\n") if each], reader.is_complete, reader.error


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_stream_in_openai_chunks(size: int) -> None:
    """However the network cuts it, a stream says what the whole answer would."""
    told, is_complete, _ = chunks(size, strict=False)

    deltas = [each["choices"][0]["delta"] for each in told if each["choices"]]
    calls = [call for delta in deltas for call in delta.get("tool_calls", ())]
    assert "".join(delta.get("content", "") for delta in deltas) == "Hello"
    assert "".join(delta.get("reasoning_content", "") for delta in deltas) == "hmm"
    assert [call["index"] for call in calls] == [0, 0, 1]
    assert any("tool_plan" in delta for delta in deltas)
    assert told[-2]["choices"][0]["finish_reason"] == "TOOL_CALL"
    assert told[-1]["usage"]["prompt_tokens"] == 10
    assert is_complete


def test_strict_stream_has_openai_fields_only() -> None:
    """A strict client's stream has no plan and no citations."""
    told, *_ = chunks(10_000, strict=True)

    names = {name for each in told if each["choices"] for name in each["choices"][0]["delta"]}
    assert names == {"role", "content", "reasoning_content", "tool_calls"}


def test_stream_that_fails_says_so() -> None:
    """A stream that Cohere breaks off is an error and never a whole answer."""
    broken = (*EVENTS[:4], event("message-end", delta={"finish_reason": "ERROR", "error": "overloaded"}))

    _, is_complete, error = chunks(10_000, strict=True, events=broken)

    assert not is_complete
    assert error == b'{"error":{"message":"overloaded"}}'


def test_embeddings() -> None:
    """Vectors come back in OpenAI's shape, with the tokens they cost."""
    said = {"id": "e", "embeddings": {"float": [[1.0], [2.0]]}, "meta": {"billed_units": {"input_tokens": 3}}}

    answer = answered(said, {"input": ["a", "b"]}, Function.EMBED)

    assert [each["embedding"] for each in answer["data"]] == [[1.0], [2.0]]
    assert answer["usage"] == {"prompt_tokens": 3, "total_tokens": 3}


def test_embeddings_for_openai_clients() -> None:
    """OpenAI's own clients ask for base64 and get it."""
    said = {"embeddings": {"float": [[1.0]]}}

    answer = answered(said, {"input": "a", "encoding_format": "base64"}, Function.EMBED)

    assert answer["data"][0]["embedding"] == "AACAPw=="


def test_embeddings_of_several_kinds() -> None:
    """Whoever asks for several kinds of vectors gets them by name."""
    said = {"embeddings": {"float": [[1.0]], "int8": [[1]]}}

    answer = answered(said, {"input": "a", "embedding_types": ["float", "int8"]}, Function.EMBED)

    assert answer["data"][0]["embedding"] == {"float": [1.0], "int8": [1]}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"input": "a"}, {"texts": ["a"], "embedding_types": ["float"], "input_type": "search_document"}),
        ({"input": "a", "input_type": "search_query"}, {"input_type": "search_query"}),
        ({"input": "a", "encoding_format": "base64"}, {"embedding_types": ["float"]}),
        ({"input": "a", "dimensions": 8}, {"output_dimension": 8}),
        ({"images": ["data:x"]}, {"images": ["data:x"]}),
        (
            {"input": [{"text": "a"}, {"image": {"base64": "data:x"}}]},
            {"inputs": [{"content": [{"type": "text", "text": "a"}]}, {"content": [PICTURE]}]},
        ),
    ],
)
def test_what_is_embedded(given: Json, expected: Json) -> None:
    """Texts, images and Cohere's own parameters reach the embedding model."""
    said = sent(given, Function.EMBED)

    assert expected.items() <= said.items()


def test_rerank() -> None:
    """Documents are sent as texts and come back by relevance, with their texts where the client asks for them."""
    request: Json = {"query": "q", "documents": ["a", {"text": "b"}], "top_n": 1, "return_documents": True}
    said = {"id": "r", "results": [{"index": 1, "relevance_score": 0.9}], "meta": {"billed_units": {"search_units": 1}}}

    ours, answer = sent(request, Function.RERANK), answered(said, request, Function.RERANK)

    assert ours == {"model": "command", "query": "q", "documents": ["a", "b"], "top_n": 1}
    assert answer["results"] == [{"index": 1, "relevance_score": 0.9, "document": {"text": "b"}}]


@pytest.mark.parametrize(
    ("function", "usage", "expected"),
    [
        (Function.CHAT, USAGE, Usage(input_tokens=9, output_tokens=5, cached_tokens=4)),
        (Function.CHAT, {}, Usage()),
        (Function.EMBED, {"input_tokens": 3, "image_tokens": 2}, Usage(input_tokens=5, input_image_tokens=2)),
        (Function.RERANK, {"search_units": 2}, Usage(reranks=2)),
    ],
)
def test_what_is_paid_for(function: Function, usage: Json, expected: Usage) -> None:
    """What Cohere bills is read from its own units."""
    used = COHERE.functions[function].usage(msgspec.json.encode(usage))

    assert used == expected


def test_the_rest_of_cohere() -> None:
    """Endpoints that are none of ours are reached where Cohere has them."""
    relayed = COHERE.functions[Function.RELAY]

    request = relayed.encode(Asked(function=Function.RELAY, model="", path="tokenize", body=b"{}"))

    assert (request.path, request.body) == ("/v1/tokenize", b"{}")

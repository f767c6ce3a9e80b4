"""Chat completions that go well."""

import asyncio

import pytest

from console.demo.vendor import SimulatedVendor
from tests.demo.asking import WEATHER, events
from tests.gateway.running import Gateway, ask


async def test_answer_passes_untouched(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """The vendor's bytes reach the client as they are, fields nobody has heard of included."""
    raw = b'{"id": "x",  "choices": [], "unheard_of": {"deep": [1.50, "\xc3\xa9"]}}'
    vendor.will(body=raw)

    answer = await gateway.chat()

    assert answer.content == raw


async def test_request_keeps_what_the_gateway_does_not_know(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Only the model's name is changed on the way to the vendor; unknown fields keep their very digits."""
    body = (
        b'{"model":"@demo/gpt-4o","messages":[{"role":"user","content":"Hi","x":1.50}],"future":{"a":[1.0]},"seed":7}'
    )

    await gateway.app.post("/v1/chat/completions", content=body)

    assert vendor.requests[0].raw == body.replace(b"@demo/", b"")


async def test_vendor_sees_its_own_key_and_not_the_callers(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """The vendor gets the integration's credential; no key, trace or user header of the caller's."""
    headers = {"x-portkey-metadata": '{"_user": "ada"}', "x-openwebui-user-email": "ada@example.org", "cookie": "a=b"}

    await gateway.app.post("/v1/chat/completions", json=ask(), headers=headers)

    sent = vendor.requests[0].headers
    assert sent["authorization"] == "Bearer sk-vendor-secret-0123456789"
    assert not [name for name in sent if name.startswith(("x-portkey", "x-openwebui", "cookie"))]
    assert gateway.app_key not in str(sent)


async def test_answer_says_how_it_came_about(gateway: Gateway) -> None:
    """Five headers tell trace, retries, cache, path through the config, and vendor; the vendor's own ones stay."""
    answer = await gateway.app.post("/v1/chat/completions", json=ask(), headers={"x-portkey-trace-id": "t-1"})

    told = {name: value for name, value in answer.headers.items() if name.startswith("x-portkey-")}
    assert told == {
        "x-portkey-trace-id": "t-1",
        "x-portkey-retry-attempt-count": "0",
        "x-portkey-cache-status": "DISABLED",
        "x-portkey-last-used-option-index": "config",
        "x-portkey-provider": "openai",
    }
    assert answer.headers["x-request-id"].startswith("req_")


@pytest.mark.parametrize(
    ("headers", "trace"),
    [
        (
            {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
            "0af7651916cd43dd8448eb211c80319c",
        ),
        ({"x-portkey-trace-id": "", "traceparent": "nonsense"}, None),
    ],
)
async def test_trace_id_is_taken_or_made(gateway: Gateway, headers: dict[str, str], trace: str | None) -> None:
    """W3C's header gives the trace where Portkey's does not; an empty one counts as none, and one is made."""
    answer = await gateway.app.post("/v1/chat/completions", json=ask(), headers=headers)

    found = answer.headers["x-portkey-trace-id"]
    assert found == trace if trace else len(found) == 36


async def test_first_event_comes_before_the_second_exists(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A stream is passed on event by event: nothing is held back until there is more."""
    gate = asyncio.Event()
    vendor.will(gate=gate, gate_after=1)

    async with gateway.app.stream("POST", "/v1/chat/completions", json=ask(stream=True)) as answer:
        chunks = answer.aiter_text()
        first = await anext(chunks)
        gate.set()
        rest = "".join([chunk async for chunk in chunks])

    assert first.count("data: ") == 1
    assert events(first + rest)


async def test_stream_says_what_the_whole_answer_says(gateway: Gateway) -> None:
    """The deltas of a stream, joined, are the content of the whole answer; it ends with `[DONE]`."""
    whole = (await gateway.chat()).json()["choices"][0]["message"]["content"]

    parts = events((await gateway.chat(stream=True)).text)

    assert "".join(part["choices"][0]["delta"].get("content", "") for part in parts) == whole


async def test_usage_is_asked_of_every_stream_and_kept_from_who_did_not(
    gateway: Gateway, vendor: SimulatedVendor
) -> None:
    """The vendor is asked for usage always; a client that did not ask sees no trace of it, the log has it."""
    parts = events((await gateway.chat(stream=True)).text)

    assert vendor.requests[0].body["stream_options"] == {"include_usage": True}
    assert not [part for part in parts if "usage" in part]
    assert (await gateway.logs())[0]["res_units"]


async def test_usage_is_passed_on_to_who_asked(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A client that asked for usage gets it as OpenAI sends it, and its other stream options reach the vendor."""
    options = {"include_usage": True, "include_obfuscation": False}

    *parts, last = events((await gateway.chat(stream=True, stream_options=options)).text)

    assert [part["usage"] for part in parts] == [None] * len(parts)
    assert (last["choices"], last["usage"]["total_tokens"] > 0) == ([], True)
    assert vendor.requests[0].body["stream_options"] == options


async def test_usage_beside_content_survives(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A vendor that puts usage into its last event with content loses nothing of that event."""
    choice = b'{"index":0,"delta":{"content":"x"},"finish_reason":"stop"}'
    event = b'data: {"choices":[%b],"usage":{"prompt_tokens":3,"completion_tokens":1}}\n\n' % choice
    vendor.will(chunks=[event, b"data: [DONE]\n\n"])

    answer = await gateway.chat(stream=True)

    assert answer.content == event + b"data: [DONE]\n\n"
    assert (await gateway.logs())[0]["req_units"] == 3


async def test_events_survive_however_the_network_cuts_them(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Events cut anywhere, with CRLF, without a blank or with comments in between reach the client whole."""
    gates = [asyncio.Event() for _ in range(2)]
    for gate in gates:
        gate.set()
    pieces: list[bytes | asyncio.Event] = [b'data:{"choices":[{"index":0,"del', gates[0]]
    pieces += [b'ta":{"content":"a"},"finish_reason":"stop"}]}\r\n\r', gates[1]]
    vendor.will(chunks=[b": keep-alive\n\n", *pieces, b"\n: ping\n\ndata: [DONE]\n\n"])

    answer = await gateway.chat(stream=True)

    event = b'data:{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}\n\n'
    assert answer.content == b": keep-alive\n\n" + event + b": ping\n\ndata: [DONE]\n\n"


async def test_tools_are_called_in_streams_too(gateway: Gateway) -> None:
    """Tool calls keep index, id, name and pieces of arguments."""
    parts = events((await gateway.chat("get_weather", tools=[WEATHER], tool_choice="required", stream=True)).text)

    calls = [call for part in parts for call in part["choices"][0]["delta"].get("tool_calls", [])]
    assert calls[0]["function"]["name"] == "get_weather"
    assert {call["index"] for call in calls} == {0}


async def test_model_behind_provider_header(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """`x-portkey-provider: @slug` with a bare model means the same as `@slug/model`."""
    await gateway.app.post("/v1/chat/completions", json=ask(model="gpt-4o"), headers={"x-portkey-provider": "@demo"})

    assert vendor.requests[0].body["model"] == "gpt-4o"


async def test_model_id_with_slashes_and_colons_survives(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Everything behind the provider's slash is the vendor's."""
    await gateway.chat(model="@demo/meta-llama/Llama-3.1:70b@latest")

    assert vendor.requests[0].body["model"] == "meta-llama/Llama-3.1:70b@latest"


async def test_double_slashes_in_the_path_are_one(gateway: Gateway) -> None:
    """A base URL saved with a slash at its end works as well."""
    answer = await gateway.app.post("/v1//chat/completions", json=ask())

    assert answer.status_code == 200

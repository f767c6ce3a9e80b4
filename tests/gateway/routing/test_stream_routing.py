"""Streams that may still go elsewhere: until something of the answer itself came, nothing of them is sent."""

import asyncio

import pytest

from console.demo.vendor import SimulatedVendor
from gateway.vendors.openai.stream import ChatStream
from tests.gateway.routed import DONE, LAST, PART, ROLE, demo, fallback, headers, through, told
from tests.gateway.running import Gateway, ask

NEXT = demo("gpt-4o-mini")
ERROR = b'data: {"error":{"message":"Overloaded","type":"overloaded_error"}}\n\n'


@pytest.mark.parametrize(
    ("delta", "has_content"),
    [
        ('{"role":"assistant"}', False),
        ('{"role":"assistant","content":"","refusal":null}', False),
        ('{"role":"assistant","content":null,"tool_calls":[]}', False),
        ("{}", False),
        ('{"content":"a"}', True),
        ('{"reasoning_content":"hm"}', True),
        ('{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"c"}]}', True),
        ('{"refusal":"no"}', True),
    ],
)
def test_what_counts_as_content(delta: str, has_content: bool) -> None:
    """Text, reasoning, a call or a refusal is of the answer itself; a role alone is not."""
    stream = ChatStream(wants_usage=False)

    passed = stream.feed(b'data: {"choices":[{"index":0,"delta":%s,"finish_reason":null}]}\n\n' % delta.encode())

    assert (stream.has_content, bool(passed)) == (has_content, True)


def test_older_completions_have_content() -> None:
    """An event of the older completions, and one of an unknown shape, is of the answer too."""
    older, strange = ChatStream(wants_usage=False), ChatStream(wants_usage=False)

    older.feed(b'data: {"choices":[{"index":0,"text":"a"}]}\n\n')
    strange.feed(b'data: {"choices":7}\n\n')

    assert (older.has_content, strange.has_content) == (True, True)


@pytest.mark.parametrize("chunks", [[ERROR], [ROLE, ERROR], [ROLE], [b": hello\n\n", ROLE, ERROR]])
async def test_stream_that_fails_before_its_answer(
    gateway: Gateway, vendor: SimulatedVendor, chunks: list[bytes]
) -> None:
    """A stream that breaks with nothing but a role is no broken 200: the next target's answer is the client's."""
    vendor.will(chunks=chunks)

    answer = await through(gateway, fallback(demo(), NEXT), stream=True)

    assert (told(answer)[:2], answer.content.endswith(DONE)) == ((200, "config.targets[1]"), True)
    assert answer.content.count(b'"role":"assistant"') == 1


async def test_stream_that_fails_before_its_answer_and_is_alone(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Where nobody else is to be asked, it is a refusal with the vendor's words."""
    vendor.will(chunks=[ROLE, ERROR])

    answer = await through(gateway, demo(first_token_timeout=2_000), stream=True)

    assert (answer.status_code, "Overloaded" in answer.json()["error"]["message"]) == (502, True)


async def test_empty_answer_is_an_answer(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A model that has nothing to say has answered all the same."""
    vendor.will(chunks=[ROLE, LAST, DONE])

    answer = await through(gateway, fallback(demo(), NEXT), stream=True)

    assert (answer.content, len(vendor.requests)) == (ROLE + LAST + DONE, 1)


async def test_first_events_wait_for_nothing_else(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """With a first token's timeout the client has the first words before the vendor has the next."""
    gate = asyncio.Event()
    vendor.will(chunks=[ROLE, PART, gate, LAST, DONE])
    config = fallback(demo(first_token_timeout=5_000), NEXT)

    async with gateway.app.stream(
        "POST", "/v1/chat/completions", json=ask(stream=True), headers=headers(config)
    ) as answer:
        pieces = answer.aiter_bytes()
        first = await anext(pieces)
        gate.set()
        rest = b"".join([piece async for piece in pieces])

    assert (first + rest, first.startswith(ROLE)) == (ROLE + PART + LAST + DONE, True)


async def test_first_token_is_timed_from_content(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """The record's time to the first token is the answer's own, and not that of the role before it."""
    gate = asyncio.Event()
    vendor.will(chunks=[ROLE, gate, PART, LAST, DONE])

    async with gateway.app.stream("POST", "/v1/chat/completions", json=ask(stream=True)) as answer:
        pieces = answer.aiter_bytes()
        await anext(pieces)
        asyncio.get_running_loop().call_later(0.05, gate.set)
        async for _ in pieces:
            pass

    (row,) = await gateway.logs()
    assert row["time_to_first_token_ms"] >= 50


@pytest.mark.parametrize("hold", [2, {"tokens": 2}])
async def test_hold_of_some_tokens(gateway: Gateway, vendor: SimulatedVendor, hold: object) -> None:
    """Some tokens are kept back and then sent; what breaks afterwards is told by an error event."""
    vendor.will(chunks=[PART] * 3, cut_after=3)

    answer = await through(gateway, fallback(demo(hold=hold), NEXT), stream=True)

    assert (answer.status_code, answer.content.count(PART), DONE in answer.content) == (200, 3, False)
    assert len(vendor.requests) == 1


async def test_long_answer_may_be_held(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """The first token's timeout does not bound an answer that is held back whole."""
    gate = asyncio.Event()
    vendor.will(chunks=[PART, gate, LAST, DONE])
    config = demo(hold="all", first_token_timeout=200)
    asking = asyncio.create_task(through(gateway, config, stream=True))
    await vendor.asked()
    asyncio.get_running_loop().call_later(0.25, gate.set)

    answer = await asking

    assert (answer.status_code, answer.content) == (200, PART + LAST + DONE)


async def test_hang_up_while_held(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A client that hangs up before anything was sent closes the vendor, and nobody else is asked."""
    vendor.will(chunks=[PART], stall_after=1)
    asking = asyncio.create_task(through(gateway, fallback(demo(hold="all"), NEXT), stream=True))
    await vendor.asked()

    asking.cancel()

    assert (await vendor.hung_up()).body["model"] == "gpt-4o"
    await gateway.plant.vitals.quiet()
    (row,) = await gateway.logs()
    assert (row["response_status_code"], len(vendor.requests)) == (499, 1)


async def test_messages_client_is_routed_too(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A client of Anthropic's dialect gets the next target's stream whole, and begun once."""
    vendor.will(chunks=[ROLE, ERROR])
    body = ask(stream=True, max_tokens=50)

    answer = await gateway.app.post("/v1/messages", json=body, headers=headers(fallback(demo(), NEXT)))

    assert told(answer)[:2] == (200, "config.targets[1]")
    assert (answer.content.count(b"event: message_start"), answer.content.count(b"event: message_stop")) == (1, 1)

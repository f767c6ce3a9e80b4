"""How the simulated vendor fails when it is told to."""

import asyncio

import httpx
import pytest

from console.demo.vendor import SimulatedVendor, serve_vendor
from tests.demo.asking import ask, events


@pytest.mark.parametrize(("status", "waits"), [(429, "7"), (500, None), (503, "3"), (529, "5")])
async def test_status_by_model_name(client: httpx.AsyncClient, status: int, waits: str | None) -> None:
    """`demo-error-N` answers N with an OpenAI-shaped error, and says when to come back where waiting helps."""
    answer = await client.post("/chat/completions", json=ask(model=f"demo-error-{status}"))

    assert (answer.status_code, answer.headers.get("retry-after")) == (status, waits)
    assert answer.json()["error"]["message"]


async def test_header_turns_knobs(client: httpx.AsyncClient) -> None:
    """The `x-demo` header turns the same knobs for any model."""
    headers = {"x-demo": "status=503, retry_after=9"}

    answer = await client.post("/chat/completions", json=ask(), headers=headers)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "9")


async def test_wrong_knob_is_named(client: httpx.AsyncClient) -> None:
    """A knob that does not exist is refused by name, not ignored."""
    answer = await client.post("/chat/completions", json=ask(), headers={"x-demo": "speed=9"})

    assert answer.status_code == 400
    assert "`speed`" in answer.json()["error"]["message"]


@pytest.mark.parametrize(("model", "status"), [("demo-html", 502), ("demo-garbage", 200)])
async def test_html_where_json_should_be(client: httpx.AsyncClient, model: str, status: int) -> None:
    """A vendor behind a broken proxy answers with a page."""
    answer = await client.post("/chat/completions", json=ask(model=model))

    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html")


async def test_rate_limit_opens_again() -> None:
    """Past the limit of a minute the vendor says how long to wait, and afterwards serves again."""
    now = 1000.0
    async with serve_vendor(clock=lambda: now) as vendor, httpx.AsyncClient(base_url=vendor.url) as client:
        answers = [await client.post("/chat/completions", json=ask(model="demo-rate-limited")) for _ in range(4)]
        now += int(answers[-1].headers["retry-after"])
        later = await client.post("/chat/completions", json=ask(model="demo-rate-limited"))

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert later.status_code == 200


@pytest.mark.parametrize("streamed", [True, False])
async def test_cut_never_ends_clean(client: httpx.AsyncClient, streamed: bool) -> None:
    """A cut answer begins and is then a protocol error, not an end."""
    with pytest.raises(httpx.RemoteProtocolError):
        await client.post("/chat/completions", json=ask(model="demo-cut", stream=streamed))


async def test_reset_comes_before_any_answer(client: httpx.AsyncClient) -> None:
    """A reset connection is an error of reading, as from a vendor that crashed."""
    with pytest.raises(httpx.ReadError):
        await client.post("/chat/completions", json=ask(model="demo-reset"))


async def test_stall_keeps_the_connection_and_notices_the_hang_up(
    client: httpx.AsyncClient, vendor: SimulatedVendor
) -> None:
    """A stalled stream sends its first events and then nothing, until the client gives up, which is seen."""
    body = ask(model="demo-stall", stream=True)

    async with client.stream("POST", "/chat/completions", json=body) as answer:
        chunks = answer.aiter_bytes()
        first = await anext(chunks)

    assert first.startswith(b"data: ")
    assert (await vendor.hung_up()).body == body


async def test_gate_proves_that_a_chunk_came_before_the_next(
    client: httpx.AsyncClient, vendor: SimulatedVendor
) -> None:
    """The first event of a gated stream arrives although the second cannot exist yet."""
    gate = asyncio.Event()
    vendor.will(gate=gate, gate_after=1)

    async with client.stream("POST", "/chat/completions", json=ask(stream=True)) as answer:
        chunks = answer.aiter_text()
        first = await anext(chunks)
        gate.set()
        rest = "".join([chunk async for chunk in chunks])

    assert first.count("data: ") == 1
    assert events(first + rest)


async def test_scripted_answers_come_in_order(client: httpx.AsyncClient, vendor: SimulatedVendor) -> None:
    """What a test scripts is answered in that order, then the vendor is itself again; every request is kept."""
    vendor.will(529, times=2)
    vendor.will(200, {"scripted": True}, headers={"x-mine": "1"})

    answers = [await client.post("/chat/completions", json=ask(text)) for text in "abcd"]

    assert [answer.status_code for answer in answers] == [529, 529, 200, 200]
    assert (answers[2].json(), answers[2].headers["x-mine"]) == ({"scripted": True}, "1")
    assert [asked.body["messages"][0]["content"] for asked in vendor.requests] == [*"abcd"]


async def test_scripted_chunks_are_sent_as_they_are(client: httpx.AsyncClient, vendor: SimulatedVendor) -> None:
    """A stream can be spelled byte for byte, broken ones included."""
    vendor.will(chunks=[b"data: {\n", b"\ndata: oops"])

    answer = await client.post("/chat/completions", json=ask(stream=True))

    assert answer.content == b"data: {\n\ndata: oops"

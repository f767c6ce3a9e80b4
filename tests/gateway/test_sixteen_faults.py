"""The sixteen faults that every gateway meets, as the public failoverbench suite plays them: two retries, one fallback.

Times are scaled down; pauses between tries are written down and not waited for.
"""

from typing import Any

import pytest

from console.demo.vendor import SimulatedVendor
from tests.gateway.routed import DONE, LAST, PART, ROLE, Json, Pauses, attempts, demo, ending, fallback, through, told
from tests.gateway.running import Gateway

RETRY = {"attempts": 2, "use_retry_after_header": True}
SHORT = {"request_timeout": 150, "stall_timeout": 150}
NEXT = demo("gpt-4o-mini")
ANSWER = "gpt-4o-mini-2024-07-18"
HEARD = b'data: {"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":null}]}\n\n'


@pytest.fixture(autouse=True)
def pauses(gateway: Gateway) -> Pauses:
    """The pauses between tries, which are not waited for."""
    gateway.plant.pause = pauses = Pauses()
    return pauses


def config(first: Json | None = None, **more: object) -> Json:
    """The suite's: two retries at the first target, whose limits a test may set, then the second."""
    return fallback(demo(**(first or {})), NEXT) | {"retry": RETRY} | more


async def test_s01_told_when_to_come_back(gateway: Gateway, vendor: SimulatedVendor, pauses: Pauses) -> None:
    """S01, a 429 with `Retry-After: 2`: the same target is asked again after two seconds."""
    vendor.will(429, headers={"retry-after": "2"})

    answer = await through(gateway, config())

    assert (told(answer), pauses) == ((200, "config.targets[0]", "1"), [2.0])


async def test_s02_busy_for_ever(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """S02, a 429 for ever: three tries, then the fallback."""
    vendor.will(429, times=3)

    answer = await through(gateway, config())

    assert (told(answer), len(vendor.requests)) == ((200, "config.targets[1]", "0"), 4)


async def test_s03_failed_once(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """S03, one 500: the same target again."""
    vendor.will(500)

    answer = await through(gateway, config())

    assert (told(answer), len(vendor.requests)) == ((200, "config.targets[0]", "1"), 2)


async def test_s04_down_for_ever(gateway: Gateway, vendor: SimulatedVendor, pauses: Pauses) -> None:
    """S04, a 503 for ever: three tries within seconds, then the fallback."""
    vendor.will(503, times=3)

    answer = await through(gateway, config())

    assert (told(answer)[:2], len(vendor.requests), sum(pauses) <= 3) == ((200, "config.targets[1]"), 4, True)


async def test_s05_reset_before_headers(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """S05, a connection reset before any answer: there is an answer, from the same target if it recovers."""
    vendor.will(reset=True)

    once = await through(gateway, config())
    always = await through(gateway, fallback(demo("demo-reset"), NEXT) | {"retry": RETRY})

    assert told(once)[:2] == (200, "config.targets[0]")
    assert told(always)[:2] == (200, "config.targets[1]")


@pytest.mark.parametrize("streamed", [False, True])
async def test_s06_no_response(gateway: Gateway, vendor: SimulatedVendor, streamed: bool, pauses: Pauses) -> None:
    """S06, silence: the target is left after its time and not asked again."""
    vendor.will(chunks=[], stall_after=0)

    answer = await through(gateway, config(SHORT), stream=streamed)

    assert (told(answer)[:2], len(vendor.requests), pauses) == ((200, "config.targets[1]"), 2, [])


async def test_s07_late_first_token(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """S07, headers, comments and a role at once but nothing of the answer: the fallback takes over in time."""
    vendor.will(chunks=[b": keep-alive\n\n", ROLE], stall_after=2)

    answer = await through(gateway, config({"first_token_timeout": 100}), stream=True)

    assert (told(answer)[:2], len(vendor.requests)) == ((200, "config.targets[1]"), 2)
    assert ANSWER.encode() in answer.content
    left = (await attempts(gateway))[0]
    assert (left["status"], "first token timeout: 100ms" in left["error"]) == (200, True)


@pytest.mark.parametrize(
    ("how", "times", "hold"),
    [({"cut_after": 41}, 3, "all"), ({"cut_after": 41}, 3, 60), ({"stall_after": 41}, 1, "all")],
)
async def test_s08_s09_held_stream_breaks(
    gateway: Gateway, vendor: SimulatedVendor, how: dict[str, Any], times: int, hold: str | int
) -> None:
    """S08 and S09, a stream that is cut or falls silent at 40 of 60: held back, it is answered whole by another."""
    vendor.will(chunks=[ROLE, *[HEARD] * 40], times=times, **how)

    answer = await through(gateway, config(SHORT, hold=hold), stream=True)

    assert (told(answer)[:2], answer.content.endswith(DONE)) == ((200, "config.targets[1]"), True)
    assert HEARD not in answer.content
    assert len(vendor.requests) == times + 1


@pytest.mark.parametrize(
    ("how", "code"), [({"cut_after": 41}, "vendor_broke"), ({"stall_after": 41}, "vendor_timeout")]
)
async def test_s08_s09_sent_stream_breaks(
    gateway: Gateway, vendor: SimulatedVendor, how: dict[str, Any], code: str
) -> None:
    """S08 and S09 without holding: a clear error event, no `[DONE]`, and a record that says how far it came."""
    vendor.will(chunks=[ROLE, *[HEARD] * 40], **how)

    answer = await through(gateway, config(SHORT), stream=True)

    assert (answer.content.count(HEARD), DONE in answer.content) == (40, False)
    assert ending(answer.content)["error"]["code"] == code
    log = await gateway.log()
    assert (log["metrics"]["is_success"], len(vendor.requests)) == (False, 1)
    assert log["response"]["body"]["choices"][0]["message"]["content"] == "x" * 40
    assert log["metrics"]["attempts"][0]["error"] in ending(answer.content)["error"]["message"]


async def test_s10_event_that_is_no_json(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """S10, a damaged event: it is left out, and the stream goes on in its place."""
    vendor.will(chunks=[PART, b'data: {"choices": [{"ind\n\n', LAST, DONE])

    answer = await through(gateway, config(), stream=True)

    assert (answer.content, told(answer)[1]) == (PART + LAST + DONE, "config.targets[0]")


async def test_s11_no_done(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """S11, a stream without `[DONE]`: whole all the same, and its usage is kept."""
    usage = b'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\n'
    vendor.will(chunks=[PART, LAST, usage])

    answer = await through(gateway, config(), stream=True)

    assert answer.content == PART + LAST + DONE
    (row,) = await gateway.logs()
    assert (row["is_success"], row["total_units"]) == (True, 7)


async def test_s12_too_long(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """S12, more than the model can read: nobody is sent the same again."""
    vendor.will(400, {"error": {"code": "context_length_exceeded", "message": "Too long"}})

    answer = await through(gateway, config())

    assert (told(answer), len(vendor.requests)) == ((400, "config.targets[0]", "0"), 1)


@pytest.mark.parametrize("streamed", [False, True])
async def test_s13_content_filter(gateway: Gateway, vendor: SimulatedVendor, streamed: bool) -> None:
    """S13, a content filter: its word is final, also where it comes as an event of a stream that is held back."""
    error = b'{"error":{"code":"content_filter","message":"Filtered"}}'
    if streamed:
        vendor.will(chunks=[ROLE, PART, b"data: " + error + b"\n\n"])
    else:
        vendor.will(400, body=error)

    answer = await through(gateway, config(hold="all"), stream=streamed)

    assert (told(answer)[:2], len(vendor.requests)) == ((400, "config.targets[0]"), 1)
    assert answer.json()["error"]["code"] == "content_filter"


async def test_s14_fallback_begins_cleanly(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """S14, a fallback that would refuse a half answer in front: it gets the request as the client sent it."""
    vendor.will(chunks=[ROLE, *[HEARD] * 3], cut_after=4, times=3)

    answer = await through(gateway, config(hold="all"), stream=True)

    first, *_, last = vendor.requests
    assert last.body["messages"] == first.body["messages"] == [{"role": "user", "content": "Hello"}]
    assert answer.content.count(b'"role":"assistant"') == 1


async def test_s15_flapping(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """S15, a target that is down and comes back: it is used again with the next request."""
    vendor.will(503, times=3)
    down = await through(gateway, config())

    back = await through(gateway, config())

    assert [told(answer)[1] for answer in (down, back)] == ["config.targets[1]", "config.targets[0]"]


async def test_s16_accounting(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """S16, who is paid: answer and record name the model that answered, and the cost is by its price."""
    vendor.will(500, times=3)

    answer = await through(gateway, config())

    assert answer.json()["model"] == ANSWER
    (row,) = await gateway.logs()
    alone = await gateway.chat(model="@demo/gpt-4o-mini")
    (other, _) = await gateway.logs()
    assert alone.json()["usage"]["prompt_tokens"] == answer.json()["usage"]["prompt_tokens"]
    assert (row["ai_model"], row["req_units"]) == ("gpt-4o-mini", other["req_units"])

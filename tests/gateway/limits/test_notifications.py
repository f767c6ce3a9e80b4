"""People are told of what they should know: once, in time, and without a request waiting for it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlmodel import col, update

from gateway.limits.events import LimitEvent
from gateway.moments import now_ms
from gateway.notifications.channel import Channel, NotSent
from gateway.notifications.courier import PAUSES_SECONDS, Courier
from gateway.notifications.event import HOUR_MS, NANO, Event, amount_of
from gateway.notifications.health import Health
from gateway.notifications.watch import Watch
from store.ids import LogId, TraceId
from store.organisation.api_keys import ApiKeyRow
from store.records import Attempt, LogRecord
from store.spool.writer import WriterState
from tests.gateway.running import Gateway

Json = dict[str, Any]
DAY_MS = 86_400_000
EMAILS = '["a@example.com", "b@example.com"]'
EXPIRES_MS = 1_894_233_600_000
"""2030-01-10."""


@dataclass
class Receiver:
    """A webhook's other end; it answers with `status`."""

    url: str = ""
    status: int = 200
    received: list[Json] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once something has."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length:")[2].split()[0])
        self.received.append(json.loads(await reader.readexactly(length)))
        self.came.set()
        writer.write(f"HTTP/1.1 {self.status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver for as long as the block runs."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"json://127.0.0.1:{server.sockets[0].getsockname()[1]}/a-secret-path"
    async with server:
        yield receiver


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A webhook."""
    async with receiving() as receiver:
        yield receiver


async def add_channel(gateway: Gateway, url: str, **more: Any) -> str:
    """A new channel's id."""
    made = await gateway.admin.post("/v1/notifications/channels", json={"name": "hook", "url": url} | more)
    id: str = made.raise_for_status().json()["id"]
    return id


def exhausted(owner: str = "nobody", period: int = 1) -> LimitEvent:
    """A budget that came to its end."""
    return LimitEvent(
        kind="exhausted",
        counter=f"c-{owner}",
        name="team",
        level="api_key",
        owner=owner,
        group="",
        used="cost",
        spent=10_000_000_000,
        amount=10_000_000_000,
        threshold=10_000_000_000,
        period_start_ms=period,
        resets_at_ms=1_800_000_000_000,
    )


async def look(gateway: Gateway, watch: Watch | None = None, at_ms: int | None = None) -> None:
    """What happens every second, and its notifications."""
    await (watch or Watch()).look(gateway.plant, at_ms or now_ms())
    await gateway.plant.courier.quiet()


async def test_channel_is_kept_shown_changed_and_deleted(gateway: Gateway, receiver: Receiver) -> None:
    """A channel's URL is never shown again, and what is changed or deleted holds."""
    id = await add_channel(gateway, receiver.url, events=["exhausted"])
    path = f"/v1/notifications/channels/{id}"
    shown = (await gateway.admin.get(path)).json()
    await gateway.admin.put(path, json={"enabled": False, "events": []})
    listed = (await gateway.admin.get("/v1/notifications/channels")).json()
    await gateway.admin.delete(path)

    assert (shown["kind"], shown["masked_url"], shown["events"]) == ("json", "json://…", ["exhausted"])
    assert (listed["total"], listed["data"][0]["enabled"], listed["data"][0]["events"]) == (1, False, [])
    assert "a-secret-path" not in str(shown) + str(listed)
    assert (await gateway.admin.get(path)).status_code == 404


async def test_wrong_channel_says_all_that_is_wrong(gateway: Gateway) -> None:
    """A channel without a name, with an unknown URL and an unknown event is refused with all three."""
    body = {"name": " ", "url": "nothing-like-it://x", "events": ["exhausted", "birthday"]}

    answer = await gateway.admin.post("/v1/notifications/channels", json=body)

    assert answer.status_code == 400
    assert all(f"`{name}`" in answer.json()["error"]["message"] for name in ("name", "url", "events[1]"))


async def test_application_cannot_see_channels(gateway: Gateway) -> None:
    """Channels take the scopes of the organisation's settings."""
    assert (await gateway.app.get("/v1/notifications/channels")).status_code == 403


async def test_test_button(gateway: Gateway, receiver: Receiver) -> None:
    """A test is sent at once; a channel that does not take it is told, without its secret."""
    id = await add_channel(gateway, receiver.url)

    sent = (await gateway.admin.post(f"/v1/notifications/channels/{id}/test")).json()
    receiver.status = 503
    refused = (await gateway.admin.post(f"/v1/notifications/channels/{id}/test")).json()

    assert (sent, refused["sent"]) == ({"sent": True, "error": None}, False)
    assert "503" in refused["error"]
    assert "a-secret-path" not in refused["error"]
    assert receiver.received[0]["title"] == "Tollhouse: a test"


async def test_exhausted_budget_is_told_once_in_its_period(gateway: Gateway, receiver: Receiver) -> None:
    """The same event is told once, also by a gateway that was started again; in the next period it is told anew."""
    await add_channel(gateway, receiver.url, events=["exhausted"])
    for watch, period in ((first := Watch(), 1), (first, 1), (Watch(), 1), (first, 2)):
        gateway.plant.limits.events.append(exhausted(period=period))
        await look(gateway, watch)

    titles = [each["title"] for each in receiver.received]

    assert titles == ["Tollhouse: Budget of api key `team` is exhausted"] * 2
    assert receiver.received[0]["message"] == "$10.00 of $10.00 are spent. It begins anew at 2027-01-15 08:00 UTC."


async def test_channel_is_told_only_what_it_wants(gateway: Gateway, receiver: Receiver) -> None:
    """A channel for other events, and one that is disabled, stay silent."""
    await add_channel(gateway, receiver.url, name="others", events=["threshold"])
    await add_channel(gateway, receiver.url, name="off", enabled=False)
    gateway.plant.limits.events.append(exhausted())

    await look(gateway)

    assert receiver.received == []


@pytest.mark.parametrize(("days", "told"), [(0.5, "within 1 day"), (5, "within 7 days"), (9, None)])
async def test_key_that_expires_is_told_before(
    gateway: Gateway, receiver: Receiver, days: float, told: str | None
) -> None:
    """A week and a day before an API key ends, people are told, each time once."""
    await add_channel(gateway, receiver.url)
    body = {"name": "short", "scopes": ["logs.list"], "expires_at": "2030-01-10T00:00:00Z"}
    (await gateway.admin.post("/v1/api-keys/workspace/service", json=body)).raise_for_status()
    watch = Watch()

    for _ in range(2):
        await look(gateway, watch, at_ms=EXPIRES_MS - int(days * DAY_MS))

    assert [each["title"].partition("expires ")[2] for each in receiver.received] == ([told] if told else [])


async def test_alert_emails_of_a_key_are_filled_into_a_mail_template(gateway: Gateway, receiver: Receiver) -> None:
    """A channel with `{to}` tells those whom the API key names, and stays silent where nobody is named."""
    sent: list[str] = []

    async def sending(url: str, _title: str, _text: str) -> None:
        sent.append(url)

    gateway.plant.courier = Courier(sending)
    await add_channel(gateway, receiver.url + "?to={to}")
    body = {"name": "k", "scopes": ["completions.write"]}
    id = (await gateway.admin.post("/v1/api-keys/workspace/service", json=body)).raise_for_status().json()["id"]
    async with gateway.plant.change() as session:
        await session.exec(update(ApiKeyRow).where(col(ApiKeyRow.id) == id).values(alert_emails=EMAILS))
    gateway.plant.limits.events.extend([exhausted(id), exhausted("unknown")])

    await look(gateway)

    assert sent[0].startswith(receiver.url + "?to=a@example.com,b@example.com")


async def test_failing_vendor_is_told(gateway: Gateway, receiver: Receiver) -> None:
    """A provider at which most requests of the last minutes fail is told once an hour, by its name."""
    await add_channel(gateway, receiver.url, events=["vendor_failing"])
    for _ in range(10):
        gateway.plant.health.settled(record(503))
    watch = Watch()
    for _ in range(2):
        await look(gateway, watch)

    assert [each["title"] for each in receiver.received] == ["Tollhouse: Provider `demo` is failing"]
    assert "10 of 10 requests" in receiver.received[0]["message"]


class Blocked:
    """A log writer that gets nothing into the database."""

    def state(self) -> WriterState:
        """How it is."""
        return WriterState(waiting=7, reason="The disk is full.", lost=0, damaged=0)


async def test_log_that_is_not_written_is_told(gateway: Gateway, receiver: Receiver) -> None:
    """A writer that cannot write is told once an hour, with the reason and how much waits."""
    await add_channel(gateway, receiver.url, events=["writer_degraded"])
    gateway.plant.writer = Blocked()  # type: ignore[assignment]
    watch, hour = Watch(), now_ms() // HOUR_MS * HOUR_MS  # this one, for the gateway itself looks on meanwhile
    for at_ms in (0, 1_000, HOUR_MS):
        await look(gateway, watch, hour + at_ms)

    assert [each["title"] for each in receiver.received] == ["Tollhouse: The log cannot be written"] * 2
    assert receiver.received[0]["message"].startswith("The disk is full. 7 records wait")


def record(status: int | None, answered: int = 502) -> LogRecord:
    """A request that met this at its vendor."""
    attempt = Attempt(provider="demo", vendor="openai", model="m", url="", status=status, duration_ms=1.0)
    return LogRecord(
        id=LogId("1"), created_at_ms=1, trace_id=TraceId("1"), method="POST", path="/", status=answered, total_ms=1.0,
        attempts=(attempt,),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("records", "is_failing"),
    [
        ([record(500)] * 10, True),
        ([record(None)] * 5 + [record(200)] * 5, True),
        ([record(429)] * 10, True),
        ([record(400)] * 100, False),
        ([record(500)] * 9, False),
        ([record(500)] * 10 + [record(200)] * 11, False),
        ([record(None, answered=499)] * 20, False),
    ],
)
def test_what_counts_as_failing(records: list[LogRecord], is_failing: bool) -> None:
    """Half of at least ten requests must fail by the vendor's fault; a caller's mistakes and hang-ups do not count."""
    health = Health(lambda: 1000.0)
    for each in records:
        health.settled(each)

    assert bool(health.failing()) is is_failing


def test_failures_are_forgotten() -> None:
    """What happened more than five minutes ago does not count."""
    clock = [60.0]
    health = Health(lambda: clock[0])
    for _ in range(20):
        health.settled(record(500))

    clock[0] += 301

    assert health.failing() == []


async def test_failing_channel_is_retried_and_delays_nothing() -> None:
    """A channel that takes nothing is asked again after growing pauses, while another has its event at once."""
    tried: list[str] = []
    pauses: list[float] = []

    async def sending(url: str, _title: str, _text: str) -> None:
        tried.append(url)
        if url == "bad://" and len(pauses) < 3:
            raise NotSent("busy")

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        await asyncio.sleep(0)

    courier = Courier(sending, pause)
    channels = [Channel("1", "bad", "bad://", frozenset()), Channel("2", "good", "good://", frozenset())]
    courier.bring(Event(kind="exhausted", mark="m", title="t", text="x"), channels, [])
    await courier.quiet()

    assert tried[:2] == ["bad://", "good://"]
    assert tried.count("good://") == 1
    assert pauses == list(PAUSES_SECONDS[:3])
    assert (courier.standing("1").waiting, courier.standing("1").last_error) == (0, None)


async def test_channel_that_never_answers_delays_no_request(gateway: Gateway) -> None:
    """While a notification waits for a receiver that says nothing, requests are answered."""
    silent = asyncio.Event()

    async def sending(_url: str, _title: str, _text: str) -> None:
        await silent.wait()

    gateway.plant.courier = courier = Courier(sending)
    await add_channel(gateway, "json://127.0.0.1:9/")
    gateway.plant.limits.events.append(exhausted())
    await Watch().look(gateway.plant, now_ms())

    answer = await gateway.chat()

    assert answer.status_code == 200
    silent.set()
    await courier.quiet()


@pytest.mark.parametrize(
    ("nanodollars", "told"), [(10 * NANO, "$10.00"), (NANO // 4, "$0.25"), (4_160_000, "$0.00416"), (0, "$0.00")]
)
def test_small_amounts_are_told_whole(nanodollars: int, told: str) -> None:
    """Of less than a dollar the parts of a cent are said too: a budget may be a tenth of one."""
    assert amount_of(nanodollars, "cost") == told

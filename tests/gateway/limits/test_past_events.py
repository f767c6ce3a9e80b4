"""What was notified lately can be looked up: bounded, by workspace, and how channels fare beside it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from gateway.moments import now_ms
from gateway.notifications.channel import Channel, NotSent
from gateway.notifications.courier import Courier
from gateway.notifications.event import HOUR_MS, Event
from gateway.notifications.watch import Watch
from store.database import open_database
from store.notifications.events import KEPT, EventRow, keep_event, latest_events
from tests.gateway.departments import key_in, workspace
from tests.gateway.limits.test_notifications import Receiver, add_channel, exhausted, look, receiver
from tests.gateway.running import Gateway, Json

__all__ = ["receiver"]
PATH = "/v1/notifications/events"


async def events(gateway: Gateway) -> list[Json]:
    """What the list says."""
    rows: list[Json] = (await gateway.admin.get(PATH)).raise_for_status().json()["data"]
    return rows


async def test_events_are_listed_newest_first_also_without_channels(gateway: Gateway) -> None:
    """What happened is kept once in its period, in words, whether or not a channel could be told of it."""
    watch = Watch()
    for seconds, owner in enumerate(("two", "one", "two")):
        gateway.plant.limits.events.append(exhausted(owner))
        await look(gateway, watch, now_ms() + seconds * 1000)

    first, second = await events(gateway)

    assert (first["owner"], first["level"], first["kind"]) == ("one", "api_key", "exhausted")
    assert first["title"] == "Budget of api key `team` is exhausted"
    assert first["text"].startswith("$10.00 of $10.00 are spent.")
    assert (second["owner"], len(first["limit_id"])) == ("two", 20)


async def test_channel_that_is_added_later_is_told_of_what_still_is_so(gateway: Gateway, receiver: Receiver) -> None:
    """An event that nobody could be told of is told once there is a channel, if it is so an hour later."""
    watch = Watch()
    body = {"name": "short", "scopes": ["logs.list"], "expires_at": "2030-01-10T00:00:00Z"}
    (await gateway.admin.post("/v1/api-keys/workspace/service", json=body)).raise_for_status()
    at_ms = 1_894_233_600_000 - 5 * 86_400_000
    await look(gateway, watch, at_ms)
    await add_channel(gateway, receiver.url)
    await look(gateway, watch, at_ms + 1)
    before = len(receiver.received)

    await look(gateway, watch, at_ms + HOUR_MS)

    assert (before, [each["title"] for each in receiver.received]) == (
        0,
        ["Tollhouse: API key `short` expires within 7 days"],
    )


async def test_events_of_another_workspace_are_not_seen(gateway: Gateway) -> None:
    """A key of a workspace is told of its own workspace and of the gateway's own trouble, and of nothing else."""
    await workspace(gateway, "sales")
    rows = (("a", "workspace", "sales"), ("b", "workspace", "default"), ("c", "", ""), ("d", "integration", "x@sales"))
    async with gateway.plant.database.session() as session:
        for mark, level, owner in rows:
            row = EventRow(mark=mark, at_ms=1, kind="exhausted", title=mark, text="", level=level, owner=owner)
            await keep_event(session, row)
        await session.commit()

    async with await key_in(gateway, "sales", "analytics.view") as sales:
        mine = (await sales.get(PATH)).json()

    assert [each["title"] for each in mine["data"]] == ["a", "c", "d"]
    assert {each["title"] for each in await events(gateway)} == {"a", "b", "c", "d"}
    assert (await gateway.app.get(PATH)).status_code == 403


async def test_only_the_newest_thousand_are_kept(tmp_path: Path) -> None:
    """The list of events does not grow for ever."""
    database = await open_database(tmp_path / "tollhouse.db")
    async with database.session() as session:
        for number in range(KEPT + 5):
            session.add(EventRow(mark=str(number), at_ms=number, kind="x", title="", text="", level="", owner=""))
        await session.flush()
        await keep_event(session, EventRow(mark="last", at_ms=9_999, kind="x", title="", text="", level="", owner=""))

        rows = await latest_events(session)

    await database.close()
    assert (len(rows), rows[0].mark, rows[-1].at_ms) == (KEPT, "last", 6)


async def test_channel_says_since_when_it_fails_and_when_it_is_tried_again() -> None:
    """While a channel takes nothing its standing says so; the first that it takes ends that."""
    waiting, go_on, is_well = asyncio.Event(), asyncio.Event(), False

    async def sending(_url: str, _title: str, _text: str) -> None:
        if not is_well:
            raise NotSent("busy")

    async def pause(_seconds: float) -> None:
        waiting.set()
        await go_on.wait()

    courier = Courier(sending, pause)
    standing, before = courier.standing("1"), now_ms()
    channel = Channel("1", "hook", "json://x", frozenset())
    courier.bring(Event(kind="exhausted", mark="m", title="t", text="x"), [channel], [])
    await waiting.wait()
    since, again = standing.failing_since_ms or 0, standing.next_try_at_ms or 0

    is_well = True
    go_on.set()
    await courier.quiet()

    assert before <= since <= again - 2_000
    assert (standing.failing_since_ms, standing.next_try_at_ms, standing.last_error) == (None, None, None)
    assert (standing.last_sent_at_ms or 0) >= since

"""Alerts: what needs care leads to what it is about, and channels are made, tried and watched."""

import pytest

from tests.console.driving import fill, operating, seen, unseen, until, until_seen
from tests.console.fake_alerts import alert, channel
from tests.console.fake_gateway import FakeGateway
from tests.console.samples import api_key, limit

SPENT = "Budget of workspace `Sales` is exhausted"


def alarmed() -> FakeGateway:
    """A budget that is used up, a vendor that fails, a key that ends soon, and a log that is not written."""
    gateway = FakeGateway()
    about = {"level": "workspace", "owner": "sales", "limit_id": "l-1"}
    gateway.limits.rows = [limit("l-1", "workspace", "sales", name="Sales", spent=50.0, left=0.0, status="exhausted")]
    gateway.keys = [api_key("key-1", "one"), api_key("key-2", "crm")]
    gateway.alerts.now = [
        alert("writer_degraded", "The log cannot be written", "The disk is full. 7 records wait."),
        alert("vendor_failing", "Provider `demo` is failing", "9 of 10 requests", level="provider", owner="demo"),
        alert("exhausted", SPENT, "$50.00 of $50.00 are spent.", **about),
        alert("key_expiring", "API key `crm` expires within 7 days", "", level="api_key", owner="key-2"),
    ]
    gateway.alerts.lately = [alert("exhausted", SPENT, at="2026-11-24T14:02:11Z", **about)]
    gateway.alerts.channels = [channel("c-1", "ops")]
    return gateway


async def test_what_needs_care_and_what_happened_stand_side_by_side() -> None:
    """Alerts have a word for what they are, events the time too; all is well where there is none."""
    gateway = alarmed()
    async with operating(gateway, width=140) as pilot:
        await pilot.press("9")
        await until_seen(pilot, "Now 4", "Lately 1", "Channels 1")
        await until_seen(pilot, "degraded", "used up", SPENT, "$50.00 of $50.00 are spent.", "ends soon")
        gateway.alerts.now = []
        await until_seen(pilot, "All is well: nothing needs care now.")

        await pilot.press("l")

        await until_seen(pilot, "2026-11-24 14:02", SPENT)


@pytest.mark.parametrize(
    ("row", "shows"),
    [
        (0, "The disk is full. 7 records wait."),
        (1, "Logs  status:error provider:@demo"),
        (2, "It stops new requests."),
        (3, "key-2"),
    ],
    ids=["writer", "vendor", "budget", "key"],
)
async def test_enter_leads_to_what_an_alert_is_about(row: int, shows: str) -> None:
    """A budget opens, failing requests stand in Logs, a key is under the cursor, and what has no page is said."""
    async with operating(alarmed()) as pilot:
        await pilot.press("9")
        await until_seen(pilot, "degraded")

        await pilot.press(*"j" * row, "enter")

        if shows == "key-2":
            await until(pilot, lambda: pilot.app.current_mode == "keys")
            await until_seen(pilot, "crm")
            await pilot.press("y")
            await until(pilot, lambda: pilot.app.clipboard == "key-2")
        else:
            await until_seen(pilot, shows)


async def test_new_channel_hides_its_url() -> None:
    """`:new channel` asks for a URL that is never drawn, checks what it is told of, and puts the cursor on it."""
    gateway = FakeGateway()
    async with operating(gateway) as pilot:
        await pilot.press("colon", *"new channel", "enter")
        await until_seen(pilot, "New channel")
        await fill(pilot, name="ops", url="json://secret-host/x", events="exhausted, birthday")
        await until_seen(pilot, "`birthday` is none of everything, threshold")
        await fill(pilot, events="exhausted, threshold")
        assert "secret-host" not in seen(pilot)

        await pilot.press("ctrl+s")

        await until_seen(pilot, "used up, low", "new", "json://…")
        body = {"name": "ops", "url": "json://secret-host/x", "events": ["exhausted", "threshold"]}
        assert gateway.asked == [("POST", "/v1/notifications/channels", body)]


async def test_channel_is_edited_switched_and_deleted() -> None:
    """A URL left empty stays, Space turns a channel off, and deleting names what waits for it."""
    gateway = alarmed()
    gateway.alerts.channels[0] |= {"waiting": 3}
    async with operating(gateway) as pilot:
        await pilot.press("9", "h")
        await until_seen(pilot, "ops")
        await pilot.press("e")
        await until_seen(pilot, "Channel ops", "unchanged: json://…")
        await fill(pilot, events="vendor_failing")
        await pilot.press("ctrl+s")
        await until_seen(pilot, "failing")
        await pilot.press("space")
        await until_seen(pilot, "off")
        await pilot.press("d")
        await until_seen(pilot, "Delete channel `ops`?", "3 that wait for it")
        await pilot.press("right", "enter")

        await until_seen(pilot, "Nobody is told of anything yet")
        path = "/v1/notifications/channels/c-1"
        changes = [("PUT", path, {"events": ["vendor_failing"]}), ("PUT", path, {"enabled": False})]
        assert gateway.asked == [*changes, ("DELETE", path, {})]


async def test_test_button_says_how_it_went() -> None:
    """`t` sends a test and says whether it got there, and if not why; a template for mail asks for an address."""
    gateway = alarmed()
    gateway.alerts.channels = [channel("c-1", "ops"), channel("c-2", "mail", masked_url="mailtos://…{to}")]
    async with operating(gateway) as pilot:
        await pilot.press("9", "h")
        await until_seen(pilot, "ops")
        await pilot.press("t")
        await until_seen(pilot, "`ops` took the test.")
        gateway.alerts.outcome = {"sent": False, "error": "550 no such mailbox"}
        await pilot.press("j", "t")
        await until_seen(pilot, "Test mail")
        await fill(pilot, to="ann@example.com")
        await pilot.press("enter")

        await until_seen(pilot, "`mail` did not take it", "550 no such mailbox")
        path = "/v1/notifications/channels"
        tests = [("POST", f"{path}/c-1/test", {}), ("POST", f"{path}/c-2/test", {"to": "ann@example.com"})]
        assert [(method, where, body or {}) for method, where, body in gateway.asked] == tests


async def test_failing_channel_says_since_when_and_when_it_is_tried_again() -> None:
    """How a channel fares is in its row: last sent, how much waits, since when it fails, the next try, and why."""
    gateway = alarmed()
    fails = {"failing_since": "2026-11-24T14:20:00Z", "next_try_at": "2026-11-24T15:05:00Z", "waiting": 2}
    fails |= {"last_error": "connection refused", "last_sent_at": "2026-11-23T09:00:00Z"}
    gateway.alerts.channels = [channel("c-1", "ops", **fails)]
    async with operating(gateway, width=160) as pilot:
        await pilot.press("9", "h")

        await until_seen(pilot, "23 Nov       2 failing", "for 40m, again 15:05:00: connection refused")


async def test_channels_that_may_not_be_seen_say_why() -> None:
    """A key without the scope sees alerts all the same, and reads why there are no channels."""
    gateway = alarmed()
    gateway.alerts.barred = "Your key has no scope for channels."
    async with operating(gateway) as pilot:
        await pilot.press("9")
        await until_seen(pilot, "used up")

        await pilot.press("h")

        await until_seen(pilot, "Your key has no scope for channels.")
        await unseen(pilot, "used up")

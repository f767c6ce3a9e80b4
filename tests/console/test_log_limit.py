"""From a refused request to the limit that refused it."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec import convert

from console.limits.ruling import ruling
from console.limits.words import short_moment
from console.wire.limits import Limit
from console.wire.logs import LogSummary
from tests.console.driving import operating, until_seen
from tests.console.fake_gateway import FakeGateway
from tests.console.samples import failed_log, limit, log, rate

REFUSED = failed_log(2, 412, "the budget of API key `mkt-webui` has nothing left", "policy", api_key_id="key-1")


async def test_refused_request_leads_to_its_budget() -> None:
    """`b` on a request in the list, or on its page, opens the budget that refused it, and `u` there raises it."""
    gateway = FakeGateway()
    gateway.logs = [REFUSED, log(1)]
    used_up = limit("l-1", "api_key", "key-1", name="mkt-webui", spent=50, limit=50, left=0, status="exhausted")
    gateway.limits.rows = [limit("l-2", "workspace", "sales", name="Sales"), used_up]
    async with operating(gateway) as pilot:
        await until_seen(pilot, "2 rows")

        await pilot.press("b")
        await until_seen(pilot, "key mkt-webui", "It stops new requests.")
        await pilot.press("escape", "enter")
        await until_seen(pilot, "opens the limit, u there raises it.")
        await pilot.press("b")
        await until_seen(pilot, "key mkt-webui", "It stops new requests.")

        await pilot.press("u")

        await until_seen(pilot, "Raise")


async def test_request_that_nothing_limits_says_so() -> None:
    """Where no limit counts a request, that is said, and where one is set."""
    gateway = FakeGateway()
    gateway.logs = [log(1)]
    async with operating(gateway) as pilot:
        await until_seen(pilot, "1 rows")

        await pilot.press("b")

        await until_seen(pilot, "No limit counts this request: b in Keys (4) sets one.")


LIMITS = [
    limit("budget", "api_key", "key-1"),
    rate("rate", "api_key", "key-1"),
    limit("out", "workspace", "sales", status="exhausted"),
    limit("ann", "policy", "p-1", group="metadata._user=ann", status="exhausted"),
    limit("other", "api_key", "key-2", status="exhausted"),
]


@pytest.mark.parametrize(
    ("status", "asked_by", "found"),
    [
        (412, {"workspace_slug": "default"}, "budget"),
        (429, {"workspace_slug": "default"}, "rate"),
        (412, {"workspace_slug": "sales"}, "out"),
        (412, {"workspace_slug": "default", "metadata": {"_user": "ann"}}, "ann"),
        (412, {"workspace_slug": "default", "api_key_id": "key-9"}, None),
    ],
)
def test_limit_that_rules_a_request(status: int, asked_by: dict[str, object], found: str | None) -> None:
    """Of those that count it, what is used up comes first; budgets after a 412, rates after a 429."""
    refused = failed_log(1, status, "no", "policy", **{"api_key_id": "key-1"} | asked_by)

    chosen = ruling(convert(refused, LogSummary), [convert(each, Limit) for each in LIMITS])

    assert (chosen.id if chosen else None) == found


def test_hour_of_another_day_is_told_by_its_day() -> None:
    """A budget that is empty at 14:00 tomorrow does not say `14:00`, which would be today."""
    now = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)

    assert short_moment(now + timedelta(hours=5), now, UTC) == "20:00"
    assert short_moment(now + timedelta(hours=23), now, UTC) == "25 Nov"

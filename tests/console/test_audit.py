"""Audit: the list, what was changed, and the proof."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from console.organisation.audit_query import parse
from console.organisation.audit_text import difference
from tests.console.driving import NOW, operating, paste, seen, unseen, until, until_seen
from tests.console.people_samples import company, record
from tests.console.test_commands import jump


async def test_change_is_told_field_by_field() -> None:
    """Enter says who, from where and what, then each field before and after; Esc leads back to the row."""
    async with operating(company()) as pilot:
        await pilot.press("8")
        await until_seen(pilot, "Audit 3", "OpenAI, pr", "10.0.0.7")

        await pilot.press("j", "enter")

        await until_seen(
            pilot,
            "operator: update integrations OpenAI, production",
            "10.0.0.7, tollhouse-console/0.1.0",
            "PUT /v1/integrations/openai-prod → 200",
            "- name: OpenAI",
            "+ name: OpenAI, production",
            "- key: sk-a…wxyz",
            "row      2,",
        )
        await pilot.press("escape")
        await until_seen(pilot, "Audit 3")


async def test_filter_is_the_gateways() -> None:
    """A filter is asked of the gateway with its parameters, wrong ones are said while they are typed, Esc shows all."""
    gateway = company()
    gateway.people.audit.insert(0, record(4, "delete", resource_id="gone", changes=[]))
    async with operating(gateway) as pilot:
        await pilot.press("8", "slash")
        await paste(pilot, "since:yesterday")
        await until_seen(pilot, "a time is like 30m, 2h, 7d or 2026-11-20")
        await pilot.press("ctrl+u")
        await paste(pilot, "actor:operator action:delete since:2h some words")
        await pilot.press("enter")

        await until_seen(pilot, "Audit 1", "gone", "1 found by `actor:operator action:delete since:2h some words`")
        asked = dict(gateway.requests[-1].url.params)
        assert asked == {
            "actor": "operator",
            "action": "delete",
            "start_time": "2026-11-24T13:00:00+00:00",
            "words": "some words",
            "current_page": "0",
            "page_size": "100",
        }

        await pilot.press("escape")
        await until_seen(pilot, "Audit 4")


async def test_older_ones_on_request() -> None:
    """The newest hundred are shown with how many there are; `m` adds the next page without a row twice."""
    gateway = company()
    gateway.people.audit = [record(number) for number in range(250, 0, -1)]
    async with operating(gateway) as pilot:
        await pilot.press("8")
        await until_seen(pilot, "the newest 100 of 250 (m: older ones)")
        gateway.people.audit.insert(0, record(251))

        await pilot.press("m")
        await until_seen(pilot, "Audit 199", "the newest 199 of 251")
        await pilot.press("m")
        await until_seen(pilot, "Audit 250")


async def test_proof_is_asked_for_and_its_head_remembered() -> None:
    """`v` says that the log is whole, with its head; the next time that head is given along."""
    gateway = company()
    async with operating(gateway) as pilot:
        await pilot.press("8")
        await until_seen(pilot, "Audit 3")
        await pilot.press("v")
        await until_seen(pilot, "● The audit log is as it was written: 3 rows", "ab" * 32)
        await pilot.press("escape", "v")
        await until_seen(pilot, "Nothing up to the last look (head abababababababab…) was replaced since")

        assert gateway.looked[-1] == f"/v1/audit-logs/verify?head={'ab' * 32}"


async def test_row_at_fault_is_said_and_gets_the_cursor() -> None:
    """A log that was touched is said to be, with the row, which is under the cursor when one comes back."""
    gateway = company()
    what = "Row 1 was changed after it was written. Somebody wrote to the database past the gateway."
    gateway.people.verdict = {"is_whole": False, "rows": None, "head": None, "row": 1, "what": what}
    async with operating(gateway) as pilot:
        await jump(pilot, "verify audit")
        await until_seen(pilot, "✖ The audit log is not as it was written", "Row 1 was changed")
        await pilot.press("escape")
        await unseen(pilot, "✖")
        await until_seen(pilot, "Audit 3")
        await pilot.press("enter")
        await until_seen(pilot, "row      1,")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", {}),
        ("two words", {"words": "two words"}),
        ("resource:api_keys id:k-1", {"resource_type": "api_keys", "resource_id": "k-1"}),
        ("since:30m", {"start_time": "2026-11-24T14:30:00+00:00"}),
        ("until:2026-11-20", {"end_time": "2026-11-20T00:00:00+00:00"}),
        ("http://x", {"words": "http://x"}),
    ],
    ids=["nothing", "words", "fields", "ago", "date", "colon"],
)
def test_what_a_filter_asks(text: str, said: dict[str, str]) -> None:
    """Fields, times and words become the API's parameters; a colon in a word is part of it."""
    assert parse(text, NOW) == (said, None)


@pytest.mark.parametrize("text", ["since:", "since:soon", "until:99x", "actor:"])
def test_what_a_filter_cannot_be(text: str) -> None:
    """What is wrong is said, and nothing is asked."""
    said, problem = parse(text, datetime(2026, 11, 24, tzinfo=UTC))

    assert (said, bool(problem)) == ({}, True)


def test_differences() -> None:
    """What is new has only a plus, what is gone only a minus, and of many rows it is said how many more there were."""
    made = [
        line.plain for line in difference({"resource": "keys", "id": "1", "before": None, "after": {"a": 1, "b": None}})
    ]
    gone = [line.plain for line in difference({"resource": "keys", "id": "1", "before": {"a": [1]}, "after": None})]
    more = [line.plain for line in difference({"further": 1200})]

    assert made == ["keys 1 made", "  + a: 1"]
    assert gone == ["keys 1 deleted", "  - a: [1]"]
    assert more == ["and 1,200 rows more"]


async def test_hostile_change_is_only_text() -> None:
    """What somebody wrote into a name cannot steer the terminal of whoever looks at the log."""
    gateway = company()
    evil = "\x1b]52;c;ZXZpbA==\x07[bold red]x[/]"
    gateway.people.audit = [record(1, changes=[{"resource": "r", "id": "1", "before": None, "after": {"name": evil}}])]
    async with operating(gateway) as pilot:
        await pilot.press("8")
        await until_seen(pilot, "Audit 1")
        await pilot.press("enter")
        await until(pilot, lambda: "+ name:" in seen(pilot))

        assert "+ name: ]52;c;ZXZpbA==[bold red]x[/]" in seen(pilot)

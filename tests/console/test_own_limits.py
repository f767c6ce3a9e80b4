"""The limits of a key, changed from its own page."""

from __future__ import annotations

from tests.console.driving import Operator, fill, operating, seen, until, until_seen
from tests.console.fake_gateway import FakeGateway
from tests.console.samples import Json, api_key, limit, rate

BUDGET: Json = {"type": "cost", "credit_limit": 50, "periodic_reset": "monthly"}
RATE: Json = {"type": "requests", "unit": "rpm", "value": 60}
PATH = "/v1/api-keys/key-1"


def limited() -> FakeGateway:
    """A gateway whose key has a budget and a rate, and another key that has nothing."""
    gateway = FakeGateway()
    own: Json = {"usage_limits": [BUDGET], "rate_limits": [RATE]}
    gateway.keys = [api_key("key-1", "chat") | own, api_key("key-2", "bare")]
    gateway.limits.rows = [limit("l-1", "api_key", "key-1"), rate("l-2", "api_key", "key-1")]
    return gateway


async def page_of(pilot: Operator, name: str) -> None:
    """The page of a key."""
    await until_seen(pilot, name)
    await pilot.press(*([] if name == "chat" else ["j"]), "enter")
    await until_seen(pilot, f"Key {name}", "Limits of its own")


async def choose(pilot: Operator, words: str) -> None:
    """What is to be done about the limits."""
    await pilot.press("b")
    await until_seen(pilot, words)
    lines = [
        line
        for line in seen(pilot).splitlines()
        if any(f" {act} " in line for act in ("Change", "Set", "Delete", "Raise"))
    ]
    place = next(number for number, line in enumerate(lines) if words in line)
    await pilot.press(*["down"] * place, "enter")


async def test_budget_and_rate_are_changed_from_the_keys_page() -> None:
    """`b` on a key's page lists its limits; one that is changed is sent with the key's others, and the page is back."""
    gateway = limited()
    async with operating(gateway, at="keys") as pilot:
        await page_of(pilot, "chat")
        await choose(pilot, "Change $50.00 monthly")
        await until_seen(pilot, "Amount")
        await fill(pilot, credit_limit="80")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: gateway.asked)
        await until_seen(pilot, "Key chat", "b changes them")

        await choose(pilot, "Change 60 requests/min")
        await until_seen(pilot, "At most")
        await fill(pilot, value="5")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: len(gateway.asked) == 2)

    assert gateway.asked == [
        ("PUT", PATH, {"usage_limits": [BUDGET | {"credit_limit": 80}]}),
        ("PUT", PATH, {"rate_limits": [RATE | {"value": 5}]}),
    ]


async def test_limit_of_a_key_is_raised_and_deleted_from_its_page() -> None:
    """A budget may be raised for a while there, and a rate taken away after a question."""
    gateway = limited()
    async with operating(gateway, at="keys") as pilot:
        await page_of(pilot, "chat")
        await choose(pilot, "Raise $50.00 monthly")
        await until_seen(pilot, "Raise the budget of", "Hours")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: gateway.asked)
        await until_seen(pilot, "Key chat", "b changes them")

        await choose(pilot, "Delete 60 requests/min")
        await until_seen(pilot, "Delete 60 requests/min of key key-1?")
        await pilot.press("right", "enter")
        await until(pilot, lambda: len(gateway.asked) == 2)

    assert [(method, path) for method, path, _ in gateway.asked] == [("POST", "/v1/limits/l-1/raise"), ("PUT", PATH)]
    assert gateway.asked[1][2] == {"rate_limits": []}


async def test_key_without_limits_gets_its_first() -> None:
    """With nothing to change `b` is the form of a new limit, for this key."""
    async with operating(limited(), at="keys") as pilot:
        await page_of(pilot, "bare")

        await pilot.press("b")

        await until_seen(pilot, "New limit", "an API key", "bare")

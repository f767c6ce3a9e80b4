"""Marks: several rows, and one act that is asked about once."""

from __future__ import annotations

import pytest

from tests.console.driving import console_of, operating, seen, unseen, until, until_seen
from tests.console.fake_gateway import FakeGateway
from tests.console.furnished import furnished
from tests.console.samples import api_key, model


def keys(count: int = 7) -> FakeGateway:
    """A gateway with so many API keys."""
    gateway = FakeGateway()
    gateway.keys = [api_key(f"key-{number}", f"app-{number}") for number in range(count)]
    return gateway


async def test_marked_keys_are_revoked_together() -> None:
    """Space marks and goes on, `d` asks once with the number and the names, and only the marked keys go."""
    gateway = keys()
    async with operating(gateway, at="keys") as pilot:
        await until_seen(pilot, "app-6")
        await pilot.press("space", "j", "space", "space", "space", "space", "space")
        await until_seen(pilot, "6 marked (Esc takes the marks back)", "●app-0", " app-1", "●app-6")

        await pilot.press("d")
        await until_seen(pilot, "Revoke 6 keys?", "`app-0`, `app-2`, `app-3`, `app-4`, `app-5` and 1 more:")
        await pilot.press("right", "enter")

        await until_seen(pilot, "6 revoked.", "Keys 1", "app-1")
        assert [key["name"] for key in gateway.keys] == ["app-1"]
        assert "marked" not in seen(pilot)


@pytest.mark.parametrize(
    ("states", "verb", "sent"),
    [
        (("active", "active"), "Pause", "paused"),
        (("active", "paused"), "Pause", "paused"),
        (("paused", "paused"), "Resume", "active"),
    ],
)
async def test_marked_keys_are_paused_together(states: tuple[str, str], verb: str, sent: str) -> None:
    """`P` pauses the marked keys, or lets them in again where every one of them is paused."""
    gateway = keys(3)
    for key, state in zip(gateway.keys, states, strict=False):
        key["status"] = state
    async with operating(gateway, at="keys") as pilot:
        await until_seen(pilot, "app-2")
        await pilot.press("space", "m", "P")
        await until_seen(pilot, f"{verb} 2 keys?")
        await pilot.press("right", "enter")

        await until_seen(pilot, f"2 {verb.lower()}d.")
        assert [(path, body) for _, path, body in gateway.asked] == [
            (f"/v1/api-keys/key-{number}", {"status": sent}) for number in range(2)
        ]


async def test_what_is_refused_stays_marked() -> None:
    """One refusal does not stop the others; it is told with its name, and its row is still marked."""
    gateway = keys(3)
    gateway.will_refuse("/v1/api-keys/key-1", 403, "not yours")
    async with operating(gateway, at="keys") as pilot:
        await until_seen(pilot, "app-2")
        await pilot.press("space", "space", "space", "d")
        await until_seen(pilot, "Revoke 3 keys?")
        await pilot.press("right", "enter")

        await until_seen(pilot, "1 of 3 not revoked, still marked: `app-1`: not yours", "●app-1")
        assert [key["id"] for key in gateway.keys] == ["key-1"]


async def test_marks_are_taken_back_before_the_filter() -> None:
    """Marks stay when a filter hides their rows, which is said; Esc takes them back first, and then shows all."""
    gateway = keys(3)
    async with operating(gateway, at="keys") as pilot:
        await until_seen(pilot, "app-2")
        await pilot.press("space", "slash", *"app-1", "enter", "space")
        await until_seen(pilot, "2 marked, 1 of them hidden by the filter", "1 of 3 contain `app-1`")

        await pilot.press("escape")
        await unseen(pilot, "marked")
        assert "1 of 3 contain" in seen(pilot)
        await pilot.press("escape")

        await until_seen(pilot, "app-2")
        assert gateway.asked == []


async def test_mark_of_a_row_that_goes_goes_with_it() -> None:
    """What somebody else took away meanwhile is not acted on."""
    gateway = keys(3)
    async with operating(gateway, at="keys") as pilot:
        await until_seen(pilot, "app-2")
        await pilot.press("space", "space")
        await until_seen(pilot, "2 marked")
        del gateway.keys[0]
        await pilot.press("r")

        await until_seen(pilot, "1 marked")


async def test_marked_models_are_switched_together() -> None:
    """`P` in Models switches the marked ones alike, in one request for each account; other lists have no marks."""
    gateway = furnished()
    async with operating(gateway, at="catalog") as pilot:
        await until_seen(pilot, "openai-prod")
        assert "Space Mark" not in seen(pilot)
        await pilot.press("h")
        await until_seen(pilot, "gpt-5", "qwen3")
        await pilot.press("space", "space", "space", "P")
        await until_seen(pilot, "Enable the 3 models that are marked?")
        await pilot.press("right", "enter")

        await until(pilot, lambda: len(gateway.asked) == 2)
        both = [{"slug": name, "enabled": True} for name in ("gpt-4o", "gpt-5")]
        assert gateway.asked == [
            ("PUT", "/v1/integrations/openai-prod/models", {"models": both}),
            ("PUT", "/v1/integrations/local/models", {"models": [{"slug": "qwen3", "enabled": True}]}),
        ]
        await unseen(pilot, "marked")


async def test_marked_models_are_deleted_if_all_are_custom() -> None:
    """`d` deletes the marked models; where one comes with its vendor none goes, and it is named."""
    gateway = furnished()
    gateway.models["local"] = [model("qwen3", is_custom=True), model("llama", is_custom=True)]
    async with operating(gateway, at="catalog") as pilot:
        await pilot.press("h")
        await until_seen(pilot, "gpt-5", "qwen3")
        await pilot.press("j", "space", "space", "space", "d")
        await until_seen(pilot, "`gpt-5`: what comes with a vendor stays; P disables it.")
        assert gateway.asked == []
        await pilot.press("k", "k", "space", "d")
        await until_seen(pilot, "Delete 2 models?", "`qwen3`, `llama`")
        await pilot.press("right", "enter")

        await until_seen(pilot, "2 deleted.")
        assert gateway.models["local"] == []


async def test_read_only_console_marks_nothing() -> None:
    """Where nothing may be changed there is nothing to mark for."""
    app = console_of(keys(2), at="keys", is_read_only=True)
    async with app.run_test() as pilot:
        await until_seen(pilot, "app-1")
        await pilot.press("space", "m")

        assert "●" not in "\n".join(seen(pilot).splitlines()[1:])

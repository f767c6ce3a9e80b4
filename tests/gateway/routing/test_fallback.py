"""Fallback: the next target is asked when one fails, and everything says how it went."""

import pytest

from console.demo.vendor import SimulatedVendor
from tests.gateway.routed import Json, another, attempts, demo, fallback, through, told
from tests.gateway.running import Gateway

BAD = "demo-error-500"


async def test_next_target_answers(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A target that fails hands over to the next, and the answer's headers name the one that gave it."""
    answer = await through(gateway, fallback(demo(BAD), demo("gpt-4o-mini")))

    assert told(answer) == (200, "config.targets[1]", "0")
    assert answer.headers["x-portkey-provider"] == "openai"
    assert answer.json()["model"] == "gpt-4o-mini-2024-07-18"
    assert [asked.body["model"] for asked in vendor.requests] == [BAD, "gpt-4o-mini"]


async def test_record_has_every_attempt(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """The log record has each target's place, status and time, and belongs to the one that answered."""
    await another(gateway, vendor, "other")
    await through(gateway, fallback(demo(BAD), demo("gpt-4o-mini", provider="@other")))

    log = await gateway.log()

    tried = log["metrics"]["attempts"]
    assert [(one["provider"], one["path"], one["status"]) for one in tried] == [
        ("demo", "config.targets[0]", 500),
        ("other", "config.targets[1]", 200),
    ]
    assert all(one["duration_ms"] > 0 for one in tried)
    assert 0 < tried[0]["began_ms"] < tried[0]["began_ms"] + tried[0]["duration_ms"] <= tried[1]["began_ms"]
    assert (tried[0]["error"] is None, tried[1]["error"], tried[1].get("cost")) == (False, None, None)
    (row,) = await gateway.logs()
    assert (row["ai_model"], row["last_used_option_index"]) == ("gpt-4o-mini", "config.targets[1]")


async def test_last_failure_is_the_answer(gateway: Gateway) -> None:
    """When all fail the client gets the last one's status and words."""
    answer = await through(gateway, fallback(demo(BAD), demo("demo-error-503")))

    assert told(answer) == (503, "config.targets[1]", "0")
    assert "asked to answer 503" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("status", "listed", "goes_on"), [(500, [429], False), (404, None, True), (400, None, False), (400, [400], True)]
)
async def test_statuses_that_lead_on(
    gateway: Gateway, vendor: SimulatedVendor, status: int, listed: list[int] | None, goes_on: bool
) -> None:
    """Whatever is no success leads on but a refusal of the request itself; a list of statuses goes before that."""
    config = fallback(demo(f"demo-error-{status}"), demo(), **({"on_status_codes": listed} if listed else {}))

    answer = await through(gateway, config)

    assert told(answer) == ((200, "config.targets[1]", "0") if goes_on else (status, "config.targets[0]", "0"))
    assert len(vendor.requests) == 1 + goes_on


@pytest.mark.parametrize("model", ["demo-reset", "demo-garbage"])
async def test_broken_answers_lead_on(gateway: Gateway, model: str) -> None:
    """A connection that breaks and a page where an answer should be are failures like others."""
    answer = await through(gateway, fallback(demo(model), demo()))

    assert told(answer)[:2] == (200, "config.targets[1]")


@pytest.mark.parametrize("streamed", [False, True])
async def test_slow_target_leads_on(gateway: Gateway, vendor: SimulatedVendor, streamed: bool) -> None:
    """A target that answers nothing within its timeout is left, and its connection closed."""
    vendor.will(stall_after=0) if not streamed else vendor.will(chunks=[], stall_after=0)
    config = fallback(demo(request_timeout=60, first_token_timeout=80), demo("gpt-4o-mini"))

    answer = await through(gateway, config, stream=streamed)

    assert told(answer)[:2] == (200, "config.targets[1]")
    assert (await vendor.hung_up()).body["model"] == "gpt-4o"


async def test_unsupported_function_leads_on(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A vendor without the function is passed over, which the record tells: another may have it."""
    await another(gateway, vendor, "voyage", ai_provider_id="voyage")

    answer = await through(gateway, fallback(demo(provider="@voyage"), demo()))

    assert told(answer)[:2] == (200, "config.targets[1]")
    assert len(vendor.requests) == 1
    passed, asked = await attempts(gateway)
    assert (passed["provider"], passed["status"], passed["path"]) == ("voyage", None, "config.targets[0]")
    assert "not supported by voyage" in passed["error"]
    assert asked["status"] == 200


async def test_target_that_is_gone_leads_on(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A provider that has expired is passed over like one that is down."""
    await another(gateway, vendor, "old")
    config = fallback(demo(provider="@old"), demo())
    made = await gateway.admin.post("/v1/configs", json={"name": "c", "slug": "pc-c", "config": config})
    made.raise_for_status()
    ended = {"expires_at": "2020-01-01T00:00:00Z"}
    (await gateway.admin.put("/v1/providers/old", json=ended)).raise_for_status()

    answer = await through(gateway, "pc-c")

    assert told(answer)[:2] == (200, "config.targets[1]")


async def test_failure_names_the_target_that_failed(gateway: Gateway) -> None:
    """Where the last target cannot even be asked, the answer names that one's place and not the one before."""
    config = fallback(demo(BAD), {"provider": "@demo", "override_params": {"model": "@nobody/x"}})

    answer = await through(gateway, config)

    assert told(answer)[:2] == (404, "config.targets[1]")
    assert "x-portkey-provider" not in answer.headers


INNER: Json = {"strategy": {"mode": "loadbalance"}, "targets": [demo(BAD), demo(BAD)]}


async def test_branch_that_fails_leads_on(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A load balance inside of a fallback is one target: when its choice fails, the next of the fallback is asked."""
    answer = await through(gateway, fallback(INNER, demo()))

    assert told(answer)[:2] == (200, "config.targets[1]")
    assert len(vendor.requests) == 2


async def test_fallback_in_a_fallback(gateway: Gateway) -> None:
    """The inner targets come first, then the outer ones; the place says where in the tree the answer is from."""
    inner = fallback(demo(BAD), demo("gpt-4o-mini"), on_status_codes=[500])
    deep = await through(gateway, fallback(demo(BAD), inner))
    listed = fallback(demo("demo-error-503"), demo(), on_status_codes=[500])
    outer = await through(gateway, fallback(listed, demo("gpt-4o-mini")))

    assert told(deep)[:2] == (200, "config.targets[1].targets[1]")
    assert told(outer)[:2] == (200, "config.targets[1]")


async def test_content_filter_is_not_routed_around(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A vendor that will not answer this is right everywhere, whatever status it says it with."""
    refusal = {"error": {"message": "Filtered", "type": "x", "param": "prompt", "code": "content_filter"}}
    vendor.will(403, refusal)

    answer = await through(gateway, fallback(demo(), demo()))

    assert (told(answer)[:2], len(vendor.requests)) == ((403, "config.targets[0]"), 1)
    assert answer.json()["error"]["code"] == "content_filter"

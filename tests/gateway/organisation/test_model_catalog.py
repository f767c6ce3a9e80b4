"""The model catalog at the front door: what models cost, where they are asked, what they default to, and how long."""

from __future__ import annotations

from typing import Any

from console.demo.vendor import SimulatedVendor, serve_vendor
from tests.gateway.departments import made
from tests.gateway.running import Gateway, Json

PRICE = {"type": "static", "pay_as_you_go": {"request_token": {"price": 0.01}, "response_token": {"price": 0.02}}}
"""Cents a token: 100,000 and 200,000 nanodollars."""


async def say(gateway: Gateway, *models: Json, **more: Any) -> None:
    """Decide about models of the account behind `@demo`."""
    answer = await gateway.admin.put("/v1/integrations/demo/models", json={"models": list(models), **more})
    assert answer.is_success, answer.text


async def cost_of(gateway: Gateway, model: str) -> tuple[int, int, int]:
    """Nanodollars of a request, and the tokens it read and wrote."""
    answer = await gateway.chat(model=f"@demo/{model}")
    assert answer.status_code == 200, answer.text
    log = (await gateway.logs())[0]
    usage = answer.json()["usage"]
    return log["cost_nanodollars"], usage["prompt_tokens"], usage["completion_tokens"]


async def test_own_price(gateway: Gateway) -> None:
    """A model that the operator priced costs that, whatever a list or a multiplier says, and it is told back."""
    await say(gateway, {"slug": "gpt-4o", "enabled": True, "pricing_config": PRICE})
    await gateway.admin.put("/v1/integrations/demo", json={"pricing_adjustments": {"multiplier": {"default": 9}}})

    cost, read, written = await cost_of(gateway, "gpt-4o")
    models = (await gateway.admin.get("/v1/integrations/demo/models")).json()["models"]

    assert cost == read * 100_000 + written * 200_000
    assert next(each for each in models if each["slug"] == "gpt-4o")["pricing_config"]["pay_as_you_go"]


async def test_multiplier_of_an_account(gateway: Gateway) -> None:
    """An account with a discount costs so much of the list's price, from the next request on, and its list says so."""
    full, *tokens = await cost_of(gateway, "gpt-4o")
    discount = {"pricing_adjustments": {"multiplier": {"default": 0.5}}}
    assert (await gateway.admin.put("/v1/integrations/demo", json=discount)).is_success

    half, *same = await cost_of(gateway, "gpt-4o")
    rows = (await gateway.admin.get("/v1/integrations/demo/models")).json()["models"]
    said = {row["slug"]: (row["price"], row["context_window"]) for row in rows}

    assert said["gpt-4o"] == ({"input": 1.25, "output": 5.0}, 128_000)
    assert said["demo-fast"] == (None, None)
    assert tokens == same
    assert half * 2 == full > 0


async def test_fine_tune_costs_what_its_base_costs(gateway: Gateway) -> None:
    """A fine-tune is asked by its own name, priced as its base, and with a price of its own by that."""
    tuned = {"slug": "ft:gpt-4o:mine", "enabled": True, "is_custom": True, "is_finetune": True}
    await say(gateway, tuned | {"base_model_slug": "gpt-4o"})

    as_base, read, written = await cost_of(gateway, "ft:gpt-4o:mine")
    await say(gateway, tuned | {"pricing_config": PRICE})
    own, *same = await cost_of(gateway, "ft:gpt-4o:mine")

    assert as_base == read * 2_500 + written * 10_000
    assert (own, same) == (read * 100_000 + written * 200_000, [read, written])


async def test_custom_model_without_a_price_is_unpriced(gateway: Gateway) -> None:
    """What nobody knows the price of is marked, and not free."""
    await say(gateway, {"slug": "house-model", "enabled": True, "is_custom": True})

    await gateway.chat(model="@demo/house-model")
    log = (await gateway.logs())[0]

    assert (log["response_status_code"], log["cost_nanodollars"], log["is_priced"]) == (200, None, False)


async def test_host_and_headers_of_an_account_and_of_a_model(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """An account's headers go with all its requests; a model's own address and headers with that model's alone."""
    async with serve_vendor() as elsewhere:
        headers = {"custom_host": vendor.url, "custom_headers": {"x-team": "account", "x-only": "account"}}
        assert (await gateway.admin.put("/v1/integrations/demo", json={"configurations": headers})).is_success
        own = {"custom_host": elsewhere.url, "custom_headers": {"X-Team": "model"}}
        await say(gateway, {"slug": "far", "enabled": True, "is_custom": True, "configurations": own})
        for task in tuple(gateway.plant.errands):
            await task
        vendor.forget()

        await gateway.chat(model="@demo/gpt-4o")
        await gateway.chat(model="@demo/far")

        (near,), (far,) = vendor.requests, elsewhere.requests
    shown = (await gateway.admin.get("/v1/integrations/demo")).text
    assert (near.headers["x-team"], near.headers["x-only"], near.body["model"]) == ("account", "account", "gpt-4o")
    assert (far.headers["x-team"], far.headers["x-only"], far.body["model"]) == ("model", "account", "far")
    assert '"account"' not in shown


async def test_defaults_of_a_model(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A model's defaults are for requests that do not say them: a request's own win, by any name of the same thing."""
    defaults = {"default_params": {"max_tokens": 77, "temperature": 0.3}}
    await say(gateway, {"slug": "gpt-4o", "enabled": True, "configurations": defaults})

    await gateway.chat()
    await gateway.chat(max_completion_tokens=5, temperature=1)

    first, second = (request.body for request in vendor.requests)
    assert (first["max_tokens"], first["temperature"]) == (77, 0.3)
    assert (second.get("max_tokens"), second["max_completion_tokens"], second["temperature"]) == (None, 5, 1)


ALLOWED = [("gpt-4o", True, 412), ("gpt-4o-mini", True, 200), ("gpt-4o-mini", False, 412), ("mine", False, 200)]
"""A model, whether those that nobody decided about may be used, and the status."""


async def test_models_that_are_allowed(gateway: Gateway) -> None:
    """A model that is switched off, or that nobody decided about where that is needed, is a 412 that names it."""
    off, mine = {"slug": "gpt-4o", "enabled": False}, {"slug": "mine", "enabled": True, "is_custom": True}
    for model, allow_all, status in ALLOWED:
        await say(gateway, off, mine, allow_all_models=allow_all)

        answer = await gateway.chat(model=f"@demo/{model}")

        assert (model, allow_all, answer.status_code) == (model, allow_all, status)
        assert status == 200 or (answer.json()["error"]["code"], model in answer.text) == ("model_not_allowed", True)


async def test_provider_that_ends(gateway: Gateway) -> None:
    """A provider is refused and not listed from its end on, and goes on when it is given more time."""
    await made(gateway, "/providers", {"name": "Trial", "integration_id": "demo", "expires_at": "2020-01-01T00:00:00Z"})

    over = await gateway.chat(model="@trial/gpt-4o")
    status = (await gateway.admin.get("/v1/providers/trial")).json()["status"]
    listed = [each["id"] for each in (await gateway.app.get("/v1/models")).json()["data"]]
    await gateway.admin.put("/v1/providers/trial", json={"expires_at": None})
    on = await gateway.chat(model="@trial/gpt-4o")
    other = await gateway.chat(model="@demo/gpt-4o")

    assert (over.status_code, "`@trial`" in over.text, status) == (404, True, "expired")
    assert not [each for each in listed if each.startswith("@trial/")]
    assert (on.status_code, other.status_code) == (200, 200)


async def test_provider_with_a_budget_is_exhausted(gateway: Gateway) -> None:
    """A provider whose money is used up says so in its status, and a reset makes it active again."""
    limits = {"usage_limits": {"type": "requests", "credit_limit": 1}}
    assert (await gateway.admin.put("/v1/providers/demo", json=limits)).is_success

    answers = [(await gateway.chat()).status_code for _ in range(2)]
    exhausted = (await gateway.admin.get("/v1/providers/demo")).json()["status"]
    await gateway.admin.put("/v1/providers/demo", json={"reset_usage": True})
    active = (await gateway.admin.get("/v1/providers/demo")).json()["status"]

    assert (answers, exhausted, active) == ([200, 412], "exhausted", "active")
    assert (await gateway.chat()).status_code == 200

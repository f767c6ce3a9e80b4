"""Shadow: rules and limits that are tried first let everybody through, and count whom they would have refused."""

from __future__ import annotations

import pytest

from console.demo.vendor import SimulatedVendor
from tests.gateway.departments import key_in, workspace
from tests.gateway.limited import budget, chat, limited
from tests.gateway.running import Gateway, Json, ask

CHAT = "/v1/chat/completions"
MODELS = "/v1/integrations/demo/models"
ONE_MODEL: Json = {"models": [{"slug": "gpt-4o", "enabled": True}], "allow_all_models": False}


async def rules(gateway: Gateway) -> list[Json]:
    """The rules about models that are in shadow."""
    rows = (await gateway.admin.get("/v1/limits")).raise_for_status().json()["data"]
    return [row for row in rows if row["kind"] == "models"]


@pytest.mark.parametrize(
    ("change", "model"),
    [
        (ONE_MODEL, "made-up"),
        ({"models": [{"slug": "gpt-4o-mini", "enabled": False}]}, "gpt-4o-mini"),
    ],
    ids=["not allowed", "not enabled"],
)
async def test_model_that_is_not_allowed_is_counted_and_let_through(
    gateway: Gateway, vendor: SimulatedVendor, change: Json, model: str
) -> None:
    """In shadow a model that would be a 412 reaches the vendor; the list of limits, the log and analytics count it."""
    (await gateway.admin.put(MODELS, json=change | {"shadow_models": True})).raise_for_status()
    in_shadow = [(await gateway.chat(model=f"@demo/{name}")).status_code for name in (model, model, "gpt-4o")]
    (rule,) = await rules(gateway)
    listed = (await gateway.admin.get(MODELS)).json()["shadow_models"]
    rows = await gateway.logs(would_have_refused="model_not_allowed")
    groups = (await gateway.admin.get("/v1/analytics/groups/would-have-refused")).json()["data"]

    (await gateway.admin.put(MODELS, json={"models": [], "shadow_models": False})).raise_for_status()
    enforced = await gateway.chat(model=f"@demo/{model}")

    assert (in_shadow, listed) == ([200, 200, 200], True)
    assert [each.body["model"] for each in vendor.requests] == [model, model, "gpt-4o"]
    assert (rule["mode"], rule["would_have_refused"], rule["models"]) == ("shadow", 2, {model: 2})
    assert [row["ai_model"] for row in rows] == [model, model]
    assert f"`{model}` is not" in rows[0]["would_have_refused"][0]["message"]
    assert [(each["error_code"], each["requests"]) for each in groups] == [("model_not_allowed", 2)]
    assert (enforced.status_code, await rules(gateway)) == (412, [])


async def test_workspace_has_a_rule_of_its_own(gateway: Gateway) -> None:
    """What is decided for a workspace wins over the integration; a workspace sees its own rule, and may begin anew."""
    await workspace(gateway, "sales")
    (await gateway.admin.put(MODELS, json=ONE_MODEL)).raise_for_status()
    own: Json = {"id": "sales", "enabled": True, "default_provider_slug": "sales", "shadow_models": True}
    access = "/v1/integrations/demo/workspaces"
    (await gateway.admin.put(access, json={"workspaces": [own]})).raise_for_status()

    async with await key_in(gateway, "sales", "completions.write", "policies.list", "policies.read") as sales:
        answers = [(await sales.post(CHAT, json=ask(model="@sales/made-up"))).status_code]
        (rule,) = (await sales.get("/v1/limits")).json()["data"]
        alone = (await sales.get(f"/v1/limits/{rule['id']}")).json()
    answers.append((await gateway.chat(model="@demo/made-up")).status_code)

    anew = await gateway.admin.post(f"/v1/limits/{rule['id']}/reset")

    shown = {each["id"]: each["shadow_models"] for each in (await gateway.admin.get(access)).json()["workspaces"]}
    assert answers == [200, 412]
    assert (rule["name"], rule["owner"].endswith("@sales"), rule["models"]) == ("demo", True, {"made-up": 1})
    assert (anew.json()["would_have_refused"], (await rules(gateway))[0]["models"]) == (0, {})
    assert (alone, shown) == (rule, {"default": False, "sales": True})


async def test_retries_count_once(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A request that is tried three times would have been refused once."""
    (await gateway.admin.put(MODELS, json=ONE_MODEL | {"shadow_models": True})).raise_for_status()
    vendor.will(503, times=2)
    config = '{"retry": {"attempts": 2, "on_status_codes": [503]}}'

    answer = await gateway.app.post(CHAT, json=ask(model="@demo/made-up"), headers={"x-portkey-config": config})

    (rule,) = await rules(gateway)
    assert (answer.status_code, len(vendor.requests), rule["would_have_refused"]) == (200, 3, 1)
    assert len((await gateway.log())["metrics"]["would_have_refused"]) == 1


async def test_limits_in_shadow_stand_on_the_record(gateway: Gateway) -> None:
    """What a budget and a rate in shadow would have refused is on the record of each request, with its reason."""
    rate = [{"type": "requests", "unit": "rpd", "value": 1, "shadow": True}]
    async with limited(gateway, usage_limits=budget(0, shadow=True), rate_limits=rate) as app:
        answers = [(await chat(app)).status_code for _ in range(2)]

    newest, first = await gateway.logs(status="200")
    codes = [[each["code"] for each in row["would_have_refused"]] for row in (first, newest)]
    found = [row["id"] for row in await gateway.logs(would_have_refused="rate_limit_exceeded")]
    assert answers == [200, 200]
    assert codes == [["budget_exhausted"], ["budget_exhausted", "rate_limit_exceeded"]]
    limits = (await gateway.admin.get("/v1/limits")).json()["data"]
    assert [each["would_have_refused"] for each in limits] == [2, 1]
    assert found == [newest["id"]]
    assert newest["error"] is None


async def test_soft_budget_refuses_nobody_and_says_so(gateway: Gateway) -> None:
    """A soft budget that is used up counts what a hard one would have refused, and not as refused."""
    async with limited(gateway, usage_limits=budget(0, mode="soft")) as app:
        answer = await chat(app)

    (limit,) = (await gateway.admin.get("/v1/limits")).json()["data"]
    assert answer.status_code == 200
    assert (limit["refused"], limit["would_have_refused"], limit["mode"]) == (0, 1, "soft")

"""Deleting what is in use says by what, and deletes nothing."""

from __future__ import annotations

from tests.gateway.departments import made, organisation_key, user, workspace
from tests.gateway.running import Gateway

POLICY = {"name": "guard", "group_by": [{"key": "api_key"}], "type": "cost", "credit_limit": 1}


async def told(gateway: Gateway, path: str) -> str:
    """What is said to whoever deletes it; it must still be there."""
    answer = await gateway.admin.delete(f"/v1{path}")
    there = await gateway.admin.get(f"/v1{path}".partition("?")[0])
    assert (answer.status_code, there.status_code) == (409, 200), answer.text
    message: str = answer.json()["error"]["message"]
    return message


ABOUT_DEMO = {
    "by slug": {"key": "provider", "value": "demo"},
    "by model": {"key": "model", "value": ["@demo/gpt-4o", "@other/x"]},
    "by models": {"key": "model", "value": "@demo/*"},
}


async def test_provider_that_policies_are_about(gateway: Gateway) -> None:
    """A policy without its provider would limit nothing: neither the provider nor its integration goes."""
    for name, condition in ABOUT_DEMO.items():
        await made(gateway, "/policies/usage-limits", POLICY | {"name": name, "conditions": [condition]})

    said = [await told(gateway, "/providers/demo"), await told(gateway, "/integrations/demo")]

    users = "in use by policy `by slug`, policy `by model`, policy `by models`"
    assert [users in each for each in said] == [True, True]


async def test_policy_of_the_organisation_is_not_named_to_a_workspace(gateway: Gateway) -> None:
    """Who may not see the policy learns that there is one, and an organisation's key its name."""
    await made(gateway, "/policies/usage-limits", POLICY | {"conditions": [{"key": "provider", "value": "demo"}]})
    key = {"name": "k", "scopes": ["providers.delete"]}
    secret = (await made(gateway, "/api-keys/workspace/service", key))["key"]

    answer = await gateway.app.delete("/v1/providers/demo", headers={"authorization": f"Bearer {secret}"})

    assert answer.status_code == 409
    assert "a policy of the organisation" in answer.json()["error"]["message"]
    assert "guard" not in answer.text


async def test_config_of_keys_workspaces_and_configs(gateway: Gateway) -> None:
    """A config names its users: API keys, other configs, and workspaces by default or for their users' keys."""
    await workspace(gateway, "red")
    config = {"name": "used", "config": {"provider": "@demo"}}
    slug = (await made(gateway, "/configs", config))["data"]["slug"]
    await made(
        gateway,
        "/api-keys/workspace/service",
        {"name": "an app", "scopes": ["completions.write"], "defaults": {"config_id": slug}},
    )
    fallback = {"strategy": {"mode": "fallback"}, "targets": [{"config": slug}, {"provider": "@demo"}]}
    other = (await made(gateway, "/configs", {"name": "other", "config": fallback}))["data"]["slug"]
    defaults = {"defaults": {"config_id": slug}}
    assert (await gateway.admin.put("/v1/admin/workspaces/default", json=defaults)).is_success

    said = await told(gateway, f"/configs/{slug}")

    for users in ("API key `an app`", f"config `{other}`", "workspace `default`, whose default it is"):
        assert users in said


async def test_model_that_others_were_made_of(gateway: Gateway) -> None:
    """A custom model that others take their price from stays, and they are named."""
    base = {"slug": "base", "enabled": True, "is_custom": True}
    tuned = {"slug": "ft:one", "enabled": True, "is_custom": True, "base_model_slug": "base"}
    await gateway.admin.put("/v1/integrations/demo/models", json={"models": [base, tuned]})

    said = await told(gateway, "/integrations/demo/models?slugs=base")
    both = await gateway.admin.delete("/v1/integrations/demo/models", params={"slugs": "base,ft:one"})

    assert "is the base of `ft:one`" in said
    assert both.status_code == 200


async def test_workspace_names_what_belongs_to_it(gateway: Gateway) -> None:
    """A workspace with a policy and a key is not deleted, and both are named."""
    await workspace(gateway, "red")
    key = {"name": "red app", "scopes": ["completions.write"], "workspace_id": "red"}
    await made(gateway, "/api-keys/workspace/service", key)
    await made(
        gateway,
        "/policies/usage-limits",
        POLICY | {"conditions": [{"key": "model", "value": "x"}], "workspace_id": "red"},
    )

    said = await told(gateway, "/admin/workspaces/red")

    assert "API key `red app`, policy `guard`" in said


async def test_user_takes_their_keys_along_by_name(gateway: Gateway) -> None:
    """Who is removed can do nothing any more: the answer names the keys that ended."""
    who = await user(gateway, "ada@example.com", default="member")
    await made(gateway, "/api-keys/workspace/user", {"name": "ada's", "user_id": who})

    async with await organisation_key(gateway, "organisation_users.delete", "workspaces.read") as someone:
        refused = await someone.delete(f"/v1/admin/users/{who}")
    answer = await gateway.admin.delete(f"/v1/admin/users/{who}")

    assert refused.status_code == 403
    assert answer.json() == {"removed_api_keys": ["ada's"]}

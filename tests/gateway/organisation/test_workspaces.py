"""Workspaces: each has its own things, and nobody in one knows of another's."""

from typing import Any

import pytest

from tests.gateway.departments import key_in, made, organisation_key, provide, user, workspace
from tests.gateway.running import Gateway, ask

READ = ("providers.read", "providers.list", "configs.read", "configs.list", "workspaces.list", "workspaces.read")
CHANGE = ("providers.update", "providers.delete", "configs.update", "configs.delete", "workspace_service_api_keys.read")


async def test_workspace_is_made_shown_changed_and_deleted(gateway: Gateway) -> None:
    """A workspace goes through its life by id and by slug, with the fields it was given."""
    limits = {"usage_limits": [{"credit_limit": 10, "type": "cost"}], "rate_limits": None}
    new = await workspace(gateway, "Sales", description="They sell", defaults={"metadata": {"team": "s"}}, **limits)

    shown = (await gateway.admin.get(f"/v1/admin/workspaces/{new['slug']}")).json()
    change = {"name": "Selling", "defaults": {"metadata": {"team": "t"}}}
    changed = (await gateway.admin.put(f"/v1/admin/workspaces/{new['id']}", json=change)).json()
    listed = (await gateway.admin.get("/v1/admin/workspaces", params={"exact_name": "Selling"})).json()
    gone = await gateway.admin.delete(f"/v1/admin/workspaces/{new['id']}")
    after = (await gateway.admin.get("/v1/admin/workspaces")).json()

    assert (new["slug"], new["description"], shown["defaults"]["metadata"]) == ("sales", "They sell", {"team": "s"})
    assert shown["usage_limits"][0]["credit_limit"] == 10
    assert (changed["name"], changed["defaults"]["metadata"], listed["total"]) == ("Selling", {"team": "t"}, 1)
    assert (gone.status_code, [each["slug"] for each in after["data"]]) == (200, ["default"])


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"name": ""}, "name"),
        ({"name": "a", "slug": "a b"}, "slug"),
        ({"name": "a", "defaults": {"metadata": {"x": "y" * 200}}}, "defaults.metadata.x"),
        ({"name": "a", "defaults": {"metadata_schema": {"type": "array"}}}, "defaults.metadata_schema"),
        ({"name": "a", "defaults": {"metadata_schema": {"type": "object", "required": 1}}}, "defaults.metadata_schema"),
        (
            {"name": "a", "defaults": {"metadata_schema": {"type": "object", "$ref": "http://127.0.0.1:1/x"}}},
            "defaults.metadata_schema",
        ),
        ({"name": "a", "defaults": {"config_id": "pc-none"}}, "defaults.config_id"),
        ({"name": "a", "usage_limits": [{"credit_limit": -1}]}, "usage_limits[0].credit_limit"),
        ({"name": "a", "users": ["nobody"]}, "users[0]"),
    ],
)
async def test_wrong_workspace_is_refused_by_field(gateway: Gateway, body: dict[str, Any], param: str) -> None:
    """What is wrong is named, and no workspace is made."""
    answer = await gateway.admin.post("/v1/admin/workspaces", json=body)

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)
    assert (await gateway.admin.get("/v1/admin/workspaces")).json()["total"] == 1


async def test_every_problem_is_told_at_once(gateway: Gateway) -> None:
    """One answer names every field that is wrong."""
    answer = await gateway.admin.post("/v1/admin/workspaces", json={"name": "", "slug": "a b", "rate_limits": [1]})

    message = answer.json()["error"]["message"]
    assert all(f"`{field}`" in message for field in ("name", "slug", "rate_limits[0]"))


async def test_slug_of_a_deleted_workspace_stays_taken(gateway: Gateway) -> None:
    """Logs and counters of a workspace that is gone never become another's."""
    new = await workspace(gateway, "sales")
    await gateway.admin.delete(f"/v1/admin/workspaces/{new['id']}")

    answer = await gateway.admin.post("/v1/admin/workspaces", json={"name": "sales"})

    assert (answer.status_code, answer.json()["error"]["param"]) == (409, "slug")


async def test_used_workspace_says_by_what(gateway: Gateway) -> None:
    """A workspace to which something belongs stays, and the refusal names it; the default one stays anyhow."""
    await workspace(gateway, "sales")
    await provide(gateway, "sales", "sales-demo")
    await key_in(gateway, "sales", "completions.write")

    answers = [await gateway.admin.delete(f"/v1/admin/workspaces/{slug}") for slug in ("sales", "default")]

    assert [answer.status_code for answer in answers] == [409, 409]
    message = answers[0].json()["error"]["message"]
    assert "`sales key`" in message
    assert "`@sales-demo`" in message


async def test_models_are_those_of_the_callers_workspace(gateway: Gateway) -> None:
    """A key lists and uses the providers of its own workspace; another's is a 404 that names nothing of it."""
    await workspace(gateway, "sales")
    await provide(gateway, "sales", "sales-demo")

    async with await key_in(gateway, "sales", "completions.write") as sales:
        listed = {row["id"].partition("/")[0] for row in (await sales.get("/v1/models")).json()["data"]}
        own = await sales.post("/v1/chat/completions", json=ask(model="@sales-demo/gpt-4o"))
        other = await sales.post("/v1/chat/completions", json=ask(model="@demo/gpt-4o"))
    log = (await gateway.logs(status="200"))[0]

    assert (listed, own.status_code, other.status_code) == ({"@sales-demo"}, 200, 404)
    assert "`@sales-demo`" in other.json()["error"]["message"]
    assert log["workspace_slug"] == "sales"


async def test_nothing_of_another_workspace_is_seen_or_changed(gateway: Gateway) -> None:
    """Providers, configs, keys and the workspace itself of one department are not there for another."""
    await workspace(gateway, "sales")
    config = (await made(gateway, "/configs", {"name": "c", "config": {"provider": "@demo"}}))["data"]["slug"]
    key = await made(gateway, "/api-keys/workspace/service", {"name": "k", "scopes": ["completions.write"]})
    paths = ["providers/demo", f"configs/{config}", f"api-keys/{key['id']}", "admin/workspaces/default"]

    async with await key_in(gateway, "sales", *READ, *CHANGE, "workspace_service_api_keys.list") as sales:
        read = [(await sales.get(f"/v1/{path}")).status_code for path in paths]
        changed = [
            (await sales.put("/v1/providers/demo", json={"name": "mine"})).status_code,
            (await sales.delete("/v1/providers/demo")).status_code,
            (await sales.put(f"/v1/configs/{config}", json={"name": "mine"})).status_code,
            (await sales.delete(f"/v1/configs/{config}")).status_code,
        ]
        lists = [(await sales.get(f"/v1/{path}")).json() for path in ("providers", "configs", "admin/workspaces")]
        keys = (await sales.get("/v1/api-keys")).json()["data"]

    assert read == [404] * 4
    assert changed == [404] * 4
    assert [len(one["data"]) for one in lists] == [0, 0, 1]
    assert [each["name"] for each in keys] == ["sales key"]


async def test_config_of_another_workspace_is_not_used(gateway: Gateway) -> None:
    """Neither a header nor a config that is sent along reaches a saved config of another workspace."""
    await workspace(gateway, "sales")
    secret = {"provider": "openai", "api_key": "sk-of-default", "custom_host": "http://127.0.0.1:9"}
    config = (await made(gateway, "/configs", {"name": "c", "config": secret}))["data"]["slug"]

    async with await key_in(gateway, "sales", "completions.write", "configs.create") as sales:
        named = await sales.post("/v1/chat/completions", json=ask(), headers={"x-portkey-config": config})
        within = f'{{"config": "{config}"}}'
        nested = await sales.post("/v1/chat/completions", json=ask(), headers={"x-portkey-config": within})
        saved = await sales.post("/v1/configs", json={"name": "d", "config": {"config": config}})

    assert [answer.status_code for answer in (named, nested, saved)] == [404, 400, 400]


async def test_default_config_and_metadata_of_a_workspace(gateway: Gateway) -> None:
    """The workspace's config rules requests without one, and its metadata wins over the key's and the request's."""
    new = await workspace(gateway, "sales", defaults={"metadata": {"team": "sales"}})
    await provide(gateway, "sales", "sales-demo")
    saved = {"name": "c", "workspace_id": "sales", "config": {"provider": "@sales-demo"}}
    config = (await made(gateway, "/configs", saved))["data"]["slug"]
    defaults = {"metadata": {"team": "sales"}, "config_id": config}
    changed = await gateway.admin.put(f"/v1/admin/workspaces/{new['id']}", json={"defaults": defaults})

    own = {"metadata": {"team": "key", "app": "crm"}}
    async with await key_in(gateway, "sales", "completions.write", defaults=own) as sales:
        headers = {"x-portkey-metadata": '{"team": "mine", "app": "mine", "x": "y"}'}
        answer = await sales.post("/v1/chat/completions", json=ask(model="gpt-4o"), headers=headers)
    log = await gateway.log(status="200")

    assert (answer.status_code, changed.json()["defaults"]["config_id"]) == (200, config)
    assert log["metrics"]["metadata"] == {"team": "sales", "app": "crm", "x": "y"}


@pytest.mark.parametrize("whose", ["workspace", "organisation"])
async def test_required_metadata_is_named(gateway: Gateway, whose: str) -> None:
    """A request without the metadata that a schema wants is a 400 that names it; with it, it is served."""
    schema = {"type": "object", "required": ["team"], "properties": {"team": {"enum": ["a", "b"]}}}
    path = {"workspace": "/v1/admin/workspaces/default", "organisation": "/v1/admin/organisation/defaults"}[whose]
    said = {"defaults": {"metadata_schema": schema}} if whose == "workspace" else {"metadata_schema": schema}
    (await gateway.admin.put(path, json=said)).raise_for_status()

    answers = [
        await gateway.app.post("/v1/chat/completions", json=ask(), headers={"x-portkey-metadata": metadata})
        for metadata in ("{}", '{"team": "c"}', '{"team": "a"}')
    ]

    assert [answer.status_code for answer in answers] == [400, 400, 200]
    assert [answer.json()["error"]["param"] for answer in answers[:2]] == ["metadata.team"] * 2
    assert '"team" is a required property' in answers[0].json()["error"]["message"]


async def test_workspace_does_not_raise_its_own_limits(gateway: Gateway) -> None:
    """A key of a workspace may change its name and not what it may spend; a key of the organisation may."""
    await workspace(gateway, "sales")
    change = {"usage_limits": [{"credit_limit": 1000}]}

    async with await organisation_key(gateway, "workspaces.update") as above:
        answers = [await above.put("/v1/admin/workspaces/sales", json=change)]
    async with await key_in(gateway, "sales", "workspaces.update", "policies.update", "policies.list") as sales:
        answers += [await sales.put("/v1/admin/workspaces/sales", json=said) for said in ({"name": "S"}, change)]
        limit = (await sales.get("/v1/limits")).json()["data"][0]["id"]
        answers.append(await sales.post(f"/v1/limits/{limit}/reset"))

    assert [answer.status_code for answer in answers] == [200, 200, 403, 403]


async def test_first_members_come_with_the_workspace(gateway: Gateway) -> None:
    """Users that a new workspace names, by id or address, are its members."""
    ann = await user(gateway, "ann@example.com")
    await user(gateway, "bob@example.com")

    new = await workspace(gateway, "sales", users=[ann, "Bob@example.com"])

    shown = (await gateway.admin.get(f"/v1/admin/workspaces/{new['id']}")).json()
    members = [(each["email"], each["role"]) for each in shown["users"]]
    assert members == [("ann@example.com", "member"), ("bob@example.com", "member")]

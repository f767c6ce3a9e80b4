"""Virtual keys: an account and its provider in one, as far as they differ from both."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gateway.departments import key_in, made, workspace
from tests.gateway.running import Gateway, Json


async def test_wrong_fields_are_told_at_once_by_their_own_names(gateway: Gateway) -> None:
    """A vendor nobody knows and a wrong budget are one answer, in a virtual key's words."""
    body = {"name": "x", "provider": "nobody", "key": "k", "slug": "a b", "usage_limits": {"credit_limit": -1}}

    answer = (await gateway.admin.post("/v1/virtual-keys", json=body)).json()["error"]

    assert [name for name in ("`provider`", "`slug`", "credit_limit") if name not in answer["message"]] == []


@pytest.mark.parametrize(
    ("body", "settings"),
    [
        (
            {"provider": "azure-openai", "resourceName": "r", "deploymentName": "d", "apiVersion": "2024-10-21"},
            {"azure_resource_name": "r", "azure_deployment_id": "d", "azure_api_version": "2024-10-21"},
        ),
        (
            {"provider": "bedrock", "awsAccessKeyId": "AKIA", "awsSecretAccessKey": "hidden", "awsRegion": "eu-west-1"},
            {"aws_access_key_id": "AKIA", "aws_region": "eu-west-1"},
        ),
    ],
)
async def test_settings_of_vendors(gateway: Gateway, body: Json, settings: Json) -> None:
    """What a vendor wants beside a key is taken by Portkey's names, and a secret among it is never shown."""
    slug = (await made(gateway, "/virtual-keys", {"name": "Mine", "key": "k-0123456789"} | body))["slug"]

    told = (await gateway.admin.get(f"/v1/virtual-keys/{slug}")).text
    shown = (await gateway.admin.get(f"/v1/virtual-keys/{slug}")).json()

    assert shown["model_config"].items() >= settings.items()
    assert "hidden" not in told


async def test_key_of_an_account_that_others_use_is_changed_there(gateway: Gateway) -> None:
    """A provider of a shared account is listed as a virtual key; its name can be changed, its key at the account."""
    name = await gateway.admin.put("/v1/virtual-keys/demo", json={"note": "mine"})
    await made(gateway, "/providers", {"name": "second", "integration_id": "demo"})

    key = await gateway.admin.put("/v1/virtual-keys/second", json={"key": "sk-other"})

    assert name.status_code == 200
    assert (key.status_code, key.json()["error"]["param"]) == (409, "key")
    assert "`PUT /v1/integrations/demo`" in key.json()["error"]["message"]


async def test_second_of_a_name_gets_a_slug_of_its_own(gateway: Gateway) -> None:
    """Names of virtual keys need not differ; a slug that is asked for is a 409 where it is taken."""
    body = {"name": "Twice", "provider": "openai", "key": "k-0123456789"}
    slugs = [(await made(gateway, "/virtual-keys", body))["slug"] for _ in range(2)]

    taken = await gateway.admin.post("/v1/virtual-keys", json=body | {"slug": "demo"})

    assert (slugs[0], slugs[1].startswith("twice-"), taken.status_code) == ("twice", True, 409)


async def test_deleting_one_in_use_says_by_what(gateway: Gateway) -> None:
    """A virtual key that a saved config names stays, with its account, and the config is named."""
    slug = (await made(gateway, "/virtual-keys", {"name": "Used", "provider": "openai", "key": "k-0123456789"}))["slug"]
    config = await made(gateway, "/configs", {"name": "user", "config": {"virtual_key": slug}})

    answer = await gateway.admin.delete(f"/v1/virtual-keys/{slug}")

    assert answer.status_code == 409
    assert config["data"]["slug"] in answer.json()["error"]["message"]
    assert (await gateway.admin.get(f"/v1/integrations/{slug}")).status_code == 200


async def test_virtual_key_belongs_to_its_workspace(gateway: Gateway) -> None:
    """One workspace's virtual key is not there for another's keys, whatever they may do."""
    for name in ("red", "blue"):
        await workspace(gateway, name)
    acts = [f"virtual_keys.{act}" for act in ("create", "read", "update", "delete", "list")]
    async with await key_in(gateway, "red", *acts) as red, await key_in(gateway, "blue", *acts) as blue:
        body = {"name": "Red's", "provider": "openai", "key": "k-0123456789"}
        slug = (await red.post("/v1/virtual-keys", json=body)).json()["slug"]
        where = f"/v1/virtual-keys/{slug}"

        theirs: list[Any] = [
            (await blue.request(method, where, json={})).status_code for method in ("GET", "PUT", "DELETE")
        ]
        lists = [(await each.get("/v1/virtual-keys")).json()["total"] for each in (red, blue)]
        reference = await red.post("/v1/virtual-keys", json=body | {"key": "env:HOME"})

    assert (theirs, lists, reference.status_code) == ([404] * 3, [1, 0], 403)

"""Help for whoever writes a config: its schema, a check that saves nothing, versions and the way back."""

from typing import Any

import jsonschema_rs
import pytest

from gateway.configs.checks import scalar_or_object
from gateway.configs.descriptions import MODES as MODE_WORDS
from gateway.configs.faults import Check
from gateway.configs.fields import FIELDS, MODES, STRATEGY
from gateway.configs.json_schema import json_schema
from gateway.configs.survey import EVERY_FIELD
from gateway.configs.vendor_settings import SECRETS
from gateway.headers import MASK
from tests.gateway.running import Gateway

Json = dict[str, Any]
PATH = "/v1/configs"
ONE: Json = {"provider": "@demo", "retry": {"attempts": 2}}
WITH_KEY: Json = {"provider": "openai", "api_key": "sk-first"}
SAMPLES: list[Any] = [
    *(True, False, 0, 1, -1, 2.5, 100, 101, 29_999, 30_000, 2**53, "", " ", "all", "simple", "fallback", "x"),
    *("user", "a..b", "x-trace", "x-portkey-api-key", "http://h.example/v1", "ftp://h", [], ["x"], [""], [404], [99]),
    *([True], [{}], ["metadata.user"], ["user"], {}, {"attempts": 1}, {"attempts": None}, {"attempts": 101}),
    *({"attempts": 1, "on_status_codes": [429.5]}, {"mode": "simple"}, {"mode": "simple", "max_age": -1}),
    *({"mode": "fallback"}, {"enabled": True, "ttl": 0}, {"enabled": True, "hash_fields": ["metadata.u"]}),
    *({"cooldown_interval": 30_000}, {"cooldown_interval": 30_000, "failure_threshold": 1}, {"tokens": 1}),
    *({"cooldown_interval": 30_000, "failure_threshold_percentage": 0}, {"tokens": 0}, {"after_ms": 1}),
    *([{"query": {"metadata.a": "b"}, "then": "x"}], [{"query": {"metadata.": 1}, "then": "x"}], [{"then": "x"}]),
    *([{"query": {"params.n": {"$gt": "many"}}, "then": "x"}], [{"query": {"$or": []}, "then": "x"}]),
    *([{"query": {"$and": [{"url.pathname": {"$in": ["/v1", 1]}}]}, "then": "x"}], [{"type": "guardrail"}]),
]


@pytest.mark.parametrize("name", [*FIELDS, "resource_name", "deployments", *(f"strategy.{name}" for name in STRATEGY)])
def test_schema_and_check_agree(name: str) -> None:
    """Of each field the schema takes and refuses the same samples as the gateway's check."""
    document, last = json_schema(), name.rpartition(".")[2]
    properties = document["$defs"]["config"]["properties"]
    if name.startswith("strategy."):
        properties = properties["strategy"]["properties"]
    check: Check = (STRATEGY if name.startswith("strategy.") else EVERY_FIELD)[last]
    schema = jsonschema_rs.validator_for({"$defs": document["$defs"], **properties[last]})
    wrong = [sample for sample in SAMPLES if any(not fault.is_warning for fault in check(sample))]

    refused = [sample for sample in SAMPLES if not schema.is_valid(sample)]

    assert refused == wrong
    assert wrong or check is scalar_or_object


def test_every_field_has_a_description() -> None:
    """Whoever stands on a field is told what it is for, however deep it is; credentials are marked."""
    properties = json_schema()["$defs"]["config"]["properties"]

    assert undescribed(properties) == []
    assert {name for name, schema in properties.items() if schema.get("writeOnly")} == SECRETS & set(properties)
    assert tuple(MODE_WORDS) == MODES


def undescribed(properties: Json, above: str = "") -> list[str]:
    """Fields without a description."""
    found: list[str] = []
    for name, schema in properties.items():
        found += [] if schema.get("description") else [above + name]
        for below in (schema, schema.get("items", {}), *schema.get("anyOf", ())):
            found += undescribed(below.get("properties", {}), f"{above}{name}.")
    return found


async def test_check_tells_everything_and_saves_nothing(gateway: Gateway) -> None:
    """All errors come at once with their paths, warnings apart; the schema is at its address; nothing is kept."""
    config = {"strategy": {"mode": "x"}, "targets": [{"provider": "@nobody", "weight": -1}], "retrys": {}}

    verdict = (await gateway.admin.post(f"{PATH}/validate", json={"config": config})).raise_for_status().json()
    fine = (await gateway.admin.post(f"{PATH}/validate", json={"config": '{"provider": "@demo"}'})).json()
    no_json = (await gateway.admin.post(f"{PATH}/validate", json={"config": "{"})).json()

    assert [error["path"] for error in verdict["errors"]] == [
        "strategy.mode",
        "targets[0].weight",
        "targets[0].provider",
    ]
    assert verdict["errors"][0]["message"].startswith("must be one of: single, fallback")
    assert [warning["path"] for warning in verdict["warnings"]] == ["retrys"]
    assert verdict["valid"] is False
    assert fine == {"valid": True, "errors": [], "warnings": []}
    assert (no_json["valid"], no_json["errors"][0]["path"]) == (False, "")
    assert (await gateway.admin.get(f"{PATH}/schema")).json() == json_schema()
    assert (await gateway.admin.get(PATH)).json()["data"] == []


async def test_check_finds_what_saving_would_refuse(gateway: Gateway) -> None:
    """A masked credential stands for the saved one, and a config that others build on may not break them."""
    await gateway.admin.post(PATH, json={"name": "Inner", "slug": "pc-inner", "config": WITH_KEY})
    await gateway.admin.post(PATH, json={"name": "Outer", "slug": "pc-outer", "config": {"config": "pc-inner"}})
    masked = {"provider": "openai", "api_key": MASK}

    new = (await gateway.admin.post(f"{PATH}/validate", json={"config": masked})).json()
    same = (await gateway.admin.post(f"{PATH}/validate", json={"config": masked, "slug": "pc-inner"})).json()
    loop = {"config": {"config": "pc-outer"}, "slug": "pc-inner"}
    circle = (await gateway.admin.post(f"{PATH}/validate", json=loop)).json()

    assert new["errors"] == [{"path": "api_key", "message": "is masked; send the credential itself"}]
    assert same["valid"]
    assert "leads back to itself" in circle["errors"][0]["message"]


async def test_list_says_what_a_config_does_and_who_uses_it(gateway: Gateway) -> None:
    """Mode, targets, how often it was saved and by whom it is used stand in the list."""
    two = {"strategy": {"mode": "fallback"}, "targets": [ONE, {"config": "pc-inner"}]}
    await gateway.admin.post(PATH, json={"name": "Inner", "slug": "pc-inner", "config": ONE})
    await gateway.admin.post(PATH, json={"name": "Outer", "slug": "pc-outer", "config": two})
    await gateway.admin.put(f"{PATH}/pc-outer", json={"name": "Outside"})
    key = {"name": "chat", "scopes": ["completions.write"], "defaults": {"config_id": "pc-outer"}}
    (await gateway.admin.post("/v1/api-keys/workspace/service", json=key)).raise_for_status()

    inner, outer = (await gateway.admin.get(PATH)).json()["data"]

    assert (inner["mode"], inner["targets"], inner["version"]) == (None, ["@demo"], 1)
    assert inner["used_by"] == ["config `pc-outer`"]
    assert (outer["mode"], outer["targets"], outer["version"]) == ("fallback", ["@demo", "pc-inner"], 2)
    assert (outer["used_by"], outer["trouble"]) == (["API key `chat`"], None)


async def test_default_config_names_the_keys_that_go_by_it(gateway: Gateway) -> None:
    """A workspace whose default a config is stands among its users, with the keys that name no config of their own."""
    await gateway.admin.post("/v1/admin/workspaces", json={"name": "Red", "slug": "red"})
    scopes = {"scopes": ["completions.write"], "workspace_id": "red"}
    for slug in ("pc-usual", "pc-own"):
        config = {
            "name": slug,
            "slug": slug,
            "config": WITH_KEY,
            "workspace_id": "red",
            "isDefault": slug == "pc-usual",
        }
        (await gateway.admin.post(PATH, json=config)).raise_for_status()
    keys = [{"name": f"app {number}"} for number in range(6)] + [{"name": "own", "defaults": {"config_id": "pc-own"}}]
    for key in keys:
        (await gateway.admin.post("/v1/api-keys/workspace/service", json=scopes | key)).raise_for_status()

    usual, own = (await gateway.admin.get(PATH)).json()["data"]

    named = "`app 0`, `app 1`, `app 2`, `app 3`, `app 4` and 1 more"
    assert usual["used_by"] == [f"workspace `red`, whose default it is and so that of its API keys {named}"]
    assert own["used_by"] == ["API key `own`"]


async def test_change_of_an_outdated_version_is_refused(gateway: Gateway) -> None:
    """Who says which version a change was made from cannot overwrite what another saved meanwhile."""
    new = (await gateway.admin.post(PATH, json={"name": "A", "slug": "pc-a", "config": ONE})).json()["data"]
    theirs = await gateway.admin.put(f"{PATH}/pc-a", json={"name": "B", "version_id": new["version_id"]})

    mine = await gateway.admin.put(f"{PATH}/pc-a", json={"name": "C", "version_id": new["version_id"]})

    assert theirs.status_code == 200
    assert (mine.status_code, mine.json()["error"]["param"]) == (409, "version_id")
    assert "was changed meanwhile" in mine.json()["error"]["message"]
    assert (await gateway.admin.get(f"{PATH}/pc-a")).json()["data"]["name"] == "B"


async def test_rolling_back_brings_back_the_credentials_of_then(gateway: Gateway) -> None:
    """A version holds again as a new one, with the key it had, though it is shown masked; who saved it is said."""
    first = (await gateway.admin.post(PATH, json={"name": "A", "slug": "pc-a", "config": WITH_KEY})).json()["data"]
    await gateway.admin.put(f"{PATH}/pc-a", json={"config": WITH_KEY | {"api_key": "sk-second"}})

    body = {"version_id": first["version_id"]}
    (await gateway.admin.post(f"{PATH}/pc-a/rollback", json=body)).raise_for_status()
    unknown = await gateway.admin.post(f"{PATH}/pc-a/rollback", json={"version_id": "nothing"})

    assert gateway.plant.snapshot.saved.known.configs["pc-a"]["api_key"] == "sk-first"
    versions = (await gateway.admin.get(f"{PATH}/pc-a/versions")).json()["data"]
    assert [row["version"] for row in versions] == [3, 2, 1]
    assert {row["updated_by_name"] for row in versions} == {"operator"}
    assert "sk-" not in str(versions)
    assert unknown.status_code == 404

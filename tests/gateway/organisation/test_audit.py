"""The audit log: who changed what, from where, and what it was before."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

from tests.gateway.running import Gateway, client

Json = dict[str, Any]


async def audit(gateway: Gateway, **filters: Any) -> list[Json]:
    """The audit log, newest first."""
    answer = await gateway.admin.get("/v1/audit-logs", params=filters)
    records: list[Json] = answer.raise_for_status().json()["records"]
    return records


async def key_with(gateway: Gateway, *scopes: str) -> str:
    """A new key that holds these scopes."""
    body = {"name": "narrow", "scopes": list(scopes)}
    made = await gateway.admin.post("/v1/api-keys/workspace/service", json=body)
    key: str = made.raise_for_status().json()["key"]
    return key


async def test_change_says_who_what_and_what_it_was(gateway: Gateway) -> None:
    """An update is told with the key, the address, the program, the thing, and each field before and after."""
    await gateway.admin.put("/v1/integrations/demo", json={"name": "Renamed"}, headers={"user-agent": "a-test/1"})

    newest = (await audit(gateway))[0]

    assert (newest["actor_id"], newest["user_type"], newest["user_id"]) == ("operator", "api_key", "operator")
    assert (newest["client_ip"], newest["user_agent"]) == ("127.0.0.1", "a-test/1")
    assert (newest["method"], newest["uri"], newest["response_status_code"]) == ("PUT", "/v1/integrations/demo", 200)
    assert (newest["resource_type"], newest["resource_id"], newest["action"]) == ("integrations", "demo", "update")
    change = newest["changes"][0]
    assert (change["before"]["name"], change["after"]["name"]) == ("Simulated vendor", "Renamed")


CHANGES: list[tuple[str, str, Json | None, str, str]] = [
    ("POST", "/v1/integrations", {"name": "New", "ai_provider_id": "openai", "key": "sk-1"}, "integrations", "create"),
    ("POST", "/v1/providers", {"name": "New 2", "integration_id": "demo"}, "providers", "create"),
    ("PUT", "/v1/providers/demo", {"name": "Other"}, "providers", "update"),
    ("POST", "/v1/configs", {"name": "c", "config": {"retry": {"attempts": 1}}}, "configs", "create"),
    ("POST", "/v1/api-keys/workspace/service", {"name": "k", "scopes": ["logs.list"]}, "api_keys", "create"),
    ("PUT", "/v1/api-keys/{key}", {"name": "k2"}, "api_keys", "update"),
    ("POST", "/v1/api-keys/{key}/rotate", {}, "api_keys", "rotate"),
    ("DELETE", "/v1/api-keys/{key}", None, "api_keys", "delete"),
    (
        "PUT",
        "/v1/integrations/demo/models",
        {"models": [{"slug": "m", "enabled": True}]},
        "integration_models",
        "update",
    ),
    ("DELETE", "/v1/integrations/demo", None, "integrations", "delete"),
]


async def test_every_change_is_written_down(gateway: Gateway) -> None:
    """Each way to change something leaves one row with its resource and action, and the id its answer gave."""
    key = (await gateway.admin.get("/v1/api-keys")).json()["data"][0]["id"]
    for method, path, body, resource, action in CHANGES:
        answer = await gateway.admin.request(method, path.format(key=key), json=body)

        [row] = await audit(gateway, request_id=answer.headers["x-request-id"])

        assert answer.status_code == 200, answer.text
        assert (row["resource_type"], row["action"], row["method"]) == (resource, action, method)
        assert action != "create" or row["resource_id"] in answer.text


async def test_what_goes_along_is_told_too(gateway: Gateway) -> None:
    """A provider that is deleted with its integration stands in the same row, as it was."""
    await gateway.admin.delete("/v1/integrations/demo")

    changes = (await audit(gateway, action="delete"))[0]["changes"]

    gone = {change["resource"]: change for change in changes}
    assert gone["providers"]["before"]["slug"] == "demo"
    assert gone["providers"]["after"] is None


async def test_no_secret_is_in_the_log(gateway: Gateway) -> None:
    """Vendor keys, API keys and their hashes are masked, yet a new one is seen to be another."""
    body = {"key": "sk-canary-1234567890abcdef", "configurations": {"custom_headers": {"x-key": "canary-header"}}}
    await gateway.admin.put("/v1/integrations/demo", json=body)
    secret = await key_with(gateway, "completions.write")

    told = str(await audit(gateway))

    assert "canary" not in told
    assert secret not in told
    assert gateway.plant.vault.hash_key(secret) not in told  # type: ignore[arg-type]
    assert "sealed …" in told


async def test_refused_change_is_written_down_once(gateway: Gateway) -> None:
    """A key that tries what it may not is named, and trying again at once does not fill the log."""
    key = await key_with(gateway, "completions.write")
    async with client(gateway.url, key) as narrow:
        for _ in range(3):
            assert (await narrow.put("/v1/integrations/demo", json={"name": "Mine"})).status_code == 403

    refused = await audit(gateway, response_status_code=403)

    assert [(row["actor_name"], row["action"], row["changes"]) for row in refused] == [("narrow", "update", [])]


async def test_failed_change_leaves_no_trace(gateway: Gateway) -> None:
    """What was not done is not told as done."""
    before = await audit(gateway)

    answer = await gateway.admin.post("/v1/providers", json={"name": "x", "slug": "demo", "integration_id": "demo"})

    assert answer.status_code == 409
    assert await audit(gateway) == before


FILTERS: list[tuple[Json, int]] = [
    ({"action": "rotate"}, 0),
    ({"method": "DELETE"}, 0),
    ({"resource_type": "integrations"}, 1),
    ({"resource_type": "integrations", "user_id": "operator"}, 1),
    ({"uri": "/v1/integrations", "client_ip": "127.0.0.1", "organisation_id": "default"}, 1),
    ({"user_type": "user"}, 0),
    ({"user_type": "gateway", "action": "discover"}, 1),
    ({"start_time": "2099-01-01T00:00:00Z"}, 0),
    ({"end_time": "2000-01-01T00:00:00Z"}, 0),
    ({"start_time": "2000-01-01T00:00:00Z", "end_time": "2099-01-01T00:00:00Z", "method": "POST", "page_size": 1}, 1),
]


async def test_filters(gateway: Gateway) -> None:
    """The log is narrowed by every filter that Portkey names."""
    found = [(filters, len(await audit(gateway, **filters))) for filters, _ in FILTERS]

    assert found == FILTERS


async def test_page(gateway: Gateway) -> None:
    """Pages follow one another without a gap, and the total counts all of them."""
    first = (await gateway.admin.get("/v1/audit-logs", params={"page_size": 1})).json()
    second = (await gateway.admin.get("/v1/audit-logs", params={"page_size": 1, "current_page": 1})).json()

    assert first["object"] == "analytics-graph"
    assert first["records"][0]["number"] == first["total"]
    assert second["records"][0]["hash"] == first["records"][0]["previous_hash"]


async def test_reading_needs_its_scope(gateway: Gateway) -> None:
    """A key without `audit_logs.list` does not see who did what."""
    assert (await gateway.app.get("/v1/audit-logs")).status_code == 403


async def test_narrowed_by_name_and_words(gateway: Gateway) -> None:
    """`actor` takes a name as well as an id, and each of `words` must stand somewhere in the row, in any case."""
    await gateway.admin.put("/v1/integrations/demo", json={"name": "Renamed 100%"})

    by_name = await audit(gateway, actor="operator", action="update")
    by_words = await audit(gateway, words="RENAMED 100%")

    assert [row["resource_id"] for row in by_name] == ["demo"]
    assert by_words == by_name
    assert not await audit(gateway, words="renamed nothing")
    assert not await audit(gateway, actor="nobody")


async def test_verified_over_http(gateway: Gateway) -> None:
    """The log is proved whole with its head; an edit behind the gateway's back is found, with its row."""
    whole = (await gateway.admin.get("/v1/audit-logs/verify")).json()
    again = (await gateway.admin.get("/v1/audit-logs/verify", params={"head": whole["head"]})).json()
    strange = (await gateway.admin.get("/v1/audit-logs/verify", params={"head": "f" * 64})).json()
    with closing(sqlite3.connect(gateway.plant.settings.home / "tollhouse.db")) as database, database:
        database.execute("UPDATE audit SET actor_name = 'somebody else' WHERE number = 2")
    edited = (await gateway.admin.get("/v1/audit-logs/verify")).json()

    assert (whole["is_whole"], whole["rows"], whole["row"]) == (True, (await audit(gateway))[0]["number"], None)
    assert again == whole
    assert (strange["is_whole"], "No row has the hash" in strange["what"]) == (False, True)
    assert (edited["is_whole"], edited["row"], "Row 2 was changed" in edited["what"]) == (False, 2, True)
    assert (await gateway.app.get("/v1/audit-logs/verify")).status_code == 403

"""API keys from their making to their end."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.gateway.running import Gateway, ask, client

PATH = "/v1/api-keys/workspace/service"
BODY = {"name": "ci", "scopes": ["completions.write"]}


async def status_with(gateway: Gateway, key: str) -> int:
    """What a chat request with this key is answered with."""
    async with client(gateway.url, key) as someone:
        return (await someone.post("/v1/chat/completions", json=ask())).status_code


async def test_secret_is_said_once(gateway: Gateway) -> None:
    """The answer to the creation has the secret; no later answer and no file has it."""
    made = (await gateway.admin.post(PATH, json=BODY)).json()

    listed = await gateway.admin.get("/v1/api-keys")
    one = await gateway.admin.get(f"/v1/api-keys/{made['id']}")
    assert made["object"] == "api-key"
    assert made["key"] not in listed.text + one.text
    assert one.json()["type"] == "workspace-service"
    files = [file for file in gateway.plant.settings.home.rglob("*") if file.is_file()]
    assert not [file for file in files if made["key"].encode() in file.read_bytes()]


async def test_revoked_key_is_refused_at_once(gateway: Gateway) -> None:
    """The request after the revocation is a 401."""
    made = (await gateway.admin.post(PATH, json=BODY)).json()

    before = await status_with(gateway, made["key"])
    await gateway.admin.delete(f"/v1/api-keys/{made['id']}")

    assert (before, await status_with(gateway, made["key"])) == (200, 401)


async def test_rotated_key_has_two_secrets_for_a_while(gateway: Gateway) -> None:
    """After a rotation both secrets work, the id stays, and the end of the former one is said."""
    made = (await gateway.admin.post(PATH, json=BODY)).json()

    rotated = (
        await gateway.admin.post(f"/v1/api-keys/{made['id']}/rotate", json={"key_transition_period_ms": 1_800_000})
    ).json()

    assert rotated["id"] == made["id"]
    assert [await status_with(gateway, key) for key in (made["key"], rotated["key"])] == [200, 200]
    ends = datetime.fromisoformat(rotated["key_transition_expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=29) < ends <= timedelta(minutes=30)


async def test_second_rotation_ends_the_first_secret(gateway: Gateway) -> None:
    """At most two secrets are valid: the one before the former is not."""
    made = (await gateway.admin.post(PATH, json=BODY)).json()
    path = f"/v1/api-keys/{made['id']}/rotate"

    secrets = [made["key"], *[(await gateway.admin.post(path)).json()["key"] for _ in range(2)]]

    assert [await status_with(gateway, key) for key in secrets] == [401, 200, 200]


async def test_change_holds_for_the_next_request(gateway: Gateway) -> None:
    """Name and scopes are changed in place; what is left out stays."""
    made = (await gateway.admin.post(PATH, json=BODY)).json()

    await gateway.admin.put(f"/v1/api-keys/{made['id']}", json={"scopes": ["logs.list"]})

    assert await status_with(gateway, made["key"]) == 403
    assert (await gateway.admin.get(f"/v1/api-keys/{made['id']}")).json()["name"] == "ci"


async def test_expired_key_is_refused_with_the_reason(gateway: Gateway) -> None:
    """A key past its time is a 401 that says so; the list calls it expired."""
    soon = (datetime.now(UTC) + timedelta(milliseconds=300)).isoformat()
    made = (await gateway.admin.post(PATH, json=BODY | {"expires_at": soon})).json()

    async with client(gateway.url, made["key"]) as someone:
        answer = await someone.get("/v1/models")
        while answer.status_code == 200:
            answer = await someone.get("/v1/models")

    assert (answer.status_code, "expired" in answer.json()["error"]["message"]) == (401, True)


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"name": ""}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["completions.write", "everything"]}, "scopes[1]"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"usage_limits": {"credit_limit": -1}}, "usage_limits.credit_limit"),
        ({"rate_limits": [{"type": "requests", "unit": "rpx", "value": 1}]}, "rate_limits[0].unit"),
        ({"alert_emails": ["a@example.com", "nobody"]}, "alert_emails[1]"),
        ({"expires_at": "tomorrow"}, "expires_at"),
    ],
)
async def test_wrong_key_is_refused_by_field(gateway: Gateway, change: dict[str, Any], param: str) -> None:
    """What cannot be, or would not be enforced, is refused before a key is made."""
    answer = await gateway.admin.post(PATH, json=BODY | change)

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


async def test_nobody_gives_more_than_they_hold(gateway: Gateway) -> None:
    """A key that may make keys cannot make, raise or rotate one that may more than itself."""
    scopes = [f"workspace_service_api_keys.{act}" for act in ("create", "update", "rotate", "list")]
    maker = (await gateway.admin.post(PATH, json={"name": "maker", "scopes": scopes})).json()
    other = (await gateway.admin.post(PATH, json=BODY)).json()

    async with client(gateway.url, maker["key"]) as someone:
        answers = [
            await someone.post(PATH, json=BODY),
            await someone.put(f"/v1/api-keys/{maker['id']}", json={"scopes": ["completions.write"]}),
            await someone.post(f"/v1/api-keys/{other['id']}/rotate"),
        ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]


@pytest.mark.parametrize("path", ["/v1/api-keys/team/service", "/v1/api-keys/workspace/robot"])
async def test_kind_of_key_that_there_is_not(gateway: Gateway, path: str) -> None:
    """Other kinds than Portkey's are a 404 that names them."""
    answer = await gateway.admin.post(path, json=BODY)

    assert (answer.status_code, "organisation|workspace" in answer.json()["error"]["message"]) == (404, True)


async def test_user_key_needs_its_user(gateway: Gateway) -> None:
    """A user's key without a user is refused."""
    answer = await gateway.admin.post("/v1/api-keys/workspace/user", json=BODY)

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "user_id")

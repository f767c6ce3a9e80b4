"""Bodies that are no JSON, too deep, too long or full of mistakes: the caller is told, and it is never our fault."""

from __future__ import annotations

import pytest

from tests.gateway.limited import budget
from tests.gateway.running import Gateway, Json

NO_JSON = {
    "cut off": b'{"name": "a',
    "no UTF-8": b'{"name":"\xff"}',
    "no text": b"\xff\xfe",
    "half a pair": b'{"name":"\\ud800"}',
    "deep objects": b'{"a":' * 3_000 + b"1" + b"}" * 3_000,
    "deep lists": b"[" * 100_000,
}
DOORS = (
    ("PUT", "/v1/integrations/demo"),
    ("POST", "/v1/admin/workspaces"),
    ("POST", "/v1/configs"),
    ("POST", "/v1/api-keys/workspace/service"),
    ("POST", "/v1/chat/completions"),
    ("POST", "/v1/messages"),
    ("POST", "/v1/embeddings"),
)
DEEP = b"[" * 3_000 + b"]" * 3_000


@pytest.mark.parametrize("said", NO_JSON)
@pytest.mark.parametrize(("method", "path"), DOORS)
async def test_what_is_no_json_is_told_so(gateway: Gateway, method: str, path: str, said: str) -> None:
    """Every door answers with 400 and a message, whatever the bytes are."""
    headers = {"content-type": "application/json"}
    door = gateway.admin if "completions" not in path else gateway.app

    answer = await door.request(method, path, content=NO_JSON[said], headers=headers)

    error = answer.json()["error"]
    assert (answer.status_code, error["fault"]) == (400, "caller")
    assert 0 < len(error["message"]) < 1_000


@pytest.mark.parametrize(
    "model", [f"{head}{'x' * 1_000_000}" for head in ("", "@demo/", "@")], ids=["bare", "whole", "slug"]
)
async def test_a_long_name_of_a_model_is_not_said_back(gateway: Gateway, model: str) -> None:
    """Whatever becomes of the request, its answer and its record do not repeat a megabyte."""
    answer = await gateway.app.post("/v1/embeddings", json={"model": model, "input": "x"})

    assert answer.is_success or len(answer.content) < 2_000


@pytest.mark.parametrize("field", ["messages", "input"])
async def test_a_field_that_is_nested_too_deeply_is_the_callers_fault(gateway: Gateway, field: str) -> None:
    """A field that nobody reads may be as deep as another; it cannot be read past."""
    body = b'{"model": "@demo/gpt-4o", "%b": %b}' % (field.encode(), DEEP)

    answer = await gateway.app.post("/v1/chat/completions", content=body)

    assert (answer.status_code, answer.json()["error"]["fault"]) == (400, "caller")


async def test_pictures_are_looked_for_only_so_deep(gateway: Gateway) -> None:
    """A prompt whose pictures nobody can count within a budget is refused, and does not break what counts them."""
    made = await gateway.admin.post(
        "/v1/api-keys/workspace/service",
        json={"name": "k", "scopes": ["completions.write"], "usage_limits": [budget(5)]},
    )
    deep = b'{"content": [' * 350 + b'"image"' + b"]}" * 350
    body = b'{"model": "@demo/gpt-4o", "max_tokens": 5, "messages": [{"role": "user", "content": %b}]}' % deep

    answer = await gateway.app.post(
        "/v1/chat/completions", content=body, headers={"x-portkey-api-key": made.json()["key"]}
    )

    assert (answer.status_code, answer.json()["error"]["fault"]) == (400, "caller")


async def test_a_number_that_the_database_cannot_hold_is_no_status(gateway: Gateway) -> None:
    """The audit log is searched by a status that there may be."""
    answer = await gateway.admin.get("/v1/audit-logs", params={"response_status_code": 10**20})

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/admin/users/invites", {"email": "a@b.co", "role": "x" * 1_000_000}),
        ("/v1/providers", {"name": "p", "integration_id": "demo", "usage_limits": ["x"] * 5_000}),
        ("/v1/api-keys/workspace/service", {"name": "k", "scopes": ["x"] * 5_000}),
    ],
)
async def test_a_long_mistake_has_a_short_answer(gateway: Gateway, path: str, body: Json) -> None:
    """What is wrong is told without repeating a megabyte of it, and how much more is wrong."""
    answer = await gateway.admin.post(path, json=body)

    assert answer.status_code == 400
    assert len(answer.content) < 20_000


async def test_everything_that_is_wrong_is_counted(gateway: Gateway) -> None:
    """Of very many mistakes the first are told, and the number of the others."""
    body = {"name": "p", "integration_id": "demo", "usage_limits": [budget(-1) for _ in range(60)]}

    answer = await gateway.admin.post("/v1/providers", json=body)

    assert "more are wrong" in answer.json()["error"]["message"]


@pytest.mark.parametrize("lasting", [1, 10**15, 2**63 - 1])
async def test_a_secret_does_not_stay_valid_for_ever(gateway: Gateway, lasting: int) -> None:
    """How long the former secret of a rotated key lasts is a time that can be kept."""
    made = await gateway.admin.post(
        "/v1/api-keys/workspace/service", json={"name": "k", "scopes": ["completions.write"]}
    )

    answer = await gateway.admin.post(
        f"/v1/api-keys/{made.json()['id']}/rotate", json={"key_transition_period_ms": lasting}
    )

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "key_transition_period_ms")

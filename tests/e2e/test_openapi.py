"""The OpenAPI document describes what there is, whole."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.running import Gateway, Json, client

CONTRACT = {
    **{
        f"/v1/{path}": {"post"}
        for path in (
            *("chat/completions", "completions", "responses", "messages", "messages/count_tokens", "embeddings"),
            *("rerank", "moderations", "images/generations", "images/edits", "images/variations"),
            *("audio/speech", "audio/transcriptions", "audio/translations"),
        )
    },
    "/v1/{path}": {"get", "post", "put", "patch", "delete"},
    "/v1/configs": {"get", "post"},
    "/v1/configs/explain": {"post"},
    "/v1/models": {"get"},
    "/v1/health": {"get"},
    "/v1/integrations": {"get", "post"},
    "/v1/integrations/{slug}": {"get", "put", "delete"},
    "/v1/providers": {"get", "post"},
    "/v1/providers/{slug}": {"get", "put", "delete"},
    "/v1/api-keys": {"get"},
    "/v1/api-keys/{key_id}": {"get", "put", "delete"},
    "/v1/api-keys/{key_id}/rotate": {"post"},
    "/v1/logs": {"get", "post"},
    "/v1/feedback": {"get", "post"},
    "/v1/feedback/{feedback_id}": {"put"},
    "/v1/logs/exports": {"get", "post"},
    "/v1/logs/exports/{export_id}": {"get", "put", "delete"},
    "/v1/logs/exports/{export_id}/start": {"post"},
    "/v1/logs/exports/{export_id}/cancel": {"post"},
    "/v1/logs/exports/{export_id}/download": {"get"},
    "/v1/logs/reprice": {"get", "post"},
    "/v1/logs/reprice/{repricing_id}": {"get"},
    "/metrics": {"get"},
    "/v1/logs/{log_id}": {"get"},
    "/v1/logs/tail": {"get"},
}
ANYBODY = {"/v1/health", "/v1/admin/users/invites/accept"}
"""What needs no key; an invite brings a token of its own."""


@pytest.fixture(scope="module")
def document(gateway: Gateway) -> Json:
    """As a tool fetches it that has no key yet."""
    with client(gateway.url, "none") as anybody:
        found: Json = anybody.get("/v1/openapi.json").raise_for_status().json()
    return found


def operations(document: Json) -> dict[str, Json]:
    """Every operation, as `GET /v1/…`."""
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    }


def references(part: Any) -> set[str]:
    """Every shape that is referred to."""
    if isinstance(part, list):
        return set().union(*map(references, part))
    if not isinstance(part, dict):
        return set()
    own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
    return own.union(*map(references, part.values()))


def test_contract_is_in_it(document: Json) -> None:
    """Every route of the contract is described, by its path and methods."""
    described = {path: set(methods) - {"parameters"} for path, methods in document["paths"].items()}

    assert document["openapi"].startswith("3.")
    assert {path: described.get(path, set()) for path in CONTRACT} == CONTRACT


def test_every_operation_says_what_it_takes_and_gives(document: Json) -> None:
    """Each operation has a summary, a name of its own, and an answer with a shape."""
    found = operations(document)
    names = [operation["operationId"] for operation in found.values()]

    assert len(set(names)) == len(names)
    for name, operation in found.items():
        good = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
        assert operation.get("summary"), name
        assert good, name
        assert good[0].get("content"), name


def test_every_shape_that_is_named_is_there(document: Json) -> None:
    """No reference leads nowhere."""
    shapes = {f"#/components/{kind}/{name}" for kind, parts in document["components"].items() for name in parts}

    assert references(document) - shapes == set()


def test_described_routes_exist_and_ask_for_a_key(document: Json, gateway: Gateway) -> None:
    """Each described route is served: without a key it is refused for that, not because it is not there."""
    routes = [name.replace("{", "").replace("}", "").split() for name in operations(document)]
    answers = {
        f"{method} {path}": status_for_stranger(gateway, method, path) for method, path in routes if path not in ANYBODY
    }

    assert {name: status for name, status in answers.items() if status != 401} == {}


def status_for_stranger(gateway: Gateway, method: str, path: str) -> int:
    """How a request with a wrong key is answered."""
    with client(gateway.url, "wrong") as stranger:
        return stranger.request(method, path, json={}).status_code

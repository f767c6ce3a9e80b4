"""Conditional routing through the front door: metadata, parameters and paths choose the target."""

from typing import Any

import pytest

from console.demo.vendor import SimulatedVendor
from tests.gateway.routed import demo, fallback, headers, through, told
from tests.gateway.running import Gateway, ask

METADATA = {"x-portkey-metadata": '{"plan": "pro", "seats": 12}'}


def choosing(query: dict[str, Any], **strategy: Any) -> dict[str, Any]:
    """A config that leads to `yes` where the query holds."""
    conditions = [{"query": query, "then": "yes"}]
    return {
        "strategy": {"mode": "conditional", "conditions": conditions, "default": "no"} | strategy,
        "targets": [demo(name="no"), demo("gpt-4o-mini", name="yes")],
    }


async def test_queries(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Each operator looks at the metadata, the body's fields and the path of the request it is asked about."""
    rows: list[tuple[dict[str, Any], bool]] = [
        ({"metadata.plan": "pro"}, True),
        ({"metadata.plan": "free"}, False),
        ({"metadata.plan": {"$eq": "pro"}, "params.temperature": {"$gte": 0.5}}, True),
        ({"metadata.plan": {"$in": ["a", "pro"]}}, True),
        ({"metadata.plan": {"$nin": ["a", "pro"]}}, False),
        ({"metadata.seats": {"$gt": 9}}, True),
        ({"metadata.plan": {"$regex": "^p"}}, True),
        ({"$and": [{"metadata.plan": "pro"}, {"params.temperature": {"$lt": 0.5}}]}, False),
        ({"$or": [{"metadata.plan": "free"}, {"params.stream": True}, {"params.model": "@demo/gpt-4o"}]}, True),
        ({"url.pathname": "/v1/chat/completions"}, True),
        ({"url.pathname": {"$regex": "embeddings"}}, False),
    ]

    led = []
    for query, _ in rows:
        sent = headers(choosing(query)) | METADATA
        answer = await gateway.app.post("/v1/chat/completions", json=ask(temperature=0.5), headers=sent)
        led.append((query, told(answer)[1] == "config.targets[1]"))

    assert led == rows
    assert len(vendor.requests) == len(rows)


@pytest.mark.parametrize(
    ("strategy", "words"),
    [
        ({"conditions": []}, "No conditions passed in the query router"),
        ({"default": "gone"}, "Invalid target name found in the query router: gone"),
        ({"conditions": [{"query": {"metadata.a": {"$foo": 1}}, "then": "yes"}]}, "$foo"),
        ({"default": None}, "Query router did not resolve to any valid target"),
    ],
)
async def test_conditions_that_lead_nowhere(
    gateway: Gateway, vendor: SimulatedVendor, strategy: dict[str, Any], words: str
) -> None:
    """A config whose conditions cannot choose is a 400 in Portkey's words, and nobody is asked."""
    answer = await through(gateway, choosing({"metadata.plan": "pro"}, **strategy))

    assert (answer.status_code, words in answer.text, vendor.requests) == (400, True, [])


async def test_only_the_chosen_target_is_asked(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A condition's target that fails is the last word, unless a fallback stands around it."""
    query = {"params.model": "@demo/gpt-4o"}
    config = choosing(query) | {"targets": [demo(name="no"), demo("demo-error-500", name="yes")]}
    alone = await through(gateway, config)
    inside = await through(gateway, fallback(config, demo()))

    assert (told(alone)[:2], len(vendor.requests)) == ((500, "config.targets[1]"), 3)
    assert told(inside)[:2] == (200, "config.targets[1]")

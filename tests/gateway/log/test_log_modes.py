"""How much of a request the log keeps, through the front door: bodies, headers, single fields; and where it stands."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from console.demo.vendor import serve_vendor
from tests.gateway.running import Gateway, add_demo, ask, client, gateway_in

Json = dict[str, Any]
WORD = "wombats-are-private"


@pytest.fixture(scope="module")
async def plain(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    """A gateway with the simulated vendor."""
    async with serve_vendor() as vendor, gateway_in(tmp_path_factory.mktemp("home")) as gateway:
        await add_demo(gateway.admin, vendor.url)
        await asyncio.gather(*gateway.plant.errands)
        yield gateway


async def recorded(gateway: Gateway, defaults: Json, headers: Json | None = None, **more: Any) -> Json:
    """The record, whole, of one request with a new key that has these defaults."""
    body = {"name": "k", "scopes": ["completions.write"], "defaults": defaults}
    made = (await gateway.admin.post("/v1/api-keys/workspace/service", json=body)).raise_for_status().json()
    async with client(gateway.url, made["key"]) as app:
        answer = await app.post("/v1/chat/completions", json=ask(WORD, **more), headers=headers)
    assert answer.status_code == 200
    return await gateway.log(api_key_id=made["id"])


async def test_everything_is_kept_unless_somebody_says_less(plain: Gateway) -> None:
    """Prompts and answers stand in the log, and the record says so."""
    record = await recorded(plain, {})

    assert WORD in json.dumps(record["request"]["body"])
    assert record["response"]["body"]["choices"]
    assert record["metrics"]["log_bodies"] == "full"


@pytest.mark.parametrize(
    ("defaults", "headers", "kept"),
    [
        ({"log_bodies": "metadata"}, None, "metadata"),
        ({}, {"x-portkey-debug": "false"}, "metadata"),
        ({"log_bodies": "off"}, {"x-portkey-debug": "true"}, "off"),
    ],
)
async def test_bodies_are_left_out(plain: Gateway, defaults: Json, headers: Json | None, kept: str) -> None:
    """A key or a request can keep bodies out of the log; usage, cost and timing stay, and whoever says less wins."""
    said = {"x-portkey-metadata": '{"team": "red"}'} | (headers or {})

    record = await recorded(plain, defaults, said, stream=True)

    assert WORD not in json.dumps(record)
    assert record["response"]["body"] is None
    assert record["metrics"]["log_bodies"] == kept
    assert record["metrics"]["total_units"] > 0 < record["metrics"]["cost_nanodollars"]
    assert record["metrics"]["metadata"] == ({} if kept == "off" else {"team": "red"})
    assert bool(record["request"]["headers"]) == (kept != "off")


async def test_workspace_sets_the_most_that_is_kept(plain: Gateway) -> None:
    """What a workspace leaves out, no key of it can have back."""
    made = await plain.admin.post(
        "/v1/admin/workspaces", json={"name": "Quiet", "defaults": {"log_bodies": "metadata"}}
    )
    slug = made.raise_for_status().json()["slug"]
    body = {"name": "k", "workspace_id": slug, "scopes": ["completions.write"], "defaults": {"log_bodies": "full"}}
    key = (await plain.admin.post("/v1/api-keys/workspace/service", json=body)).raise_for_status().json()["key"]

    async with client(plain.url, key) as app:
        await app.post("/v1/chat/completions", json=ask(WORD))

    assert (await plain.log(workspace_slug=slug))["metrics"]["log_bodies"] == "metadata"


@pytest.mark.parametrize("stream", [False, True])
async def test_fields_are_redacted(plain: Gateway, stream: bool) -> None:
    """A field named by a key's rules is masked in both bodies, of streams in each event; all else stays readable."""
    record = await recorded(plain, {"redact": ["/messages/*/content", "system_fingerprint"]}, stream=stream)

    assert record["request"]["body"]["messages"] == [{"role": "user", "content": "•••"}]
    assert WORD not in json.dumps(record["request"])
    assert record["response"]["body"]["choices"]


async def test_rule_without_sense_is_told(plain: Gateway) -> None:
    """A redaction rule that is none is a 400 that names it."""
    body = {"name": "k", "scopes": ["completions.write"], "defaults": {"redact": ["fine", "not fine"]}}

    answer = await plain.admin.post("/v1/api-keys/workspace/service", json=body)

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "defaults.redact[1]")


async def test_sensitive_headers_are_masked(plain: Gateway) -> None:
    """Credentials of any vendor, those inside a config, and headers that the client names are not in the log."""
    config = {"api_key": "sk-inside-a-config", "provider": "@demo", "retry": {"attempts": 1}}
    headers = {
        "x-portkey-aws-secret-access-key": "aws-hidden",
        "x-customer": "acme-hidden",
        "x-portkey-sensitive-headers": "X-Customer",
        "x-portkey-config": json.dumps(config),
        "x-plain": "shown",
    }

    record = await recorded(plain, {}, headers, model="gpt-4o")

    told = record["request"]["headers"] | record["request"]["portkeyHeaders"]
    assert not [value for value in told.values() if "hidden" in value or "sk-inside" in value]
    assert (told["x-plain"], told["x-customer"]) == ("shown", "•••")
    assert json.loads(told["x-portkey-config"]) == config | {"api_key": "•••"}


async def test_spans_are_filed_and_found(plain: Gateway) -> None:
    """Portkey's span headers, or W3C's parent, stand in the record, narrow the list and shape the trace's tree."""
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    parent = {"x-portkey-trace-id": trace, "x-portkey-span-id": "outer", "x-portkey-span-name": "Agent"}
    await plain.app.post("/v1/chat/completions", json=ask("a"), headers=parent)
    inner = {"x-portkey-trace-id": trace, "x-portkey-parent-span-id": "outer"}
    await plain.app.post("/v1/chat/completions", json=ask("b"), headers=inner)
    w3c = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    await plain.app.post("/v1/chat/completions", json=ask("c"), headers=w3c)

    rows = await plain.logs(trace_id=trace)
    found = await plain.logs(span_id="outer")
    tree = (await plain.admin.get(f"/v1/traces/{trace}")).json()

    assert [row["parent_span_id"] for row in rows] == ["00f067aa0ba902b7", "outer", None]
    assert [(row["span_id"], row["span_name"]) for row in found] == [("outer", "Agent")]
    assert (tree["requests"], len(tree["children"])) == (3, 2)
    assert [child["object"] for child in tree["children"][0]["children"]] == ["attempt", "log"]

"""Explanations: what a config makes of a request, told without asking anybody."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import httpx
import pytest

from console.demo.vendor import SimulatedVendor
from gateway.errors import LAST_WORDS
from tests.gateway.running import Gateway, Json, add_demo, ask

A: Json = {"name": "a", "provider": "@demo", "override_params": {"model": "gpt-4o"}}
B: Json = {"name": "b", "provider": "@demo", "override_params": {"model": "gpt-4o-mini"}}
CLAUDE: Json = {"name": "claude", "provider": "@claude", "override_params": {"model": "claude-sonnet-4-5"}}
HEARD: list[Json] = [
    {"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "AA", "format": "mp3"}}]}
]
SECRET = "sk-vendor-secret-0123456789"


@pytest.fixture(autouse=True)
async def claude(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A provider of another dialect beside `@demo`."""
    await add_demo(gateway.admin, vendor.url, slug="claude", ai_provider_id="anthropic", name="Claude")
    await asyncio.gather(*gateway.plant.errands)
    vendor.forget()


async def asked(gateway: Gateway, config: Any = None, **more: Any) -> httpx.Response:
    """The answer to a question."""
    body = {"config": config, "request": ask()} | more
    return await gateway.admin.post("/v1/configs/explain", json=body)


async def explained(gateway: Gateway, config: Any = None, **more: Any) -> Json:
    """An explanation."""
    found: Json = (await asked(gateway, config, **more)).raise_for_status().json()
    return found


async def test_nobody_is_asked_and_nothing_is_written_down(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """An explanation leaves no request, no log record and no trace in what the strategies go by."""
    signals = gateway.plant.signals
    chance = signals.chance.getstate()
    strategy = {"mode": "loadbalance", "sticky": {"enabled": True, "hash_fields": ["metadata.user"]}}

    await explained(gateway, {"strategy": strategy, "targets": [A, B]}, metadata={"user": "u"})
    await explained(gateway, {"strategy": {"mode": "least_busy"}, "targets": [A, B]})

    assert vendor.requests == []
    assert await gateway.logs() == []
    assert signals.chance.getstate() == chance
    assert (signals._records, signals._stuck) == ({}, {})


async def test_attempts_come_in_order_with_their_exits(gateway: Gateway) -> None:
    """Each target of a fallback, nested ones too, says which attempt follows after which statuses."""
    inner = {"strategy": {"mode": "fallback"}, "targets": [A, B]}
    config = {"strategy": {"mode": "fallback", "on_status_codes": [429]}, "targets": [inner, CLAUDE]}

    told = await explained(gateway, config)

    assert [each["path"] for each in told["attempts"]] == [
        "config.targets[0].targets[0]",
        "config.targets[0].targets[1]",
        "config.targets[1]",
    ]
    usual = {
        "on_status_codes": None,
        "except_status_codes": [400, 413, 422],
        "except_codes": sorted(LAST_WORDS),
        "to": 1,
    }
    busy = {"on_status_codes": [429], "except_status_codes": [], "except_codes": [], "to": 2}
    assert [each["exits"] for each in told["attempts"]] == [[usual, busy], [busy], []]
    assert [each["path"] for each in told["choices"]] == ["config", "config.targets[0]"]
    assert told["choices"][0]["order"] == ["config.targets[0]", "config.targets[1]"]


@pytest.mark.parametrize(
    ("metadata", "name", "why"),
    [({"plan": "pro"}, "b", "the condition for `b`"), ({"plan": "free"}, "a", "no condition holds")],
)
async def test_matching_condition_is_shown(gateway: Gateway, metadata: Json, name: str, why: str) -> None:
    """The query that holds for the given metadata is named, or that none does."""
    query = {"metadata.plan": "pro"}
    strategy = {"mode": "conditional", "conditions": [{"query": query, "then": "b"}], "default": "a"}

    told = await explained(gateway, {"strategy": strategy, "targets": [A, B]}, metadata=metadata)

    assert told["choices"][0]["why"].startswith(why)
    assert told["choices"][0]["condition"] == (query if name == "b" else None)
    assert [each["name"] for each in told["attempts"]] == [name]


async def test_request_is_the_one_that_would_be_sent(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """What is foretold of a translated request is what the vendor then gets: method, address, headers and body."""
    body = ask(user="u1", response_format={"type": "json_object"})
    config = {**CLAUDE, "drop_params": ["user"]}

    told = (await explained(gateway, config, request=body))["attempts"][0]["request"]
    await gateway.app.post("/v1/chat/completions", json=body, headers={"x-portkey-config": httpx_json(config)})

    sent = vendor.requests[0]
    assert (told["method"], told["url"]) == (sent.method, vendor.url + "/messages")
    assert told["body"] == sent.body
    assert told["size"] == len(sent.raw)
    assert told["headers"].keys() <= sent.headers.keys()
    assert told["headers"]["anthropic-version"] == sent.headers["anthropic-version"]


def httpx_json(value: Json) -> str:
    """A value as a header has it."""
    return httpx.Request("POST", "http://x", json=value).content.decode()


async def test_no_credential_is_shown(gateway: Gateway) -> None:
    """Neither the catalog's key, nor one in a config, nor a header of an operator's own comes out."""
    settings = {"aws_access_key_id": "AKIA-SECRET-1", "aws_secret_access_key": SECRET, "aws_region": "eu-west-1"}
    targets = [
        A,
        CLAUDE,
        {"provider": "google", "api_key": SECRET},
        {"provider": "bedrock", **settings},
        {"provider": "openai", "api_key": SECRET, "forward_headers": ["x-mine"]},
    ]
    config = {"strategy": {"mode": "fallback"}, "targets": targets}

    answer = await asked(gateway, config, request=ask(model="gemini-2.5-flash"), headers={"X-Mine": SECRET})

    assert [each["error"] for each in answer.json()["attempts"]] == [None] * len(targets)
    assert SECRET not in answer.text
    assert answer.json()["attempts"][0]["request"]["headers"]["authorization"] == "•••"
    assert "x-mine" in answer.json()["attempts"][4]["request"]["headers"]


@pytest.mark.parametrize(
    ("target", "path", "code"),
    [
        ({"provider": "@claude"}, "/v1/audio/speech", "function_not_offered"),
        (
            {"provider": "@claude", "override_params": {"messages": HEARD}},
            "/v1/chat/completions",
            "not_offered_by_vendor",
        ),
        ({"provider": "openai"}, "/v1/chat/completions", "invalid_request"),
    ],
)
async def test_trouble_of_a_target_is_told(gateway: Gateway, target: Json, path: str, code: str) -> None:
    """A target that could not be asked says with which error, and which attempt would take its place."""
    config = {"strategy": {"mode": "fallback", "on_status_codes": [400, 500]}, "targets": [target, A]}
    request = ask(model="claude-sonnet-4-5", input="x", voice="v")

    first, second = (await explained(gateway, config, request=request, path=path))["attempts"]

    assert first["error"]["code"] == code
    assert first["request"] is None
    assert first["after_error"] == 1
    assert second["error"] is None


async def test_estimate_has_the_price_list_and_the_requests_limit(gateway: Gateway) -> None:
    """An attempt says about how many tokens go in, and what it costs at most if the request sets a limit."""
    config = {"strategy": {"mode": "fallback"}, "targets": [A, B]}

    limited = (await explained(gateway, config, request=ask(max_tokens=100, n=2)))["attempts"][0]["estimate"]
    open_ended = (await explained(gateway, config))["attempts"][0]["estimate"]

    assert limited["max_output_tokens"] == 200
    assert limited["cost_at_most"] == limited["input_cost"] + 200 * 10_000  # 10 dollars for a million
    assert open_ended["cost_at_most"] is None
    assert "no limit" in open_ended["note"]


async def test_order_follows_what_is_known_now(gateway: Gateway) -> None:
    """A strategy that measures shows what it goes by, and whom it therefore puts first."""
    gateway.plant.signals.answered(("demo", "gpt-4o"), 3.0)
    gateway.plant.signals.answered(("demo", "gpt-4o-mini"), 1.0)

    told = await explained(gateway, {"strategy": {"mode": "least_latency"}, "targets": [A, B]})

    assert [each["name"] for each in told["attempts"]] == ["b", "a"]
    assert [each["measure"] for each in told["choices"][0]["considered"]] == [3.0, 1.0]


async def test_open_breaker_leaves_a_target_out(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A target whose breaker has opened is shown as left out, and is not among the attempts."""
    breaker = {"failure_threshold": 1, "minimum_requests": 1, "cooldown_interval": 30_000}
    config = {"strategy": {"mode": "fallback"}, "targets": [A | {"cb_config": breaker}, B]}
    (await gateway.admin.post("/v1/configs", json={"name": "c", "slug": "pc-c", "config": config})).raise_for_status()
    vendor.will(503)
    await gateway.app.post("/v1/chat/completions", json=ask(), headers={"x-portkey-config": "pc-c"})

    told = await explained(gateway, "pc-c")

    assert [each["is_left_out"] for each in told["choices"][0]["considered"]] == [True, False]
    assert [each["name"] for each in told["attempts"]] == ["b"]


async def test_rival_of_a_hedge_is_named(gateway: Gateway) -> None:
    """A hedged target says which attempt is begun beside it, and when."""
    config = {"strategy": {"mode": "fallback", "hedge": {"after_ms": 800}}, "targets": [A, B]}

    first, second = (await explained(gateway, config))["attempts"]

    assert (first["rival"], first["limits"]["hedge_after"]) == (1, 800)
    assert (second["rival"], second["limits"]["hedge_after"]) == (None, None)


async def test_many_attempts_are_told_in_part(gateway: Gateway) -> None:
    """Of more than a hundred attempts the first are told, and how many there are."""
    row = {"strategy": {"mode": "fallback"}, "targets": [A] * 60}

    told = await explained(gateway, {"strategy": {"mode": "fallback"}, "targets": [row, row]})

    assert (len(told["attempts"]), told["attempts_in_all"]) == (100, 120)


async def test_tokens_are_counted_without_a_vendor(gateway: Gateway) -> None:
    """Where the gateway answers by itself, no request is foretold."""
    told = await explained(gateway, request=ask(max_tokens=9), path="/v1/messages/count_tokens")

    assert [(each["error"], each["request"]) for each in told["attempts"]] == [(None, None)]


async def test_draw_is_the_next_requests_own(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A load balance shows the target that the very next request will get, as chance stands."""
    gateway.plant.signals.chance = random.Random(7)
    config = {"strategy": {"mode": "loadbalance"}, "targets": [A, B]}

    told = await explained(gateway, config)
    await gateway.app.post("/v1/chat/completions", json=ask(), headers={"x-portkey-config": httpx_json(config)})

    assert told["attempts"][0]["model"] == vendor.requests[0].body["model"]


async def test_saved_config_is_named_by_its_slug(gateway: Gateway) -> None:
    """A slug stands for the config that is saved under it, retries and limits included."""
    config = A | {"retry": {"attempts": 2, "on_status_codes": [429]}, "request_timeout": 5000}
    made = {"name": "chat", "slug": "pc-chat", "config": config}
    (await gateway.admin.post("/v1/configs", json=made)).raise_for_status()

    told = await explained(gateway, "pc-chat")

    assert told["config"] == "pc-chat"
    (only,) = told["attempts"]
    assert only["retry"] == {"attempts": 2, "on_status_codes": [429], "use_retry_after_header": False}
    assert only["limits"]["request_timeout"] == 5000


async def test_without_a_config_the_request_says_it_all(gateway: Gateway) -> None:
    """Where nothing rules a request there is one attempt: what it names itself."""
    told = await explained(gateway)

    assert told["choices"] == []
    assert [(each["provider"], each["model"]) for each in told["attempts"]] == [("demo", "gpt-4o")]


@pytest.mark.parametrize(
    ("question", "status", "what"),
    [
        ({"config": {"strategy": {"mode": "fallback"}, "targets": [{"weight": -1}]}}, 400, "config.targets[0].weight"),
        ({"config": "pc-none"}, 404, "pc-none"),
        ({"config": "{"}, 400, "valid json"),
        ({"path": "/chat"}, 400, "/v1/"),
        ({"method": "TRACE"}, 400, "one of: GET"),
        ({"request": {"model": "@demo/gpt-4o"}}, 400, "messages"),
        ({"request": 7}, 400, "object"),
    ],
)
async def test_bad_questions_are_refused(gateway: Gateway, question: Json, status: int, what: str) -> None:
    """A config is checked as it is when it is saved, and a request as it is when it comes."""
    answer = await gateway.admin.post("/v1/configs/explain", json={"request": ask()} | question)

    assert answer.status_code == status
    assert what in answer.json()["error"]["message"]


async def test_scope_is_needed(gateway: Gateway) -> None:
    """A key that may only ask for completions is told nothing of the catalog."""
    answer = await gateway.app.post("/v1/configs/explain", json={"request": ask()})

    assert answer.status_code == 403

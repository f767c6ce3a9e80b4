"""Configs read: what they come to, what is wrong with them, and what a target takes over from above."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from gateway.configs.conditions import OPERATORS
from gateway.configs.fields import FIELDS, MODES, STRATEGY
from gateway.configs.nodes import Branch, Breaker, Hedge, Hold, Leaf, Retry, Sticky
from gateway.configs.schema import read_config
from gateway.configs.survey import Known
from gateway.configs.vendor_settings import SECRETS, SETTINGS
from gateway.vendors import VENDORS

Json = dict[str, Any]
KNOWN = Known(
    vendors={"openai", "anthropic", "vertex-ai", "ollama"},
    providers={"openai-prod", "groq"},
    configs={
        "pc-leaf": {"provider": "@groq", "retry": {"attempts": 2}},
        "pc-tree": {"strategy": {"mode": "fallback"}, "targets": [{"provider": "@groq"}, {"config": "pc-leaf"}]},
        "pc-loop": {"strategy": {"mode": "fallback"}, "targets": [{"config": "pc-back"}]},
        "pc-back": {"strategy": {"mode": "single"}, "targets": [{"config": "pc-loop"}]},
        "pc-broken": {"provider": "@gone"},
    },
)
DOCUMENT = (Path(__file__).parents[3] / "docs" / "configs.md").read_text()
A, B = {"provider": "@openai-prod", "name": "a"}, {"provider": "@groq", "name": "b"}
LEAF = {
    "provider": "@openai-prod",
    "api_key": "sk-1",
    "aws_region": "us-east-1",
    "vertex_service_account_json": {"type": "service_account"},
    "retry": {"attempts": 3, "on_status_codes": [429], "use_retry_after_headers": True},
    "request_timeout": 300,
    "first_token_timeout": 15_000,
    "stall_timeout": 20_000.5,
    "hold": 20,
    "override_params": {"temperature": 0},
    "default_params": {"max_tokens": 9},
    "drop_params": ["user", "tools[*].strict", 'a["b.c"][0]'],
    "forward_headers": ["X-Team"],
    "custom_host": "https://llm.example/v1",
    "strict_open_ai_compliance": False,
    "cb_config": {"failure_threshold": 3, "cooldown_interval": 30_000},
    "cache": {"mode": "semantic", "max_age": 60},
    "input_guardrails": ["pg-1", {"default.contains": {"words": ["x"]}, "deny": True}],
    "after_request_hooks": [{"id": "h", "type": "guardrail", "checks": [{"id": "default.wordCount"}]}],
    "prompt_id": "pp-1",
    "colour": "green",
}


def tree(config: Json) -> Branch:
    """A config of several targets."""
    root = read_config(config, KNOWN)
    assert isinstance(root, Branch)
    return root


def first(config: Json) -> Leaf:
    """The first target of a config."""
    found = tree(config).targets[0]
    assert isinstance(found, Leaf)
    return found


def test_every_field_of_a_target_arrives() -> None:
    """A target keeps each field under the name that routing knows it by; an unknown one is left alone."""
    leaf = read_config(json.dumps(LEAF), KNOWN)

    assert leaf == Leaf(
        provider="@openai-prod",
        api_key="sk-1",
        settings={"aws_region": "us-east-1", "vertex_service_account_json": '{"type":"service_account"}'},
        retry=Retry(3, frozenset({429}), use_retry_after=True),
        request_timeout_ms=300,
        first_token_timeout_ms=15_000,
        stall_timeout_ms=20_000.5,
        hold=Hold(20),
        override_params={"temperature": 0},
        default_params={"max_tokens": 9},
        drop_params=("user", "tools[*].strict", 'a["b.c"][0]'),
        forward_headers=("x-team",),
        custom_host="https://llm.example/v1",
        prompt_id="pp-1",
        strict=False,
        breaker=Breaker(failure_threshold=3, cooldown_seconds=30),
        cache={"mode": "semantic", "max_age": 60},
        guardrails={
            "input_guardrails": ["pg-1", {"default.contains": {"words": ["x"]}, "deny": True}],
            "after_request_hooks": [{"id": "h", "type": "guardrail", "checks": [{"id": "default.wordCount"}]}],
        },
    )


def test_every_part_of_a_strategy_arrives() -> None:
    """A branch keeps its strategy, and each target knows its path."""
    inner = {"strategy": {"mode": "loadbalance", "sticky": {"enabled": True, "ttl": 60, "hash_fields": ["metadata.u"]}}}
    config = {
        "strategy": {"mode": "fallback", "on_status_codes": [429, 503], "hedge": {"after_ms": 500}},
        "targets": [A, inner | {"weight": 2, "targets": [B | {"weight": 0.3}, A | {"weight": 0}]}],
    }

    root = tree(config)

    assert (root.mode, root.on_status_codes, root.hedge) == ("fallback", frozenset({429, 503}), Hedge(500))
    within = root.targets[1]
    assert isinstance(within, Branch)
    assert (within.path, within.weight, within.sticky) == ("config.targets[1]", 2, Sticky(("metadata.u",), 60))
    assert [(target.path, target.weight) for target in within.targets] == [
        ("config.targets[1].targets[0]", 0.3),
        ("config.targets[1].targets[1]", 0),
    ]


def test_conditions_arrive_compiled() -> None:
    """A condition can be asked right away, and says which target it leads to."""
    query = {"url.pathname": {"$regex": "chat"}}
    config = {
        "strategy": {"mode": "conditional", "conditions": [{"query": query, "then": "b"}], "default": "a"},
        "targets": [A, B],
    }

    root = tree(config)

    assert [(one.query, one.then) for one in root.conditions] == [(query, "b")]
    assert root.default == "a"


@pytest.mark.parametrize(
    ("said", "provider"),
    [
        ({"virtual_key": "groq"}, "@groq"),
        ({"virtual_key": "groq", "provider": "openai"}, "@groq"),
        ({"virtual_key": "groq", "provider": "@openai-prod"}, "@openai-prod"),
        ({"provider": "openai"}, "openai"),
        ({"provider": "@groq/llama-3"}, "@groq/llama-3"),
        ({"retry": {"attempts": 1}}, None),
        ({"passthrough": True}, None),
    ],
)
def test_provider(said: Json, provider: str | None) -> None:
    """A virtual key is a provider's slug; a config without either leaves the provider to the request."""
    leaf = read_config(said, KNOWN)

    assert isinstance(leaf, Leaf)
    assert leaf.provider == provider


@pytest.mark.parametrize("spelling", ["use_retry_after_header", "use_retry_after_headers"])
def test_both_spellings_of_retry_after(spelling: str) -> None:
    """Portkey's code and its documentation differ; both are right here."""
    leaf = read_config({"retry": {"attempts": 1, spelling: True}}, KNOWN)

    assert isinstance(leaf, Leaf)
    assert leaf.retry.use_retry_after


@pytest.mark.parametrize(
    ("said", "held"),
    [(True, Hold()), ("all", Hold()), (False, None), (5, Hold(5)), ({"tokens": 7}, Hold(7))],
)
def test_hold(said: object, held: Hold | None) -> None:
    """A stream is held whole, for some tokens, or not at all."""
    leaf = read_config({"hold": said}, KNOWN)

    assert isinstance(leaf, Leaf)
    assert leaf.hold == held


ABOVE = {
    "retry": {"attempts": 1},
    "cache": {"mode": "simple"},
    "strict_open_ai_compliance": False,
    "forward_headers": ["x-a"],
    "custom_host": "https://above.example",
    "request_timeout": 100,
    "first_token_timeout": 200,
    "stall_timeout": 300,
    "hold": True,
    "override_params": {"a": 1, "b": 1},
    "default_params": {"c": 1},
    "drop_params": ["d"],
    "input_guardrails": ["pg-above"],
    "before_request_hooks": [{"id": "h"}],
    "output_guardrails": ["pg-out"],
    "strategy": {"mode": "fallback", "cb_config": {"failure_threshold": 2, "cooldown_interval": 60_000}},
}


def test_target_takes_over_what_it_does_not_say() -> None:
    """What stands above holds for a target, two levels down as well."""
    deep = first({**ABOVE, "targets": [A]})
    within = tree({**ABOVE, "targets": [{"strategy": {"mode": "single"}, "targets": [A]}]}).targets[0]

    assert isinstance(within, Branch)
    for leaf in (deep, within.targets[0]):
        assert isinstance(leaf, Leaf)
        assert (leaf.retry.attempts, leaf.cache, leaf.strict) == (1, {"mode": "simple"}, False)
        assert (leaf.forward_headers, leaf.custom_host) == (("x-a",), "https://above.example")
        assert (leaf.request_timeout_ms, leaf.first_token_timeout_ms, leaf.stall_timeout_ms) == (100, 200, 300)
        assert (leaf.hold, leaf.breaker) == (Hold(), Breaker(failure_threshold=2, cooldown_seconds=60))
        assert (leaf.override_params, leaf.default_params, leaf.drop_params) == ({"a": 1, "b": 1}, {"c": 1}, ("d",))
        assert set(leaf.guardrails) == {"input_guardrails", "before_request_hooks", "output_guardrails"}


def test_target_says_otherwise() -> None:
    """What a target says wins: parameters one by one, everything else whole, guardrails side by side."""
    own = {
        "retry": {"attempts": 5},
        "request_timeout": 900,
        "hold": False,
        "override_params": {"b": 2},
        "drop_params": ["e"],
        "input_guardrails": ["pg-own"],
        "cache": None,
    }

    leaf = first({**ABOVE, "targets": [A | own]})

    assert (leaf.retry, leaf.request_timeout_ms, leaf.hold) == (Retry(5), 900, None)
    assert (leaf.override_params, leaf.drop_params) == ({"a": 1, "b": 2}, ("d", "e"))
    assert leaf.guardrails == {"input_guardrails": ["pg-own"], "output_guardrails": ["pg-out"]}
    assert leaf.cache == {"mode": "simple"}


def test_provider_and_key_are_not_taken_over() -> None:
    """A target asks with its own credential alone: one above would go to another vendor."""
    leaf = first({"api_key": "sk-above", "strategy": {"mode": "fallback"}, "targets": [B]})

    assert (leaf.provider, leaf.api_key) == ("@groq", None)


def test_saved_config_in_a_targets_place() -> None:
    """A target may be a saved config; it takes over what stands above, and keeps its name, weight and path."""
    config = {
        "strategy": {"mode": "loadbalance"},
        "request_timeout": 100,
        "targets": [A, {"config": "pc-tree", "name": "t", "weight": 3}],
    }

    within = tree(config).targets[1]

    assert isinstance(within, Branch)
    assert (within.mode, within.name, within.weight, within.path) == ("fallback", "t", 3, "config.targets[1]")
    leaf = within.targets[1]
    assert isinstance(leaf, Leaf)
    assert (leaf.path, leaf.retry.attempts, leaf.request_timeout_ms) == ("config.targets[1].targets[1]", 2, 100)


def test_secrets_do_not_show() -> None:
    """A tree that is printed by mistake names no credential."""
    leaf = read_config({"api_key": "sk-hush", "aws_access_key_id": "AKIA", "aws_secret_access_key": "hush"}, KNOWN)

    assert "hush" not in repr(leaf)


@pytest.mark.parametrize("name", sorted({*FIELDS, *STRATEGY, *MODES, *OPERATORS}))
def test_every_field_is_documented(name: str) -> None:
    """Each field, each part of a strategy, each mode and each operator stands in the documentation."""
    assert f"`{name}`" in DOCUMENT


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_every_setting_is_documented(name: str) -> None:
    """Each vendor's setting stands in the documentation."""
    assert re.search(rf"\b{name}\b", DOCUMENT)


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_settings_of_vendors_are_fields(vendor: str) -> None:
    """Whatever a vendor wants beside a key can be said in a config, and its secrets are not shown again."""
    settings = VENDORS[vendor].settings

    assert [setting.name for setting in settings if setting.name not in SETTINGS] == []
    assert [setting.name for setting in settings if setting.is_secret and setting.name not in SECRETS] == []

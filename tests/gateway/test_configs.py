"""Configs read: what they come to, what is wrong with them, and what a target takes over from above."""

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from gateway.configs.conditions import OPERATORS
from gateway.configs.faults import BadConfig
from gateway.configs.fields import FIELDS, MODES, STRATEGY
from gateway.configs.nodes import Branch, Breaker, Hedge, Hold, Leaf, Retry, Sticky
from gateway.configs.schema import read_config, reading
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
DOCUMENT = (Path(__file__).parents[2] / "docs" / "configs.md").read_text()
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


def told(config: object, known: Known = KNOWN, slug: str | None = None) -> dict[str, str]:
    """Everything that is wrong with a config, by path."""
    with pytest.raises(BadConfig) as error:
        read_config(json.dumps(config), known, slug)
    return dict(error.value.problems)


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


FALLBACK = {"strategy": {"mode": "fallback"}}
CONDITIONAL: Json = {"mode": "conditional", "conditions": [{"query": {"params.n": 1}, "then": "b"}], "default": "a"}
WRONG = [
    ({}, "", "at least one of"),
    ({"name": "x"}, "", "at least one of"),
    ({"colour": "green"}, "", "at least one of"),
    ({"weight": 1, "retry": {"attempts": "3"}}, "retry.attempts", "must be a whole number"),
    ({"retry": {}}, "retry.attempts", "is needed"),
    ({"retry": {"attempts": -1}}, "retry.attempts", "must be ≥ 0 and ≤ 100"),
    ({"retry": {"attempts": 1, "on_status_codes": [42]}}, "retry.on_status_codes", "from 100 to 599"),
    ({"retry": {"attempts": True}}, "retry.attempts", "must be a whole number"),
    ({"retry": {"attempts": 1, "onStatusCodes": [500]}}, "retry.onStatusCodes", "is spelled `on_status_codes`"),
    ({"provider": "openai", "weight": -1}, "weight", "must be ≥ 0"),
    ({"provider": "openai", "weight": "1"}, "weight", "must be a number"),
    ({"requestTimeout": 3}, "requestTimeout", "is spelled `request_timeout`"),
    ({"overrideParams": {}}, "overrideParams", "is spelled `override_params`"),
    ({"strictOpenAiCompliance": True}, "strictOpenAiCompliance", "is spelled `strict_open_ai_compliance`"),
    ({"request_timeout": 0}, "request_timeout", "must be > 0"),
    ({"cache": {"mode": "clever"}}, "cache.mode", "must be one of: simple, semantic"),
    ({"cache": {}}, "cache.mode", "is needed"),
    ({"provider": "opnai"}, "provider", "did you mean `openai`?"),
    ({"provider": "zzz"}, "provider", "these are: anthropic, ollama, openai"),
    ({"provider": "groq"}, "provider", "write `@groq`"),
    ({"provider": "@opena-prod"}, "provider", "did you mean `@openai-prod`?"),
    ({"virtual_key": "grok"}, "virtual_key", "did you mean `groq`?"),
    ({"provider": "vertex-ai"}, "vertex_region", "is needed for `vertex-ai`"),
    ({"aws_access_key_id": "A"}, "aws_secret_access_key", "belong together"),
    ({"custom_host": "ftp://x"}, "custom_host", "Invalid custom host"),
    ({"custom_host": "https://user:pw@x"}, "custom_host", "Invalid custom host"),
    ({"custom_host": "https://x%2f/"}, "custom_host", "Invalid custom host"),
    ({"custom_host": "https://[::1"}, "custom_host", "Invalid custom host"),
    ({"custom_host": "https://x:99999"}, "custom_host", "Invalid custom host"),
    ({"forward_headers": ["x-portkey-forward-headers"]}, "forward_headers[0]", "must not be"),
    ({"forward_headers": ["X-Portkey-Api-Key"]}, "forward_headers[0]", "must not be"),
    ({"forward_headers": ["a b"]}, "forward_headers[0]", "name of a header"),
    ({"drop_params": ["tools["]}, "drop_params[0]", "must be a path"),
    ({"hold": 0}, "hold", "must be true or"),
    ({"input_guardrails": [7]}, "input_guardrails[0]", "a guardrail's slug"),
    ({"cb_config": {"failure_threshold": 1}}, "cb_config.cooldown_interval", "is needed"),
    ({"cb_config": {"cooldown_interval": 30_000}}, "cb_config.failure_threshold", "failure_threshold_percentage"),
    ({"cb_config": {"failure_threshold": 1, "cooldown_interval": 5}}, "cb_config.cooldown_interval", "≥ 30000"),
    ({"strategy": {"mode": "roulette"}, "targets": [A]}, "strategy.mode", "single, fallback, loadbalance, conditional"),
    ({"strategy": {}, "targets": [A]}, "strategy.mode", "is needed"),
    ({"strategy": {"mode": "fallback", "onStatusCodes": [1]}, "targets": [A]}, "strategy.onStatusCodes", "is spelled"),
    (FALLBACK, "targets", "at least one target"),
    (FALLBACK | {"targets": []}, "targets", "at least one target"),
    (FALLBACK | {"targets": [7]}, "targets[0]", "must be an object"),
    (FALLBACK | {"targets": [A, {}]}, "targets[1]", "at least one of"),
    (FALLBACK | {"targets": [A, B | {"weight": -1}]}, "targets[1].weight", "must be ≥ 0"),
    (FALLBACK | {"targets": [A] * 101}, "targets", "at most 100"),
    ({"targets": [A]}, "strategy", "is needed to choose"),
    ({"options": []}, "options", "an older kind of config"),
    (
        {"strategy": {"mode": "loadbalance"}, "targets": [A | {"weight": 0}, B | {"weight": 0}]},
        "targets",
        "`weight` > 0",
    ),
    ({"strategy": {"mode": "conditional"}, "targets": [A]}, "strategy.conditions", "No conditions passed"),
    ({"strategy": CONDITIONAL | {"default": "c"}, "targets": [A, B]}, "strategy.default", "the targets are: `a`, `b`"),
    ({"strategy": CONDITIONAL, "targets": [A]}, "strategy.conditions[0].then", "Invalid target name"),
    ({"strategy": CONDITIONAL, "targets": [A, B, B]}, "strategy", "all called `b`"),
    (
        {
            "strategy": CONDITIONAL | {"conditions": [{"query": {"params.n": {"$foo": 1}}, "then": "b"}]},
            "targets": [A, B],
        },
        "strategy.conditions[0].query['params.n'].$foo",
        "is no operator",
    ),
    ({"strategy": {"mode": "fallback", "hedge": 5}, "targets": [A]}, "strategy.hedge", "must be true, false or"),
    (
        {"strategy": {"mode": "loadbalance", "sticky": {"enabled": True, "hash_fields": ["ip"]}}, "targets": [A]},
        "strategy.sticky.hash_fields[0]",
        "must start with",
    ),
    (FALLBACK | {"targets": [{"config": "pc-tre"}]}, "targets[0].config", "did you mean `pc-tree`?"),
    (FALLBACK | {"targets": [{"config": "pc-loop"}]}, "targets[0].config", "leads back to itself: pc-loop → pc-back"),
    (FALLBACK | {"targets": [{"config": "pc-broken"}]}, "targets[0].config", "`pc-broken` cannot be used: provider"),
    (FALLBACK | {"config": "pc-leaf", "targets": [A]}, "config", "cannot stand beside"),
    ([], "", "must be a JSON object"),
    ("pc-nothing", "", "must be a JSON object"),
]


@pytest.mark.parametrize(("config", "path", "message"), WRONG)
def test_wrong_config_is_told(config: object, path: str, message: str) -> None:
    """What is wrong is said by path, and what is allowed with it."""
    problems = told(config)

    assert message in problems[path]


def test_everything_wrong_is_told_at_once() -> None:
    """All problems of all targets come in one refusal; message and `param` name the first."""
    with pytest.raises(BadConfig) as error:
        read_config(FALLBACK | {"targets": [{"weight": -1, "provider": "zzz"}, {"retry": {}}]}, KNOWN)

    paths = [path for path, _ in error.value.problems]
    assert paths == ["targets[0].weight", "targets[0].provider", "targets[1].retry.attempts"]
    body = error.value.body()
    assert (body["status"], body["error"]["param"]) == ("failure", "targets[0].weight")
    assert body["message"] == "Invalid config passed: targets[0].weight: must be ≥ 0 (and 2 more)"
    assert body["errors"][0] == "targets[0].weight: must be ≥ 0"


@pytest.mark.parametrize("text", ["", "{", "pc_x", b'{"a": \xff}', "[" * 100_000])
def test_config_that_is_no_json(text: str | bytes) -> None:
    """What is no JSON is refused as such."""
    with pytest.raises(BadConfig, match="valid json"):
        read_config(text, KNOWN)


def test_config_that_would_name_itself() -> None:
    """A saved config cannot be changed so that it leads back to itself by way of another."""
    known = Known(vendors=(), configs={"pc-a": {"config": "pc-b"}, "pc-b": {"config": "pc-a"}})

    problems = told(FALLBACK | {"targets": [{"config": "pc-b"}]}, known, "pc-a")

    assert "leads back to itself" in problems["targets[0].config"]


def test_levels_are_limited() -> None:
    """A config may be nested 50 levels deep and no deeper."""
    config: Json = dict(A)
    for _ in range(50):
        config = FALLBACK | {"targets": [config]}

    assert isinstance(read_config(config, KNOWN), Branch)
    assert "levels deep" in next(iter(told(FALLBACK | {"targets": [config]}).values()))


def test_saved_configs_cannot_multiply_without_end() -> None:
    """Configs that stand for each other many times over are refused before they fill the memory."""
    wide = {f"pc-{n}": FALLBACK | {"targets": [{"config": f"pc-{n + 1}"}] * 100} for n in range(5)}
    known = Known(vendors=("openai",), configs=wide | {"pc-5": {"provider": "openai"}})

    assert "in all" in str(told({"config": "pc-0"}, known))


def test_thousand_conditional_targets() -> None:
    """A conditional config may have a thousand targets."""
    targets = [{"provider": "@groq", "name": str(n)} for n in range(1_000)]
    strategy = {"mode": "conditional", "conditions": [{"query": {"params.n": 1}, "then": "7"}], "default": "0"}

    assert len(tree({"strategy": strategy, "targets": targets}).targets) == 1_000


@pytest.mark.parametrize(
    ("config", "warning"),
    [
        ({"provider": "@groq", "overide_params": {}}, "did you mean `override_params`?"),
        ({"provider": "@groq", "retry": {"attempts": 1, "on_status_code": [1]}}, "retry.on_status_code: is not known"),
        ({"strategy": {"mode": "single"}, "targets": [A, B]}, "uses the first alone"),
        ({"strategy": CONDITIONAL | {"default": None}, "targets": [A, B]}, "strategy.default: is not said"),
        ({"strategy": {"mode": "fallback", "default": "a"}, "targets": [A]}, "does nothing with the mode"),
    ],
)
def test_what_is_odd_is_a_warning(config: Json, warning: str) -> None:
    """What does nothing, and was probably meant to do something, is said without refusing the config."""
    warnings = reading(config, KNOWN).warnings

    assert any(warning in one for one in warnings)


def test_config_full_of_faults_is_told_soon() -> None:
    """A caller cannot keep the gateway busy with a config in which everything is misspelt."""
    known = Known({"openai"}, {f"provider-{n}" for n in range(4_000)})
    targets = [{"provider": f"@provider_{n}"} for n in range(100)]
    unknown = {f"provider{n}": n for n in range(5_000)}
    began = time.thread_time()

    problems = told(FALLBACK | unknown | {"targets": targets}, known)

    assert len(problems) == 50
    assert time.thread_time() - began < 0.5


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

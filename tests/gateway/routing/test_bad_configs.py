"""What is wrong with a config: told whole, by path, with what is allowed, and soon."""

import json
import time

import pytest

from gateway.configs.faults import BadConfig
from gateway.configs.nodes import Branch
from gateway.configs.schema import read_config, reading
from gateway.configs.survey import Known
from tests.gateway.routing.test_configs import KNOWN, A, B, Json, tree


def told(config: object, known: Known = KNOWN, slug: str | None = None) -> dict[str, str]:
    """Everything that is wrong with a config, by path."""
    with pytest.raises(BadConfig) as error:
        read_config(json.dumps(config), known, slug)
    return dict(error.value.problems)


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

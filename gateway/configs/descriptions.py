"""Every field of a config in a line, for those who write one: editors show it where the cursor is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

GUARDRAILS = "slugs, or objects of checks, that look at the {} in parallel"

DESCRIPTIONS: Final[Mapping[str, str]] = {
    "name": "what a condition calls the target",
    "weight": "its share in a load balance, a number ≥ 0; 1 unless said",
    "strategy": "how one of several targets is chosen",
    "strategy.mode": "how targets are chosen",
    "strategy.on_status_codes": "the statuses after which the next target is tried; most failures unless said",
    "strategy.conditions": "asked in order; the target of the first that holds gets the request",
    "strategy.conditions.query": 'what must hold, such as {"metadata.plan": {"$eq": "pro"}}',
    "strategy.conditions.then": "the name of the target that gets the request",
    "strategy.default": "the name of the target for requests that no condition matches",
    "strategy.sticky": "requests that are alike in some fields keep their target",
    "strategy.sticky.enabled": "whether they do",
    "strategy.sticky.hash_fields": "the fields: metadata.…, params.… and headers.…",
    "strategy.sticky.ttl": "seconds for which they do; an hour unless said",
    "strategy.cb_config": "a circuit breaker: targets that fail often are left out for a while",
    "strategy.hedge": "ask a second target too when the first takes long; the first answer wins",
    "strategy.hedge.after_ms": "milliseconds until then; as long as 19 of 20 of its answers take, unless said",
    "targets": "whom to ask; each is a config itself",
    "config": "a saved config in the target's place, by its slug",
    "provider": "@slug of the catalog, or the name of a vendor",
    "virtual_key": "the slug of a provider, as it was called before",
    "api_key": "the vendor's key, where the provider is a vendor's name",
    "passthrough": "true: the target takes its provider from the request",
    "prompt_id": "a saved prompt",
    "retry": "ask the same target again after some failures",
    "retry.attempts": "how often, up to 100",
    "retry.on_status_codes": "after these statuses; 429, 500, 502, 503, 504 and 529 unless said",
    "retry.use_retry_after_header": "wait as long as the vendor's Retry-After says",
    "retry.use_retry_after_headers": "the same as use_retry_after_header",
    "cache": "answer a request that was asked before from memory",
    "cache.mode": "simple: the same request; semantic: one that means the same",
    "cache.max_age": "seconds for which an answer is good",
    "request_timeout": "milliseconds for each attempt, until the answer begins; then 408",
    "first_token_timeout": "milliseconds until a stream says something of its answer; then 408",
    "stall_timeout": "milliseconds of silence within a stream or a file; then it is broken off",
    "hold": 'keep a stream or a file back so that another target can begin anew: true or "all", or a number of tokens',
    "hold.tokens": "how many tokens are kept back",
    "on_status_codes": "the same as in strategy",
    "override_params": "fields that take the place of the request's, such as model or temperature",
    "default_params": "fields for requests that do not say them",
    "drop_params": "paths that are taken out of the request: user, tools[0].strict, messages[*].name",
    "forward_headers": "the client's headers that the vendor gets as they are",
    "custom_host": "the base URL instead of the vendor's own",
    "strict_open_ai_compliance": "false: the answer keeps what only this vendor has",
    "cb_config": "a circuit breaker: targets that fail often are left out for a while",
    "before_request_hooks": "guardrails and mutators for the request, in full",
    "after_request_hooks": "guardrails and mutators for the answer, in full",
    "input_guardrails": GUARDRAILS.format("request"),
    "output_guardrails": GUARDRAILS.format("answer"),
    "input_mutators": "slugs, or objects of checks, that may change the request",
    "output_mutators": "slugs, or objects of checks, that may change the answer",
}
"""By path; an entry of a list has the path of the list."""

OF_BREAKERS: Final[Mapping[str, str]] = {
    "failure_threshold": "failures after which the target is left out",
    "failure_threshold_percentage": "failures in a hundred requests after which the target is left out",
    "minimum_requests": "how many requests it takes before the percentage counts; 5 unless said",
    "cooldown_interval": "milliseconds for which the target is left out, at least 30000",
    "failure_status_codes": "what counts as a failure; statuses of 500 and above unless said",
}
OF_HOOKS: Final[Mapping[str, str]] = {
    "id": "the slug of a saved guardrail, or a name of one's own",
    "type": "guardrail: judges; mutator: may change what it looks at",
    "checks": "what is looked at, and what then",
}
MODES: Final[Mapping[str, str]] = {
    "single": "the first target alone",
    "fallback": "one after the other, until one does not fail",
    "loadbalance": "at random, by weight",
    "conditional": "the target of the first condition that holds",
    "least_latency": "the one that answers soonest",
    "least_cost": "the cheapest for this request",
    "least_busy": "the one with the fewest requests under way",
    "usage_aware": "the one that has been used least of late",
}


def described(path: str) -> str | None:
    """What a field is for; `path` as in `DESCRIPTIONS`."""
    above, _, name = path.rpartition(".")
    if above.endswith("cb_config"):
        return OF_BREAKERS.get(name)
    return OF_HOOKS.get(name) if above.endswith("_hooks") else DESCRIPTIONS.get(path)

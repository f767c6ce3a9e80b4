"""What a new config begins with: each does something on its own, with providers of this gateway in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

Json = dict[str, Any]


def fallback(one: str, other: str) -> Json:
    """Another vendor where the first fails."""
    return {"strategy": {"mode": "fallback"}, "targets": [{"provider": one}, {"provider": other}]}


def load_balance(one: str, other: str) -> Json:
    """Seven requests here, three there."""
    targets = [{"provider": one, "weight": 7}, {"provider": other, "weight": 3}]
    return {"strategy": {"mode": "loadbalance"}, "targets": targets}


def conditional(one: str, other: str) -> Json:
    """By a field of the metadata."""
    conditions = [{"query": {"metadata.plan": {"$eq": "pro"}}, "then": "pro"}]
    strategy = {"mode": "conditional", "conditions": conditions, "default": "rest"}
    return {"strategy": strategy, "targets": [{"name": "pro", "provider": one}, {"name": "rest", "provider": other}]}


def patient(one: str, _: str) -> Json:
    """The same again, but not for ever."""
    retry = {"attempts": 3, "on_status_codes": [429, 503], "use_retry_after_header": True}
    return {"provider": one, "retry": retry, "request_timeout": 30_000}


def cached(one: str, _: str) -> Json:
    """Asked once an hour."""
    return {"provider": one, "cache": {"mode": "simple", "max_age": 3600}}


def hedged(one: str, other: str) -> Json:
    """Two where one is slow."""
    strategy = {"mode": "least_latency", "hedge": True}
    return {"strategy": strategy, "targets": [{"provider": one}, {"provider": other}]}


def guarded_stream(one: str, other: str) -> Json:
    """A stream that another can begin anew."""
    targets = [{"provider": one, "first_token_timeout": 5_000}, {"provider": other}]
    return {"strategy": {"mode": "fallback"}, "hold": {"tokens": 20}, "stall_timeout": 10_000, "targets": targets}


def tripped(one: str, other: str) -> Json:
    """A vendor that keeps failing is left alone for a minute."""
    breaker = {"failure_threshold": 5, "cooldown_interval": 60_000}
    strategy = {"mode": "fallback", "cb_config": breaker}
    return {"strategy": strategy, "targets": [{"provider": one}, {"provider": other}]}


def single(one: str, _: str) -> Json:
    """Nothing but a provider."""
    return {"provider": one}


TEMPLATES: dict[str, tuple[str, Callable[[str, str], Json]]] = {
    "fallback": ("fallback: another vendor where the first fails", fallback),
    "loadbalance": ("load balance: by weight", load_balance),
    "conditional": ("conditional: by metadata", conditional),
    "retry": ("retry and timeout", patient),
    "cache": ("cache: asked once an hour", cached),
    "hedge": ("hedge: a second one where the first is slow", hedged),
    "hold": ("streams that another can begin anew", guarded_stream),
    "breaker": ("circuit breaker: leave out who keeps failing", tripped),
    "single": ("one provider", single),
}


def filled_in(name: str, providers: Sequence[str]) -> str:
    """A template as text, with the first providers of the catalog; with none there, with names to be replaced."""
    first, *others = providers or ("@first", "@second")
    one, other = first, others[0] if others else first
    return pretty(TEMPLATES[name][1](one, other))


SHORT = 56
"""Characters that an object or a list may have, its indentation included, to stay on one line."""


def pretty(value: object, indent: str = "") -> str:
    """A config as people read it: what is short stays on one line, but never the whole, nor a list of objects."""
    line = json.dumps(value, ensure_ascii=False)
    holds_objects = isinstance(value, list) and any(isinstance(one, dict) for one in value)
    is_flat = not isinstance(value, dict | list) or not value
    if is_flat or (indent and len(indent) + len(line) <= SHORT and not holds_objects):
        return line
    below = indent + "  "
    if isinstance(value, dict):
        rows = [f"{below}{json.dumps(name, ensure_ascii=False)}: {pretty(one, below)}" for name, one in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
    assert isinstance(value, list)
    return "[\n" + ",\n".join(below + pretty(one, below) for one in value) + f"\n{indent}]"

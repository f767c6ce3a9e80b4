"""The tree of a config, of JSON in which nothing is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from gateway.configs.conditions import compiled
from gateway.configs.fields import INPUT_SIDE, OUTPUT_SIDE
from gateway.configs.inheritance import inherited
from gateway.configs.nodes import RETRIED, Branch, Breaker, Condition, Hedge, Hold, Leaf, Node, Retry, Sticky
from gateway.configs.survey import Known
from gateway.configs.vendor_settings import SETTINGS

Raw = Mapping[str, Any]


def built(raw: Raw, known: Known) -> Node:
    """The tree of a whole config."""
    return node(raw, {}, "config", known)


def node(raw: Raw, above: Raw, path: str, known: Known) -> Node:
    """A target and what is below it; `above` is what it may take over."""
    own = {name: value for name, value in raw.items() if value is not None}
    strategy = own.get("strategy", {})
    if strategy.get("cb_config"):
        own.setdefault("cb_config", strategy["cb_config"])
    said = inherited(above, own)
    if "config" in said:
        return stand_in(said, path, known)
    return branch(said, strategy, path, known) if strategy else leaf(said, path)


def stand_in(said: Raw, path: str, known: Known) -> Node:
    """A saved config in a target's place: it takes over what stands above, and keeps the target's name and weight."""
    nested = dict(known.configs[said["config"]])
    place = {name: said[name] for name in ("name", "weight") if name in said}
    return node(nested | place, said, path, known)


def branch(said: Raw, strategy: Raw, path: str, known: Known) -> Branch:
    """Several targets."""
    targets = [node(target, said, f"{path}.targets[{n}]", known) for n, target in enumerate(said["targets"])]
    return Branch(
        mode=strategy["mode"],
        targets=tuple(targets),
        path=path,
        name=said.get("name"),
        weight=float(said.get("weight", 1)),
        on_status_codes=codes(strategy.get("on_status_codes", said.get("on_status_codes"))),
        conditions=tuple(
            Condition(query=one["query"], then=one["then"], holds=compiled(one["query"]))
            for one in strategy.get("conditions") or ()
        ),
        default=strategy.get("default"),
        sticky=sticky(strategy.get("sticky") or {}),
        hedge=hedge(strategy.get("hedge")),
    )


def leaf(said: Raw, path: str) -> Leaf:
    """One target."""
    return Leaf(
        path=path,
        name=said.get("name"),
        weight=float(said.get("weight", 1)),
        provider=provider(said),
        api_key=said.get("api_key"),
        settings={name: as_text(said[name]) for name in SETTINGS if name in said},
        retry=retry(said.get("retry") or {}),
        request_timeout_ms=said.get("request_timeout"),
        first_token_timeout_ms=said.get("first_token_timeout"),
        stall_timeout_ms=said.get("stall_timeout"),
        hold=hold(said.get("hold")),
        override_params=said.get("override_params", {}),
        default_params=said.get("default_params", {}),
        drop_params=tuple(said.get("drop_params", ())),
        forward_headers=tuple(name.lower() for name in said.get("forward_headers", ())),
        custom_host=said.get("custom_host"),
        passthrough=said.get("passthrough", False),
        prompt_id=said.get("prompt_id"),
        strict=said.get("strict_open_ai_compliance"),
        breaker=breaker(said.get("cb_config")),
        cache=said.get("cache"),
        guardrails={name: said[name] for name in (*INPUT_SIDE, *OUTPUT_SIDE) if said.get(name)},
    )


def provider(said: Raw) -> str | None:
    """`@slug` or a vendor's name; a virtual key is the slug of a provider, as it was called before."""
    named, key = said.get("provider"), said.get("virtual_key")
    if named is not None and (key is None or named.startswith("@")):
        return str(named).strip()
    return f"@{key.removeprefix('@')}" if key is not None else None


def as_text(value: Any) -> str:
    """A setting as vendors read it; objects are JSON."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def codes(said: Iterable[float] | None) -> frozenset[int] | None:
    """Statuses."""
    return None if said is None else frozenset(int(code) for code in said)


def retry(said: Raw) -> Retry:
    """How often to ask again; the flag has two spellings."""
    listed = codes(said.get("on_status_codes"))
    return Retry(
        attempts=int(said.get("attempts", 0)),
        on_status_codes=RETRIED if listed is None else listed,
        use_retry_after=bool(said.get("use_retry_after_header") or said.get("use_retry_after_headers")),
    )


def breaker(said: Raw | None) -> Breaker | None:
    """When to leave the target out."""
    if said is None:
        return None
    return Breaker(
        failure_threshold=said.get("failure_threshold"),
        failure_threshold_percentage=said.get("failure_threshold_percentage"),
        minimum_requests=int(said.get("minimum_requests") or 5),
        cooldown_seconds=said["cooldown_interval"] / 1000,
        failure_status_codes=codes(said.get("failure_status_codes")),
    )


def sticky(said: Raw) -> Sticky | None:
    """Whether requests keep their target."""
    return Sticky(tuple(said.get("hash_fields") or ()), said.get("ttl") or 3600.0) if said.get("enabled") else None


def hedge(said: Any) -> Hedge | None:
    """Whether a second target is asked too."""
    if said in (None, False):
        return None
    return Hedge(None if said is True else said.get("after_ms"))


def hold(said: Any) -> Hold | None:
    """How much of a stream is kept back."""
    if said in (None, False):
        return None
    if isinstance(said, dict):
        said = said["tokens"]
    return Hold(None if said is True or said == "all" else int(said))

"""Every field of a config and what it may hold. Source: portkey.ai, config object, and the schema of its gateway."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, get_args
from urllib.parse import urlsplit

from gateway.configs.checks import (
    all_of,
    either,
    flag,
    list_of,
    mapping,
    number,
    one_of,
    shape,
    spelled_like,
    statuses,
    text,
    where,
)
from gateway.configs.faults import Check, Fault, right
from gateway.configs.nodes import Mode
from gateway.configs.queries import QUERY, query_faults

MODES: Final[tuple[str, ...]] = get_args(Mode)
MOST_ATTEMPTS = 100
LEAST_COOLDOWN_MS = 30_000
STEP = r"""\[(?:\d+|\*|"[^"]+"|'[^']+')\]"""
PATH = rf"(?:[^.\[\]]+|{STEP})(?:\.[^.\[\]]+|{STEP})*"
UNSENT_HEADERS = ("x-portkey-forward-headers", "x-portkey-api-key")

HEADER = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"

milliseconds = number(above=True)


@right({"type": "string", "pattern": f"^{HEADER}$", "not": {"enum": [*UNSENT_HEADERS]}})
def header(value: object) -> Iterator[Fault]:
    """A header that may be forwarded."""
    if not isinstance(value, str) or not re.fullmatch(HEADER, value):
        yield Fault("", "must be the name of a header")
    elif value.lower() in UNSENT_HEADERS:
        yield Fault("", f"must not be the `{value.lower()}` header")


@right({"type": "string", "format": "uri", "pattern": r"^[Hh][Tt]{2}[Pp][Ss]?://[^\s@%\\?#]+$"})
def host(value: object) -> Iterator[Fault]:
    """A base URL that hides nothing; whether its host may be reached is asked when a request goes there."""
    try:
        address = urlsplit(value) if isinstance(value, str) else None
        is_right = (
            address is not None
            and address.scheme in ("http", "https")
            and bool(address.hostname)
            and address.port != 0
            and not (address.username or address.password or address.query or address.fragment)
            and not re.search(r"[^\x21-\x7e]|[@%\\]", str(value))
            and not str(address.hostname).endswith(".")
        )
    except ValueError:
        is_right = False
    if not is_right:
        yield Fault("", "Invalid custom host: must be a base URL such as https://llm.example/v1")


breaker = all_of(
    shape(
        {
            "failure_threshold": number(1, whole=True),
            "failure_threshold_percentage": number(0, 100, above=True),
            "minimum_requests": number(1, whole=True),
            "cooldown_interval": number(LEAST_COOLDOWN_MS),
            "failure_status_codes": statuses,
        },
        needed=("cooldown_interval",),
    ),
    where(
        lambda said: bool({"failure_threshold", "failure_threshold_percentage"} & set(said)),
        "failure_threshold",
        "is needed, or `failure_threshold_percentage`",
        {"anyOf": [{"required": ["failure_threshold"]}, {"required": ["failure_threshold_percentage"]}]},
    ),
)
retry = shape(
    {
        "attempts": number(0, MOST_ATTEMPTS, whole=True),
        "on_status_codes": statuses,
        "use_retry_after_header": flag,
        "use_retry_after_headers": flag,
    },
    needed=("attempts",),
)
cache = shape({"mode": one_of("simple", "semantic"), "max_age": number()}, needed=("mode",))
sticky = shape(
    {
        "enabled": flag,
        "hash_fields": list_of(
            spelled_like(
                r"(?:metadata|params|headers)\..+",
                'hash_fields must start with "metadata.", "params.", or "headers."',
            )
        ),
        "ttl": number(above=True),
    },
    needed=("enabled",),
)
hooks = list_of(shape({"id": text, "type": one_of("guardrail", "mutator"), "checks": list_of(mapping)}))
guardrails = list_of(either(text, mapping, what="must be a guardrail's slug, or an object of checks"))
hold = either(
    flag,
    number(1, whole=True),
    one_of("all"),
    shape({"tokens": number(1, whole=True)}, needed=("tokens",)),
    what='must be true or "all" for the whole answer, false, or how many tokens to hold',
)

STRATEGY: Final[Mapping[str, Check]] = {
    "mode": one_of(*MODES),
    "on_status_codes": statuses,
    "conditions": list_of(shape({"query": Check(query_faults, QUERY), "then": text}, needed=("query", "then"))),
    "default": text,
    "sticky": sticky,
    "cb_config": breaker,
    "hedge": either(flag, shape({"after_ms": milliseconds}), what='must be true, false or {"after_ms": …}'),
}
"""Of `strategy`; `hedge` is ours."""

FIELDS: Final[Mapping[str, Check]] = {
    "name": text,
    "weight": number(),
    "strategy": shape(STRATEGY, needed=("mode",)),
    "targets": list_of(mapping),
    "config": text,
    "provider": text,
    "virtual_key": text,
    "api_key": text,
    "passthrough": flag,
    "prompt_id": text,
    "retry": retry,
    "cache": cache,
    "request_timeout": milliseconds,
    "first_token_timeout": milliseconds,
    "stall_timeout": milliseconds,
    "hold": hold,
    "on_status_codes": statuses,
    "override_params": mapping,
    "default_params": mapping,
    "drop_params": list_of(spelled_like(PATH, "must be a path such as `user` or `tools[*].strict`")),
    "forward_headers": list_of(header),
    "custom_host": host,
    "strict_open_ai_compliance": flag,
    "cb_config": breaker,
    "before_request_hooks": hooks,
    "after_request_hooks": hooks,
    "input_guardrails": guardrails,
    "output_guardrails": guardrails,
    "input_mutators": guardrails,
    "output_mutators": guardrails,
}
"""Of a config and of each target; `config`, `first_token_timeout`, `stall_timeout` and `hold` are ours."""

INPUT_SIDE = ("before_request_hooks", "input_guardrails", "input_mutators")
OUTPUT_SIDE = ("after_request_hooks", "output_guardrails", "output_mutators")

"""A config as the gateway uses it: a tree of branches and leaves into which everything inherited is written already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from gateway.vendors.vendor import Json

if TYPE_CHECKING:
    from gateway.configs.conditions import Context

Mode = Literal[
    "single", "fallback", "loadbalance", "conditional", "least_latency", "least_cost", "least_busy", "usage_aware"
]
"""Portkey's four, then ours."""
RETRIED = frozenset({429, 500, 502, 503, 504, 529})
"""Statuses that are retried unless a config names others."""


@dataclass(frozen=True, slots=True)
class Retry:
    """How often the same target is asked again."""

    attempts: int = 0
    on_status_codes: frozenset[int] = RETRIED
    use_retry_after: bool = False


@dataclass(frozen=True, slots=True)
class Breaker:
    """When a target is left out for a while. Source: Portkey's `cb_config`."""

    failure_threshold: int | None = None
    failure_threshold_percentage: float | None = None
    minimum_requests: int = 5
    cooldown_seconds: float = 30.0
    failure_status_codes: frozenset[int] | None = None
    """None: those of 500 and above."""


@dataclass(frozen=True, slots=True)
class Sticky:
    """Requests that look alike keep their target."""

    hash_fields: tuple[str, ...] = ()
    """`metadata.x`, `params.x`, `headers.x`."""
    ttl_seconds: float = 3600.0


@dataclass(frozen=True, slots=True)
class Hedge:
    """A second target is asked too when the first takes long; the first answer wins."""

    after_ms: float | None = None
    """None: the 95th percentile of the first target's time to its first token."""


@dataclass(frozen=True, slots=True)
class Hold:
    """How much of a stream is kept back, so that another target can begin anew when this one breaks off."""

    tokens: int | None = None
    """Events with content; None: the whole answer."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One target."""

    path: str = "config"
    """Where it stands: `config.targets[1].targets[0]`."""
    name: str | None = None
    weight: float = 1.0
    provider: str | None = None
    """`@slug` of the catalog, or a vendor's name; None: the request says it."""
    api_key: str | None = field(default=None, repr=False)
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What a vendor wants beside a key, such as `aws_region`."""
    retry: Retry = Retry()
    request_timeout_ms: float | None = None
    first_token_timeout_ms: float | None = None
    stall_timeout_ms: float | None = None
    hold: Hold | None = None
    override_params: Json = field(default_factory=dict)
    default_params: Json = field(default_factory=dict)
    drop_params: tuple[str, ...] = ()
    forward_headers: tuple[str, ...] = ()
    custom_host: str | None = None
    passthrough: bool = False
    prompt_id: str | None = None
    strict: bool | None = None
    """`strict_open_ai_compliance`; None: nothing is said."""
    breaker: Breaker | None = None
    cache: Json | None = None
    """Kept for the stage that uses it."""
    guardrails: Mapping[str, list[Json | str]] = field(default_factory=dict)
    """`input_guardrails`, `output_guardrails`, `before_request_hooks`, `after_request_hooks`, `input_mutators`,
    `output_mutators`: kept for the stage that uses them."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A query over metadata, params and url, and the target it leads to."""

    query: Json
    then: str
    holds: Callable[[Context], bool]
    """The query, compiled."""


@dataclass(frozen=True, slots=True)
class Branch:
    """Several targets, and how one is chosen among them."""

    mode: Mode
    targets: tuple[Node, ...]
    path: str = "config"
    name: str | None = None
    weight: float = 1.0
    on_status_codes: frozenset[int] | None = None
    """Statuses after which the next target is tried; None: whatever is no success."""
    conditions: tuple[Condition, ...] = ()
    default: str | None = None
    sticky: Sticky | None = None
    hedge: Hedge | None = None


Node = Leaf | Branch


@dataclass(frozen=True, slots=True)
class Config:
    """A config whole, as it was saved or sent."""

    root: Node
    slug: str | None = None
    """None: it was sent along with the request."""
    id: str | None = None
    version_id: str | None = None
    workspace: str = "default"
    is_default: bool = False
    """Whether it is for every request of its workspace that names none."""
    trouble: str | None = None
    """Why it cannot be used, if it cannot; `root` says nothing then."""

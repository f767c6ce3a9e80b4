"""Budgets and rates, how they stand, and what has them."""

from datetime import datetime
from typing import Any

import msgspec

Json = dict[str, Any]


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """One budget or rate, or one group of a policy's. Of money all amounts are dollars."""

    id: str
    level: str
    """`api_key`, `workspace`, `provider`, `integration` or `policy`."""
    owner: str
    """The id of what is limited; of a provider and a workspace the slug, of an integration `id@workspace`."""
    name: str
    group: str = ""
    """`api_key=…,model=…`, where a policy counts by groups."""
    kind: str = "budget"
    """`budget`, `rate`, or `models`: the rule in shadow about which models a workspace may use of an integration."""
    type: str = "cost"
    """What is counted: `cost`, `tokens`, `requests` or `concurrent`."""
    period: str = ""
    """`daily`, `weekly`, `monthly`, `7d`, `never`; of a rate its unit, such as `rpm`."""
    mode: str = "hard"
    """`hard`, `soft` or `shadow`."""
    limit: float = 0
    raised: float = 0
    """How much of the limit was added for a while."""
    raised_until: datetime | None = None
    spent: float = 0
    reserved: float = 0
    left: float = 0
    began_at: datetime | None = None
    resets_at: datetime | None = None
    burn_rate: float = 0
    """Used per hour, as it went lately."""
    forecast: float | None = None
    """What will have been used when it begins anew, if that goes on."""
    runs_out_at: datetime | None = None
    """When nothing is left, if that goes on; None where it lasts."""
    alerts: list[float] = []
    """Amounts at which somebody is told."""
    time_zone: str = ""
    on_shortage: str = ""
    """`lower` or `refuse`, of a hard budget."""
    status: str = "active"
    """Or `exhausted`: nothing is left, or too little for the requests that came."""
    refused: int = 0
    would_have_refused: int = 0
    models: dict[str, int] = {}
    """Of a rule about models: which it would have refused, and how often."""

    @property
    def is_budget(self) -> bool:
        """Whether it is one, and no rate."""
        return self.kind == "budget"

    @property
    def is_rule(self) -> bool:
        """Whether it is about models, and counts nothing but whom it would refuse."""
        return self.kind == "models"


class Limited(msgspec.Struct, frozen=True, kw_only=True):
    """An API key, a workspace or a provider, as far as its limits go."""

    id: str = ""
    slug: str = ""
    name: str = ""
    workspace_id: str | None = None
    usage_limits: Any = None
    """One budget, or a list of them."""
    rate_limits: Any = None
    limits_version: str = ""


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """What a workspace may use of an integration."""

    id: str
    """The workspace's slug."""
    enabled: bool = False
    usage_limits: Any = None
    rate_limits: Any = None
    limits_version: str = ""


class AccessList(msgspec.Struct, frozen=True, kw_only=True):
    """The same for all workspaces."""

    workspaces: list[Access] = []


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """What a request must have for a policy, or must not have."""

    key: str
    value: Any = None
    excludes: bool = False


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a policy is about."""

    id: str
    name: str | None = None
    conditions: list[Condition] = []
    workspace_id: str | None = None


class Spender(msgspec.Struct, frozen=True, kw_only=True):
    """What one group of requests came to; money in cents."""

    ai_model: str | None = None
    api_key_id: str | None = None
    requests: float | None = None
    cost: float | None = None
    tokens: float | None = None
    unpriced_requests: float | None = None


class Nothing(msgspec.Struct, frozen=True):
    """An answer of which nothing is wanted."""

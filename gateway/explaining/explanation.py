"""The shapes of an explanation: what a request would come to, told before anybody is asked."""

from __future__ import annotations

from typing import Any

import msgspec

Json = dict[str, Any]


class Considered(msgspec.Struct, frozen=True, kw_only=True):
    """A target of a branch, as the strategy sees it now."""

    path: str
    name: str | None
    weight: float
    measure: float | None
    """What the strategy goes by, the least first: seconds to the first token, nanodollars per million tokens in and
    out, requests under way, or tokens of the last minute. Null where nothing is known or measured."""
    is_left_out: bool
    """Its circuit breaker is open."""


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """A branch on the way, and whom its strategy chose."""

    path: str
    mode: str
    why: str
    condition: Json | None
    """The query that holds; null if none does, or none is asked."""
    order: list[str]
    """The targets that may be asked, by their paths, the first one first."""
    considered: list[Considered]


class Requested(msgspec.Struct, frozen=True, kw_only=True):
    """What the vendor would be sent."""

    method: str
    url: str
    headers: dict[str, str]
    """Whatever may let somebody in is masked."""
    body: Any
    """The JSON as it would be sent; text for anything else, cut short."""
    size: int
    """Bytes of the body."""


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """Why this target would not even be asked."""

    status: int
    code: str
    message: str
    param: str | None
    fault: str


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """Where a failure leads: the first way whose statuses fit is taken."""

    on_status_codes: list[int] | None
    """Null: all but those of `except_status_codes`, and errors with one of `except_codes`."""
    except_status_codes: list[int]
    except_codes: list[str]
    to: int
    """The number of an attempt."""


class Retries(msgspec.Struct, frozen=True, kw_only=True):
    """How often the same target is asked again."""

    attempts: int
    on_status_codes: list[int]
    use_retry_after_header: bool


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How long a target may take, in milliseconds; null says nothing."""

    request_timeout: float | None
    first_token_timeout: float | None
    stall_timeout: float | None
    hedge_after: float | None
    """When the rival is asked too; null also where nobody knows yet how long the target usually takes."""


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """What one answer would cost, in nanodollars; leaning upwards."""

    input_tokens: int
    max_output_tokens: int | None
    """Null: the request sets no limit."""
    input_cost: int | None
    cost_at_most: int | None
    """Null where it cannot be said; `note` says why."""
    price_source: str | None
    note: str | None


class Foreseen(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt that may come."""

    number: int
    path: str
    name: str | None
    provider: str | None
    vendor: str | None
    model: str | None
    function: str
    """What the vendor is asked for, as a path below `/v1/`; another than the request's where it is translated."""
    request: Requested | None
    """Null: there is trouble, or the gateway answers by itself."""
    error: Trouble | None
    exits: list[Way]
    after_error: int | None
    """The attempt that takes its place where there is trouble."""
    rival: int | None
    """The attempt that is begun beside this one when it takes long."""
    retry: Retries
    limits: Limits
    estimate: Estimate | None


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that would be tried for a request, in order."""

    config: str | None
    """The saved config that rules it."""
    function: str
    metadata: dict[str, str]
    choices: list[Choice]
    attempts: list[Foreseen]
    """At most the first hundred."""
    attempts_in_all: int
    warnings: list[str] = []

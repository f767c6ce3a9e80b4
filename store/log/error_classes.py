"""Why requests fail, in one closed vocabulary that says whose fault it was first; for the list and for one record."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, not_, or_, true
from sqlmodel import col

from store.log.rows import LogRow
from store.records import LogRecord


class Rule(NamedTuple):
    """What a class is known by: all that is said must hold."""

    fault: str
    codes: tuple[str, ...] = ()
    """Of the failure; none: any."""
    statuses: tuple[int, ...] = ()
    """That the client got; none: any."""


CLASSES: Mapping[str, tuple[str, Rule]] = {
    "caller_hung_up": ("The client went away before it had its answer", Rule("caller", ("client_hung_up",))),
    "caller_unauthenticated": ("No API key, or one that is not valid", Rule("caller", ("invalid_api_key",))),
    "caller_forbidden": ("The API key lacks the scope", Rule("caller", ("missing_scope",))),
    "caller_not_found": ("The model or the provider is not there", Rule("caller", (), (404,))),
    "caller_too_large": ("The request, or its prompt, is too long", Rule("caller", (), (413,))),
    "caller_context_length": ("The prompt is too long for the model", Rule("caller", ("context_length_exceeded",))),
    "caller_content_filter": (
        "The vendor will not answer this",
        Rule("caller", ("content_filter", "content_policy_violation")),
    ),
    "caller_invalid_request": ("Anything else that the caller can mend", Rule("caller")),
    "policy_model_not_allowed": ("The operator has not enabled the model", Rule("policy", ("model_not_allowed",))),
    "policy_budget_exhausted": ("A budget has nothing left", Rule("policy", ("budget_exhausted",))),
    "policy_rate_limited": ("A rate of the operator's is used up", Rule("policy", ("rate_limit_exceeded",))),
    "policy_guardrail": ("A guardrail stopped it", Rule("policy", (), (446,))),
    "policy_other": ("Any other rule of the operator's", Rule("policy")),
    "provider_timeout": (
        "The vendor took too long",
        Rule("provider", ("vendor_timeout", "request_timeout")),
    ),
    "provider_unreachable": ("Nobody was there", Rule("provider", ("vendor_unreachable",))),
    "provider_broken": ("The connection broke, or what came was no answer", Rule("provider", ("vendor_broke",))),
    "provider_rate_limited": ("The vendor takes no more for now", Rule("provider", (), (429,))),
    "provider_billing": ("The account with the vendor has nothing left", Rule("provider", (), (402,))),
    "provider_overloaded": ("The vendor has too much to do", Rule("provider", (), (503, 529))),
    "provider_server_error": ("Any other failure of the vendor's", Rule("provider")),
    "gateway_credentials": ("The vendor refuses the credential it was sent", Rule("gateway", (), (401, 403))),
    "gateway_database": ("The database could not be used", Rule("gateway", ("database_unavailable",))),
    "gateway_shutting_down": ("The gateway was ending", Rule("gateway", ("shutting_down",))),
    "gateway_internal": ("A fault of the gateway's own", Rule("gateway")),
    "unknown": ("A failure that says nothing of itself, as one that was only reported", Rule("")),
}
"""By name what it means, and its rule. The first whose rule holds is a failure's class."""
FAULTS = ("caller", "policy", "provider", "gateway")


def class_of(record: LogRecord) -> str | None:
    """The class of a failed request; None of a success."""
    if record.failure is None:
        return "unknown" if record.status >= 400 else None
    return class_from(record.failure.code, record.failure.fault, record.status)


def class_from(code: str, fault: str, status: int) -> str:
    """The class of a failure."""
    for name, (_, rule) in CLASSES.items():
        fits = (not rule.codes or code in rule.codes) and (not rule.statuses or status in rule.statuses)
        if rule.fault == fault and fits:
            return name
    return "unknown"


def class_is(name: str) -> ColumnElement[bool]:
    """The same as SQL: its rule holds, and none of those before it."""
    if name == "unknown":
        return and_(
            or_(col(LogRow.status) >= 400, col(LogRow.error_code).is_not(None)),
            or_(col(LogRow.error_fault).is_(None), not_(col(LogRow.error_fault).in_(FAULTS))),
        )
    wanted = CLASSES[name][1]
    earlier = list(before(name))
    return and_(col(LogRow.error_fault) == wanted.fault, holds(wanted), *(not_(holds(rule)) for rule in earlier))


def before(name: str) -> Iterator[Rule]:
    """The rules of the same fault that go first."""
    fault = CLASSES[name][1].fault
    for other, (_, rule) in CLASSES.items():
        if other == name:
            return
        if rule.fault == fault:
            yield rule


def holds(rule: Rule) -> ColumnElement[bool]:
    """What a rule says beside the fault."""
    said = [col(LogRow.error_code).in_(rule.codes)] if rule.codes else []
    said += [col(LogRow.status).in_(rule.statuses)] if rule.statuses else []
    return and_(true(), *said)

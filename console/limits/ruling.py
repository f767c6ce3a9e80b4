"""Which limit rules a request: where one goes who asks why it was refused. No Textual in here."""

from __future__ import annotations

from collections.abc import Iterable

from console.limits.words import is_out
from console.wire.limits import Limit
from console.wire.logs import LogSummary

TOO_MANY = 429
"""The status of a rate; a budget's is 412."""


def ruling(log: LogSummary, limits: Iterable[Limit]) -> Limit | None:
    """The limit that counts this request and most likely refused it; None where none counts it.

    The record does not name it. Of those of its key, its workspace, its provider and its groups, rates come first
    after a 429 and budgets after anything else, then those that are used up, then what is used most.
    """
    wanted = log.response_status_code != TOO_MANY
    theirs = [each for each in limits if not each.is_rule and counts(each, log)]
    return min(theirs, key=lambda each: (each.is_budget != wanted, not is_out(each), -used(each)), default=None)


def used(limit: Limit) -> float:
    """A share."""
    return (limit.spent + limit.reserved) / limit.limit if limit.limit > 0 else 1.0


def counts(limit: Limit, log: LogSummary) -> bool:
    """Whether a limit counts this request, as far as both say it."""
    match limit.level:
        case "api_key":
            return limit.owner == log.api_key_id
        case "workspace":
            return limit.owner == log.workspace_slug
        case "provider":
            return limit.owner == log.provider
        case "policy":
            return bool(limit.group) and all(is_of(part, log) for part in limit.group.split(","))
    return False


def is_of(part: str, log: LogSummary) -> bool:
    """Whether a request is of a group: `metadata._user=ada`, `api_key=…`."""
    name, _, value = part.partition("=")
    held = {"api_key": log.api_key_id, "workspace_id": log.workspace_slug, "provider": log.provider}
    held["model"] = log.ai_model
    if name.startswith("metadata."):
        return str((log.metadata or {}).get(name.removeprefix("metadata."), "")) == value
    return held.get(name) == value

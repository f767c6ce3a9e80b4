"""What the policies' routes take and give: bodies checked all at once, rows as the API has them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from gateway.api.admin.door import Problems
from gateway.limits.checks import BUDGET, RATE, wrong_with
from gateway.limits.spelling import with_reset
from gateway.moments import instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.limits.policies import PolicyRow

Json = dict[str, Any]
KEYS = (
    *("api_key", "workspace_id", "organisation_id", "virtual_key", "provider", "config", "model", "user"),
    "endpoint_type",
)
METADATA = re.compile(r"metadata\..{1,128}")
OWN = ("name", "conditions", "group_by", "workspace_id", "organisation_id")
"""Fields of a policy that are not its limit's."""
LONGEST_NAME = 255
FIELDS = {"usage-limits": BUDGET, "rate-limits": RATE}
NEEDED = {"usage-limits": ("credit_limit", "type"), "rate-limits": ("type", "unit", "value")}
FIXED = ("conditions", "group_by", "type", "workspace_id", "organisation_id")
"""What a policy keeps for life: its counters are named by it."""


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What was made."""

    id: str
    object: str


class PolicyList(msgspec.Struct, frozen=True, kw_only=True):
    """A page."""

    total: int
    data: list[Json]
    object: str = "list"


def check_new(kind: str, said: Json) -> None:
    """Raises BadRequest with everything that is wrong with a new policy."""
    problems = Problems()
    name = said.get("name")
    problems.check(name is None or is_name(name), "name", f"must be a text of 1 to {LONGEST_NAME} characters")
    for place, what in (*wrong_conditions(said.get("conditions")), *wrong_groups(said.get("group_by"))):
        problems.check(False, place, what)
    workspace = said.get("workspace_id")
    problems.check(workspace is None or isinstance(workspace, str), "workspace_id", "must be a workspace's slug or id")
    check_limit(kind, limit_in(said), problems)
    problems.settle()


def check_change(kind: str, said: Json, before: Json) -> Json:
    """The limit after a change. Raises BadRequest with everything that is wrong."""
    problems = Problems()
    name = said.get("name")
    problems.check(name is None or is_name(name), "name", f"must be a text of 1 to {LONGEST_NAME} characters")
    for field in FIXED:
        problems.check(field not in said, field, "cannot be changed; make another policy")
    changes = {name: value for name, value in said.items() if name not in (*OWN, "reset_usage_for_value")}
    if changes.get("periodic_reset"):
        changes.setdefault("periodic_reset_days", None)
    if changes.get("periodic_reset_days"):
        changes.setdefault("periodic_reset", None)
    after = {name: value for name, value in (before | changes).items() if value is not None}
    check_limit(kind, after, problems)
    problems.settle()
    return after


def check_limit(kind: str, limit: Json, problems: Problems) -> None:
    """Note what is wrong with the limit of a policy."""
    needed = ("type", "value") if limit.get("type") == "concurrent" else NEEDED[kind]
    for place, what in wrong_with(limit, "", FIELDS[kind], needed):
        problems.check(False, place.removeprefix("."), what)
    both = limit.get("periodic_reset") and limit.get("periodic_reset_days")
    problems.check(not both, "periodic_reset_days", "cannot be set beside `periodic_reset`")


def is_name(said: Any) -> bool:
    """Whether something will do as a name."""
    return isinstance(said, str) and 0 < len(said.strip()) <= LONGEST_NAME


def limit_in(said: Json) -> Json:
    """The fields of a body that are the limit's."""
    return {name: value for name, value in said.items() if name not in OWN and value is not None}


def wrong_conditions(said: Any) -> Iterator[tuple[str, str]]:
    """What is wrong with a policy's conditions."""
    if not isinstance(said, list) or not said:
        yield "conditions", "must be a list of at least one `{key, value}`; the value `*` stands for any"
        return
    for number, each in enumerate(said):
        place = f"conditions[{number}]"
        if not isinstance(each, dict):
            yield place, "must be an object with `key` and `value`"
            continue
        yield from wrong_key(each, place)
        value = each.get("value")
        texts = value if isinstance(value, list) and value else [value]
        if not all(isinstance(text, str) and text for text in texts):
            yield f"{place}.value", "must be a text, or a list of them"


def wrong_groups(said: Any) -> Iterator[tuple[str, str]]:
    """What is wrong with what a policy counts apart."""
    if not isinstance(said, list) or not said:
        yield "group_by", "must be a list of at least one `{key}`: what is counted apart"
        return
    for number, each in enumerate(said):
        yield from wrong_key(each if isinstance(each, dict) else {}, f"group_by[{number}]")


def wrong_key(said: Json, place: str) -> Iterator[tuple[str, str]]:
    """What is wrong with the key of a condition or group."""
    key = said.get("key")
    if not isinstance(key, str) or not (key in KEYS or METADATA.fullmatch(key)):
        yield f"{place}.key", f"must be one of {', '.join(f'`{name}`' for name in KEYS)} or `metadata.NAME`"


def rule_of(said: Json) -> str:
    """A new policy as the store has it."""
    rule = {"conditions": said["conditions"], "group_by": said["group_by"], "limit": limit_in(said)}
    return msgspec.json.encode(rule).decode()


def listed(row: PolicyRow) -> Json:
    """A row as the API has it."""
    rule = msgspec.json.decode(row.rule)
    usual: Json = {"alert_threshold": None, "periodic_reset": None, "periodic_reset_days": None}
    return {
        "id": row.id,
        "name": row.name,
        "conditions": rule["conditions"],
        "group_by": rule["group_by"],
        **(usual if row.kind == "usage-limits" else {}),
        **with_reset(rule["limit"], datetime.now(UTC)),
        "status": row.status,
        "workspace_id": row.workspace,
        "organisation_id": "default",
        "created_at": instant(row.created_at_ms),
        "last_updated_at": instant(row.updated_at_ms or row.created_at_ms),
        "object": object_of(row.kind),
    }


def object_of(kind: str) -> str:
    """What the API calls a policy of a kind."""
    return "policy_usage_limits" if kind == "usage-limits" else "policy_rate_limits"

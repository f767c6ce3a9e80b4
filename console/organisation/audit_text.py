"""One row of the audit log in words, and what it changed as a difference, field by field. No widgets in here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import tzinfo
from typing import Any

from textual.content import Content

from console.text.figures import NONE, second_time
from console.text.plain import plain
from console.wire.audit import AuditRecord, Verdict

LONGEST_VALUE = 2_000
"""Characters of a value; the gateway's API has it whole."""


def page_of(record: AuditRecord, zone: tzinfo | None) -> list[Content]:
    """Who, from where, what, when; then before and after."""
    workspace = f" in {record.workspace_id}" if record.workspace_id else ""
    who = f"{record.actor_name} ({record.user_type.replace('_', ' ')} {record.actor_id}{workspace})"
    facts = {
        "who": who,
        "from": ", ".join(filter(None, (record.client_ip, record.user_agent))) or "the gateway itself",
        "when": second_time(record.timestamp, zone),
        "what": f"{record.action} {record.resource_type} {record.resource_id or ''}".strip(),
        "request": f"{record.method} {record.uri} → {record.response_status_code}" if record.method else NONE,
        "row": f"{record.number}, hash {record.hash[:16]}…",
    }
    lines = [fact(name, value) for name, value in facts.items()]
    if record.response_status_code == 403:
        lines += [Content(""), Content.styled("Refused: nothing was changed.", "$text-warning")]
    for change in record.changes:
        lines += [Content(""), *difference(change)]
    return lines


def subject_of(record: AuditRecord) -> str:
    """What the thing is called, where the change says it: an id tells people little."""
    first = next((each for each in record.changes if isinstance(each, dict)), {})
    rows = (row for row in (first.get("after"), first.get("before")) if isinstance(row, dict))
    names = (row.get(name) for row in rows for name in ("name", "slug", "email"))
    return next((name for name in names if isinstance(name, str) and name), record.resource_id or NONE)


def fact(name: str, value: str) -> Content:
    """A name and what stands for it."""
    return Content.assemble((f"{name:<9}", "$text-muted"), plain(value))


def difference(change: dict[str, Any]) -> Iterator[Content]:
    """One row that was changed: what is gone with `-`, what is new with `+`."""
    if "further" in change:
        yield Content.styled(f"and {change['further']:,} rows more", "$text-muted")
        return
    before, after = change.get("before"), change.get("after")
    done = "made" if before is None else "deleted" if after is None else "changed"
    yield Content.styled(plain(f"{change.get('resource')} {change.get('id')} {done}"), "bold")
    for name in dict.fromkeys([*(before or {}), *(after or {})]):
        old, new = shown(before, name), shown(after, name)
        if old is not None:
            yield Content.styled(plain(f"  - {name}: {old}"), "$text-error")
        if new is not None:
            yield Content.styled(plain(f"  + {name}: {new}"), "$text-success")


def shown(row: dict[str, Any] | None, name: str) -> str | None:
    """A value as one line; nothing where there is none worth a line."""
    value = None if row is None else row.get(name)
    if value is None or value == "":
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}… {len(text):,} characters"


def verdict_page(verdict: Verdict, known_head: str | None) -> list[Content]:
    """What a look at the whole log has found, and what to do with it."""
    if not verdict.is_whole:
        return [
            Content.styled("✖ The audit log is not as it was written", "$text-error bold"),
            Content(plain(verdict.what)),
            Content(""),
            Content("Keep the database as it is, and compare it with a backup: `tollhouse audit verify --home COPY`."),
        ]
    lines = [
        Content.styled(f"● The audit log is as it was written: {verdict.rows:,} rows", "$text-success bold"),
        Content("No row was edited, taken out or replaced, and its end is marked with this gateway's master key."),
    ]
    if known_head is not None:
        lines += [Content(f"Nothing up to the last look (head {known_head[:16]}…) was replaced since, either.")]
    head = fact("head", verdict.head or NONE)
    return [
        *lines,
        Content(""),
        head,
        Content("Keep it elsewhere: `tollhouse audit verify --head HASH` proves it later."),
    ]

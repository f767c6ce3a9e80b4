"""What the requests for files and for batches have in common: whose they may see, and how they are answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import msgspec

from gateway.headers import story

if TYPE_CHECKING:
    from gateway.domain import Call

Json = dict[str, Any]
MOST_LISTED = 100


def whose(call: Call) -> str | None:
    """The workspace whose files are there; None: every one's."""
    assert call.caller is not None
    return None if call.caller.is_organisation else call.caller.workspace


def answer(call: Call, body: Json, kind: str = "application/json") -> None:
    """Make an object the call's answer."""
    call.status, call.response = 200, [msgspec.json.encode(body)]
    call.response_headers = [(b"content-type", kind.encode()), *story(call)]


def page(call: Call, papers: list[Any]) -> Json:
    """A list as OpenAI has it. Source: platform.openai.com/docs/api-reference/batch/list."""
    after, limit = query(call, "after"), query(call, "limit")
    ids = [each.id for each in papers]
    begin = ids.index(after) + 1 if after in ids else 0
    most = min(int(limit), MOST_LISTED) if limit.isascii() and limit.isdigit() else 20
    found = papers[begin : begin + max(most, 1)]
    return {
        "object": "list",
        "data": [each.shown() for each in found],
        "first_id": found[0].id if found else None,
        "last_id": found[-1].id if found else None,
        "has_more": begin + len(found) < len(papers),
    }


def query(call: Call, name: str) -> str:
    """A parameter of the address; empty where there is none."""
    return parse_qs(call.path_below.partition("?")[2]).get(name, [""])[-1]

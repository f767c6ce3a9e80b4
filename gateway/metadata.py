"""What a request is filed under: metadata from its headers and its key, and the trace it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gateway.errors import BadRequest
from gateway.webui import CHAT, identity, task_in
from gateway.webui import TASK as WEBUI_TASK
from store.ids import TraceId

if TYPE_CHECKING:
    from gateway.domain import Call, Caller, Headers

TASK = "_task"
"""Which background task of Open WebUI a request is for."""
MARKED = b"### Task:"
"""What every such prompt has, and few others."""


def filed(call: Call, caller: Caller) -> dict[str, str]:
    """The metadata of a request; its trace is set where Open WebUI's chat says it. Raises BadRequest.

    Low to high: Open WebUI's word where the key trusts it, OpenAI's `user`, the request's own, the key's.
    """
    headers, fields = call.headers, call.request.fields if call.request else {}
    found = identity(headers) if caller.open_webui == "headers" else {}
    user = fields.get("user")
    if user is not None and bytes(user)[:1] == b'"':
        found["_user"] = msgspec.json.decode(user, type=str)
    is_marked = MARKED in call.body or WEBUI_TASK in headers
    if is_marked and (task := task_in(headers, call.body)) is not None:
        found[TASK] = task
    found |= said_in(headers)
    if caller.open_webui == "headers" and not call.has_own_trace and (chat := headers.get(CHAT, "").strip()):
        call.trace_id = TraceId(chat)
    return {**found, **caller.metadata} if caller.metadata else found


def said_in(headers: Headers) -> dict[str, str]:
    """`x-portkey-metadata` without empty values. Raises BadRequest."""
    text = headers.get("x-portkey-metadata", "").strip()
    if not text:
        return {}
    try:
        said = msgspec.json.decode(text, type=dict[str, str | int | float | bool | None])
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        message = 'Tollhouse: `x-portkey-metadata` must be a JSON object of texts, such as {"team": "sales"}.'
        raise BadRequest(message, param="x-portkey-metadata") from error
    return {name: spelled(value) for name, value in said.items() if value not in (None, "")}


def spelled(value: object) -> str:
    """A value of metadata as text, as JavaScript has it."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()

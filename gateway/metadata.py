"""What a request is filed under: metadata from its headers and its key, and the trace it belongs to."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from gateway.errors import BadRequest, Unauthenticated
from gateway.webui.client import CHAT, TASKS, TOKEN, identity, task_in
from gateway.webui.client import TASK as WEBUI_TASK
from gateway.webui.token import Untrue, signed_identity
from store.ids import TraceId

if TYPE_CHECKING:
    from gateway.domain import Call, Caller, Headers

TASK = "_task"
"""Which background task of Open WebUI a request is for."""
MARKED = b"### Task:"
"""What every such prompt has, and few others."""


def filed(call: Call, caller: Caller) -> dict[str, str]:
    """The metadata of a request; its trace is set where Open WebUI's chat says it.

    Low to high: Open WebUI's word where the key trusts it, OpenAI's `user`, the request's own, Open WebUI's signed
    word, the key's. Raises BadRequest, and Unauthenticated for a false word.
    """
    headers, fields = call.headers, call.request.fields if call.request else {}
    found = identity(headers) if caller.open_webui == "headers" else {}
    signed = proven(headers, caller) if caller.open_webui == "signed" else {}
    user = fields.get("user")
    if user is not None and bytes(user)[:1] == b'"':
        found["_user"] = msgspec.json.decode(user, type=str)
    is_marked = MARKED in call.body or WEBUI_TASK in headers
    if is_marked and (task := task_in(headers, call.body)) is not None:
        found[TASK] = task
    if said := headers.get("x-portkey-metadata"):
        found |= said_in(said)
    found |= signed
    if TASK not in found and (task := found.get("task")) in TASKS:
        found[TASK] = task
    is_trusted = caller.open_webui == "headers" or bool(signed)
    if is_trusted and not call.has_own_trace and (chat := headers.get(CHAT, "").strip()):
        call.trace_id = TraceId(chat)
    if caller.metadata:
        found |= caller.metadata
    for rule in caller.metadata_rules:
        rule.check(found)
    return found


def proven(headers: Headers, caller: Caller) -> dict[str, str]:
    """Who asks by Open WebUI's token; without a token it is nobody. Raises Unauthenticated."""
    token = headers.get(TOKEN, "").strip()
    if not token:
        return {}
    try:
        return signed_identity(token, caller.open_webui_secret, time.time())
    except Untrue as error:
        how = "the key's `open_webui_secret` must be Open WebUI's FORWARD_USER_INFO_HEADER_JWT_SECRET."
        raise Unauthenticated(
            f"Tollhouse: the token in `X-OpenWebUI-User-Jwt` is not valid: it {error}; {how}"
        ) from error


def said_in(text: str) -> dict[str, str]:
    """`x-portkey-metadata` without empty values. Raises BadRequest."""
    if not text.strip():
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

"""Open WebUI as a client: who sits in front of it, which chat it is, and which of its requests nobody typed.

Source: Open WebUI 0.12, `utils/headers.py` and its documentation of the environment.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote

if TYPE_CHECKING:
    from gateway.domain import Headers

Trust = Literal["off", "headers", "signed"]
"""Whether an API key takes Open WebUI's word for who its users are: whoever holds the key could write the headers, and
only who has the secret can sign."""
MARK = "x-openwebui-"
USER, CHAT = "x-openwebui-user-id", "x-openwebui-chat-id"
TOKEN = "x-openwebui-user-jwt"
"""In place of the headers of a user, where Open WebUI is told a secret to sign with."""
TASK = "x-openwebui-task"
"""Not Open WebUI's own: an administrator adds it to the connection, as `{{TASK}}`."""
TASKS = frozenset(
    f"{what}_generation"
    for what in (
        *("title", "follow_up", "tags", "emoji", "query", "image_prompt", "autocomplete", "moa_response"),
        *("retrieval_query", "web_search_query"),
    )
) | {"function_calling"}
"""What `{{TASK}}` stands for."""
TAKEN = {
    USER: "_user",
    "x-openwebui-user-email": "webui_email",
    "x-openwebui-user-name": "webui_name",
    "x-openwebui-user-role": "webui_role",
    CHAT: "webui_chat",
    "x-openwebui-message-id": "webui_message",
}
"""Its headers, and what they are called in metadata."""
PROMPTS = (
    (re.compile(rb"suggest \S+ relevant follow-up questions", re.I), "follow_up_generation"),
    (re.compile(rb"Generate a concise, \S+ word title", re.I), "title_generation"),
    (re.compile(rb"Generate \S+ broad tags", re.I), "tags_generation"),
    (re.compile(rb"determine the necessity of generating search queries", re.I), "query_generation"),
    (re.compile(rb"Generate a detailed prompt", re.I), "image_prompt_generation"),
    (re.compile(rb"autocompletion system", re.I), "autocomplete_generation"),
)
"""How the prompts of its background tasks begin, as it ships them."""
BEGINNING = 600
"""Bytes of a prompt that are looked at."""
TOLD = re.compile(rb'"content"\s*:\s*"### Task:\\n')


def is_webui(headers: Headers) -> bool:
    """Whether Open WebUI says that it asks."""
    return f"\n{MARK}" in "\n" + "\n".join(headers)  # quicker than to look at each


def identity(headers: Headers) -> dict[str, str]:
    """Who asks, as metadata; names come percent-encoded."""
    return {ours: unquote(value) for theirs, ours in TAKEN.items() if (value := headers.get(theirs, "").strip())}


def task_in(headers: Headers, body: bytes) -> str | None:
    """Which background task a request is for; None where a person asks.

    The header says it; else a request does that is not streamed, has one message, and begins as the task's prompt does:
    a person's question about a document begins with `### Task:` as well.
    """
    if (said := headers.get(TASK)) is not None:
        return said.strip() or None
    found = TOLD.search(body)
    if found is None or body.count(b'"role"') != 1 or b'"stream":true' in body or b'"stream": true' in body:
        return None
    beginning = body[found.end() : found.end() + BEGINNING]
    return next((task for prompt, task in PROMPTS if prompt.search(beginning)), None)

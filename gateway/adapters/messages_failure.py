"""Errors as Anthropic's clients read them. Source: docs.claude.com/en/api/errors."""

from __future__ import annotations

from gateway.adapters.events import event
from gateway.vendors.vendor import Json

BY_STATUS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    413: "request_too_large",
    422: "invalid_request_error",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
    529: "overloaded_error",
}
OWN = frozenset(BY_STATUS.values()) | {"api_error"}
"""What an error's `type` can be."""
WORDS = (
    ("rate_limit", "rate_limit_error"),
    ("overload", "overloaded_error"),
    ("unavailable", "overloaded_error"),
    ("timeout", "timeout_error"),
    ("auth", "authentication_error"),
    ("permission", "permission_error"),
    ("not_found", "not_found_error"),
    ("invalid", "invalid_request_error"),
)
"""What is found in other vendors' types and codes."""


def failure(error: Json, status: int | None = None) -> Json:
    """The body of an error, of an `error` object in OpenAI's words, and of the HTTP status where there is one."""
    said = {"type": type_of(error, status), "message": str(error.get("message") or "the vendor gave no reason")}
    return {"type": "error", "error": said}


def failure_event(error: Json) -> bytes:
    """What ends a stream that broke off."""
    return event(failure(error))


def type_of(error: Json, status: int | None) -> str:
    """Anthropic's word for an error."""
    if error.get("type") in OWN:
        return str(error["type"])
    if status in BY_STATUS:
        return BY_STATUS[status]
    words = f"{error.get('type') or ''} {error.get('code') or ''}".lower()
    return next((name for word, name in WORDS if word in words), "api_error")

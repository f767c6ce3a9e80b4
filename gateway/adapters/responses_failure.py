"""Errors in a Responses stream."""

from __future__ import annotations

from gateway.adapters.events import event
from gateway.adapters.reading import present
from gateway.vendors.vendor import Json

UNSAID = "the vendor gave no reason"


def failure_event(error: Json, sequence_number: int = 0) -> bytes:
    """An `error` event, of an `error` object in OpenAI's words. The fields stand in it twice: flat, as documented, and
    as the object for which OpenAI's SDK raises."""
    said = {"code": code(error), "message": str(error.get("message") or UNSAID), "param": error.get("param")}
    nested = present(type=error.get("type")) | said
    return event({"type": "error", "sequence_number": sequence_number, **said, "error": nested})


def code(error: Json) -> str:
    """What kind of error it is."""
    return str(error.get("code") or error.get("type") or "server_error")


def failed(error: Json) -> Json:
    """The `error` of a failed response; its code is one of OpenAI's."""
    words = f"{error.get('type') or ''} {error.get('code') or ''}".lower()
    kind = "rate_limit_exceeded" if "rate_limit" in words or "429" in words else "server_error"
    return {"code": kind, "message": str(error.get("message") or UNSAID)}

"""A chat answer as a message of Anthropic's."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.adapters.chat import Piece, arguments_of, finish_of, first_choice, pieces, record, stem, tokens_of
from gateway.adapters.reading import present
from gateway.vendors.vendor import Json

STOPS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use", "content_filter": "refusal"}
OWN = frozenset(
    {"end_turn", "max_tokens", "stop_sequence", "tool_use", "pause_turn", "refusal", "model_context_window_exceeded"}
)
"""Anthropic's own reasons, which an answer that is not strict may keep."""


def answer(said: Json, body: Json) -> Json:
    """The message, of the chat answer and the client's request."""
    choice = first_choice(said)
    told = list(pieces(record(choice.get("message"))))
    return {
        "id": message_id(said.get("id")),
        "type": "message",
        "role": "assistant",
        "model": said.get("model") or body.get("model"),
        "content": content(told),
        **ending(choice, body, has_calls=any(piece.kind == "call" for piece in told)),
        "usage": usage_of(record(said.get("usage"))),
    }


def message_id(identity: object) -> str:
    """`msg_…`, of the answer's own id."""
    return f"msg_{stem(identity)}"


def content(told: Iterable[Piece]) -> list[Json]:
    """The blocks of an answer."""
    return [block_of(piece) for piece in told]


def block_of(piece: Piece) -> Json:
    """One block whole."""
    if piece.kind == "thinking":
        return {"type": "thinking", "thinking": piece.text, "signature": piece.signature}
    if piece.kind == "redacted":
        return {"type": "redacted_thinking", "data": piece.signature}
    if piece.kind == "call":
        return tool_use(piece.id, piece.name, piece.signature) | {"input": arguments_of(piece.text)}
    return {"type": "text", "text": piece.text}


def tool_use(identity: str, name: str, signature: str) -> Json:
    """A call without its input. Gemini wants its signature back with the call, so the client gets it to keep."""
    kept = present(thought_signature=signature or None)
    return {"type": "tool_use", "id": identity or f"toolu_{stem(None)}", "name": name, "input": {}, **kept}


def ending(choice: Json, body: Json, *, has_calls: bool) -> Json:
    """`stop_reason` and `stop_sequence`; some vendors say which sequence it was in a `stop_reason` of their own."""
    sequence = choice.get("stop_reason")
    if isinstance(sequence, str) and sequence in (body.get("stop_sequences") or ()):
        return {"stop_reason": "stop_sequence", "stop_sequence": sequence}
    return {"stop_reason": stop_reason(choice, has_calls=has_calls), "stop_sequence": None}


def stop_reason(choice: Json, *, has_calls: bool) -> str:
    """Why it ended. A client runs tools only after `tool_use`, and not every vendor says so."""
    reason = choice.get("finish_reason")
    finish = finish_of(reason)
    if has_calls and finish == "stop":
        return "tool_use"
    if record(choice.get("message")).get("refusal"):
        return "refusal"
    return reason if isinstance(reason, str) and reason in OWN else STOPS[finish]


def usage_of(usage: Json) -> Json:
    """Anthropic's counts: `input_tokens` are those that the cache had no part in."""
    tokens = tokens_of(usage)
    told: Json = {
        "input_tokens": max(0, tokens.prompt - tokens.cached - tokens.written),
        "output_tokens": tokens.completion,
        "cache_creation_input_tokens": tokens.written,
        "cache_read_input_tokens": tokens.cached,
    }
    return told | ({"output_tokens_details": {"thinking_tokens": tokens.reasoning}} if tokens.reasoning else {})

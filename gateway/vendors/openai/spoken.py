"""What the gateway reads in an answer on OpenAI's wire: a whole one, or one event of a stream."""

from __future__ import annotations

import msgspec


class Choice(msgspec.Struct, frozen=True):
    """One choice of a whole answer or of an event."""

    finish_reason: str | None = None


class Spoken(msgspec.Struct, frozen=True):
    """A whole answer, or one event of a stream."""

    model: str | None = None
    choices: list[Choice] | None = None
    usage: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    error: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


spoken = msgspec.json.Decoder(Spoken).decode


class Piece(msgspec.Struct, frozen=True):
    """What one choice of an event adds."""

    delta: dict[str, msgspec.Raw] | None = None
    text: str | None = None
    """Of the older completions."""


class Pieces(msgspec.Struct, frozen=True):
    """An event, as far as it adds something."""

    choices: list[Piece] = []


pieces = msgspec.json.Decoder(Pieces).decode
NOTHING = frozenset({b"null", b'""', b"[]", b"{}"})


def has_content(event: bytes) -> bool:
    """Whether an event has something of the answer itself: text, reasoning, a call, and not a role alone."""
    try:
        found = pieces(event).choices
    except msgspec.DecodeError:
        return True  # of a shape that is not ours to judge
    return any(
        piece.text or any(name != "role" and bytes(raw) not in NOTHING for name, raw in (piece.delta or {}).items())
        for piece in found
    )

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

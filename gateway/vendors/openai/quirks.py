"""The two ways in which most imitators of OpenAI's chat differ from it."""

from __future__ import annotations

import msgspec

from gateway.vendors.openai import Quirks
from gateway.vendors.vendor import Asked

turns_of = msgspec.json.Decoder(list[dict[str, msgspec.Raw]]).decode
text = msgspec.json.Encoder().encode
DEVELOPER, SYSTEM = b'"developer"', msgspec.Raw(b'"system"')


def without_developer(_asked: Asked, fields: dict[str, msgspec.Raw]) -> None:
    """Call OpenAI's developer turns by the name that everybody knows: a model's template leaves unknown ones out."""
    raw = bytes(fields.get("messages", b""))
    if DEVELOPER not in raw:
        return
    try:
        turns = turns_of(raw)
    except msgspec.ValidationError:
        return  # the vendor says what is wrong with it
    fields["messages"] = msgspec.Raw(text([as_system(turn) for turn in turns]))


def as_system(turn: dict[str, msgspec.Raw]) -> dict[str, msgspec.Raw]:
    """A turn, a system turn if it was the developer's."""
    return turn | {"role": SYSTEM} if bytes(turn.get("role", b"")) == DEVELOPER else turn


ROLES = Quirks(adjust=without_developer)
"""Has `max_completion_tokens`, and no developer."""
SHORT = Quirks(adjust=without_developer, renamed={"max_completion_tokens": "max_tokens"})
"""Has neither: what every imitator understands."""

"""What each Claude can do, as far as a request has to heed it.

Source: platform.claude.com/docs/en/models/overview and the migration guide of each model, November 2026.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Thinking = Literal["none", "budget", "either", "adaptive", "always"]
"""How it is told to think: not at all, by a budget of tokens, by either, by an effort, by an effort and never off."""
Sampling = Literal["all", "one", "none"]
"""Whether `temperature` and `top_p` may be sent together, one of them, or neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ability:
    """One generation of models."""

    max_output: int
    """Tokens."""
    thinking: Thinking
    sampling: Sampling
    has_formats: bool
    """Whether `output_config.format` takes a JSON schema."""
    can_force: bool = True
    """Whether `tool_choice` may insist on a tool."""
    thinking_off: str | None = "disabled"
    """The type of `thinking` that turns it off; None where it cannot be."""

    @property
    def is_adaptive(self) -> bool:
        """Whether thinking is asked for by an effort."""
        return self.thinking in ("either", "adaptive", "always")


UNKNOWN = Ability(max_output=4_096, thinking="none", sampling="all", has_formats=False)
"""What every Claude can; for models that the table does not know."""
NEWEST = Ability(max_output=128_000, thinking="adaptive", sampling="none", has_formats=True)
UNFORCED = Ability(
    max_output=128_000,
    thinking="always",
    sampling="none",
    has_formats=True,
    can_force=False,
    thinking_off=None,
)
ANY = ""
ABILITIES: tuple[tuple[str, tuple[int, int], Ability], ...] = (
    ("fable", (0, 0), UNFORCED),
    ("mythos", (0, 0), UNFORCED),
    ("opus", (5, 5), UNFORCED),
    (
        "sonnet",
        (5, 5),
        Ability(
            max_output=128_000,
            thinking="adaptive",
            sampling="none",
            has_formats=True,
            can_force=False,
            thinking_off="between_tools",
        ),
    ),
    (ANY, (4, 7), NEWEST),
    (ANY, (4, 6), Ability(max_output=128_000, thinking="either", sampling="one", has_formats=True)),
    (ANY, (4, 5), Ability(max_output=64_000, thinking="budget", sampling="one", has_formats=True)),
    ("opus", (4, 1), Ability(max_output=32_000, thinking="budget", sampling="one", has_formats=False)),
    ("opus", (4, 0), Ability(max_output=32_000, thinking="budget", sampling="all", has_formats=False)),
    (ANY, (4, 0), Ability(max_output=64_000, thinking="budget", sampling="all", has_formats=False)),
    (ANY, (3, 7), Ability(max_output=64_000, thinking="budget", sampling="all", has_formats=False)),
    (ANY, (3, 5), Ability(max_output=8_192, thinking="none", sampling="all", has_formats=False)),
)
"""(family, version from which it holds, what it can); the first that fits holds."""

NAME = re.compile(
    r"claude-(?:(?P<family>[a-z]+)-?)?(?P<major>\d)?(?:[-.](?P<minor>\d{1,2})(?!\d))?(?:-(?P<family_after>[a-z]+))?"
)
"""`claude-sonnet-4-5-20250929`, `claude-3-5-haiku@20241022`, `us.anthropic.claude-opus-4-6-v1` and the like."""


@lru_cache(maxsize=1024)
def ability_of(model: str) -> Ability:
    """What a model can, by its name at any of the clouds."""
    named = NAME.search(model.lower())
    if named is None:
        return UNKNOWN
    families = (named["family"], named["family_after"])
    version = (int(named["major"] or 0), int(named["minor"] or 0))
    for family, since, ability in ABILITIES:
        if version >= since and (family == ANY or family in families):
            return ability
    return UNKNOWN

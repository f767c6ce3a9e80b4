"""JavaScript's regular expressions by Python's, without those that could keep the gateway busy for ever.

Python's engine tries one way after another, and a request cannot be interrupted meanwhile. So a pattern may hold only
what ends soon: no repetition of something that may itself be read in several ways, and few repetitions for long values.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from re import _constants as op  # type: ignore[attr-defined]  # the parse tree has no public name
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

LONGEST_PATTERN = 500
LONGEST_VALUES = (10_000, 2_000, 256, 128)
"""The longest value that is looked at, by the number of repetitions without end; a longer one matches nothing."""
MOST_WAYS = 4_096
"""How many combinations of options and choices a pattern may have."""
REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT)
GROUPS = {op.SUBPATTERN: 3, op.ASSERT: 1, op.ASSERT_NOT: 1}
"""Where a group's content stands."""
TRANSLATED = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\(\?<(?![=!])|\$", re.DOTALL)


class BadPattern(Exception):
    """A pattern that is none, or one that could take for ever; the message is the end of a sentence."""


@lru_cache(maxsize=2_000)  # read when a config is checked, and again when it is built
def pattern(text: str) -> Callable[[str], bool]:
    """Whether a value contains the pattern. Raises BadPattern."""
    if len(text) > LONGEST_PATTERN:
        raise BadPattern(f"must be at most {LONGEST_PATTERN} characters")
    try:
        tree = parser.parse(translated(text), re.ASCII)
        search = re.compile(translated(text), re.ASCII).search
    except (re.error, OverflowError, RecursionError) as error:
        raise BadPattern(f"is no regular expression: {error}") from error
    endless, ways = measured(tree)
    if endless >= len(LONGEST_VALUES):
        raise BadPattern(f"may hold at most {len(LONGEST_VALUES) - 1} repetitions without end (`*`, `+`)")
    if ways > MOST_WAYS:
        raise BadPattern("has so many options that it could take for ever")
    longest = LONGEST_VALUES[endless]
    return lambda value: len(value) <= longest and search(value) is not None


def translated(text: str) -> str:
    """JavaScript's spelling in Python's: names of groups, and an end that is the end."""
    spelled = {"(?<": "(?P<", "$": r"\Z"}
    return TRANSLATED.sub(lambda found: spelled.get(found[0], found[0]), text)


def measured(tree: Any) -> tuple[int, int]:
    """The repetitions without end, and the ways in which the rest can be read. Raises BadPattern."""
    endless, ways = 0, 1
    for kind, content in tree:
        more, times = measured_one(kind, content)
        endless, ways = endless + more, min(ways * times, MOST_WAYS + 1)
    return endless, ways


def measured_one(kind: Any, content: Any) -> tuple[int, int]:
    """The same of one part."""
    if kind in REPEATS or kind == op.POSSESSIVE_REPEAT:
        return repeated(*content)
    if kind == op.BRANCH:
        found = [measured(branch) for branch in content[1]]
        return max(more for more, _ in found), sum(times for _, times in found)
    if kind in GROUPS:
        return measured(content[GROUPS[kind]])
    if kind == op.ATOMIC_GROUP:
        return measured(content)
    if kind in (op.GROUPREF, op.GROUPREF_EXISTS):
        raise BadPattern("may not refer back to a group")
    return 0, 1


def repeated(least: int, most: int, body: Any) -> tuple[int, int]:
    """A repetition: what is repeated must be readable in one way only."""
    endless, ways = measured(body)
    is_endless = most == op.MAXREPEAT or most - least > 64
    if (endless and most > 1) or (ways > 1 and is_endless):
        raise BadPattern("repeats something that can itself be read in several ways, which could take for ever")
    if is_endless:
        return 1, 1
    total = (ways ** min(most, 16)) * (most - least + 1)
    return endless, min(total, MOST_WAYS + 1)

"""Which name is meant by a few letters."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import nsmallest
from itertools import count, islice

from console.commands import Command, matching
from console.jumping.kinds import KINDS, LOG, Thing

EXACT, BEGINS, WORD, WITHIN, LETTERS, NOT = 5, 4, 3, 2, 1, 0
"""How close a name comes: it is the same, begins so, a word of it does, it has it, has its letters in order; none."""
ENDS_WORD = "-_./:@ "
IN_A_TURN = 1_000
"""Names compared before somebody else has a turn: two milliseconds."""
MOST = 50
"""Offered at once: nobody reads further, one types another letter."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What a line asks for: names of any kind or of one, or a request by its id."""

    words: str
    kind: str | None = None
    log_id: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether no name is looked for."""
        return bool(self.log_id) or not (self.words or self.kind)


def meant(line: str) -> Meant:
    """`key web-app` is a key, `log ID` a request; a name of a kind alone is a name like others, with a blank all."""
    words = line.removeprefix(":").lstrip()
    first, blank, rest = words.partition(" ")
    rest = rest.strip()
    if first.lower() in (LOG, "trace") and rest:
        return Meant(rest, log_id=rest)
    if blank and (kind := first.lower().removesuffix("s")) in KINDS:
        return Meant(rest.lower(), kind)
    return Meant(words.strip().lower())


def closeness(wanted: str, name: str) -> int:
    """How well `wanted`, in small letters, fits a name."""
    name = name.lower()
    place = name.find(wanted)
    if place < 0:
        return LETTERS if letters(wanted).match(name) else NOT
    if place == 0 or name[:place] == "@":
        return EXACT if len(name) - place == len(wanted) else BEGINS
    return WORD if name[place - 1] in ENDS_WORD else WITHIN


@lru_cache(maxsize=8)
def letters(wanted: str) -> re.Pattern[str]:
    """These letters in this order, whatever is between them, without ever going back."""
    return re.compile("".join(f"[^{re.escape(letter)}]*{re.escape(letter)}" for letter in wanted), re.DOTALL)


def fit(thing: Thing, wanted: str) -> int:
    """By its name, or, if no less than a word begins so, by what else it is called."""
    best = closeness(wanted, thing.name)
    also = closeness(wanted, thing.also) if best < BEGINS and thing.also else NOT
    return max(best, also - 1 if also > WITHIN else NOT)


async def search(things: Iterable[Thing], wanted: str) -> list[Thing]:
    """The closest, best first; in turns, for there may be a hundred thousand."""
    found: list[tuple[int, int, int, Thing]] = []
    rest, numbers = iter(things), count()
    while some := list(islice(rest, IN_A_TURN)):
        hits = ((-fit(thing, wanted), len(thing.name), next(numbers), thing) for thing in some)
        found = nsmallest(MOST, [*found, *(hit for hit in hits if hit[0])])
        await asyncio.sleep(0)
    return [thing for *_, thing in found]


def together(line: Meant, commands: Sequence[Command], things: Sequence[Thing]) -> list[Command | Thing]:
    """Commands and things, the closest first; of equals a command, unless the line names a kind."""
    fitting = matching(f"{line.kind} {line.words}" if line.kind else line.words, commands)
    fits = [each for each in things if fit(each, line.words) and line.kind in (None, each.kind)]
    if line.kind is not None or line.is_empty:
        return [*fits, *fitting] if line.kind else [*fitting]
    ranks: list[tuple[int, int, Command | Thing]] = [
        *((-max(LETTERS, closeness(line.words, each.name)), 0, each) for each in fitting),
        *((-fit(each, line.words), 1, each) for each in fits),
    ]
    return [each for *_, each in sorted(ranks, key=lambda row: row[:2])]

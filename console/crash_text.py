"""What a fault says of itself, without the prompts, answers and bodies that it quotes."""

from __future__ import annotations

import re
import traceback
from collections import deque
from collections.abc import Iterator, Mapping, Set
from types import TracebackType
from typing import Any

NAME = re.compile(r"[\w./:@+$*-]{1,60}", re.ASCII)
"""What says which thing it was, such as `colour`, `Screen.show` or a path; all else may be what somebody wrote."""
QUOTED = re.compile(r"(?<![^\Wb])(?:'(?:[^'\\]|\\.)*(?:'|$)|\"(?:[^\"\\]|\\.)*(?:\"|$)|`[^`]*(?:`|$))", re.DOTALL)
"""Also up to the end, for Python cuts what is long; in `can't` nothing begins."""
BODY = re.compile(r"[{\[].*[\"'].*[}\]]", re.DOTALL)
"""JSON, or the way Python writes it."""
LONGEST, SHORTEST = 300, 4
MOST_LOOKED_AT = 50_000
"""A screen may hold a million strings, and whoever crashed does not wait for all of them."""


def told(error: BaseException) -> list[str]:
    """The traceback of a fault and of what led to it, with what each says; no local variables.

    Python's own would quote: a message in full, the notes of an exception, the text that is no Python.
    """
    return list(_told(error, set()))


def _told(error: BaseException, known: set[int]) -> Iterator[str]:
    known.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in known:
        yield from _told(before, known)
        yield "and while that was dealt with:"
    yield from (line for part in traceback.format_tb(error.__traceback__) for line in part.splitlines())
    yield f"{type(error).__name__}: {message(error)}"
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            if id(each) not in known:
                yield from _told(each, known)


def message(error: BaseException) -> str:
    """The first line that an exception says; … stands for what is no name: what is quoted, and what variables hold."""
    said = str(error)
    for text in sorted(written_by_somebody(error.__traceback__), key=len, reverse=True):
        if len(text) <= len(said):
            said = said.replace(text, "…").replace(repr(text)[1:-1], "…")
    said = QUOTED.sub(
        lambda found: found[0] if NAME.fullmatch(found[0][1:-1]) else f"{found[0][0]}…{found[0][0]}", said
    )
    said = BODY.sub(lambda found: f"{found[0][0]}…{found[0][-1]}", said).partition("\n")[0]
    return said if len(said) <= LONGEST else f"{said[:LONGEST]} …"


def written_by_somebody(trace: TracebackType | None) -> Set[str]:
    """The texts within reach of the variables where it happened that are neither names nor words of the program."""
    frames = [frame for frame, _ in traceback.walk_tb(trace)]
    ours = {each for frame in frames for each in frame.f_code.co_consts if isinstance(each, str)}
    return {
        text
        for frame in frames
        for text in texts_in(frame.f_locals)
        if len(text) >= SHORTEST and text not in ours and not NAME.fullmatch(text)
    }


def texts_in(held: Mapping[str, Any]) -> Iterator[str]:
    """Every text in here, the nearest first."""
    waiting, known = deque(held.values()), set[int]()
    while waiting and len(known) < MOST_LOOKED_AT:
        one = waiting.popleft()
        if id(one) in known:
            continue
        known.add(id(one))
        if isinstance(one, str):
            yield one
        else:
            waiting.extend(parts(one))


def parts(one: Any) -> Iterator[Any]:
    """What something of the console's or of Python's own is made of; what is Textual's is not looked into."""
    if isinstance(one, bytes):
        yield one.decode(errors="replace")
    elif isinstance(one, Mapping):
        yield from one.keys()
        yield from one.values()
    elif isinstance(one, list | tuple | Set | deque):
        yield from one
    elif type(one).__module__.startswith("console."):
        yield from getattr(one, "__dict__", {}).values()
        yield from (getattr(one, name, None) for name in getattr(one, "__struct_fields__", ()))
        yield from (getattr(one, name, None) for name in getattr(one, "__dataclass_fields__", ()))

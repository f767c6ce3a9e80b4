"""What patterns find in texts, also where a stream has cut a text into pieces, in time that grows with the text alone.

Texts are strangers', and nothing can stop a search that is under way: so it is RE2's (https://github.com/google/re2),
which never goes back. Its expressions have no look-around and no references back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

LONGEST_PATTERN = 500
MOST_STEPS = 2_000
"""How large a pattern may become; what a character of a text can cost grows with it."""
MEMORY_BYTES = 2 << 20
"""For what RE2 remembers of a pattern; with less it is slower, and as right."""
MOST_READ = 64_000_000
"""Characters of a text that may be read over and over, from each place to the end, for a pattern that finds many."""
Span = tuple[int, int]


class BadPattern(Exception):
    """A pattern that is none; the message is the end of a sentence."""


@lru_cache(maxsize=1_000)
def compiled(pattern: str) -> Any:
    """A pattern, ready to search. Raises BadPattern."""
    import re2  # 6 ms and 3 MB, which only they pay who have patterns

    if len(pattern) > LONGEST_PATTERN:
        raise BadPattern(f"must be at most {LONGEST_PATTERN} characters")
    options = re2.Options()
    options.never_capture, options.log_errors, options.max_mem = True, False, MEMORY_BYTES
    try:
        found = re2.compile(pattern, options)
    except (re2.error, UnicodeEncodeError) as error:
        told = error.args[0] if isinstance(error, re2.error) else "it has half a character"
        text = told.decode(errors="replace") if isinstance(told, bytes) else str(told)
        raise BadPattern(f"is no regular expression of RE2: {text}") from error
    if found.programsize > MOST_STEPS:
        raise BadPattern("is too large: repeat less, or less often")
    if found.search("") is not None:
        raise BadPattern("must not match an empty text, for it would match everywhere")
    return found


def spans_in(text: str, patterns: Iterable[str]) -> list[Span]:
    """Where patterns match: from, to; in order, without overlap."""
    found = sorted(span for pattern in patterns for span in matches(text, pattern))
    merged: list[Span] = []
    for start, end in found:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def matches(text: str, pattern: str) -> Iterator[Span]:
    """Where one matches. If reading on from match to match could take long, the rest of the text counts as one."""
    left = MOST_READ
    for match in compiled(pattern).finditer(text):
        start, end = match.span()
        left -= len(text) - start
        if left < 0:
            yield start, len(text)
            return
        if end > start:
            yield start, end


def masked_pieces(pieces: Sequence[str], patterns: Sequence[str], mask: str) -> list[str]:
    """A text that came in pieces, with the mask where each match begins; what else belongs to it is gone.

    Found in a piece by itself, or in all of them together: whether they are one text is not always known.
    """
    spans, at = spans_in("".join(pieces), patterns), 0
    own = {piece: spans_in(piece, patterns) for piece in set(pieces)} if len(pieces) > 1 else {}
    masked = []
    for piece in pieces:
        end = at + len(piece)
        alone = [(at + start, at + stop) for start, stop in own.get(piece, ())]
        masked.append(cut_out(piece, at, sorted([*alone, *(s for s in spans if s[0] < end and s[1] > at)]), mask))
        at = end
    return masked


def cut_out(piece: str, at: int, spans: Iterable[Span], mask: str) -> str:
    """A piece that begins at a place of the whole text, without what some spans of it cover."""
    kept, done = [], at
    for start, end in spans:
        if end > done:
            kept += [piece[done - at : max(start, done) - at], mask if start >= done else ""]
            done = end
    return "".join([*kept, piece[max(done - at, 0) :]])

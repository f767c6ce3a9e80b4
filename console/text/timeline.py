"""Durations as bars below each other, each where it began. No Textual in here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from console.text.figures import short_duration
from console.wire.logs import Attempt, LogSummary

WIDTH = 32
"""Cells for the whole time; with who was asked and how long it took, a line fits a terminal of 80."""


def bar(start: float, length: float, whole: float, width: int = WIDTH) -> str:
    """A stretch of time within the whole: at least one cell, however short."""
    if whole <= 0:
        return "█".ljust(width)
    begin = min(width - 1, int(start / whole * width))
    cells = max(1, min(width - begin, round(length / whole * width)))
    return (" " * begin + "█" * cells).ljust(width)


def timeline(log: LogSummary) -> Iterator[str]:
    """Each try of a request beside the others, and the first token below; nothing where nobody was asked."""
    spans = [(attempt, start, attempt.duration_ms or 0.0) for attempt, start in started(log.attempts or ())]
    if not spans:
        return
    whole = max(log.response_time or 0.0, *(start + length for _, start, length in spans))
    yield f"Timeline  {'':<27}0 {'─' * (WIDTH - 8)} {short_duration(whole):>5}"
    for number, (attempt, start, length) in enumerate(spans, start=1):
        who = f"{number}. {named(attempt):<24.24} {attempt.status or '–':>5}"
        yield f"  {who}  {bar(start, length, whole)} {short_duration(length):>6}"
    if (first := log.time_to_first_token_ms) is not None:
        mark = " " * min(WIDTH - 1, int(first / whole * WIDTH)) + "▲" if whole else "▲"
        yield f"     {'first token':<30}  {mark.ljust(WIDTH)} {short_duration(first):>6}"


def started(attempts: Sequence[Attempt]) -> Iterator[tuple[Attempt, float]]:
    """When each began, in milliseconds; where the record does not say it, when the one before ended."""
    end = 0.0
    for attempt in attempts:
        start = end if attempt.began_ms is None else attempt.began_ms
        end = start + (attempt.duration_ms or 0.0)
        yield attempt, start


def named(attempt: Attempt) -> str:
    """Whom a try asked for what."""
    who = f"@{attempt.provider}" if attempt.provider else attempt.vendor or "the vendor"
    return f"{who} {attempt.model or ''}".strip()

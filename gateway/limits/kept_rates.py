"""What rates have counted outlives the process: written down every second, and as the gateway ends."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from gateway.limits.tallies import RateTally

if TYPE_CHECKING:
    from gateway.limits.book import Book
    from store.limits.rate_journal import RateJournal

log = logging.getLogger("tollhouse.limits")
EVERY_SECONDS = 1.0
"""As much as this is forgotten at most, where the process is killed."""


async def keep_rates(book: Book, journal: RateJournal) -> None:
    """Write down what has moved, for ever."""
    is_failing = False
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        try:
            save(book, journal)
            is_failing = False
        except OSError as error:
            if not is_failing:
                log.warning("what rates have counted cannot be written down; a restart would forget it: %s", error)
            is_failing = True


def save(book: Book, journal: RateJournal) -> None:
    """Write down what has moved since the last time. Raises OSError; the next time it is tried again.

    In the event loop: of what moves in a second there are microseconds to write, and a thread that is left behind by
    an ending gateway could write an older state after the last one.
    """
    memory = book.memory
    if not (news := memory.news()):
        return
    if journal.is_long:
        journal.replace(memory.everything(each for each in book.tallies() if isinstance(each, RateTally)))
    else:
        journal.add(news)
    memory.written()


def save_at_last(book: Book, journal: RateJournal) -> None:
    """The same as the gateway ends, which a full disk does not keep from ending."""
    with suppress(OSError):
        save(book, journal)

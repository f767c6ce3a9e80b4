"""Paints at most fifteen times a second, and not at all while there is no news."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.widget import Widget

SECONDS_BETWEEN_PAINTS = 1 / 15


class Pace:
    """Calls `paint` for `widget` soon after there is news; no timer runs while nothing happens.

    Between two paintings at least `seconds` go by.
    """

    def __init__(self, widget: Widget, paint: Callable[[], None], seconds: float = SECONDS_BETWEEN_PAINTS) -> None:
        self._seconds = seconds
        self._widget = widget
        self._paint = paint
        self._painted_at = 0.0
        self._next: Timer | None = None

    def soon(self) -> None:
        """Paint now, or when the last painting is long enough ago."""
        if self._next is not None:
            return
        wait = self._painted_at + self._seconds - time.monotonic()
        if wait <= 0:
            self.now()
        else:
            self._next = self._widget.set_timer(wait, self.now)

    def now(self) -> None:
        """Paint."""
        if self._next is not None:
            self._next.stop()
        self._next, self._painted_at = None, time.monotonic()
        self._paint()

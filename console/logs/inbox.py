"""Where live events wait to be drawn: the oldest go when nobody looks, and are counted."""

from collections import deque

from console.client import TailEvent


class Inbox:
    """A bounded queue between the tail's connection and the screen; what waits here while paused is the count."""

    def __init__(self, capacity: int) -> None:
        self._events: deque[TailEvent] = deque(maxlen=capacity)
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._events)

    def put(self, event: TailEvent) -> None:
        """Take an event in; a full inbox loses its oldest."""
        self.dropped += len(self._events) == self._events.maxlen
        self._events.append(event)

    def take(self) -> list[TailEvent]:
        """Everything that waits, oldest first."""
        events = list(self._events)
        self._events.clear()
        return events

"""What the Logs screen knows: rows, what waits to become one, and how complete and how live all that is. No Textual."""

from __future__ import annotations

from console.client import TailEvent
from console.logs.backlog import Backlog
from console.logs.follow import Broken, Connected
from console.logs.inbox import Inbox
from console.logs.query import Query
from console.text.figures import short_count
from console.wire.logs import Dropped, LogPage, Started


class Feed:
    """The live tail and the gateway's list of older logs, brought together."""

    def __init__(self, capacity: int) -> None:
        self.backlog = Backlog(capacity)
        self.inbox = Inbox(capacity)
        self.paused = False
        self.missed = 0
        """Events that were not shown since the list was last complete."""
        self.live = "connecting"
        """How the tail's connection is; empty when it is as it should be."""
        self.problem = ""
        """Why the list of older logs could not be had."""
        self.asked = False
        """Whether the gateway has said what there is."""
        self._gap_after: str | None = None
        """The newest row from before events went unseen."""
        self.is_sieved = False
        """Whether the rows are what another filter had left."""

    def take(self, event: TailEvent | Connected | Broken) -> None:
        """One thing from the tail."""
        match event:
            case Connected():
                self.live = ""
            case Broken():
                self.live = "not live, trying again"
                self._lose_track()
            case Dropped():
                self.missed += event.missed
                self._lose_track()
            case _:
                self.inbox.put(event)

    def absorb(self) -> None:
        """Make rows of what waits."""
        if self.inbox.dropped:
            self.missed += self.inbox.dropped
            self.inbox.dropped = 0
            self._lose_track()
        for event in self.inbox.take():
            if isinstance(event, Started):
                self.backlog.begin(event)
            elif not isinstance(event, Dropped):
                self.backlog.settle(event)

    def narrow(self, query: Query) -> None:
        """Keep only what matches; what else matches is to be asked for."""
        self.asked, self._gap_after, self.is_sieved = False, None, True
        if query.unseen():
            self.inbox.take()
            self.backlog.forget()
        self.backlog.narrow(query)

    def merge(self, page: LogPage) -> None:
        """Add the newest page; if it does not reach back to what is held, older rows go: some between are missing."""
        self.problem, self.asked, self.missed = "", True, 0
        self.backlog.add_page(page.data)
        oldest = page.data[-1].id if page.data else None
        gap = bool(oldest and page.next_cursor and self._gap_after and oldest > self._gap_after)
        gap = gap or bool(self.is_sieved and page.next_cursor)
        self.is_sieved = False
        if gap and oldest:
            self.backlog.begin_again_at(oldest)
        if gap or self.backlog.cursor is None:
            self.backlog.cursor = page.next_cursor
        self._gap_after = None

    def _lose_track(self) -> None:
        self.backlog.lose_track()
        if self._gap_after is None and self.backlog.rows:
            self._gap_after = self.backlog.rows[-1].id

    def mood(self, *, following: bool) -> str:
        """How complete and how live the list is, in words."""
        words = [self.live or self.problem]
        if self.paused:
            words.append(f"paused, {short_count(len(self.inbox))} waiting (Space goes on)")
        else:
            words.append("following" if following else "staying (f follows)")
        if unseen := self.missed + self.inbox.dropped:
            words.append(f"{short_count(unseen)} not shown, too many at once (r reloads)")
        return " ─ ".join([*filter(None, words), f"{short_count(len(self.backlog))} rows"])

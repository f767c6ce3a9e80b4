"""The list of a catalog: it keeps its place when it is read again, and ten thousand rows cost what forty do."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice, repeat

from rich.cells import cell_len
from textual import events
from textual.geometry import Size
from textual.message import Message

from console.text.plain import plain_line
from console.widgets.columns import Column, fit, stretched
from console.widgets.cursor_list import CursorList

Rows = Mapping[str, Sequence[str]]
"""A text for each column, by the id of the row."""
AT_ONCE = 500
"""Rows that are made before somebody else has a turn: two milliseconds."""

STATES = {
    **dict.fromkeys(("active", "on", "ok", "raised"), "ok"),
    **dict.fromkeys(("off", "archived", "new", "shadow"), "dim"),
    **dict.fromkeys(("expired", "exhausted", "low", "full", "ends soon"), "refused"),
    **dict.fromkeys(("used up", "failing", "degraded"), "failed"),
}
"""Words that have a colour too."""


class ResourceTable(CursorList):
    """Rows by id; every cell is plain text, whatever it contains."""

    class Opened(Message):
        """Enter, or a second click, on a row."""

    class Moved(Message):
        """The cursor is on another row."""

    def __init__(self, columns: Sequence[Column], *, has_marks: bool = False, id: str | None = None) -> None:
        super().__init__(has_marks=has_marks, id=id)
        self.all_columns = columns
        self.rows: Rows = {}
        self.words: list[str] = []
        """What every row shown contains."""
        self._shown: list[str] = []
        self._searched: dict[str, str] = {}
        """What a filter looks through, by row; made when somebody first filters."""
        self._wants: dict[str, int] = {}
        """How wide each column's longest text is, whatever the filter leaves of them: columns stay where they are."""
        self._cursor = 0
        self._wanted: str | None = None
        """The row that gets the cursor as soon as it is there."""

    @property
    def chosen(self) -> str | None:
        """The id of the row under the cursor."""
        return self._shown[self._cursor] if self._shown else None

    def show(self, rows: Rows) -> None:
        """Replace what is there, if it is something else; the cursor stays on its row, or where that was."""
        if rows != self.rows:
            self.rows = rows
            self.marked = {row_id: None for row_id in self.marked if row_id in rows}
            self._searched.clear()
            self._wants = rows.wants if isinstance(rows, MeasuredRows) else widest(self.all_columns, rows)
            self._narrow()

    def narrow(self, words: str) -> None:
        """Show only the rows that contain each of these words."""
        self.words = words.lower().split()
        self._narrow()

    def choose(self, row_id: str) -> None:
        """Put the cursor on a row, now or when the list is read again and has it."""
        self._wanted = row_id
        self._narrow()

    def _narrow(self) -> None:
        before, self._shown = self.chosen, list(self._matching())
        if self._wanted is not None and (place := self._place_of(self._wanted)) is not None:
            self._cursor, self._wanted = place, None
        elif (place := self._place_of(before)) is not None:
            self._cursor = place
        else:
            self._cursor = min(self._cursor, max(0, len(self._shown) - 1))
        self._lay_out()

    def _place_of(self, row_id: str | None) -> int | None:
        if row_id is None or row_id not in self.rows:
            return None
        try:
            return self._shown.index(row_id)
        except ValueError:
            return None

    @property
    def shown(self) -> Sequence[str]:
        """The ids of the rows that the filter leaves, in order."""
        return self._shown

    def _matching(self) -> Iterable[str]:
        if not self.words:
            return self.rows
        if not self._searched:
            self._searched = {row_id: " ".join(texts).lower() for row_id, texts in self.rows.items()}
        found: Iterable[tuple[str, str]] = self._searched.items()
        for word in self.words:
            found = [each for each in found if word in each[1]]
        return [row_id for row_id, _ in found]

    def _lay_out(self) -> None:
        """Choose columns for what is shown and the width there is."""
        self.virtual_size = Size(self.size.width, self.held() + 1)
        self.columns = stretched(self.all_columns, self._wants, self.room)
        self.show_cursor()
        self.refresh()

    def on_resize(self, _: events.Resize) -> None:
        """Another width, other columns."""
        self._lay_out()

    def held(self) -> int:
        """How many rows are shown."""
        return len(self._shown)

    def place(self) -> int | None:
        """Where the cursor is."""
        return self._cursor if self._shown else None

    def put_cursor(self, place: int) -> None:
        """Have the cursor there."""
        if place != self._cursor:
            self._cursor = place
            self.post_message(self.Moved())

    def id_at(self, place: int) -> str:
        """The id of a row that is shown."""
        return self._shown[place]

    def cells_at(self, place: int) -> list[tuple[str, str]]:
        """The texts of the columns that fit."""
        texts = dict(zip((column.name for column in self.all_columns), self.rows[self._shown[place]], strict=True))
        return [
            (
                STATES.get(texts[column.name], "text") if column.name == "status" else "text",
                fit(texts[column.name], column),
            )
            for column in self.columns
        ]

    def action_open(self) -> None:
        """Said by Enter and by the mouse."""
        if self._shown:
            self.post_message(self.Opened())


class MeasuredRows(dict[str, Sequence[str]]):
    """Rows that know already what width each column wants."""

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__()
        self.columns = columns
        self.wants: dict[str, int] = {}

    def add(self, rows: Rows) -> None:
        """Some more."""
        self.update(rows)
        more = widest(self.columns, rows)
        self.wants = {name: max(width, self.wants.get(name, 0)) for name, width in more.items()}


async def measured(columns: Sequence[Column], rows: Iterable[tuple[str, Sequence[str]]]) -> MeasuredRows:
    """Rows of any number, made and measured some at a time: a hundred thousand take a third of a second, and a key
    that is pressed meanwhile must not wait for all of them."""
    found, coming = MeasuredRows(columns), iter(rows)
    while some := dict(islice(coming, AT_ONCE)):
        found.add(some)
        await asyncio.sleep(0)
    return found


def widest(columns: Sequence[Column], rows: Rows) -> dict[str, int]:
    """Cells that the longest text of each column takes; most columns have few texts, and many rows of each."""
    texts = zip(*rows.values(), strict=True) if rows else repeat(())
    return {
        column.name: max(map(cells, set(column_texts)), default=0)
        for column, column_texts in zip(columns, texts, strict=False)
    }


def cells(text: str) -> int:
    """Of one text."""
    return len(text) if text.isascii() else cell_len(plain_line(text))

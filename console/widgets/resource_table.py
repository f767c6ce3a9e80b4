"""The list of a catalog: a table that moves with the same keys as every list, and keeps its place when it is read again."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import DataTable

from console.keys_table import bindings
from console.plain import plain_line


class ResourceTable(DataTable[Text]):
    """Rows by id; every cell is plain text, whatever it contains."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("lists")]

    class Opened(Message):
        """Enter, or a second click, on a row."""

    def __init__(self, columns: Sequence[str], *, id: str | None = None) -> None:
        super().__init__(id=id, cursor_type="row", zebra_stripes=False)
        self.titles = columns

    def on_mount(self) -> None:
        """The columns."""
        self.add_columns(*self.titles)

    @property
    def chosen(self) -> str | None:
        """The id of the row under the cursor."""
        if not self.row_count:
            return None
        return self.coordinate_to_cell_key(self.cursor_coordinate).row_key.value

    def show(self, rows: dict[str, Sequence[str]]) -> None:
        """Replace what is shown; the cursor stays on its row, or where that was."""
        before, place = self.chosen, self.cursor_row
        self.clear()
        for row_id, texts in rows.items():
            self.add_row(*(Text(plain_line(text), no_wrap=True) for text in texts), key=row_id)
        ids = list(rows)
        self.move_cursor(row=ids.index(before) if before in rows else min(place, max(0, len(ids) - 1)))

    def action_move(self, by: int) -> None:
        """Some rows down, or up."""
        self.move_cursor(row=max(0, min(self.cursor_row + by, self.row_count - 1)))

    def action_move_page(self, pages: int) -> None:
        """A screenful."""
        self.action_move(pages * max(1, self.size.height - 2))

    def action_move_to_first(self) -> None:
        """The first row."""
        self.move_cursor(row=0)

    def action_move_to_last(self) -> None:
        """The last row."""
        self.move_cursor(row=max(0, self.row_count - 1))

    def action_open(self) -> None:
        """Open the row."""
        self.action_select_cursor()

    def on_data_table_row_selected(self) -> None:
        """Said by Enter and by the mouse."""
        self.post_message(self.Opened())

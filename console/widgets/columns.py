"""Columns of a list: which fit a terminal, how wide each is, and a text cut or padded to one. No Textual in here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from rich.cells import cell_len, set_cell_size

from console.text.plain import plain_line


@dataclass(frozen=True, slots=True)
class Column:
    """A column and its width; `leaves` is the order in which columns go when the terminal is narrow, 0 stays."""

    name: str
    title: str
    width: int
    leaves: int = 0
    right: bool = False


def that_fit(columns: Iterable[Column], width: int) -> list[Column]:
    """The columns for a terminal of this width; those that leave first are left out first."""
    shown = list(columns)
    for rank in sorted({column.leaves for column in shown if column.leaves}):
        if taken(shown) <= width:
            break
        shown = [column for column in shown if column.leaves != rank]
    return shown


def stretched(columns: Iterable[Column], wants: Mapping[str, int], width: int) -> list[Column]:
    """The columns that fit, the cells left over dealt out to those whose texts are longer than their width."""
    shown = that_fit(columns, width)
    spare = width - taken(shown)
    widths = {column.name: column.width for column in shown}
    while spare > 0 and (lacking := [name for name in widths if widths[name] < wants.get(name, 0)]):
        for name in lacking[:spare]:
            widths[name] += 1
        spare -= min(spare, len(lacking))
    return [replace(column, width=widths[column.name]) for column in shown]


def taken(columns: Iterable[Column]) -> int:
    """Cells these columns need, one between two."""
    return sum(column.width + 1 for column in columns)


def heading(columns: Iterable[Column]) -> str:
    """The titles."""
    return " ".join(fit(column.title, column) for column in columns)


def fit(text: str, column: Column) -> str:
    """`text` cut or padded to the column, an ellipsis where something is missing."""
    if text.isascii() and text.isprintable():  # nothing to take out, and each sign takes one cell
        length = len(text)
        if length > column.width:
            return (text[: column.width - 1].rstrip() + "…").ljust(column.width)
        return text.rjust(column.width) if column.right else text.ljust(column.width)
    text = plain_line(text)
    length = cell_len(text)
    if length > column.width:
        return set_cell_size(set_cell_size(text, column.width - 1).rstrip() + "…", column.width)
    padding = " " * (column.width - length)
    return padding + text if column.right else text + padding

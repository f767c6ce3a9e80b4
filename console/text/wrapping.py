"""Long lines in pieces that fit a width in cells, cut at spaces where there are any. No Textual in here."""

from collections.abc import Iterator

from rich.cells import cell_len, get_character_cell_size

Line = list[tuple[str, str]]
"""(tone, text) from left to right."""


def wrapped(text: str, width: int) -> Iterator[str]:
    """`text` line by line, none wider than `width` cells, in time that grows with the text and not with its lines."""
    for line in text.split("\n"):
        if len(line) <= width and line.isascii():
            yield line
        else:
            yield from pieces(line, max(2, width))


def pieces(line: str, width: int) -> Iterator[str]:
    """One line cut to the width."""
    start, is_narrow = 0, line.isascii()
    while (end := reach(line, start, width, is_narrow=is_narrow)) < len(line):
        space = end if line[end] == " " else line.rfind(" ", start + 1, end)
        end = space if space > start else end
        yield line[start:end]
        start = end + (line[end] == " ")
    yield line[start:]


def reach(line: str, start: int, width: int, *, is_narrow: bool) -> int:
    """How far one comes from `start` within the width: the index of the first character that is too much."""
    if is_narrow:
        return min(len(line), start + width)
    if cell_len(line[start : start + width // 2]) == width:
        return start + width // 2
    taken = 0
    for place in range(start, len(line)):
        taken += get_character_cell_size(line[place])
        if taken > width:
            return place
    return len(line)

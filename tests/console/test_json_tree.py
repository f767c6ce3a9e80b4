"""JSON that folds, and long texts that are laid out in time."""

from typing import Any

import pytest

from console.logs.json_tree import JsonTree
from console.text.timeline import WIDTH, bar, timeline
from console.text.wrapping import Line, wrapped
from console.wire.logs import LogSummary
from console.wire.reading import convert
from tests.console.samples import attempt, log

VALUE = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}], "n": 1}


def shown(lines: list[Line]) -> list[str]:
    """Lines as plain text."""
    return ["".join(text for _, text in line) for line in lines]


def test_json_stands_as_it_would_be_written() -> None:
    """Nothing folded, it is the JSON itself, indented."""
    assert shown(JsonTree(VALUE).lines(80)) == [
        "{",
        '  "model": "gpt-4o",',
        '  "messages": [',
        "    {",
        '      "role": "user",',
        '      "content": "Hi"',
        "    }",
        "  ],",
        '  "n": 1',
        "}",
    ]


def test_what_is_folded_says_how_much_it_hides() -> None:
    """Folding at a line hides what is below it, or around it, and the same line brings it back."""
    tree = JsonTree(VALUE)
    before = shown(tree.lines(80))

    tree.toggle(2)
    assert shown(tree.lines(80))[2] == '  "messages": […],  ▸ 1 item'
    tree.toggle(2)
    assert shown(tree.lines(80)) == before
    tree.toggle(1)
    assert shown(tree.lines(80)) == ["{…}  ▸ 3 fields"]


def test_everything_folds_and_unfolds_at_once() -> None:
    """Folding all leaves the names at the top."""
    tree = JsonTree({"a": {"b": 1}, "c": [1], "d": 2})

    tree.toggle_all()
    assert shown(tree.lines(80)) == ["{", '  "a": {…},  ▸ 1 field', '  "c": […],  ▸ 1 item', '  "d": 2', "}"]
    tree.toggle_all()

    assert len(tree.lines(80)) == 9


def test_what_is_long_begins_folded() -> None:
    """A long text and a long list of numbers take a line each until they are asked for."""
    tree = JsonTree({"text": "x" * 5_000, "vector": [0.5] * 1_536})

    lines = shown(tree.lines(60))

    assert lines[1].endswith("…,  ▸ 5,000 characters")
    assert lines[2] == '  "vector": […]  ▸ 1,536 items'
    assert all(len(line) <= 60 for line in lines)
    tree.toggle(1)
    assert sum(line.count("x") for line in shown(tree.lines(60))) == 5_001


def test_many_begin_folded_one_by_one() -> None:
    """Of a long list of objects each has a line, which opens by itself."""
    tree = JsonTree([{"id": number} for number in range(500)])
    assert len(tree.lines(60)) == 502

    tree.toggle(1)

    assert shown(tree.lines(60))[1:4] == ["  {", '    "id": 0', "  },"]


def test_nesting_has_an_end() -> None:
    """JSON nested deeper than anybody reads is drawn and does not exhaust the stack."""
    value: Any = 1
    for _ in range(400):
        value = [value]

    assert len(JsonTree(value).lines(80)) > 40


def test_a_megabyte_is_lines_of_the_screens_width() -> None:
    """A body of a megabyte, in many values or in one, becomes lines that fit; `make bench` says how quickly."""
    rows, text = [{"id": n, "name": f"row {n}"} for n in range(25_000)], "long " * 200_000
    tree = JsonTree({"rows": rows, "text": text})
    tree.folded.clear()

    lines = tree.lines(100)

    assert len(lines) > 100_000 + 10_000
    assert all(len(line) <= 100 for line in shown(lines))


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("onetwothree", 4, ["onet", "woth", "ree"]),
        ("日本語テキスト", 6, ["日本語", "テキス", "ト"]),
        ("a\n\nb", 10, ["a", "", "b"]),
        ("  indented line", 10, ["  indented", "line"]),
        ("", 5, [""]),
        ("日本 go", 5, ["日本", "go"]),
    ],
)
def test_lines_are_cut_at_spaces(text: str, width: int, lines: list[str]) -> None:
    """No line is wider than the width, in cells; words stay whole where they fit."""
    assert list(wrapped(text, width)) == lines


def test_bars_stand_where_their_time_was() -> None:
    """A bar begins and ends in proportion, and the shortest has a cell."""
    assert bar(0, 50, 100, 10) == "█████     "
    assert bar(50, 50, 100, 10) == "     █████"
    assert bar(99, 0.1, 100, 10) == "         █"
    assert bar(0, 0, 0, 3) == "█  "


def test_tries_stand_below_each_other() -> None:
    """Tries that ran at the same time overlap; where the record does not say when one began, they follow each other."""
    two = [attempt(duration_ms=1_000.0), attempt(provider="local", duration_ms=1_000.0)]
    raced = [two[0] | {"began_ms": 0.0}, two[1] | {"began_ms": 500.0}]

    after, beside = (
        list(timeline(convert(log(1, attempts=tries, response_time=2_000.0), LogSummary))) for tries in (two, raced)
    )

    assert after[1].index("█") + WIDTH // 2 == after[2].index("█")
    assert beside[1].index("█") + WIDTH // 4 == beside[2].index("█")
    assert "first token" in after[3]
    assert list(timeline(convert(log(1, attempts=[]), LogSummary))) == []

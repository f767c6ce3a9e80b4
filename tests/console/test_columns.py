"""Columns of a list: a text cut or padded to one."""

import pytest
from rich.cells import cell_len

from console.widgets.columns import Column, fit


@pytest.mark.parametrize(
    ("text", "right", "fitted"),
    [
        ("gpt-4o", False, "gpt-4o  "),
        ("gpt-4o", True, "  gpt-4o"),
        ("gpt-4o-mini", False, "gpt-4o-…"),
        ("a model of ours", False, "a model…"),
        ("modèle", False, "modèle  "),
        ("modèle", True, "  modèle"),
        ("un modèle à nous", False, "un modè…"),
        ("模型模型模型", False, "模型模… "),
        ("two\nlines", False, "two lin…"),
        ("red\x1b[31m", False, "red[31m "),
        ("", True, "        "),
    ],
)
def test_text_takes_the_cells_of_its_column(text: str, right: bool, fitted: str) -> None:
    """Of whatever signs, a text is padded to its column or cut with an ellipsis, and steers nothing."""
    assert fit(text, Column("name", "name", 8, right=right)) == fitted
    assert cell_len(fitted) == 8

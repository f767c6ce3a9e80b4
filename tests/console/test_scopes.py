"""Scopes: the console's table, and how a long set of them is said."""

import pytest

from console.api_keys.scopes import EVERYTHING, TEMPLATES, scopes_of, scopes_problem, short_scopes
from gateway.organisation.scopes import SCOPES


def test_console_knows_the_scopes_of_the_gateway() -> None:
    """Every scope that the console offers exists, and none that exists is missing."""
    assert set(EVERYTHING) == SCOPES


@pytest.mark.parametrize(
    ("scopes", "said"),
    [
        ([], "none"),
        (["completions.write"], "completions.write"),
        (["logs.list", "logs.view"], "logs.list +1"),
        (EVERYTHING, f"operator ({len(EVERYTHING)})"),
        (TEMPLATES["viewer"][1], f"viewer ({len(TEMPLATES['viewer'][1])})"),
    ],
)
def test_set_of_scopes_is_said_in_a_word(scopes: list[str], said: str) -> None:
    """A list shows one scope by name, several by the first, and a usual set by its name."""
    assert short_scopes(scopes) == said


def test_scopes_are_written_with_commas_or_spaces() -> None:
    """A list of scopes may be separated either way, and what is no scope is named."""
    assert scopes_of("logs.view, logs.list completions.write") == ["logs.view", "logs.list", "completions.write"]
    assert scopes_problem("logs.view everything") == "`everything` is no scope; one looks like `completions.write`"

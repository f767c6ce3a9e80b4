"""Stylesheets that are parsed once for a process, whichever console asks for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet


@contextmanager
def parsed_once() -> Iterator[None]:
    """While the block runs. Rules are not changed once they are parsed: a stylesheet of Textual's keeps some, too."""
    known: dict[tuple[object, ...], list[RuleSet]] = {}
    themes: dict[frozenset[tuple[str, str]], int] = {}
    last: tuple[Mapping[str, str], int] = ({}, -1)
    parse = Stylesheet._parse_rules

    def theme_of(variables: Mapping[str, str]) -> int:
        nonlocal last
        if last[0] is not variables:
            last = variables, themes.setdefault(frozenset(variables.items()), len(themes))
        return last[1]

    def remembered(sheet: Stylesheet, css: str, *place: Any, **more: Any) -> list[RuleSet]:
        key = (css, theme_of(sheet._variables), place, *more.items())
        if (rules := known.get(key)) is None:
            rules = known[key] = parse(sheet, css, *place, **more)
        return rules

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", remembered)
        yield

"""What one picture costs, by quality and size."""

from __future__ import annotations

from collections.abc import Mapping

UNSAID = ("", "auto", "default")
Table = dict[tuple[str, str], int]
"""Rates by (quality, size); either is empty where the price does not depend on it, or nobody says it."""


def picture_kind(size: str = "", quality: str = "") -> str:
    """The kind of rate for pictures of a quality and size: `images/high/1024x1024`, `images//1024x1024`, `images`."""
    return f"images/{quality}/{size}" if size or quality else "images"


def picture_rate(rates: Mapping[str, int], size: str, quality: str) -> int | None:
    """Nanodollars per million pictures; None where nobody knows it, and never that of another size or quality.

    What was left open (`auto`) is priced only where the list has a price for that, or all that fit cost the same.
    """
    table = table_of(rates)
    if len(table) == 1 and ("", "") in table:
        return table["", ""]
    size, quality = said(size).replace("*", "x").replace("-x-", "x"), said(quality)
    found = (table.get((level, format)) for level in levels(table, quality) for format in formats(size))
    return next((rate for rate in found if rate is not None), only(table, size, quality))


def table_of(rates: Mapping[str, int]) -> Table:
    """The rates of pictures."""
    table: Table = {("", ""): rates["images"]} if "images" in rates else {}
    for kind, rate in rates.items():
        if kind.startswith("images/"):
            _, quality, size = kind.split("/", 2)
            table[quality, size] = rate
    return table


def said(word: str) -> str:
    """A quality or size as the table has it; empty if it was left to the vendor."""
    return "" if word.lower() in UNSAID else word.lower()


def levels(table: Table, quality: str) -> tuple[str, ...]:
    """The qualities whose price holds, the best fit first."""
    if not quality:
        return "", "standard"
    return (quality, "") if quality == "standard" or not any(level for level, _ in table) else (quality,)


def formats(size: str) -> tuple[str, ...]:
    """The sizes whose price holds, the best fit first: a picture lying on its side costs as one that stands."""
    width, _, height = size.partition("x")
    return (size, f"{height}x{width}", "") if height else (size, "") if size else ("",)


def only(table: Table, size: str, quality: str) -> int | None:
    """The one price of all that fit what was said."""
    fit = {rate for (level, format), rate in table.items() if quality in ("", level) and size in ("", format)}
    return fit.pop() if len(fit) == 1 else None

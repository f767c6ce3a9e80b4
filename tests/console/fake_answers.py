"""Answers as the gateway spells them: a page of a list, one row, an error."""

from __future__ import annotations

import httpx

from tests.console.samples import Json


def listing(rows: list[Json], params: dict[str, str]) -> httpx.Response:
    """One page of a list; the first page is 0."""
    size = int(params.get("page_size", 50))
    start = size * int(params.get("current_page", 0))
    return httpx.Response(200, json={"object": "list", "total": len(rows), "data": rows[start : start + size]})


def one(rows: list[Json], name: str) -> httpx.Response:
    """The row with this slug or id."""
    found = [row for row in rows if name in (row.get("slug"), row["id"])]
    return httpx.Response(200, json=found[0]) if found else refused(404, f"`{name}` is not here")


def refused(status: int, message: str) -> httpx.Response:
    """An error as the gateway spells it."""
    return httpx.Response(status, json={"error": {"message": message, "type": "error", "param": None, "code": "no"}})

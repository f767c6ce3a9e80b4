"""What stands in the Overview of a gateway that never had a request: the next step, with its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from console.text.plain import plain_line

if TYPE_CHECKING:
    from console.overview.outlook import Beginning


def steps(known: Beginning, url: str) -> Content:
    """Three steps; those that are done have a tick, the first that is not is marked."""
    told = [
        ("Add a vendor account", "press 3, then n", known.integrations > 0),
        ("Make a key for an application", "press 4, then n; it is shown once", known.keys > 0),
        ("Send a request with it", ":connect has your client's settings", False),
    ]
    following = next(place for place, (_, _, is_done) in enumerate(told) if not is_done)
    lines = [Content.styled("Three steps to the first request", "bold"), Content("")]
    for place, (what, how, is_done) in enumerate(told):
        sign = "✓" if is_done else "▶" if place == following else " "
        tone = "bold" if place == following else "dim" if is_done else ""
        lines.append(Content.assemble((f" {sign} {place + 1}  {what:<32}", tone), (how, tone)))
    address = plain_line(url)
    lines += [
        Content(""),
        Content(f"No requests yet. Applications send theirs to {address}/v1"),
        Content("with a key from Keys (4), and ask for a model by its name in Catalog (3),"),
        Content("such as @openai/gpt-4o."),
        Content("This page then shows what comes through, what it costs, and what needs care."),
    ]
    return Content("\n").join(lines)

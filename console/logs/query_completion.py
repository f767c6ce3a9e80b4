"""What the word under the cursor of the filter bar could become: words, and the values that are known. No Textual."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from console.logs.backlog import Row
from console.logs.query import TOKEN
from console.logs.query_words import EXACT, NUMBERS, STATUSES, WORDS, quoted
from console.wire.logs import LogSummary

MOST = 8
"""Offers at once."""
Known = Mapping[str, Iterable[str]]
"""Values by word, the likeliest first."""


def known_in(rows: Iterable[Row]) -> dict[str, list[str]]:
    """The values that the rows have, each once, the newest first."""
    found: dict[str, dict[str, None]] = {name: {} for name in ("provider", "model", "key", *EXACT)}
    for row in rows:
        origin = row.origin
        shown: dict[str, str | tuple[str, ...] | None] = {
            "provider": f"@{origin.provider}" if origin.provider else None,
            "model": origin.ai_model,
        }
        shown |= {"key": origin.api_key_name, "trace": None}
        if isinstance(origin, LogSummary):
            exact = {word: held(origin) for word, rule in EXACT.items() if (held := rule.held) and word != "trace"}
            shown = exact | shown
        for name, value in shown.items():
            for one in value if isinstance(value, tuple) else (value,):
                if one:
                    found[name].pop(one, None)
                    found[name][one] = None
    return {name: list(values)[::-1] for name, values in found.items()}


def offers(line: str, known: Known) -> list[str]:
    """What the last word of a line could be; nothing once it is complete."""
    last = last_word(line)
    name, colon, begun = last.replace('"', "").partition(":")
    if not colon:
        words = [f"{word}:" for word in WORDS if word != "meta.NAME"] + ["meta."] + [f"{word}>" for word in NUMBERS]
        return [word for word in words if word.startswith(last.lower())][:MOST] if last else []
    values = [*values_of(name), *known.get(name, ())]
    fitting = [value for value in dict.fromkeys(values) if begun.lower() in value.lower() and value != begun]
    return [f"{name}:{quoted(value)}" for value in fitting[:MOST]]


def last_word(line: str) -> str:
    """What is being typed, blanks within quotes included; nothing between two words."""
    words = TOKEN.findall(line)
    return words[-1] if words and line.endswith(words[-1]) else ""


def values_of(name: str) -> tuple[str, ...]:
    """What may stand behind a word whatever the rows have."""
    if name == "status":
        return STATUSES
    if name in ("since", "until"):
        return ("15m", "1h", "6h", "24h", "7d", "30d", "90d")
    return EXACT[name].values if name in EXACT else ()


def completed(line: str, offer: str) -> str:
    """The line with its last word replaced."""
    before = line.removesuffix(last_word(line))
    return f"{before}{offer}" + ("" if offer.endswith((":", ".", ">")) else " ")

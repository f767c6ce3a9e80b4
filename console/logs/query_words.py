"""The words of the filter bar as a table: what people say, what the gateway calls it, and where a row has it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil, floor

from console.wire.logs import LogSummary

NANODOLLARS = 1_000_000_000
FAULTS = ("caller", "policy", "provider", "gateway")
CACHE = ("HIT", "SEMANTIC HIT", "MISS", "DISABLED")
STATUSES = ("error", "success", "4xx", "5xx", "429", "412", "499", "503")
UNITS = {"": 1.0, "ms": 1.0, "s": 1_000.0, "m": 60_000.0, "k": 1e3, "M": 1e6, "G": 1e9}
NUMBER = re.compile(r"\$?(\d+(?:\.\d*)?|\.\d+)(ms|s|m|k|M|G)?")
AGO = re.compile(r"(\d+)(m|h|d)")
MINUTES = {"m": 1, "h": 60, "d": 1_440}


@dataclass(frozen=True, slots=True)
class Exact:
    """A word whose value a row has or has not."""

    asks: str
    """The gateway's filter."""
    held: Callable[[LogSummary], str | tuple[str, ...] | None] | None
    """What a row has, several things where it has several; None where only the gateway can say."""
    spelled: Callable[[str], str] = str
    """From what was typed to what rows have."""
    values: tuple[str, ...] = ()
    """What is known to be there."""


@dataclass(frozen=True, slots=True)
class Number:
    """A word that bounds a number."""

    asks: str
    """The gateway's filter, before `_min` and `_max`."""
    held: Callable[[LogSummary], float | None]
    factor: float = 1.0
    """From what people say to what the gateway counts in."""
    is_whole: bool = True
    """Whether it counts things, so that above one means from two on."""
    units: tuple[str, ...] = field(default=("", "k", "M", "G"))


def cost_of(row: LogSummary) -> float | None:
    """Dollars."""
    return None if row.cost_nanodollars is None else row.cost_nanodollars / NANODOLLARS


def spared_by(row: LogSummary) -> tuple[str, ...]:
    """Codes of the limits and rules in shadow that would have refused it."""
    return tuple(spared.code or "" for spared in row.would_have_refused or ())


TIMES = ("", "ms", "s", "m")
EXACT = {
    "vendor": Exact("ai_org", lambda row: row.ai_org, str.lower),
    "trace": Exact("trace_id", lambda row: row.trace_id),
    "workspace": Exact("workspace_slug", lambda row: row.workspace_slug),
    "error": Exact("error_code", lambda row: row.error.code if row.error else None, str.lower),
    "class": Exact("error_class", lambda row: row.error_class, str.lower),
    "fault": Exact("error_fault", lambda row: row.error.fault if row.error else None, str.lower, FAULTS),
    "cache": Exact(
        "cache_status", lambda row: row.cache_status, str.upper, ("HIT", "SEMANTIC HIT", "MISS", "DISABLED")
    ),
    "shadow": Exact("would_have_refused", spared_by, str.lower),
    "stream": Exact("stream_mode", lambda row: str(row.stream_mode).lower(), str.lower, ("true", "false")),
    "config": Exact("configs", None),
}
NUMBERS = {
    "latency": Number("response_time", lambda row: row.response_time, is_whole=False, units=TIMES),
    "ttft": Number("time_to_first_token", lambda row: row.time_to_first_token_ms, is_whole=False, units=TIMES),
    "cost": Number("cost", cost_of, 100.0, is_whole=False),
    "tokens": Number("total_units", lambda row: row.total_units),
    "in": Number("prompt_token", lambda row: row.req_units),
    "out": Number("completion_token", lambda row: row.res_units),
    "retries": Number("retry_count", lambda row: row.retry_success_count),
}
PARTS = ("status", "provider", "model", "key", "text", "since", "until", "meta.NAME")
WORDS = (*PARTS, *EXACT)
"""What may stand before a colon."""
HINT = "status:error provider:@x model:gpt key:name cost>0.01 latency>2s since:1h text:said"


@dataclass(frozen=True, slots=True)
class Range:
    """A number between two bounds, in what people say."""

    name: str
    low: float | None
    high: float | None

    def asked(self) -> dict[str, str]:
        """As the gateway wants it."""
        number = NUMBERS[self.name]
        bounds = {f"{number.asks}_min": self.low, f"{number.asks}_max": self.high}
        return {name: f"{bound * number.factor:.10g}" for name, bound in bounds.items() if bound is not None}

    def holds(self, row: LogSummary) -> bool:
        """Whether a row's number is in it; one that nobody knows is not."""
        value = NUMBERS[self.name].held(row)
        above = value is not None and (self.low is None or value >= self.low)
        return above and value is not None and (self.high is None or value <= self.high)


def word(name: str, value: str) -> str:
    """`key:webui`, `key:"Night shift"`; of a value with quotes its longest part without; nothing for nothing."""
    whole = max(value.split('"'), key=len).strip()
    return f"{name}:{quoted(whole)}" if whole else ""


def quoted(value: str) -> str:
    """A value with spaces holds together."""
    return f'"{value}"' if " " in value else value


class Wrong(ValueError):
    """What was typed is no filter; the message says why, and what would be one."""


def range_of(name: str, sign: str, text: str) -> Range:
    """`cost>0.01`, `latency<2s`, `tokens:1k..5k`. Raises Wrong."""
    low, dots, high = text.partition("..")
    if dots:
        return Range(name, amount(name, low) if low else None, amount(name, high) if high else None)
    if sign == ":" and text[:1] in ("<", ">"):
        sign, text = text[0], text[1:]
    if sign == ":":
        raise Wrong(f"`{name}` wants a bound: `{name}>{text}`, `{name}<{text}` or `{name}:{text}..`")
    value = amount(name, text.removeprefix("="))
    if NUMBERS[name].is_whole and not text.startswith("="):
        value = floor(value) + 1 if sign == ">" else ceil(value) - 1
    return Range(name, value, None) if sign == ">" else Range(name, None, value)


def amount(name: str, text: str) -> float:
    """A number with its unit. Raises Wrong."""
    found, units = NUMBER.fullmatch(text), NUMBERS[name].units
    if found is None or (found[2] or "") not in units:
        example = {"latency": "2s", "ttft": "500ms", "cost": "0.01"}.get(name, "1k")
        raise Wrong(f"`{text}` is no amount for `{name}`; one looks like `{example}`")
    return float(found[1]) * UNITS[found[2] or ""]

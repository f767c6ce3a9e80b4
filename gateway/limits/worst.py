"""What a try at one target uses at most: the prompt as it is, and the longest answer that it may have."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from gateway.estimates import tokens_in
from gateway.functions import Function
from gateway.limits.rules import Load
from gateway.limits.units import fees_of
from gateway.vendors.anthropic.models import ability_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.prices import Price, Rates
    from gateway.vendors.vendor import Asked

MILLION = 1_000_000
LENGTHS = {
    Function.CHAT: ("max_completion_tokens", "max_tokens"),
    Function.COMPLETE: ("max_tokens",),
    Function.RESPOND: ("max_output_tokens",),
    Function.MESSAGE: ("max_tokens",),
}
"""Functions whose answers are text, and the fields in which a request says how long it may be."""
UNSAID = 4_096
"""Tokens of an answer whose model nobody knows: as many as practically every model can give."""
MOST = (
    (re.compile(r"gpt-5|codex"), 128_000),
    (re.compile(r"(^|/)o[134](-|$)"), 100_000),
    (re.compile(r"gpt-4\.1"), 32_768),
    (re.compile(r"gpt-4o|gpt-4\.5"), 16_384),
    (re.compile(r"gpt-4|gpt-3\.5"), 4_096),
    (re.compile(r"gemini-(2\.5|[3-9])"), 65_536),
    (re.compile(r"gemini"), 8_192),
)
"""The longest answers of models. Sources: platform.openai.com/docs/models, ai.google.dev/gemini-api/docs/models."""
LEAST = {Function.RESPOND: 16}
"""What a function takes as the shortest; OpenAI refuses a response of less."""
CHOICES = frozenset({"n", "best_of"})
SHOWN = ("output_audio", "output_image")
THINKING = frozenset({"reasoning_effort", "thinking", "reasoning"})
COSTLY_INPUT = (
    (b"cache_control", "cache_write"),
    (b"cache_control", "cache_write_1h"),
    (b"input_audio", "input_audio"),
)
"""What a prompt may hold, and the rate that it may therefore cost."""


class Worst(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The most that a try uses. Rates are nanodollars per million."""

    input_tokens: int = 0
    output_tokens: int = 0
    """Of all choices together."""
    choices: int = 1
    input_rate: int = 0
    output_rate: int = 0
    fees: int = 0
    """Nanodollars for what is not counted in tokens."""
    is_priced: bool = True
    is_stated: bool = True
    """Whether the request itself says how long the answer may be."""
    is_bounded: bool = True
    """Whether anything keeps the answer within `output_tokens`: the request, or what the model can."""
    field: str = ""
    """Where the request says it, or would; empty where the answer cannot be shortened."""
    least: int = 1
    """The shortest answer that may be asked for."""

    def load(self, output_tokens: int) -> Load:
        """What is used with an answer of that length; rounded up, as a bill rounds to the nearest."""
        tokens = self.input_tokens + output_tokens
        cost = self.input_tokens * self.input_rate + output_tokens * self.output_rate
        return Load(-(-cost // MILLION) + self.fees, tokens, 1)

    def longest_for(self, used: str, left: int) -> int:
        """How long an answer may be that so much pays for; below 0 where not even the prompt is."""
        if used == "tokens":
            return left - self.input_tokens
        room = left - self.load(0).nanodollars
        return self.output_tokens if self.output_rate == 0 and room >= 0 else room * MILLION // (self.output_rate or 1)


FREE = Worst()


class Length(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How long an answer may be; the fields are those of `Worst`."""

    tokens: int = 0
    choices: int = 1
    field: str = ""
    is_stated: bool = True
    is_bounded: bool = True
    least: int = 1


NO_LENGTH = Length()
"""Of an answer that is no text."""


def worst_of(asked: Asked, price: Price | None) -> Worst:
    """The most that a vendor can be made to give for what it is asked."""
    function, fields = asked.function, asked.fields
    if function is Function.RELAY and not is_free(asked):
        return Worst(is_priced=False)
    if function in (Function.COUNT_TOKENS, Function.RELAY):
        return FREE
    tokens = tokens_in(fields)
    rates = price.rates_for(tokens, tier_of(fields)) if price is not None else {}
    length = length_of(asked) if function in LENGTHS else NO_LENGTH
    return Worst(
        input_tokens=tokens,
        output_tokens=length.tokens,
        choices=length.choices,
        input_rate=input_rate(fields, rates),
        output_rate=output_rate(fields, rates) if function in LENGTHS else 0,
        fees=fees_of(asked, rates),
        is_priced=price is not None,
        is_stated=length.is_stated,
        is_bounded=length.is_bounded,
        field=length.field,
        least=length.least,
    )


def is_free(asked: Asked) -> bool:
    """Whether a request that is only passed on can cost nothing: it reads, deletes, or uploads a file."""
    return asked.method in ("GET", "HEAD", "DELETE") or asked.path.startswith(("files", "uploads"))


def length_of(asked: Asked) -> Length:
    """How long the answer may be, and how that would be changed."""
    fields, names = asked.fields, LENGTHS[asked.function]
    field, own = names[-1], 0
    for name in names:
        if own := number_in(fields, name):
            field = name
            break
    choices = 1 if CHOICES.isdisjoint(fields) else max(number_in(fields, "n"), number_in(fields, "best_of"), 1)
    known = longest_of(asked.model)
    thinks = (
        own and asked.function is Function.CHAT and has_thoughts(fields) and ability_of(asked.model).thinking != "none"
    )
    most = own or known or UNSAID
    return Length(
        tokens=(max(most, known) if thinks else most) * choices,
        choices=choices,
        field="" if thinks else field,
        is_stated=bool(own),
        is_bounded=bool(own or known),
        least=max(LEAST.get(asked.function, 1), thinking_budget(fields) + 1) * choices,
    )


@lru_cache(maxsize=4096)
def longest_of(model: str) -> int:
    """The longest answer of a model, by its name; 0 where nobody knows it."""
    name = model.lower()
    if "claude" in name:
        return ability_of(name).max_output
    return next((most for pattern, most in MOST if pattern.search(name)), 0)


def has_thoughts(fields: Mapping[str, msgspec.Raw]) -> bool:
    """Whether thinking is asked for: then a vendor is allowed more than the answer's length."""
    return not THINKING.isdisjoint(fields)


def thinking_budget(fields: Mapping[str, msgspec.Raw]) -> int:
    """Tokens that are kept for thinking; a shorter answer is refused."""
    said = msgspec.json.decode(fields["thinking"]) if "thinking" in fields else None
    budget = said.get("budget_tokens") if isinstance(said, dict) else None
    return budget if isinstance(budget, int) else 0


def number_in(fields: Mapping[str, msgspec.Raw], name: str) -> int:
    """A whole number above 0, else 0."""
    said = fields.get(name)
    if said is None:
        return 0
    raw = bytes(said)
    return int(raw) if raw.isdigit() and len(raw) < 12 else 0


def tier_of(fields: Mapping[str, msgspec.Raw]) -> str:
    """The service tier that is asked for."""
    said = fields.get("service_tier")
    return "" if said is None else bytes(said).decode("utf-8", "replace").strip('"')


def input_rate(fields: Mapping[str, msgspec.Raw], rates: Rates) -> int:
    """What a token of the prompt costs at most: one that is written into a cache, or heard, costs more."""
    costly = [(mark, rates[kind]) for mark, kind in COSTLY_INPUT if kind in rates]
    plain = rates.get("input", 0)
    if not costly:
        return plain
    prompt = b"".join(fields.values())
    return max([plain, *(rate for mark, rate in costly if mark in prompt)])


def output_rate(fields: Mapping[str, msgspec.Raw], rates: Rates) -> int:
    """What a token of the answer costs at most."""
    spoken = max(rates.get("output", 0), rates.get("reasoning", 0))
    return spoken if "modalities" not in fields else max(spoken, *(rates.get(kind, 0) for kind in SHOWN))

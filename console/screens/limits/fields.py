"""The fields of a budget and of a rate, and how what is typed becomes the limit's JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from console.screens.fields import Field, Refusal, Values, always, built, filled

Json = dict[str, Any]
Shown = Callable[[Values], bool]
SIZES = {"k": 1_000, "m": 1_000_000, "g": 1_000_000_000}
PERIODS = {
    "monthly": "every month",
    "weekly": "every week, from Monday",
    "daily": "every day",
    "days": "every so many days",
    "never": "never: it is for good",
}
COUNTED = {"cost": "dollars", "tokens": "tokens", "requests": "requests"}
RATES = {"requests": "requests", "tokens": "tokens", "concurrent": "requests at once"}
UNITS = {"rpm": "a minute", "rps": "a second", "rph": "an hour", "rpd": "a day", "rpw": "a week"}
YES = {"false": "no", "true": "yes: it refuses nobody, and counts whom it would"}
BUDGET = ("credit_limit", "type", "periodic_reset", "periodic_reset_days", "time_zone", "alert_thresholds", "mode")
BUDGET_NAMES = (*BUDGET, "on_shortage", "shadow")
RATE_NAMES = ("value", "rate_type", "unit", "rate_shadow")


MODES = {"hard": "hard: refuses, and is never overspent", "soft": "soft: only tells"}
SHORTAGES = {"lower": "answers are shortened to what is left", "refuse": "requests are refused"}


def budget_fields(before: Json, shown: Shown = always) -> list[Field]:
    """What a budget is asked for, as it is now."""
    days = before.get("periodic_reset_days")
    period = "days" if days else str(before.get("periodic_reset") or ("never" if before else "monthly"))
    thresholds = ", ".join(f"{each:g}" for each in before.get("alert_thresholds") or ())
    is_soft = before.get("mode") == "soft"

    def text(name: str, usual: str = "") -> str:
        value = before.get(name)
        return usual if value is None else str(value)

    return [
        amount_field("credit_limit", "Amount", before.get("credit_limit"), shown, "50, 2.5, or 10k"),
        Field(name="type", label="of", choices=COUNTED, value=text("type", "cost"), shown=shown),
        Field(name="periodic_reset", label="Begins anew", choices=PERIODS, value=period, shown=shown),
        Field(
            name="periodic_reset_days",
            label="Days",
            value=str(days or ""),
            hint="1 to 365",
            check=lambda said: None if said.isdigit() and 1 <= int(said) <= 365 else "a whole number from 1 to 365",
            convert=amount_of,
            needed=lambda values: values["periodic_reset"] == "days",
            shown=lambda values: shown(values) and values["periodic_reset"] == "days",
        ),
        Field(name="time_zone", label="Time zone", value=text("time_zone"), hint="UTC", shown=shown),
        Field(
            name="alert_thresholds",
            label="Tell at %",
            value=thresholds,
            hint="50, 80",
            check=thresholds_problem,
            convert=thresholds_of,
            shown=shown,
        ),
        Field(name="mode", label="At the end", choices=MODES, value="soft" if is_soft else "hard", shown=shown),
        Field(
            name="on_shortage",
            label="Too little",
            choices=SHORTAGES,
            value=text("on_shortage", "lower"),
            shown=lambda values: shown(values) and values["mode"] == "hard",
        ),
        shadow_field("shadow", before, shown),
    ]


def rate_fields(before: Json, shown: Shown = always) -> list[Field]:
    """What a rate is asked for, as it is now."""
    return [
        amount_field("value", "At most", before.get("value"), shown, "60, or 10k"),
        Field(
            name="rate_type",
            label="of",
            choices=RATES,
            value=str(before.get("type") or "requests"),
            shown=shown,
            also=("type",),
        ),
        Field(
            name="unit",
            label="in",
            choices=UNITS,
            value=str(before.get("unit") or "rpm"),
            shown=lambda values: shown(values) and values["rate_type"] != "concurrent",
        ),
        shadow_field("rate_shadow", before, shown),
    ]


def shadow_field(name: str, before: Json, shown: Shown) -> Field:
    """Whether it is to be tried first."""
    return Field(
        name=name,
        label="In shadow",
        choices=YES,
        value="true" if before.get("shadow") else "false",
        convert=lambda text: text == "true",
        shown=shown,
    )


def amount_field(name: str, label: str, value: float | None, shown: Shown, hint: str) -> Field:
    """How much."""
    return Field(
        name=name,
        label=label,
        value="" if value is None else f"{value:.12g}",
        hint=hint,
        needed=always,
        check=amount_problem,
        convert=amount_of,
        shown=shown,
    )


def amount_of(text: str) -> float | int:
    """`2.5`, `1,000`, `10k`, `2M`, with or without a dollar sign. Raises Refusal."""
    plain = text.strip().lstrip("$").replace(",", "").lower()
    size = SIZES.get(plain[-1:], 1)
    try:
        number = float(plain[:-1] if size > 1 else plain) * size
    except ValueError as error:
        raise Refusal("a number") from error
    if not 0 <= number < 1e15:
        raise Refusal("a number")
    return int(number) if number == int(number) else number


def amount_problem(text: str) -> str | None:
    """What is wrong with an amount."""
    try:
        amount_of(text)
    except Refusal:
        return "a number from 0 up, as 50, 2.5 or 10k"
    return None


def thresholds_of(text: str) -> list[float | int]:
    """`50, 80` as percentages. Raises Refusal."""
    return [amount_of(part.rstrip("% ")) for part in text.replace(";", ",").split(",") if part.strip()]


def thresholds_problem(text: str) -> str | None:
    """What is wrong with percentages."""
    try:
        found = thresholds_of(text)
    except Refusal:
        found = [0]
    return None if all(0 < each <= 100 for each in found) else "percentages with commas between, as 50, 80"


def limit_of(fields: list[Field], values: Values, before: Json, *, is_budget: bool) -> Json:
    """The limit that a form says, with what it says nothing about as before. Raises Refusal."""
    values = filled(fields, values)
    asked = [field for field in fields if field.name in (BUDGET_NAMES if is_budget else RATE_NAMES)]
    said = built([field for field in asked if values[field.name]], values)
    said = {"type" if name == "rate_type" else name.removeprefix("rate_"): value for name, value in said.items()}
    if said.get("periodic_reset") in ("days", "never"):
        del said["periodic_reset"]
    told = {field.name.removeprefix("rate_") for field in asked} | {"type"}
    kept = {name: value for name, value in before.items() if name not in told}
    return {name: value for name, value in (kept | said).items() if (name, value) not in USUAL}


USUAL = (("mode", "hard"), ("on_shortage", "lower"), ("shadow", False))
"""What need not be said."""

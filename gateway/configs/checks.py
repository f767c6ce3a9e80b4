"""What a value in a config may be: each check tells what is wrong and what is allowed, also as JSON Schema."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from gateway.configs.faults import Check, Fault, Schema, joined, right

LARGEST = 2**53
"""Beyond it JavaScript, and so JSON, is not exact."""
STATUSES = "must be a list of HTTP statuses, whole numbers from 100 to 599"


@right({"type": "string", "pattern": r"\S"})
def text(value: object) -> Iterator[Fault]:
    """Some text."""
    if not isinstance(value, str) or not value.strip():
        yield Fault("", "must be a text that is not empty")


@right({"type": ["string", "number", "boolean"]})
def scalar(value: object) -> Iterator[Fault]:
    """Text, or a number or flag that is written as text."""
    if not isinstance(value, str | int | float):
        yield Fault("", "must be a text")


@right({"type": "boolean"})
def flag(value: object) -> Iterator[Fault]:
    """True or false."""
    if not isinstance(value, bool):
        yield Fault("", "must be true or false")


@right({"type": "object"})
def mapping(value: object) -> Iterator[Fault]:
    """An object of whatever there is."""
    if not isinstance(value, dict):
        yield Fault("", "must be an object")


@right({"type": ["string", "number", "boolean", "object", "array"]})
def scalar_or_object(value: object) -> Iterator[Fault]:
    """Text, or JSON that is passed on as text."""
    if not isinstance(value, str | int | float | dict | list):
        yield Fault("", "must be a text or an object")


def number(least: float = 0, most: float = math.inf, *, whole: bool = False, above: bool = False) -> Check:
    """A number within bounds; `above`: the least itself is not allowed."""
    kind = "a whole number" if whole else "a number"
    bound = f"> {least:g}" if above else f"≥ {least:g}"
    said = f"must be {bound}" if most == math.inf else f"must be {bound} and ≤ {most:g}"

    def check(value: object) -> Iterator[Fault]:
        if not is_number(value) or (whole and value != int(value)):  # type: ignore[call-overload]
            yield Fault("", f"must be {kind}")
        elif not least <= value <= most or (above and value == least):  # type: ignore[operator]
            yield Fault("", said)

    lower: Schema = {"exclusiveMinimum" if above else "minimum": least}
    upper: Schema = {"exclusiveMaximum": LARGEST} if most == math.inf else {"maximum": most}
    return Check(check, {"type": "integer" if whole else "number", **lower, **upper})


def is_number(value: object) -> bool:
    """Whether it is one, and no flag, and not beyond reason."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST


@right({"type": "array", "items": {"type": "integer", "minimum": 100, "maximum": 599}})
def statuses(value: object) -> Iterator[Fault]:
    """HTTP statuses."""
    right = number(100, 599, whole=True)
    if not isinstance(value, list) or any(list(right(status)) for status in value):
        yield Fault("", STATUSES)


def one_of(*names: str) -> Check:
    """One of these words."""

    def check(value: object) -> Iterator[Fault]:
        if value not in names:
            yield Fault("", f"must be one of: {', '.join(names)}")

    return Check(check, {"type": "string", "enum": [*names]})


def list_of(each: Check) -> Check:
    """A list whose entries are all right."""

    def check(value: object) -> Iterator[Fault]:
        if not isinstance(value, list):
            yield Fault("", "must be a list")
            return
        for place, one in enumerate(value):
            yield from (fault.below(f"[{place}]") for fault in each(one))

    return Check(check, {"type": "array", "items": each.schema})


def spelled_like(shape: str, what: str) -> Check:
    """Text of a certain form."""
    form = re.compile(shape)

    def check(value: object) -> Iterator[Fault]:
        if not isinstance(value, str) or not form.fullmatch(value):
            yield Fault("", what)

    return Check(check, {"type": "string", "pattern": f"^(?:{shape})$"})


def either(*checks: Check, what: str) -> Check:
    """Right by one of several checks."""

    def check(value: object) -> Iterator[Fault]:
        if all(any(True for _ in one(value)) for one in checks):
            yield Fault("", what)

    return Check(check, {"anyOf": [closed(one.schema) for one in checks]})


def closed(schema: Schema) -> Schema:
    """Without further fields: what is odd elsewhere decides here that it is none of the alternatives."""
    return {**schema, "additionalProperties": False} if "properties" in schema else schema


def shape(fields: Mapping[str, Check], needed: Collection[str] = ()) -> Check:
    """An object of these fields; others are left alone, but not a field that is misspelt."""

    def check(value: object) -> Iterator[Fault]:
        if not isinstance(value, dict):
            yield Fault("", "must be an object")
            return
        yield from fields_faults(value, fields)
        for name in needed:
            if value.get(name) is None:
                yield Fault(name, "is needed")

    properties = {name: one.schema if name in needed else or_null(one.schema) for name, one in fields.items()}
    return Check(check, {"type": "object", "properties": properties, **({"required": [*needed]} if needed else {})})


def or_null(schema: Schema) -> Schema:
    """The same or null, which counts as left out."""
    if "anyOf" in schema and "type" not in schema:
        return {**schema, "anyOf": [*schema["anyOf"], {"type": "null"}]}
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    names: Schema = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, "type": [*kinds, "null"], **names}


def fields_faults(value: Mapping[str, Any], fields: Mapping[str, Check]) -> Iterator[Fault]:
    """What is wrong with an object's fields; null counts as left out."""
    for name, said in value.items():
        if name not in fields:
            yield from misspelt(name, fields)
        elif said is not None:
            yield from (fault.below(name) for fault in fields[name](said))


def misspelt(name: str, fields: Collection[str]) -> Iterator[Fault]:
    """A field that is not known: wrong in camelCase, suspicious when it is nearly one."""
    snake = re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower().replace("open_aicompliance", "open_ai_compliance")
    if snake != name and snake in fields:
        yield Fault(name, f"is spelled `{snake}`")
    else:
        yield Fault(name, "is not known and does nothing", is_warning=True, fields=fields)


def all_of(*checks: Check) -> Check:
    """Right by each of several checks; the later ones are asked where the earlier find nothing."""

    def check(value: object) -> Iterator[Fault]:
        for one in checks:
            faults = list(one(value))
            yield from faults
            if any(not fault.is_warning for fault in faults):
                return

    return Check(check, {name: what for one in checks for name, what in one.schema.items()})


def where(condition: Callable[[Any], bool], path: str, message: str, schema: Schema) -> Check:
    """Wrong where the condition does not hold."""

    def check(value: object) -> Iterator[Fault]:
        if not condition(value):
            yield Fault(joined("", path), message)

    return Check(check, schema)

"""What a value in a config may be: each check tells what is wrong and what is allowed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from gateway.configs.faults import Check, Fault, joined

LARGEST = 2**53
"""Beyond it JavaScript, and so JSON, is not exact."""
STATUSES = "must be a list of HTTP statuses, whole numbers from 100 to 599"


def text(value: object) -> Iterator[Fault]:
    """Some text."""
    if not isinstance(value, str) or not value.strip():
        yield Fault("", "must be a text that is not empty")


def scalar(value: object) -> Iterator[Fault]:
    """Text, or a number or flag that is written as text."""
    if not isinstance(value, str | int | float):
        yield Fault("", "must be a text")


def flag(value: object) -> Iterator[Fault]:
    """True or false."""
    if not isinstance(value, bool):
        yield Fault("", "must be true or false")


def mapping(value: object) -> Iterator[Fault]:
    """An object of whatever there is."""
    if not isinstance(value, dict):
        yield Fault("", "must be an object")


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

    return check


def is_number(value: object) -> bool:
    """Whether it is one, and no flag, and not beyond reason."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST


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

    return check


def list_of(each: Check) -> Check:
    """A list whose entries are all right."""

    def check(value: object) -> Iterator[Fault]:
        if not isinstance(value, list):
            yield Fault("", "must be a list")
            return
        for place, one in enumerate(value):
            yield from (fault.below(f"[{place}]") for fault in each(one))

    return check


def spelled_like(shape: str, what: str) -> Check:
    """Text of a certain form."""
    form = re.compile(shape)

    def check(value: object) -> Iterator[Fault]:
        if not isinstance(value, str) or not form.fullmatch(value):
            yield Fault("", what)

    return check


def either(*checks: Check, what: str) -> Check:
    """Right by one of several checks."""

    def check(value: object) -> Iterator[Fault]:
        if all(any(True for _ in one(value)) for one in checks):
            yield Fault("", what)

    return check


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

    return check


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

    return check


def where(condition: Callable[[Any], bool], path: str, message: str) -> Check:
    """Wrong where the condition does not hold."""

    def check(value: object) -> Iterator[Fault]:
        if not condition(value):
            yield Fault(joined("", path), message)

    return check

"""Queries of conditional routing: what they may say, and whether a request answers to them.

A query is an object; all of its entries must hold. `{"metadata.plan": "pro"}` compares, `{"params.n": {"$gt": 1}}`
uses operators, `$and` and `$or` hold lists of queries. Source: portkey.ai, conditional routing; comparisons are as in
JavaScript.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Final

import msgspec

from gateway.configs.patterns import pattern

Json = Mapping[str, Any]
Test = Callable[[Any], bool]
"""Whether a value is right."""
MISSING: Final = object()
"""JavaScript's `undefined`: what a request does not say."""
LARGEST = 2.0**1023
FLOAT = re.compile(r"\s*([+-]?(?:Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?))")


@dataclass(slots=True)
class Context:
    """A request as far as conditions look at it."""

    metadata: Mapping[str, str]
    params: Mapping[str, Any]
    """The fields of the body, read already or as they came (`msgspec.Raw`)."""
    path: str
    """`/v1/chat/completions`"""
    _read: dict[str, Any] = field(default_factory=dict)

    def param(self, name: str) -> Any:
        """A field of the body, read when it is first asked for."""
        value = self.params.get(name, MISSING)
        if type(value) is not msgspec.Raw:
            return value
        if name not in self._read:
            try:
                self._read[name] = msgspec.json.decode(value)
            except msgspec.DecodeError:  # such as a number that no machine can hold: the vendor may judge it
                self._read[name] = MISSING
        return self._read[name]


Asking = Callable[[Context], bool]


def matches(query: Json, context: Context) -> bool:
    """Whether a request answers to a query."""
    return compiled(query)(context)


def compiled(query: Json) -> Asking:
    """A query made ready to be asked many times; it must be free of faults."""
    return reduce(both, [compiled_entry(key, wanted) for key, wanted in query.items()] or [lambda _: True])


def both(first: Asking, second: Asking) -> Asking:
    """Two tests as one; quicker than a loop over them."""
    return lambda context: first(context) and second(context)


def compiled_entry(key: str, wanted: Any) -> Asking:
    """One entry of a query."""
    if key in ("$and", "$or"):
        tests, holds = [compiled(query) for query in wanted], all if key == "$and" else any
        return lambda context: holds(test(context) for test in tests)
    read = reader(key)
    test = value_test(wanted, is_text=key.startswith("metadata."))
    return lambda context: test(read(context))


def reader(key: str) -> Callable[[Context], Any]:
    """Where a query's key looks."""
    place, _, name = key.partition(".")
    if place == "metadata":
        return lambda context: context.metadata.get(name, MISSING)
    if place == "params":
        first, *rest = name.split(".")
        return (lambda context: within(context, name, first, rest)) if rest else lambda context: context.param(name)
    return lambda context: context.path


def within(context: Context, whole: str, first: str, rest: list[str]) -> Any:
    """A field by its whole name, or else inside of objects."""
    value = context.param(whole)
    if value is not MISSING:
        return value
    value = context.param(first)
    for name in rest:
        value = value.get(name, MISSING) if isinstance(value, dict) else MISSING
    return value


def value_test(wanted: Any, *, is_text: bool) -> Test:
    """A value, or operators that must all hold. Metadata is text: a number is compared with its spelling."""
    if not isinstance(wanted, dict):
        return equals(wanted, is_text)
    tests = [OPERATORS[name](operand, is_text) for name, operand in wanted.items()]
    return tests[0] if len(tests) == 1 else lambda value: all(test(value) for test in tests)


def equals(wanted: Any, is_text: bool) -> Test:
    """JavaScript's `===`."""
    if isinstance(wanted, str):
        return lambda value: bool(value == wanted)
    if is_text:
        spellings = (spelled(wanted), str(wanted))
        return lambda value: value in spellings
    if wanted is None or isinstance(wanted, bool):
        return lambda value: value is wanted
    return lambda value: bool(value == wanted) and type(value) is not bool


def differs(wanted: Any, is_text: bool) -> Test:
    """JavaScript's `!==`; what is missing differs from everything."""
    test = equals(wanted, is_text)
    return lambda value: not test(value)


def among(wanted: list[Any], is_text: bool) -> Test:
    """One of several."""
    if all(isinstance(one, str) for one in wanted):
        texts = frozenset(wanted)
        return lambda value: type(value) is str and value in texts
    tests = [equals(one, is_text) for one in wanted]
    return lambda value: any(test(value) for test in tests)


def not_among(wanted: list[Any], is_text: bool) -> Test:
    """None of several."""
    test = among(wanted, is_text)
    return lambda value: not test(value)


def found(wanted: str, _: bool) -> Test:
    """A regular expression somewhere in the value."""
    search = pattern(wanted)
    return lambda value: isinstance(value, str | int | float) and search(spelled(value))


def above(wanted: Any, _: bool) -> Test:
    """As numbers, and false where one is none."""
    least = number(wanted)
    return lambda value: number(value) > least


def at_least(wanted: Any, _: bool) -> Test:
    """As numbers, and false where one is none."""
    least = number(wanted)
    return lambda value: number(value) >= least


def below(wanted: Any, _: bool) -> Test:
    """As numbers, and false where one is none."""
    most = number(wanted)
    return lambda value: number(value) < most


def at_most(wanted: Any, _: bool) -> Test:
    """As numbers, and false where one is none."""
    most = number(wanted)
    return lambda value: number(value) <= most


OPERATORS: Final[Mapping[str, Callable[[Any, bool], Test]]] = {
    "$eq": equals,
    "$ne": differs,
    "$gt": above,
    "$gte": at_least,
    "$lt": below,
    "$lte": at_most,
    "$in": among,
    "$nin": not_among,
    "$regex": found,
}


def number(value: Any) -> float:
    """JavaScript's `parseFloat`: the number a text begins with, or NaN."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if abs(value) < LARGEST else math.inf if value > 0 else -math.inf
    begins = FLOAT.match(value) if isinstance(value, str) else None
    return float(begins[1]) if begins else math.nan


def spelled(value: Any) -> str:
    """JavaScript's spelling of a plain value."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e21
    return msgspec.json.encode(int(value) if whole else value).decode()

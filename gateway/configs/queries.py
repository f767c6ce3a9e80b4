"""What a query of conditional routing may say."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Final

from gateway.configs.conditions import OPERATORS, number
from gateway.configs.faults import Fault, Schema
from gateway.configs.patterns import BadPattern, pattern

DEEPEST = 20
"""How far `$and` and `$or` may be nested."""
PLACES = ("metadata.", "params.")
QUERY: Final[Schema] = {"$ref": "#/$defs/query", "type": "object"}
SCALAR: Final[Schema] = {"type": ["string", "number", "boolean", "null"]}
ORDERED: Final[Schema] = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^\s*[+-]?(?:Infinity|\.?\d)"}]}
OPERANDS: Final[Schema] = dict.fromkeys(OPERATORS, SCALAR) | {
    **dict.fromkeys(("$gt", "$gte", "$lt", "$lte"), ORDERED),
    **{name: {"type": "array", "items": SCALAR} for name in ("$in", "$nin")},
    "$regex": {"type": "string", "format": "regex"},
}
WANTED: Final[Schema] = {
    "anyOf": [SCALAR, {"type": "object", "minProperties": 1, "properties": OPERANDS, "additionalProperties": False}]
}
QUERIES: Final[Schema] = {"type": "array", "minItems": 1, "items": QUERY}
QUERY_SCHEMA: Final[Schema] = {
    "type": "object",
    "properties": {"$and": QUERIES, "$or": QUERIES, "url.pathname": WANTED},
    "patternProperties": {r"^(?:metadata|params)\..": WANTED},
    "additionalProperties": False,
}
"""What `QUERY` refers to; what a regular expression may say is left to the checks."""


def query_faults(query: object, depth: int = 0) -> Iterator[Fault]:
    """What is wrong with a query."""
    if not isinstance(query, dict):
        yield Fault("", 'must be an object such as {"metadata.plan": "pro"}')
    elif depth > DEEPEST:
        yield Fault("", f"is nested more than {DEEPEST} levels deep")
    elif not query:
        yield Fault("", "is empty, so that it matches every request", is_warning=True)
    else:
        for key, wanted in query.items():
            yield from (fault.below(f"['{key}']") for fault in entry_faults(key, wanted, depth))


def entry_faults(key: str, wanted: object, depth: int) -> Iterator[Fault]:
    """What is wrong with one entry of a query."""
    if key in ("$and", "$or"):
        if not isinstance(wanted, list) or not wanted:
            yield Fault("", "must be a list of queries, at least one")
            return
        for place, query in enumerate(wanted):
            yield from (fault.below(f"[{place}]") for fault in query_faults(query, depth + 1))
    elif key.startswith("$"):
        yield Fault("", f"is no operator here; write `$and`, `$or`, or a field with {listed(OPERATORS)}")
    elif key != "url.pathname" and not (key.startswith(PLACES) and key.partition(".")[2]):
        yield Fault("", "must begin with `metadata.` or `params.`, or be `url.pathname`")
    else:
        yield from wanted_faults(wanted)


def wanted_faults(wanted: object) -> Iterator[Fault]:
    """What is wrong with what a field is compared with."""
    if isinstance(wanted, list):
        yield Fault("", 'must be a value or an object of operators; for several values write {"$in": […]}')
    elif isinstance(wanted, dict):
        if not wanted:
            yield Fault("", f"must hold an operator: {listed(OPERATORS)}")
        for name, operand in wanted.items():
            message = operand_fault(name, operand)
            if message:
                yield Fault(name, message)


def operand_fault(name: str, operand: object) -> str | None:
    """What is wrong with an operator and its operand."""
    if name not in OPERATORS:
        return f"is no operator; these are: {listed(OPERATORS)}, and around queries `$and`, `$or`"
    if name in ("$in", "$nin"):
        is_right = isinstance(operand, list) and not any(isinstance(one, list | dict) for one in operand)
        return None if is_right else "must be a list of plain values"
    if name in ("$gt", "$gte", "$lt", "$lte"):
        return "must be a number" if math.isnan(number(operand)) else None
    if name == "$regex":
        return pattern_fault(operand)
    return "must be a text, a number, true, false or null" if isinstance(operand, list | dict) else None


def pattern_fault(operand: object) -> str | None:
    """What is wrong with a regular expression."""
    if not isinstance(operand, str):
        return "must be a regular expression, as text"
    try:
        pattern(operand)
    except BadPattern as error:
        return str(error)
    return None


def listed(names: Iterable[str]) -> str:
    """Names for people."""
    return ", ".join(f"`{name}`" for name in names)

"""What a config makes of a request's parameters: defaults where they are missing, overrides, and what is left out.

In this order. Source: portkey.ai, configs, `default_params`, `override_params`, `drop_params`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from gateway.configs.nodes import Leaf

PART = re.compile(r"\[(\d+|\*|\"[^\"]*\"|'[^']*')\]|([^.\[\]]+)")
"""One step of a path such as `messages[*].name` or `tools[0]["type"]`."""
text = msgspec.json.Encoder().encode
Fields = Mapping[str, msgspec.Raw]


def shaped(fields: Fields, leaf: Leaf) -> Fields:
    """The fields as the target is to have them; the same object where the config says nothing."""
    if not (leaf.default_params or leaf.override_params or leaf.drop_params):
        return fields
    shaped = raw(leaf.default_params) | dict(fields) | raw(leaf.override_params)
    for path in leaf.drop_params:
        drop(shaped, parts(path))
    return shaped


def raw(params: Mapping[str, Any]) -> dict[str, msgspec.Raw]:
    """Values as their bytes."""
    return {name: msgspec.Raw(text(value)) for name, value in params.items()}


def parts(path: str) -> list[str | int]:
    """A path's steps; a number is a place in a list, `*` each of them."""
    steps: list[str | int] = []
    for inside, name in PART.findall(path):
        steps.append(int(inside) if inside.isdigit() else inside.strip("\"'") or name)
    return steps


def drop(fields: dict[str, msgspec.Raw], steps: list[str | int]) -> None:
    """Leave out what a path leads to, if it leads anywhere."""
    if not steps or (first := str(steps[0])) not in fields:
        return
    if len(steps) == 1:
        del fields[first]
        return
    value = msgspec.json.decode(fields[first])
    prune(value, steps[1:])
    fields[first] = msgspec.Raw(text(value))


def prune(value: Any, steps: list[str | int]) -> None:
    """Leave out, below a value, what the steps lead to."""
    step, rest = steps[0], steps[1:]
    if isinstance(value, list):
        places = range(len(value) - 1, -1, -1) if step == "*" else [step] if step in range(len(value)) else []
    else:
        places = [step] if isinstance(value, dict) and step in value else []
    for place in places:
        if rest:
            prune(value[place], rest)
        else:
            del value[place]

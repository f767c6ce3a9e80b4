"""A config read: checked whole, everything wrong told at once, and made into the tree that requests are routed by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from gateway.configs.building import built
from gateway.configs.faults import BadConfig, Fault
from gateway.configs.nodes import Node
from gateway.configs.survey import Known, survey

__all__ = ["Known", "Reading", "object_in", "oddities", "read_config", "reading", "refuse", "warnings"]

MOST_TOLD = 50
"""Faults of one config; whoever has more will send it again."""


class Reading(NamedTuple):
    """A config that can be used, and what is odd about it all the same."""

    root: Node
    warnings: list[str]


def read_config(said: str | bytes | Mapping[str, Any], known: Known, slug: str | None = None) -> Node:
    """The tree of a config, from its JSON. `slug` is its own name, if it is a saved one. Raises BadConfig."""
    raw = object_in(said)
    refuse(survey(raw, known, (slug,) if slug else ()))
    return built(raw, known)


def reading(said: str | bytes | Mapping[str, Any], known: Known, slug: str | None = None) -> Reading:
    """The same, with warnings, which take longer to find. Raises BadConfig."""
    root = read_config(said, known, slug)
    return Reading(root, warnings(survey(object_in(said), known, (slug,) if slug else ())))


def refuse(faults: Iterable[Fault]) -> None:
    """Raises BadConfig with all that is more than odd."""
    if wrong := list(islice((fault for fault in faults if not fault.is_warning), MOST_TOLD)):
        raise BadConfig(wrong)


def warnings(faults: Iterable[Fault]) -> list[str]:
    """What is odd, in words."""
    return [str(fault) for fault in oddities(faults)]


def oddities(faults: Iterable[Fault]) -> list[Fault]:
    """What is odd. A field that is not known is odd when it is nearly one that is."""
    told = []
    for fault in islice((fault for fault in faults if fault.is_warning), MOST_TOLD):
        near = get_close_matches(fault.path.rpartition(".")[2].lower(), fault.fields, 1, 0.8)
        if near:
            told.append(fault._replace(message=f"{fault.message}; did you mean `{near[0]}`?"))
        elif not fault.fields:
            told.append(fault)
    return told


def object_in(said: str | bytes | Mapping[str, Any]) -> Mapping[str, Any]:
    """The JSON object that a config is. Raises BadConfig."""
    if isinstance(said, Mapping):
        return said
    try:
        raw = msgspec.json.decode(said)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        fault = Fault("", f"You need to pass a valid json ({error})")
        raise BadConfig([fault]) from error
    if not isinstance(raw, dict):
        raise BadConfig([Fault("", "must be a JSON object, or the slug of a saved config, `pc-…`")])
    return raw

"""A config read: checked whole, everything wrong told at once, and made into the tree that requests are routed by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from gateway.configs.building import built
from gateway.configs.faults import BadConfig, Fault
from gateway.configs.nodes import Node
from gateway.configs.survey import Known, survey

__all__ = ["Known", "Reading", "object_in", "read_config", "reading", "refuse"]


class Reading(NamedTuple):
    """A config that can be used, and what is odd about it all the same."""

    root: Node
    warnings: list[str]


def read_config(said: str | bytes | Mapping[str, Any], known: Known, slug: str | None = None) -> Node:
    """The tree of a config, from its JSON. `slug` is its own name, if it is a saved one. Raises BadConfig."""
    return reading(said, known, slug).root


def reading(said: str | bytes | Mapping[str, Any], known: Known, slug: str | None = None) -> Reading:
    """The same, with warnings. Raises BadConfig."""
    raw = object_in(said)
    faults = list(survey(raw, known, (slug,) if slug else ()))
    refuse(faults)
    return Reading(built(raw, known), [str(fault) for fault in faults])


def refuse(faults: Iterable[Fault]) -> None:
    """Raises BadConfig with all that is more than odd."""
    if wrong := [fault for fault in faults if not fault.is_warning]:
        raise BadConfig(wrong)


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

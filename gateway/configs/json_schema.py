"""The table of fields as one JSON Schema, with a line of help for each: what editors check, complete and explain by.

It refuses nothing that the gateway takes. What JSON Schema cannot say (names that exist, targets that belong to
conditions, regular expressions that end) only the gateway's own check finds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.configs.checks import or_null
from gateway.configs.descriptions import MODES, described
from gateway.configs.masking import HIDDEN
from gateway.configs.queries import QUERY_SCHEMA
from gateway.configs.survey import EVERY_FIELD
from gateway.configs.vendor_settings import SETTINGS

Json = dict[str, Any]
TARGET: Final[Json] = {"$ref": "#/$defs/config"}


def json_schema() -> Json:
    """The schema of a config, draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Tollhouse config",
        **TARGET,
        "$defs": {"config": config_schema(), "query": dict(QUERY_SCHEMA)},
    }


def config_schema() -> Json:
    """A config, or one of its targets, which are the same."""
    properties = {name: field_schema(name) for name in EVERY_FIELD}
    properties["targets"]["items"] = TARGET
    properties["strategy"]["properties"]["mode"]["enumDescriptions"] = [*MODES.values()]
    return {"type": "object", "properties": properties}


def field_schema(name: str) -> Json:
    """One field with what is below it."""
    found = with_words(or_null(EVERY_FIELD[name].schema), name)
    if name in SETTINGS:
        found["description"] = f"what a vendor wants beside a key; also the header x-portkey-{name.replace('_', '-')}"
    return found


def with_words(schema: Mapping[str, Any], path: str) -> Json:
    """A schema with what its fields are for, and which of them are never shown again."""
    found = dict(schema)
    if words := described(path):
        found["description"] = words
    if path.rpartition(".")[2] in HIDDEN:
        found["writeOnly"] = True
    if "properties" in found:
        found["properties"] = {name: with_words(below, f"{path}.{name}") for name, below in found["properties"].items()}
    if "items" in found:
        found["items"] = with_words_below(found["items"], path)
    if "anyOf" in found:
        found["anyOf"] = [with_words_below(one, path) for one in found["anyOf"]]
    return found


def with_words_below(schema: Mapping[str, Any], path: str) -> Json:
    """The same for what stands in the place of a field, and needs no words of its own."""
    return {name: what for name, what in with_words(schema, path).items() if name not in ("description", "writeOnly")}

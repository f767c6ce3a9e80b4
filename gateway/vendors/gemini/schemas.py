"""JSON Schema as Gemini takes it: its own subset of OpenAPI's, or the schema whole where the subset cannot say it.

Source: ai.google.dev/api/caching#Schema and ai.google.dev/gemini-api/docs/structured-output.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from gateway.vendors.vendor import Json

KEPT = frozenset(
    {
        "title",
        "description",
        "nullable",
        "maxItems",
        "minItems",
        "required",
        "minProperties",
        "maxProperties",
        "minLength",
        "maxLength",
        "pattern",
        "example",
        "propertyOrdering",
        "default",
        "minimum",
        "maximum",
    }
)
"""Keywords that mean the same in both."""
FORMATS = frozenset({"enum", "date-time", "float", "double", "int32", "int64"})
"""Others are refused with a 400."""
OPEN = frozenset({"prefixItems", "patternProperties", "not", "if", "dependentSchemas"})
"""What the subset has no word for."""
MOST_PARTS, DEEPEST = 2_000, 50


def schema_field(name: str, json_name: str, schema: Any) -> Json:
    """The schema under the field that can carry it: `name` for the subset, `json_name` for JSON Schema."""
    if not isinstance(schema, dict) or not schema:
        return {}
    if is_simple(schema):
        return {name: subset(schema, definitions(schema))}
    return {json_name: {key: value for key, value in schema.items() if key != "$schema"}}


def definitions(schema: Json) -> Json:
    """The named parts that `$ref` points to, by the whole pointer."""
    return {
        f"#/{place}/{name}": part
        for place in ("$defs", "definitions")
        for name, part in (schema.get(place) or {}).items()
        if isinstance(part, dict)
    }


def is_simple(schema: Json) -> bool:
    """Whether the subset can say it: nothing refers to itself, enums are words, keys are known beforehand.

    A small schema may refer to its parts so often that it would be endless if they were all written out.
    """
    found = list(islice(verdicts(schema, definitions(schema), ()), MOST_PARTS + 1))
    return len(found) <= MOST_PARTS and all(found)


def verdicts(schema: Any, named: Json, within: tuple[str, ...], depth: int = 0) -> Iterator[bool]:
    """Of a schema and everything in it, references followed: whether each can be said."""
    if not isinstance(schema, dict) or depth > DEEPEST:
        yield False
    elif (reference := schema.get("$ref")) is not None:
        known = reference in named and reference not in within
        yield known
        if known:
            yield from verdicts(named[reference], named, (*within, reference), depth + 1)
    else:
        yield is_sayable(schema)
        for part in parts(schema):
            yield from verdicts(part, named, within, depth + 1)


def is_sayable(schema: Json) -> bool:
    """Whether there are words for what a schema itself says, apart from its parts."""
    if OPEN & schema.keys() or schema.get("additionalProperties") not in (None, True, False, {}):
        return False
    return all(isinstance(value, str) or value is None for value in choices(schema))


def choices(schema: Json) -> list[Any]:
    """The values that are allowed, if they are listed."""
    return [schema["const"]] if "const" in schema else list(schema.get("enum") or ())


def parts(schema: Json) -> list[Any]:
    """The schemas right inside a schema."""
    found = [part for name in ("anyOf", "oneOf", "allOf") for part in schema.get(name) or ()]
    found += (schema.get("properties") or {}).values()
    return [*found, schema["items"]] if "items" in schema else found


def subset(schema: Json, named: Json) -> Json:
    """A simple schema in Gemini's subset: references resolved, null as `nullable`, `allOf` merged."""
    schema = merged(schema, named)
    out = {name: value for name, value in schema.items() if name in KEPT} | types(schema)
    if (form := schema.get("format")) in FORMATS:
        out["format"] = form
    if (allowed := [value for value in choices(schema) if value is not None]) or None in choices(schema):
        out |= {"type": out.get("type", "string"), "enum": allowed}
        if None in choices(schema):
            out["nullable"] = True
    if isinstance(properties := schema.get("properties"), dict):
        out["properties"] = {name: subset(part, named) for name, part in properties.items()}
        out["required"] = [name for name in out.get("required", ()) if name in properties]
    if not out.get("required"):
        out.pop("required", None)
    if isinstance(items := schema.get("items"), dict):
        out["items"] = subset(items, named)
    return out | alternatives(schema, named)


def merged(schema: Json, named: Json) -> Json:
    """A schema with what it refers to, and all that it must be at once, written into it."""
    if (reference := schema.get("$ref")) is not None:
        beside = {name: value for name, value in schema.items() if name != "$ref"}
        schema = merged(named[reference], named) | beside
    for part in schema.get("allOf") or ():
        inner = merged(part, named)
        properties = (inner.get("properties") or {}) | (schema.get("properties") or {})
        required = [*(inner.get("required") or ()), *(schema.get("required") or ())]
        schema = inner | schema | ({"properties": properties} if properties else {})
        schema |= {"required": list(dict.fromkeys(required))} if required else {}
    return schema


def types(schema: Json) -> Json:
    """The type, where a list of types becomes alternatives and null a mark."""
    said = schema.get("type")
    if not isinstance(said, list):
        return {"type": said} if said else {}
    real = [name for name in said if name != "null"]
    kind: Json = {"type": real[0]} if len(real) == 1 else {"anyOf": [{"type": name} for name in real]}
    return kind | ({"nullable": True} if "null" in said else {})


def alternatives(schema: Json, named: Json) -> Json:
    """`anyOf`, or the one alternative that is left when null is taken out of it."""
    either = schema.get("anyOf") or schema.get("oneOf")
    if not either:
        return {}
    real = [part for part in either if part.get("type") != "null"]
    told = [subset(part, named) for part in real]
    found = told[0] if len(told) == 1 else {"anyOf": told}
    outer = {name: schema[name] for name in ("title", "description") if name in schema}
    return found | outer | ({"nullable": True} if len(real) < len(either) else {})

"""JSON Schema as Gemini takes it."""

from __future__ import annotations

import pytest

from gateway.vendors.vendor import Json
from tests.gateway.vendors.test_gemini_vendor import config, sent

NODE = {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": ["string", "null"], "format": "email"}, {"type": "string", "nullable": True}),
        ({"type": ["string", "integer"]}, {"anyOf": [{"type": "string"}, {"type": "integer"}]}),
        (
            {"anyOf": [{"type": "integer"}, {"type": "null"}], "title": "T"},
            {"type": "integer", "nullable": True, "title": "T"},
        ),
        (
            {"oneOf": [{"type": "integer"}, {"type": "string"}]},
            {"anyOf": [{"type": "integer"}, {"type": "string"}]},
        ),
        ({"const": "x"}, {"type": "string", "enum": ["x"]}),
        ({"enum": ["x", None]}, {"type": "string", "enum": ["x"], "nullable": True}),
        ({"type": "string", "format": "date-time"}, {"type": "string", "format": "date-time"}),
        (
            {"allOf": [{"$ref": "#/$defs/P"}], "description": "D", "$defs": {"P": {"type": "string"}}},
            {"type": "string", "description": "D"},
        ),
        (
            {
                "type": "object",
                "properties": {"title": {"$ref": "#/$defs/P", "description": "mine"}, "additionalProperties": {}},
                "required": ["title", "gone"],
                "additionalProperties": False,
                "$defs": {"P": {"type": "array", "items": {"type": "string", "default": "d"}}},
            },
            {
                "type": "object",
                "properties": {
                    "title": {"type": "array", "items": {"type": "string", "default": "d"}, "description": "mine"},
                    "additionalProperties": {},
                },
                "required": ["title"],
            },
        ),
    ],
)
def test_a_schema_in_googles_subset(schema: Json, expected: Json) -> None:
    """What Gemini's subset can say is said in it, with references resolved and unknown keywords left out."""
    form = {"type": "json_schema", "json_schema": {"schema": schema}}

    assert config({"response_format": form})["responseSchema"] == expected


@pytest.mark.parametrize(
    "schema",
    [
        {"$defs": {"Node": NODE}, "$ref": "#/$defs/Node"},
        {"type": "object", "additionalProperties": {"type": "integer"}},
        {"type": "integer", "enum": [1, 2]},
        {"type": "array", "prefixItems": [{"type": "string"}]},
    ],
)
def test_a_schema_that_the_subset_cannot_say_goes_whole(schema: Json) -> None:
    """Recursion, maps, numbers to choose from and tuples go as JSON Schema, for tools and for answers."""
    form = {"type": "json_schema", "json_schema": {"schema": schema}}
    function = {"name": "f", "parameters": {"type": "object", "properties": {"a": {"enum": [1]}}}}

    assert config({"response_format": form})["responseJsonSchema"] == schema
    declared = sent({"tools": [{"type": "function", "function": function}]})["tools"][0]["functionDeclarations"]
    assert declared == [{"name": "f", "parametersJsonSchema": function["parameters"]}]


def test_a_schema_that_would_grow_without_end_goes_whole() -> None:
    """Forty parts that each refer to the next one twice are not written out, which would take for ever."""
    twice = {
        f"P{n}": {"items": {"$ref": f"#/$defs/P{n + 1}"}, "anyOf": [{"$ref": f"#/$defs/P{n + 1}"}]} for n in range(40)
    }
    schema = {"$ref": "#/$defs/P0", "$defs": twice | {"P40": {"type": "string"}}}
    form = {"type": "json_schema", "json_schema": {"schema": schema}}

    assert config({"response_format": form})["responseJsonSchema"] == schema

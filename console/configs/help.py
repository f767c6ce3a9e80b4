"""What may stand where in a config, by the gateway's JSON Schema and its catalog: help in a line, and completions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from console.configs.json_text import Path, Piece, Place, keys_in, spelled, unquoted

Json = dict[str, Any]
MOST = 200
"""Completions offered at once."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """The names that a config may use."""

    providers: tuple[str, ...] = ()
    """With the `@`."""
    vendors: tuple[str, ...] = ()
    configs: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    """As `@provider/model`."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One completion: the name, what it is, and what is written for it."""

    name: str
    words: str
    text: str
    back: int = 0
    """How many characters before its end the cursor is to stand."""


@dataclass(frozen=True, slots=True)
class ConfigHelp:
    """The schema and the catalog, asked about a place in a text."""

    schema: Json = field(default_factory=dict)
    catalog: Catalog = field(default_factory=Catalog)

    def line(self, place: Place) -> str:
        """What the field at the cursor is for."""
        found = self.at(place.focus)
        if not place.focus or found is None:
            return "Ctrl+Space lists what may stand here" if self.schema else ""
        steps = range(len(place.focus), 0, -1) if isinstance(place.focus[-1], int) else [len(place.focus)]
        said = ((self.at(place.focus[:length]) or {}).get("description") for length in steps)
        words = next(filter(None, said), "")
        if not words:
            return f"{spelled(place.focus)}: {self.kind(found)}"
        kind = self.kind(found)
        return f"{spelled(place.focus)}: {words}{f' ({kind})' if kind else ''}"

    def offers(self, place: Place, found: list[Piece], text: str) -> list[Offer]:
        """What may stand at the cursor, what is typed already taken into account."""
        made = self.keys(place, found, text) if place.is_key else self.values(place, found)
        wanted = place.typed.lower()
        begin, contain = [], []
        for offer in made:
            name = offer.name.lower()
            if name.startswith((wanted, f"@{wanted}")):
                begin.append(offer)
            elif wanted in name:
                contain.append(offer)
        return [*begin, *contain][:MOST]

    def keys(self, place: Place, found: list[Piece], text: str) -> Iterator[Offer]:
        """Fields that are not there yet."""
        taken = keys_in(found, place.path) - {place.typed if place.end == place.start else typed_key(place, text)}
        follows = text[place.end :].lstrip()
        for name, below in self.properties(place.path).items():
            if name not in taken:
                yield key_offer(name, self.resolved(below), follows)

    def values(self, place: Place, found: list[Piece]) -> Iterator[Offer]:
        """Names and words that the schema or the catalog has for this place."""
        last = next((step for step in reversed(place.path) if isinstance(step, str)), "")
        for name, words in self.names(place.path, last, found):
            yield Offer(name, words, f'"{name}"')
        for schema in self.alternatives(self.at(place.path)):
            for name, what in zip_longest(schema.get("enum", ()), schema.get("enumDescriptions", ())):
                if name is not None:
                    yield Offer(name, what or "", f'"{name}"')
            if "boolean" in kinds(schema):
                yield from (Offer(name, "", name) for name in ("true", "false"))

    def names(self, path: Path, last: str, found: list[Piece]) -> Iterator[tuple[str, str]]:
        """Names of the catalog, or of the config's own targets."""
        known = self.catalog
        if last == "provider":
            yield from ((name, "provider of the catalog") for name in known.providers)
            yield from ((name, "vendor; needs an api_key") for name in known.vendors)
        elif last == "virtual_key":
            yield from ((name.removeprefix("@"), "provider of the catalog") for name in known.providers)
        elif last == "config":
            yield from ((name, "saved config") for name in known.configs)
        elif path[-2:] in (("override_params", "model"), ("default_params", "model")):
            yield from self.models(path, found)
        elif last in ("then", "default") and "strategy" in path:
            targets = (*path[: path.index("strategy")], "targets")
            yield from ((name, "target") for name in target_names(found, targets))

    def models(self, path: Path, found: list[Piece]) -> Iterator[tuple[str, str]]:
        """Models: those of the target's provider by their bare names, or all of them."""
        beside = (*path[:-2], "provider")
        provider = next((unquoted(one.text) for one in found if one.role == "value" and one.path == beside), "")
        for model in self.catalog.models:
            slug, _, name = model.partition("/")
            if not provider.startswith("@") or slug == provider:
                yield (name, slug) if slug == provider else (model, "model")

    def properties(self, path: Path) -> Json:
        """The fields of the object there."""
        return {
            name: below for one in self.alternatives(self.at(path)) for name, below in one.get("properties", {}).items()
        }

    def at(self, path: Path) -> Json | None:
        """The schema of what stands there."""
        found: Json | None = self.resolved(self.schema)
        for step in path:
            found = next(self.below(found, step), None)
        return found

    def below(self, schema: Json | None, step: str | int) -> Iterator[Json]:
        """The schemas of a field or an entry."""
        for one in self.alternatives(schema):
            inside = one.get("items") if isinstance(step, int) else one.get("properties", {}).get(step)
            if inside is not None:
                yield {**self.resolved(inside), **({} if "description" not in inside else inside)}

    def alternatives(self, schema: Json | None) -> list[Json]:
        """A schema, and those it may be one of."""
        if schema is None:
            return []
        whole = self.resolved(schema)
        return [whole, *(self.resolved(one) for one in whole.get("anyOf", ()))]

    def resolved(self, schema: Json) -> Json:
        """With what it refers to."""
        reference = schema.get("$ref", "")
        return self.schema.get("$defs", {}).get(reference.rpartition("/")[2], schema) if reference else schema

    def kind(self, schema: Json) -> str:
        """The types it may have, in words."""
        every = [kind for one in self.alternatives(schema) for kind in kinds(one)]
        return " or ".join(dict.fromkeys(kind for kind in every if kind != "null"))


def kinds(schema: Json) -> list[str]:
    """Its types."""
    said = schema.get("type", [])
    return said if isinstance(said, list) else [said]


def typed_key(place: Place, text: str) -> str:
    """The key that the cursor is in, whole."""
    return unquoted(text[place.start : place.end])


def key_offer(name: str, schema: Json, follows: str) -> Offer:
    """A field with room for its value, the cursor in it; the value that is there already stays."""
    if follows.startswith(":"):
        return Offer(name, schema.get("description", ""), f'"{name}"')
    kind = next(iter(kinds(schema)), "")
    room = {"object": "{}", "array": "[]", "string": '""'}.get(kind, "")
    comma = "," if follows.startswith('"') else ""
    return Offer(name, schema.get("description", ""), f'"{name}": {room}{comma}', bool(room) + len(comma))


def target_names(found: list[Piece], targets: Path) -> list[str]:
    """What the targets of a strategy are called."""
    names = [one for one in found if one.role == "value" and one.path[:-2] == targets and one.path[-1] == "name"]
    return [unquoted(one.text) for one in names]

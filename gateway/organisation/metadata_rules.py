"""Metadata that requests must have, as a JSON Schema says it. Source: portkey.ai, enforcing request metadata."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from gateway.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jsonschema_rs import Draft7Validator, ValidationError

LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class MetadataRule:
    """One schema, and who wants it."""

    _validator: Draft7Validator
    whose: str

    def check(self, metadata: Mapping[str, str]) -> None:
        """Raises BadRequest that names what is missing or wrong."""
        error = next(self._validator.iter_errors(dict(metadata)), None)
        if error is not None:
            name = name_in(error)
            raise BadRequest(
                f"Tollhouse: {self.whose} wants other metadata: {error.message[:LONGEST_REASON]}. "
                'Send it as `x-portkey-metadata: {"name": "value"}`.',
                param=f"metadata.{name}" if name else "metadata",
            )


def name_in(error: ValidationError) -> str:
    """The name at fault; empty where it is the whole."""
    if error.instance_path:
        return str(error.instance_path[0])
    said: dict[str, Any] = error.kind.as_dict()
    return str(said.get("property", ""))


def rule_from(schema: Mapping[str, Any] | None, whose: str) -> MetadataRule | None:
    """A rule out of the store; none where there is no schema."""
    return MetadataRule(compiled(msgspec.json.encode(schema, order="sorted")), whose) if schema else None


@lru_cache(256)
def compiled(schema: bytes) -> Draft7Validator:
    """A schema ready for use; the same object while it stays the same."""
    from jsonschema_rs import Draft7Validator  # where nobody wants metadata it need not be loaded

    return Draft7Validator(msgspec.json.decode(schema), retriever=no_other)


def no_other(uri: str) -> Any:
    """A schema may not be completed by one from elsewhere: whoever writes it would have us ask for any address."""
    raise ValueError(f"`{uri[:60]}` is not fetched; write everything into the schema itself")


def wrong_with_schema(schema: Mapping[str, Any]) -> str | None:
    """What is wrong with a schema, as the end of a sentence."""
    if schema.get("type") != "object":
        return "must have `type` `object`, for metadata is one"
    try:
        compiled(msgspec.json.encode(schema, order="sorted"))
    except ValueError as error:
        return f"is no JSON Schema (draft 7): {str(error).partition(chr(10))[0][:LONGEST_REASON]}"
    return None

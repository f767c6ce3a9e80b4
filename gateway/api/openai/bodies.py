"""JSON bodies of OpenAI's API: read as far as the gateway understands them, and what is said of one that it cannot."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from gateway.domain import Headers, InferenceRequest
from gateway.errors import BadRequest, GatewayError
from gateway.functions import Function
from gateway.vendors.openai import fields_of

PLACE = re.compile(r" - at `(?:\$\.?)?(.*)`$")
"""Where msgspec says that something is wrong."""
Said = TypeVar("Said")


class Plain(msgspec.Struct, frozen=True):
    """The fields that every function has in common."""

    model: str | None = None
    stream: bool | None = None


read_plain = msgspec.json.Decoder(Plain).decode


class OpenAIJson:
    """How a client of one of OpenAI's functions is spoken with, where the body is JSON that need not be understood."""

    def __init__(self, function: Function) -> None:
        self._function = function

    def read(self, body: bytes, _: Headers) -> InferenceRequest:
        """The request in a body. Raises BadRequest naming the field."""
        said, fields = read_body(body, read_plain)
        return InferenceRequest(
            function=self._function, model=said.model or "", stream=bool(said.stream), fields=fields
        )

    def failure(self, error: GatewayError) -> bytes:
        """An error event; no `[DONE]` follows it."""
        return b"data: " + msgspec.json.encode(error.body()) + b"\n\n"

    def refusal(self, error: GatewayError) -> bytes:
        """OpenAI's error object."""
        return msgspec.json.encode(error.body())


def read_body(body: bytes, read: Callable[[bytes], Said]) -> tuple[Said, dict[str, Any]]:
    """What is understood of a body, and all of its fields. Raises BadRequest naming the field."""
    try:
        return read(body), fields_of(body)
    except msgspec.ValidationError as error:
        raise mistyped(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRequest(f"Tollhouse: the body is not valid JSON: {error}") from error
    except RecursionError as error:
        raise BadRequest("Tollhouse: the body is nested too deeply.") from error


def mistyped(error: msgspec.ValidationError) -> BadRequest:
    """What is missing or of the wrong type, and in which field."""
    text = str(error)
    place = PLACE.search(text)
    path = place[1] if place else ""
    what = text[: place.start()] if place else text
    if missing := re.search(r"required field `(\w+)`", what):
        path = ".".join(filter(None, (path, missing[1])))
        return BadRequest(f"Tollhouse: `{path}` is missing.", param=path)
    if not path:
        return BadRequest(f"Tollhouse: the body must be a JSON object. {what}.")
    return BadRequest(f"Tollhouse: `{path}` is of the wrong type: {what[0].lower()}{what[1:]}.", param=path)

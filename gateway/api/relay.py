"""Everything below `/v1` that the gateway has no words for: passed on to the same path of the vendor."""

from __future__ import annotations

import msgspec

from gateway.api.openai.bodies import OpenAIJson, read_plain
from gateway.domain import Headers, InferenceRequest
from gateway.functions import Function

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Relay(OpenAIJson):
    """How a client of anything else is spoken with."""

    def __init__(self) -> None:
        super().__init__(Function.RELAY)

    def read(self, body: bytes, _: Headers) -> InferenceRequest:
        """The request, whatever is in it; a JSON body's `model` and `stream` are heeded."""
        model, stream = "", False
        if body[:1] == b"{":
            try:
                said = read_plain(body)
                model, stream = said.model or "", bool(said.stream)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                pass
        return InferenceRequest(function=Function.RELAY, model=model, stream=stream, body=body)

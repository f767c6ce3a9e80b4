"""`POST /v1/messages` and `/v1/messages/count_tokens`. Source: docs.claude.com/en/api/messages."""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.adapters.messages import failure, failure_event
from gateway.api.openai.bodies import read_body
from gateway.domain import Headers, InferenceRequest
from gateway.errors import BadRequest, GatewayError
from gateway.functions import Function


class MessagesRequest(msgspec.Struct, frozen=True):
    """The fields that the gateway itself understands, and those whose type nobody disputes."""

    messages: list[dict[str, Any]]
    model: str | None = None
    stream: bool | None = None
    max_tokens: int | None = None
    tools: list[dict[str, Any]] | None = None


read_messages = msgspec.json.Decoder(MessagesRequest).decode


class AnthropicMessages:
    """How a client of Anthropic's is spoken with."""

    def __init__(self, function: Function) -> None:
        self._function = function

    def read(self, body: bytes, _: Headers) -> InferenceRequest:
        """The request in a body. Raises BadRequest naming the field."""
        said, fields = read_body(body, read_messages)
        if not said.messages:
            raise BadRequest("Tollhouse: `messages` is empty; send at least one.", param="messages")
        return InferenceRequest(
            function=self._function, model=said.model or "", stream=bool(said.stream), fields=fields
        )

    def failure(self, error: GatewayError) -> bytes:
        """An error event."""
        return failure_event(spoken(error))

    def refusal(self, error: GatewayError) -> bytes:
        """Anthropic's error object; what OpenAI's has beside it is there as well."""
        said = failure(spoken(error), error.status)
        return msgspec.json.encode(error.body() | said | {"error": spoken(error) | said["error"]})


def spoken(error: GatewayError) -> dict[str, Any]:
    """The `error` object."""
    found: dict[str, Any] = error.body()["error"]
    return found

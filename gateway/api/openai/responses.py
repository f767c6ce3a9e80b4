"""`POST /v1/responses`. Source: platform.openai.com/docs/api-reference/responses."""

from __future__ import annotations

from gateway.adapters.responses import failure_event
from gateway.api.openai.bodies import OpenAIJson
from gateway.errors import GatewayError
from gateway.functions import Function


class OpenAIResponses(OpenAIJson):
    """How a client of the Responses API is spoken with."""

    def __init__(self) -> None:
        super().__init__(Function.RESPOND)

    def failure(self, error: GatewayError) -> bytes:
        """An error event."""
        return failure_event(error.body()["error"])

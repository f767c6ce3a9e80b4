"""`POST /v1/chat/completions`. Source: platform.openai.com/docs/api-reference/chat/create."""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.api.openai.bodies import OpenAIJson, read_body
from gateway.domain import Headers, InferenceRequest
from gateway.errors import BadRequest
from gateway.functions import Function


class Message(msgspec.Struct, frozen=True):
    """One turn, as far as every vendor agrees about it."""

    role: str


class StreamOptions(msgspec.Struct, frozen=True):
    """`stream_options`."""

    include_usage: bool | None = None


class ChatRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The fields that the gateway itself understands, and those whose type no vendor disputes."""

    model: str | None = None
    messages: list[Message]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    n: int | None = None
    user: str | None = None
    tools: list[dict[str, Any]] | None = None


read_chat = msgspec.json.Decoder(ChatRequest).decode


class OpenAIChat(OpenAIJson):
    """How a chat client is spoken with."""

    def __init__(self) -> None:
        super().__init__(Function.CHAT)

    def read(self, body: bytes, _: Headers) -> InferenceRequest:
        """The request in a body. Raises BadRequest naming the field."""
        said, fields = read_body(body, read_chat)
        if not said.model and said.model is not None:
            raise BadRequest("Tollhouse: `model` is empty; write `@provider/model`.", param="model")
        if not said.messages:
            raise BadRequest("Tollhouse: `messages` is empty; send at least one.", param="messages")
        stream = bool(said.stream)
        wants_usage = stream and said.stream_options is not None and bool(said.stream_options.include_usage)
        return InferenceRequest(
            function=Function.CHAT, model=said.model or "", stream=stream, wants_usage=wants_usage, fields=fields
        )


CHAT = OpenAIChat()

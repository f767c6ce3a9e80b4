"""`POST /v1/chat/completions`. Source: platform.openai.com/docs/api-reference/chat/create."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any, cast

import msgspec

from gateway.api.asgi import AsgiClient, call_from
from gateway.domain import InferenceRequest
from gateway.errors import BadRequest, Draining, GatewayError, MethodNotAllowed
from gateway.pipeline import serve
from gateway.vendors.openai import fields_of

if TYPE_CHECKING:
    from litestar.types import HTTPScope, Receive, Scope, Send

    from gateway.api.asgi import Door
    from gateway.plant import Plant

PLACE = re.compile(r" - at `(?:\$\.?)?(.*)`$")
"""Where msgspec says that something is wrong."""


class Message(msgspec.Struct, frozen=True):
    """One turn, as far as every vendor agrees about it."""

    role: str


class StreamOptions(msgspec.Struct, frozen=True):
    """`stream_options`."""

    include_usage: bool | None = None


class ChatRequest(msgspec.Struct, frozen=True):
    """The fields that the gateway itself understands, and those whose type no vendor disputes."""

    model: str
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


class OpenAIChat:
    """How a chat client is spoken with."""

    done = b"data: [DONE]\n\n"

    def read(self, body: bytes) -> InferenceRequest:
        """The request in a body. Raises BadRequest naming the field."""
        try:
            said = read_chat(body)
            fields = fields_of(body)
        except msgspec.ValidationError as error:
            raise mistyped(error) from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadRequest(f"Tollhouse: the body is not valid JSON: {error}") from error
        if not said.model:
            raise BadRequest("Tollhouse: `model` is empty; write `@provider/model`.", param="model")
        if not said.messages:
            raise BadRequest("Tollhouse: `messages` is empty; send at least one.", param="messages")
        stream = bool(said.stream)
        wants_usage = stream and said.stream_options is not None and bool(said.stream_options.include_usage)
        return InferenceRequest(said.model, stream, wants_usage, fields)

    def failure(self, error: GatewayError) -> bytes:
        """An error event; no `[DONE]` follows it."""
        return b"data: " + msgspec.json.encode(error.body()) + b"\n\n"


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


CHAT = OpenAIChat()


def chat(plant: Plant) -> Door:
    """The route, as a plain ASGI application: a framework's part in it would take longer than all of the stages."""
    limit = plant.settings.max_body_mb * 1_000_000

    async def completions(scope: Scope, receive: Receive, send: Send) -> None:
        http = cast("HTTPScope", scope)
        client = AsgiClient(receive, send, limit=limit)
        try:
            refuse_early(http, plant)
            call = call_from(http, client, CHAT)
            await serve(call, plant)
        except GatewayError as error:
            if client.has_begun:
                raise
            await client.refuse(error)
        except asyncio.CancelledError:
            if not client.has_hung_up:  # the gateway ends
                await (client.finish(call) if client.has_begun else client.refuse(call.failure or shutting_down()))

    return completions


def refuse_early(scope: HTTPScope, plant: Plant) -> None:
    """What is not even a request. Raises MethodNotAllowed and Draining."""
    if scope["method"] != "POST":
        raise MethodNotAllowed("Tollhouse: chat completions are asked for with POST.")
    if plant.is_draining:
        raise shutting_down()


def shutting_down() -> Draining:
    """What a client is told by a gateway that ends."""
    return Draining("Tollhouse: this gateway is shutting down; try again in a moment.", retry_after=2)

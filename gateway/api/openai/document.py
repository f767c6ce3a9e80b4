"""The data plane's part of the OpenAPI document: its routes are plain ASGI, which no framework can describe."""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.api.openai.chat import ChatRequest

Json = dict[str, Any]


class Error(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong, and whose fault it was: `caller`, `policy`, `provider` or `gateway`."""

    message: str
    type: str
    param: str | None
    code: str | None
    fault: str


class ErrorAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Every error of the gateway; `provider` names the vendor whose words it passes on."""

    error: Error
    provider: str | msgspec.UnsetType = msgspec.UNSET


REFUSALS = {
    "400": "The body is no JSON, or a field is missing or mistyped: `param` names it",
    "401": "No API key, or one that is not valid",
    "404": "No such provider or model; the message names the nearest",
    "412": "The operator has not enabled the model",
    "413": "The body is too large",
    "502": "The vendor broke off, or answered something that is no answer",
    "503": "The vendor cannot be reached",
    "504": "The vendor took too long",
}


def documented(document: Json) -> Json:
    """The document with the data plane in it."""
    _, shapes = msgspec.json.schema_components([ChatRequest, ErrorAnswer], ref_template="#/components/schemas/{name}")
    components = document.setdefault("components", {})
    components["schemas"] = components.get("schemas", {}) | shapes
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "portkey": {"type": "apiKey", "in": "header", "name": "x-portkey-api-key"},
    }
    document["security"] = [{"bearer": []}, {"portkey": []}]
    document["paths"]["/v1/chat/completions"] = {"post": completions()}
    return document


def completions() -> Json:
    """`POST /v1/chat/completions`."""
    whole = {"description": "The vendor's answer, untouched: a chat completion, or with `stream` its events"}
    streamed = {"application/json": {"schema": {"type": "object"}}, "text/event-stream": {"schema": {"type": "string"}}}
    refused = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorAnswer"}}}
    asked = {"application/json": {"schema": {"$ref": "#/components/schemas/ChatRequest"}}}
    return {
        "tags": ["Chat"],
        "operationId": "ChatCompletions",
        "summary": "Complete a chat",
        "description": "Fields beyond these reach the vendor as they are.",
        "requestBody": {"required": True, "content": asked},
        "responses": {"200": whole | {"content": streamed}}
        | {status: {"description": what, "content": refused} for status, what in REFUSALS.items()},
    }

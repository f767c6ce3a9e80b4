"""The data plane's part of the OpenAPI document: its routes are plain ASGI, which no framework can describe."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from gateway.api.anthropic.messages import MessagesRequest
from gateway.api.openai.chat import ChatRequest
from gateway.functions import Function

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


class Route(NamedTuple):
    """One function's route, as far as the document tells of it."""

    tag: str
    summary: str
    fields: str
    """The request's own, beside `model`: needed ones first, then after `|` those that may be left out."""
    answer: str = "application/json"
    is_streamed: bool = False
    file: str | None = None
    """The field of a form that holds a file; None: the body is JSON."""
    shape: type[msgspec.Struct] | None = None
    """Instead of `fields`."""


ROUTES = {
    Function.CHAT: Route("Chat", "Complete a chat", "", is_streamed=True, shape=ChatRequest),
    Function.RESPOND: Route("Chat", "Make a response", "input|instructions tools stream", is_streamed=True),
    Function.MESSAGE: Route("Chat", "Make a message", "", is_streamed=True, shape=MessagesRequest),
    Function.COUNT_TOKENS: Route("Chat", "Count a message's tokens", "", shape=MessagesRequest),
    Function.COMPLETE: Route("Chat", "Complete a text", "prompt|max_tokens stop stream", is_streamed=True),
    Function.EMBED: Route("Embeddings", "Embed texts", "input|dimensions encoding_format"),
    Function.RERANK: Route("Embeddings", "Sort documents by a query", "query documents|top_n"),
    Function.MODERATE: Route("Moderations", "Judge a text", "input|"),
    Function.GENERATE_IMAGE: Route("Images", "Draw", "prompt|n size quality stream", is_streamed=True),
    Function.EDIT_IMAGE: Route("Images", "Edit a picture", "prompt|n size", is_streamed=True, file="image"),
    Function.VARY_IMAGE: Route("Images", "Vary a picture", "|n size", file="image"),
    Function.SPEAK: Route("Audio", "Speak a text", "input voice|response_format speed", "audio/*", is_streamed=True),
    Function.TRANSCRIBE: Route("Audio", "Write speech down", "|language response_format stream", file="file"),
    Function.TRANSLATE: Route("Audio", "Write speech down in English", "|response_format", file="file"),
}
"""Every function with a path of its own."""
BATCHES = {
    ("/v1/files", "get"): "List files",
    ("/v1/files", "post"): "Upload a file",
    ("/v1/files/{id}", "get"): "Describe a file",
    ("/v1/files/{id}", "delete"): "Remove a file",
    ("/v1/files/{id}/content", "get"): "Read a file",
    ("/v1/batches", "get"): "List batches",
    ("/v1/batches", "post"): "Begin a batch",
    ("/v1/batches/{id}", "get"): "Describe a batch",
    ("/v1/batches/{id}/cancel", "post"): "Cancel a batch",
    ("/v1/batches/{id}/output", "get"): "Read a batch's results",
}
"""Kept by the gateway where the vendor's own are of another kind, and passed on where they are OpenAI's."""
TEXT: Json = {"type": "string"}
BODIES: dict[tuple[str, str], tuple[str, Json]] = {
    ("/v1/files", "post"): ("multipart/form-data", {"purpose": TEXT, "file": TEXT | {"format": "binary"}}),
    ("/v1/batches", "post"): ("application/json", {"input_file_id": TEXT, "endpoint": TEXT, "completion_window": TEXT}),
    ("/v1/batches/{id}/cancel", "post"): ("application/json", {}),
}
"""Content type and fields of what these take."""
RELAYED = "Anything else below `/v1`, slashes included, reaches the same path of the provider that the request names."
REFUSALS = {
    "400": "The body cannot be read, or a field is missing or mistyped: `param` names it",
    "401": "No API key, or one that is not valid",
    "404": "No such provider or model; the message names the nearest",
    "408": "The time that the request or its config allowed is over",
    "412": "The operator has not enabled the model",
    "413": "The body is too large",
    "500": "The vendor has no such function (`function_not_offered`), or a fault of the gateway's",
    "502": "The vendor broke off, or answered something that is no answer",
    "503": "The vendor cannot be reached",
    "504": "The vendor took too long",
}
REFUSED = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorAnswer"}}}
HEADERS = {
    "x-portkey-config": "A config as JSON, or the slug of a saved one, `pc-…`",
    "x-portkey-provider": "`@provider`, or a vendor's name beside a key of your own in `authorization`",
    "x-portkey-metadata": "A JSON object of texts, for conditions and the log",
    "x-portkey-trace-id": "The trace that the request belongs to",
    "x-portkey-request-timeout": "Milliseconds that each attempt may take",
    "x-portkey-strict-open-ai-compliance": "`false` keeps what only the vendor has",
}


def documented(document: Json) -> Json:
    """The document with the data plane in it."""
    shapes = [ErrorAnswer, *dict.fromkeys(route.shape for route in ROUTES.values() if route.shape)]
    _, schemas = msgspec.json.schema_components(shapes, ref_template="#/components/schemas/{name}")
    components = document.setdefault("components", {})
    components["schemas"] = components.get("schemas", {}) | schemas
    components["parameters"] = {name: header(name, what) for name, what in HEADERS.items()}
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "portkey": {"type": "apiKey", "in": "header", "name": "x-portkey-api-key"},
    }
    document["security"] = [{"bearer": []}, {"portkey": []}]
    for function, route in ROUTES.items():
        document["paths"][f"/v1/{function.value}"] = {"post": operation(function, route)}
    for (path, method), summary in BATCHES.items():
        document["paths"].setdefault(path, {})[method] = batched(path, method, summary)
    document["paths"]["/metrics"] = {"get": METRICS}
    document["paths"]["/v1/{path}"] = {method: relayed(method) for method in ("get", "post", "put", "patch", "delete")}
    return document


METRICS: Json = {
    "tags": ["Gateway"],
    "operationId": "Metrics",
    "summary": "Tell Prometheus everything",
    "description": "For keys of the organisation with `analytics.view` or `logs.list`; see `docs/metrics.md`.",
    "responses": {
        "200": {"description": "Prometheus' text format", "content": {"text/plain": {"schema": {"type": "string"}}}},
        **{
            status: {"description": why, "content": REFUSED}
            for status, why in REFUSALS.items()
            if status in ("401", "403")
        },
    },
}


def header(name: str, what: str) -> Json:
    """A header of every request."""
    return {"name": name, "in": "header", "required": False, "description": what, "schema": {"type": "string"}}


def operation(function: Function, route: Route) -> Json:
    """`POST` of one function."""
    kind = "application/json" if route.file is None else "multipart/form-data"
    streamed = {"text/event-stream": {"schema": {"type": "string"}}} if route.is_streamed else {}
    answer = {route.answer: {"schema": {"type": "object" if route.answer == "application/json" else "string"}}}
    return {
        "tags": [route.tag],
        "operationId": "".join(word.capitalize() for word in function.name.split("_")),
        "summary": route.summary,
        "description": "Fields beyond these reach the vendor as they are.",
        "parameters": parameters(),
        "requestBody": {"required": True, "content": {kind: {"schema": schema(route)}}},
        "responses": responses("The vendor's answer, or with `stream` its events", answer | streamed),
    }


def schema(route: Route) -> Json:
    """The shape of a request."""
    if route.shape is not None:
        return {"$ref": f"#/components/schemas/{route.shape.__name__}"}
    needed, _, others = route.fields.partition("|")
    properties: Json = {"model": {"type": "string"}} | {name: {} for name in (needed + " " + others).split()}
    files = {} if route.file is None else {route.file: {"type": "string", "format": "binary"}}
    return {"type": "object", "required": ["model", *needed.split(), *files], "properties": properties | files}


def batched(path: str, method: str, summary: str) -> Json:
    """A request about files or batches."""
    place = {"name": "id", "in": "path", "required": True, "schema": TEXT}
    kind, fields = BODIES.get((path, method), ("", {}))
    shape = {"type": "object", "required": list(fields), "properties": fields}
    return {
        **({"requestBody": {"required": bool(fields), "content": {kind: {"schema": shape}}}} if kind else {}),
        "tags": ["Batches"],
        "operationId": "".join(word.capitalize() for word in summary.replace("'s", "").split()),
        "summary": summary,
        "description": "As OpenAI has it, whichever of the vendors with batches is behind it; see `docs/vendors.md`.",
        "parameters": [*([place] if "{id}" in path else []), *parameters()],
        "responses": responses("OpenAI's object, or the file", {"*/*": {"schema": {}}}),
    }


def relayed(method: str) -> Json:
    """A request that is passed on as it is."""
    place = {"name": "path", "in": "path", "required": True, "schema": {"type": "string"}}
    return {
        "tags": ["Passed on"],
        "operationId": f"Relay{method.capitalize()}",
        "summary": "Pass a request on",
        "description": RELAYED,
        "parameters": [place, *parameters()],
        "responses": responses("The vendor's answer, untouched", {"*/*": {"schema": {}}}),
    }


def parameters() -> list[Json]:
    """The headers of every request."""
    return [{"$ref": f"#/components/parameters/{name}"} for name in HEADERS]


def responses(what: str, content: Json) -> Json:
    """What may come of a request."""
    refused = {status: {"description": why, "content": REFUSED} for status, why in REFUSALS.items()}
    return {"200": {"description": what, "content": content}} | refused

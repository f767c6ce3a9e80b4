"""Decides what the simulated vendor answers: a request in, the steps to perform out. No I/O here."""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from console.demo.completion import Completion, Json, complete
from console.demo.functions import Made, answers
from console.demo.knobs import MODELS, Knobs, UnknownModel, WrongKnob, knobs_of
from console.demo.prose import chance
from console.demo.request import Asked, Shape


@dataclass(frozen=True, slots=True)
class Head:
    """The status line and the headers."""

    status: int
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait."""

    milliseconds: float


class Fault(enum.Enum):
    """How a connection goes wrong."""

    CUT = "closed in the middle of the answer"
    STALL = "silent for ever"
    RESET = "reset"


Step = Head | bytes | Pause | asyncio.Event | Fault
"""Bytes are written at once as one chunk; an event is waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What a test decided beforehand about one answer; None leaves it to the knobs."""

    knobs: Mapping[str, Any] = field(default_factory=dict)
    """Fields of Knobs, over those of the model."""
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    chunks: Sequence[bytes | asyncio.Event] | None = None
    gate: asyncio.Event | None = None
    gate_after: int = 1


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a chat's answer is written down."""

    whole: Callable[[Completion], Json]
    events: Callable[[Completion, bool], Iterator[bytes]]
    """The second says whether usage was asked for."""


OPENAI = Spelling(Completion.whole, lambda completion, usage: completion.events(include_usage=usage))


def decide(
    asked: Asked, script: Script, *, number: int, now: float, key: str | None, spelling: Spelling = OPENAI
) -> list[Step]:
    """The steps that answer the request `number`; with a `key`, only requests that carry it are served."""
    if script.body is not None or script.chunks is not None:
        return scripted(script, replace(Knobs(), **script.knobs))
    if key is not None and asked.headers.get("authorization") != f"Bearer {key}":
        return refusal(401, "Incorrect API key provided.", code="invalid_api_key")
    match asked.method, asked.path.partition("?")[0]:
        case "GET", "/v1/models":
            return whole(200, models())
        case "POST", "/v1/chat/completions":
            return chat(asked, script, spelling, number=number, now=now)
        case _, "/v1/models" | "/v1/chat/completions":
            return refusal(405, f"Not allowed to {asked.method} on {asked.path}.", code="method_not_supported")
    if (made := answers(asked)) is not None:
        return otherwise(made, replace(Knobs(), **script.knobs), script)
    return refusal(404, f"Invalid URL ({asked.method} {asked.path})", code="unknown_url")


def otherwise(made: Made, knobs: Knobs, script: Script) -> list[Step]:
    """What is no chat, well or badly as a test says."""
    if knobs.reset:
        return [Fault.RESET]
    if knobs.html or knobs.status != 200:
        return unwell(knobs, script.headers)
    kind, said = made
    body = said if isinstance(said, bytes) else msgspec.json.encode(said)
    head = Head(200, {"content-type": kind, "content-length": str(len(body))} | dict(script.headers))
    return [Pause(knobs.latency_ms), head, *torn(body, knobs, script)]


def chat(asked: Asked, script: Script, spelling: Spelling, *, number: int, now: float) -> list[Step]:
    """Answer a chat request, well or badly as the knobs say."""
    if (wrong := complaint(asked)) is not None:
        return wrong
    request = asked.body
    try:
        knobs = replace(knobs_of(request["model"], asked.headers.get("x-demo")), **script.knobs)
    except UnknownModel:
        message = f"The model `{request['model']}` does not exist or you do not have access to it."
        return refusal(404, message, code="model_not_found", param="model")
    except WrongKnob as error:
        return refusal(400, str(error), param="x-demo")
    if knobs.reset:
        return [Fault.RESET]
    if knobs.html or knobs.status != 200:
        return unwell(knobs, script.headers)
    return well(request, knobs, script, spelling, number=number, now=now)


def well(request: Json, knobs: Knobs, script: Script, spelling: Spelling, *, number: int, now: float) -> list[Step]:
    """A good answer, as far as the connection lasts."""
    completion = complete(request, number=number, created=int(now), thinking_tokens=knobs.thinking_tokens)
    headers = {"x-request-id": f"req_{completion.id[9:]}", "openai-version": "2020-10-01"} | dict(script.headers)
    if request.get("stream"):
        include_usage = bool((request.get("stream_options") or {}).get("include_usage"))
        pieces: list[Step] = [*spelling.events(completion, include_usage)]
        head = Head(200, {"content-type": "text/event-stream; charset=utf-8"} | headers)
        pieces = broken(pieces, knobs, script)
    else:
        body = msgspec.json.encode(spelling.whole(completion))
        head = Head(200, {"content-type": "application/json", "content-length": str(len(body))} | headers)
        pieces = torn(body, knobs, script)
    unseen = knobs.thinking_tokens if request.get("stream") else completion.usage["completion_tokens"]
    return [Pause(knobs.latency_ms + unseen * knobs.token_ms), head, *paced(pieces, knobs, seed=completion.id)]


def broken(pieces: list[Step], knobs: Knobs, script: Script) -> list[Step]:
    """A stream with its gate in place, up to where it fails."""
    if script.gate is not None:
        pieces.insert(script.gate_after, script.gate)
    if knobs.cut_after is not None:
        return [*pieces[: knobs.cut_after], Fault.CUT]
    if knobs.stall_after is not None:
        return [*pieces[: knobs.stall_after], Fault.STALL]
    return pieces


def torn(body: bytes, knobs: Knobs, script: Script) -> list[Step]:
    """A whole body; when something is to go wrong, only its first half."""
    gate: list[Step] = [script.gate] if script.gate else []
    if knobs.cut_after is not None:
        return [*gate, body[: len(body) // 2], Fault.CUT]
    if knobs.stall_after is not None:
        return [*gate, body[: len(body) // 2], Fault.STALL]
    return [*gate, body]


def paced(pieces: list[Step], knobs: Knobs, *, seed: str) -> list[Step]:
    """The pieces with a model's uneven pauses between them."""
    if not knobs.token_ms:
        return pieces
    draw = chance(seed)
    pauses = (Pause(knobs.token_ms * draw.lognormvariate(-0.15, 0.5)) for _ in pieces)
    return [step for pair in zip(pauses, pieces, strict=True) for step in pair]


def unwell(knobs: Knobs, headers: Mapping[str, str]) -> list[Step]:
    """An error, or a page where an answer should be."""
    waiting = {} if knobs.retry_after is None else {"retry-after": str(knobs.retry_after)}
    if not knobs.html:
        body = error_body(knobs.status, f"The simulated vendor was asked to answer {knobs.status}.")
        return [Pause(knobs.latency_ms), *whole(knobs.status, body, waiting | dict(headers))]
    page = f"<html><head><title>{knobs.status}</title></head><body><h1>nginx</h1></body></html>".encode()
    shape = {"content-type": "text/html", "content-length": str(len(page))}
    return [Pause(knobs.latency_ms), Head(knobs.status, shape | waiting | dict(headers)), page]


def scripted(script: Script, knobs: Knobs) -> list[Step]:
    """An answer that a test spelled out."""
    waiting = {} if knobs.retry_after is None else {"retry-after": str(knobs.retry_after)}
    if script.chunks is not None:
        shape = {"content-type": "text/event-stream"}
        pieces = broken([*script.chunks], knobs, script)
    else:
        shape = {"content-type": "application/json", "content-length": str(len(script.body or b""))}
        pieces = torn(script.body or b"", knobs, script)
    return [Pause(knobs.latency_ms), Head(knobs.status, shape | waiting | dict(script.headers)), *pieces]


def complaint(asked: Asked) -> list[Step] | None:
    """The refusal of a request that cannot be answered, None if it can."""
    if not asked.body:
        return refusal(400, "We could not parse the JSON body of your request.")
    try:
        shape = msgspec.convert(asked.body, Shape)
    except msgspec.ValidationError as error:
        return refusal(400, f"Invalid request: {error}", param=str(error).split("`")[-2].removeprefix("$."))
    if not shape.messages:
        return refusal(400, "Invalid 'messages': empty array.", code="empty_array", param="messages")
    if shape.stream_options is not None and not shape.stream:
        message = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        return refusal(400, message, param="stream_options")
    return None


def whole(status: int, value: Json, headers: Mapping[str, str] | None = None) -> list[Step]:
    """A JSON answer in one piece."""
    body = msgspec.json.encode(value)
    shape = {"content-type": "application/json", "content-length": str(len(body))}
    return [Head(status, shape | dict(headers or {})), body]


def refusal(
    status: int, message: str, *, code: str | None = None, param: str | None = None, retry_after: int | None = None
) -> list[Step]:
    """An error in OpenAI's words."""
    waiting = {} if retry_after is None else {"retry-after": str(retry_after)}
    return whole(status, error_body(status, message, code=code, param=param), waiting)


def error_body(status: int, message: str, *, code: str | None = None, param: str | None = None) -> Json:
    """OpenAI's error object."""
    kinds = {401: "authentication_error", 429: "requests", 529: "overloaded_error"}
    kind = kinds.get(status, "invalid_request_error" if status < 500 else "server_error")
    codes = {429: "rate_limit_exceeded", 503: "service_unavailable"}
    return {"error": {"message": message, "type": kind, "param": param, "code": code or codes.get(status)}}


def models() -> Json:
    """Every model with a name of its own."""
    rows = [{"id": name, "object": "model", "created": 1_715_367_049, "owned_by": "system"} for name in MODELS]
    return {"object": "list", "data": rows}

"""The requests of a batch: each line of OpenAI's file read, checked, and put into the vendor's words.

Source: platform.openai.com/docs/api-reference/batch/request-input.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from gateway.api.dialects import DIALECTS
from gateway.api.openai.chat import CHAT
from gateway.attempts.attempting import aimed
from gateway.domain import Call, InferenceRequest
from gateway.errors import BadRequest, GatewayError, NotOffered
from gateway.functions import Function
from store.ids import LogId, TraceId, new_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.attempts.attempting import Try
    from gateway.domain import ClientDialect, Target
    from gateway.routing.plan import Step
    from gateway.watching.under_way import UnderWay

PLACE = re.compile(r" - at `\$\.?(.*)`$")
ENDPOINTS = {f"/v1/{function.value}": function for function in DIALECTS}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the file."""

    custom_id: str
    url: str
    body: msgspec.Raw
    method: str = "POST"


read_line = msgspec.json.Decoder(Line).decode


class Kept(NamedTuple):
    """A request as it is kept beside its batch, to make sense of its answer."""

    custom_id: str
    model: str
    body: msgspec.Raw
    """In the client's dialect, with what the config made of it."""


class Nobody:
    """The client of a request that came in a file."""

    has_begun = has_hung_up = False

    async def take_body(self, length: int | None) -> bytes:  # noqa: ARG002
        """There is none."""
        return b""

    def watch(self, under_way: UnderWay) -> None:
        """Nobody hangs up."""

    def unwatch(self) -> None:
        """Nor does anybody stay."""

    async def send(self, call: Call, data: bytes) -> None:
        """Nobody listens."""

    async def finish(self, call: Call) -> None:
        """Nobody waits."""


NOBODY = Nobody()
ANYTHING = InferenceRequest(function=Function.RELAY)
"""A request that is not looked into."""


def function_at(endpoint: str) -> Function:
    """What is asked for at a path. Raises BadRequest."""
    found = ENDPOINTS.get(endpoint)
    if found is None:
        taken = ", ".join(f"`{each}`" for each in ENDPOINTS)
        raise BadRequest(f"Tollhouse: `endpoint` must be one of {taken}.", param="endpoint")
    return found


def line_in(raw: bytes, endpoint: str, known: set[str]) -> Line:
    """A line of the file. Raises BadRequest that names the field."""
    try:
        line = read_line(raw)
    except msgspec.ValidationError as error:
        place, what = PLACE.search(str(error)), str(error)
        missing = re.search(r"required field `(\w+)`", what)
        field = missing[1] if missing else place[1] if place else None
        said = f"`{field}` is missing" if missing else f"{f'`{field}`: ' if field else ''}{what.partition(' - at')[0]}"
        raise BadRequest(f"Tollhouse: {said}.", param=field) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequest(f"Tollhouse: it is no JSON object: {error}.") from error
    if line.url != endpoint:
        raise BadRequest(f"Tollhouse: `url` is `{line.url}`, but the batch's `endpoint` is `{endpoint}`.", param="url")
    if line.method != "POST":
        raise BadRequest("Tollhouse: `method` must be `POST`.", param="method")
    if line.custom_id in known:
        raise BadRequest(f"Tollhouse: `custom_id` `{line.custom_id[:100]}` is there twice.", param="custom_id")
    known.add(line.custom_id)
    return line


def request_of(endpoint: str, body: bytes, headers: Mapping[str, str], trace: str, log_id: str | None = None) -> Call:
    """A request of the file as if it had come by itself. Raises BadRequest."""
    dialect = DIALECTS[function_at(endpoint)]
    call = bare_call("POST", endpoint, trace, headers, log_id, dialect)
    call.body, call.request = body, dialect.read(body, headers)
    return call


def bare_call(
    method: str,
    path: str,
    trace: str,
    headers: Mapping[str, str] | None = None,
    log_id: str | None = None,
    dialect: ClientDialect = CHAT,
) -> Call:
    """A request that nobody has sent."""
    return Call(
        id=LogId(log_id or new_id()),
        method=method,
        path=path,
        path_below=path.removeprefix("/v1/"),
        headers=headers or {},
        client_address=None,
        dialect=dialect,
        client=NOBODY,
        trace_id=TraceId(trace),
        request=ANYTHING,
    )


def tried(call: Call, step: Step, target: Target, functions: frozenset[Function]) -> Try:
    """A request as the vendor's batch takes it. Raises NotOffered and NotSpoken."""
    assert call.request is not None
    if call.request.stream:
        raise BadRequest("Tollhouse: `stream`: the answers of a batch are no streams.", param="stream")
    attempt = aimed(call, step, target)
    if attempt.own is not None or attempt.asked.function not in functions:
        name = call.request.function.value
        raise NotOffered(f"Tollhouse: `{target.vendor.id}` takes no batches of `/v1/{name}`.", param="endpoint")
    return attempt


def at_line(error: GatewayError, number: int, *, in_body: bool) -> GatewayError:
    """The same refusal, saying which line it is about."""
    field = f"body.{error.param}" if in_body and error.param else error.param
    said = error.message.removeprefix("Tollhouse: ")
    if in_body and error.param:
        said = said.replace(f"`{error.param}`", f"`{field}`", 1)
    error.message, error.param = f"Tollhouse: line {number}: {said}", field
    error.args = (error.message,)
    return error

"""What one try at one target takes: the request in the vendor's words, and the answer in the client's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gateway.adapters import ADAPTERS
from gateway.adapters.adapter import AdaptedStream, retold
from gateway.adapters.messages import COUNTS, count
from gateway.adapters.wholes import chunks_of
from gateway.attempts.params import shaped
from gateway.attempts.targets import target_of
from gateway.authenticate import presented
from gateway.catalog.own_models import with_defaults
from gateway.errors import NotOffered, NotSpoken
from gateway.functions import Function
from gateway.headers import NOT_PASSED_ON
from gateway.vendors.openai import CHAT_LIKE, WIRES
from gateway.vendors.openai.stream import ChatStream
from gateway.vendors.vendor import Answered, Asked, Unspoken

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from gateway.adapters.adapter import Adapter
    from gateway.domain import Call, InferenceRequest, Target
    from gateway.plant import Plant
    from gateway.routing.plan import Step
    from gateway.vendors.vendor import Json, Login, Reader, Sent, Wire

HEEDED = frozenset(
    {
        "anthropic-version",
        "anthropic-beta",
        "x-portkey-anthropic-beta",
        "x-portkey-anthropic-version",
        "openai-beta",
    }
)
"""Headers of a client that a vendor's dialect may look at."""
OF_ONE_CONNECTION = NOT_PASSED_ON | {"host", "accept-encoding", "expect", "upgrade-insecure-requests"}
"""Headers that are never forwarded: our connection to the vendor has its own."""
EVENTS = "text/event-stream"
UNUSED = WIRES[Function.RELAY]
text = msgspec.json.Encoder().encode


class Try(msgspec.Struct, frozen=True, eq=False):
    """One try at one target."""

    step: Step
    target: Target
    asked: Asked
    wire: Wire
    adapter: Adapter | None
    said: Json
    """The client's request, decoded; only where an adapter needs it."""
    own: bytes | None = None
    """An answer that takes no vendor."""
    retries: int = 0
    """Times the target was asked before."""

    def sent(self) -> Sent:
        """The request as the vendor gets it. Raises NotSpoken."""
        try:
            return self.wire.encode(self.asked)
        except Unspoken as error:
            raise not_spoken(self.target, error) from error

    def passes(self) -> bool:
        """Whether an answer of bytes may go to the client as it comes."""
        return self.wire.passes and self.adapter is None and self.own is None and self.step.leaf.hold is None

    def reader(self) -> Reader:
        """What reads the vendor's stream for the client."""
        assert self.wire.reader is not None, "only what can be streamed is opened"
        reader = self.wire.reader(self.asked)
        return reader if self.adapter is None else AdaptedStream(reader, self.adapter.stream(self.said))

    def answered(self, body: bytes) -> Answered:
        """The vendor's whole answer, for the client. Raises BadAnswer, or what msgspec raises."""
        found = self.wire.decode(body, self.asked)
        if self.asked.stream and self.asked.function in CHAT_LIKE and (events := self._events(found)):
            return Answered(events, found.model, found.usage, {"content-type": EVENTS})
        if self.adapter is None:
            return found
        answer = self.adapter.answer(msgspec.json.decode(found.body), self.said)
        return Answered(text(answer), found.model, found.usage, {"content-type": "application/json"})

    def _events(self, whole: Answered) -> bytes:
        """A whole answer as the stream that the client asked for; empty where there is nothing to make one of."""
        said = msgspec.json.decode(whole.body)
        chunks = chunks_of(said, wants_usage=self.asked.wants_usage) if isinstance(said, dict) else []
        if not chunks or self.adapter is None:
            written = [b"data: " + text(chunk) + b"\n\n" for chunk in chunks]
            return b"".join([*written, ChatStream.ending]) if chunks else b""
        return retold(self.adapter.stream(self.said), chunks)


def prepared(call: Call, step: Step, plant: Plant, retries: int = 0) -> Try:
    """A try at a step's target. Raises what `target_of` raises, NotOffered and NotSpoken."""
    call.target, call.config_path, call.retries = None, step.leaf.path, retries
    target = call.target = target_for(call, step, plant)
    return aimed(call, step, target, retries)


def aimed(call: Call, step: Step, target: Target, retries: int = 0) -> Try:
    """A try at a target that is known. Raises NotOffered and NotSpoken."""
    request, leaf = call.request, step.leaf
    assert request is not None, "a request is read before it is sent on"
    if is_estimated(request.function, target):
        return counted(request, step, target)
    wire, adapter = wire_for(call, target)
    fields, said = shaped(request.fields, leaf), {}
    if target.own is not None and request.upload is None and not request.body:
        fields = with_defaults(fields, target.own.defaults)
    if adapter is not None:
        said = {name: msgspec.json.decode(value) for name, value in fields.items()}
        try:
            fields = {name: msgspec.Raw(text(value)) for name, value in adapter.request(said).items()}
        except Unspoken as error:
            raise not_spoken(target, error) from error
    asked = Asked(
        function=request.function if adapter is None else adapter.by,
        model=target.model,
        fields=fields,
        upload=request.upload,
        body=request.body,
        method=call.method,
        path=call.path_below,
        stream=request.stream,
        wants_usage=request.wants_usage or adapter is not None,
        strict=adapter is None and is_strict(call, step),
        is_adapted=adapter is not None,
        login=target.login,
        headers=heeded(call),
    )
    return Try(step, target, asked, wire, adapter, said, retries=retries)


def target_for(call: Call, step: Step, plant: Plant) -> Target:
    """Where a step leads. Raises what `target_of` raises."""
    request = call.request
    assert request is not None, "a request is read before it is sent on"
    wanted = request.model or (None if request.function is Function.RELAY else "")
    return target_of(step.leaf, wanted, call.headers, plant.catalog(call), plant.settings.trusted_custom_hosts)


def is_estimated(function: Function, target: Target) -> bool:
    """Whether tokens are to be counted by the gateway: the vendor has chat, and no count of its own for the model."""
    if function is not Function.COUNT_TOKENS:
        return False
    offered = target.vendor.functions
    own = (offered.get(function), target.vendor.count)
    return Function.CHAT in offered and not any(speaks(wire, target) for wire in own)


def speaks(wire: Wire | None, target: Target) -> bool:
    """Whether a wire is there, and for the target's model."""
    return wire is not None and (wire.speaks is None or wire.speaks(target.model))


def counted(request: InferenceRequest, step: Step, target: Target) -> Try:
    """Tokens of a messages request, estimated: the vendor does not count them."""
    said = {name: msgspec.json.decode(value) for name, value in request.fields.items()}
    asked = Asked(function=request.function, model=target.model)
    return Try(step, target, asked, UNUSED, None, said, text({"input_tokens": count(said)}))


def wire_for(call: Call, target: Target) -> tuple[Wire, Adapter | None]:
    """How the vendor is spoken with: in the client's own dialect if it knows that, else by way of another.

    Raises NotOffered.
    """
    assert call.request is not None, "a request is read before it is sent on"
    function, offered = call.request.function, target.vendor.functions
    wire = offered.get(function)
    if wire is not None and speaks(wire, target):
        return wire, None
    if function is Function.COUNT_TOKENS and (counting := target.vendor.count) is not None:
        return counting, COUNTS
    adapter = ADAPTERS.get(function)
    if adapter is not None and (by := offered.get(adapter.by)) is not None:
        return by, adapter
    named = f"{function.portkey_name} is not supported by {target.vendor.id}"
    raise NotOffered(f"{named}; send it to a provider that has it, or put one behind it in a fallback.")


def not_spoken(target: Target, error: Unspoken) -> NotSpoken:
    """What a vendor's wire has no words for."""
    return NotSpoken(f"Tollhouse: `{target.vendor.id}` cannot be asked for this: {error}", param=error.param)


def is_strict(call: Call, step: Step) -> bool:
    """Whether the answer keeps to OpenAI's fields: unless the header or the config says no."""
    return call.headers.get("x-portkey-strict-open-ai-compliance") != "false" and step.leaf.strict is not False


def heeded(call: Call) -> dict[str, str]:
    """The client's headers that matter to the vendor; of a request that is passed on, what says what its body is."""
    headers = call.headers
    found = {} if HEEDED.isdisjoint(headers) else {name: headers[name] for name in headers if name in HEEDED}
    if not call.request or call.request.function is Function.RELAY:
        found |= {name: headers[name] for name in ("content-type", "accept", "range") if name in headers}
    return found


def headers_with(
    login: Login | None, call: Call, attempt: Try, sent: Sent, now: Callable[[], datetime]
) -> Mapping[str, str]:
    """Every header of a request: the account's, or those of `login` in its place, what is forwarded, a signature.

    Raises NotSpoken.
    """
    target = attempt.target
    headers = target.headers if login is None else {**target.headers, **target.vendor.headers(login)}
    if attempt.step.leaf.forward_headers or "x-portkey-forward-headers" in call.headers:
        headers = {**headers, **forwarded(call, attempt.step)}
    if target.vendor.sign is not None:
        try:
            signed = target.vendor.sign(sent, target.base_url + sent.path, login or target.login, now())
            headers = {**headers, **signed}
        except Unspoken as error:
            raise not_spoken(target, error) from error
    return headers


def forwarded(call: Call, step: Step) -> dict[str, str]:
    """The client's headers that go to the vendor as they are; the gateway's own never do, nor its key in any."""
    headers, named = call.headers, call.headers.get("x-portkey-forward-headers")
    names = [name.strip().lower() for name in named.split(",")] if named else step.leaf.forward_headers
    ours = presented(headers)
    return {
        name: headers[name]
        for name in names
        if name in headers
        and not name.startswith("x-portkey-")
        and name not in OF_ONE_CONNECTION
        and not (ours and ours in headers[name])
    }

"""The nouns of a request: who calls, what is asked for, where it goes, and the call that carries all of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from gateway.catalog.own_models import Model, price_in
from gateway.errors import GatewayError
from gateway.functions import Function
from gateway.webui.client import Trust
from store.ids import KeyId, LogId, Slug, TraceId
from store.records import Attempt, Failure, Usage

if TYPE_CHECKING:
    from gateway.attempts.passing import PassedOn
    from gateway.billing import Bill
    from gateway.limits.reservation import Reservation
    from gateway.log.recording import Kept
    from gateway.log.redaction import Redaction
    from gateway.organisation.metadata_rules import MetadataRule
    from gateway.prices import Price, PriceList
    from gateway.routing.plan import Step
    from gateway.vendors import Vendor
    from gateway.vendors.vendor import Asked, Login, Sent, Upload
    from gateway.watching.under_way import UnderWay

Headers = Mapping[str, str]
"""Names in lower case."""


@dataclass(frozen=True, slots=True)
class Caller:
    """An API key as far as a request needs it."""

    key_id: KeyId
    name: str
    workspace: Slug
    scopes: frozenset[str]
    expires_at_ms: int | None = None
    """Of the key, or of the secret that is being rotated out."""
    config: Slug | None = None
    """The saved config that its requests go by."""
    allow_config_override: bool = True
    """Whether a request may bring another."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """Added to every request's; it wins."""
    usage_cost: bool | None = None
    """Whether its answers say what they cost; None: those to Open WebUI do."""
    describe_models: bool | None = None
    """Whether its list of models describes each; None: Open WebUI's does."""
    open_webui: Trust = "off"
    """Whether Open WebUI's word is taken for who asks."""
    open_webui_secret: str = field(default="", repr=False)
    """What it signs with; empty: nothing that it signs is believed."""
    user_id: str | None = None
    """Whose it is; None: a service's."""
    is_organisation: bool = False
    """Whether it belongs to no workspace, and sees all of them; its requests count to `workspace`."""
    is_paused: bool = False
    metadata_rules: tuple[MetadataRule, ...] = ()
    """What the metadata of its requests must have."""
    log_bodies: Kept = "full"
    """How much of its requests is kept in the log."""
    redaction: Redaction | None = None
    """What is left out of their bodies there."""
    denied_fields: frozenset[str] = frozenset()
    """Of the log, which it may not export."""

    def sees(self, workspace: str | None) -> bool:
        """Whether something of that workspace is there for it; None: of the organisation itself."""
        return self.is_organisation or workspace == self.workspace


class InferenceRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a client asks for, in its own dialect; `fields` are its bytes, value by value."""

    function: Function
    model: str = ""
    """As the client says it; empty where it says none."""
    stream: bool = False
    wants_usage: bool = False
    """Whether the client asked for the usage of a stream."""
    fields: Mapping[str, Any] = {}
    upload: Upload | None = None
    """Instead of `fields`, where the client sent a form."""
    body: bytes = b""
    """Instead of either, where the gateway does not read it."""


class Target(msgspec.Struct, frozen=True):
    """Where a request goes: an address, the login for it, and what the vendor calls the model."""

    vendor: Vendor
    base_url: str
    headers: Mapping[str, str]
    model: str
    provider: Slug | None
    """None where the caller brought the vendor's key."""
    login: Login
    own: Model | None = None
    """What the catalog says of the model; None: nothing, or it is none of the catalog's."""
    multiplier: Mapping[str, Any] = {}
    """By what its prices in the list are multiplied."""
    spared: str | None = None
    """Why it would have been refused, if the rule about models were not in shadow."""

    def price(self, prices: PriceList, answered_as: str | None = None) -> Price | None:
        """What the model costs: the operator's own price, that of the model it was made of, else the list's.

        The list is asked for the name that the vendor answered with first, then for the one that was asked for.
        """
        names = (answered_as, self.model) if answered_as else (self.model,)
        return price_in(prices, self.vendor.priced_as, names, self.own, self.multiplier)

    @property
    def key(self) -> tuple[str, str]:
        """Under which name experience is kept of it."""
        return (self.provider or self.vendor.id, self.model)


class ClientDialect(Protocol):
    """How one kind of client is spoken with."""

    def read(self, body: bytes, headers: Headers, /) -> InferenceRequest:
        """The request in a body. Raises BadRequest."""

    def failure(self, error: GatewayError) -> bytes:
        """What ends a stream that broke."""

    def refusal(self, error: GatewayError) -> bytes:
        """The body of an error that comes instead of an answer."""


class Client(Protocol):
    """The other end of the line."""

    has_begun: bool
    """Whether some of a stream is on its way already."""
    has_hung_up: bool
    """Whether nobody is there any more."""

    async def take_body(self, length: int | None) -> bytes:
        """Read the request's body, once; `length` is what the client says of it. Raises TooLarge and HungUp."""

    def watch(self, under_way: UnderWay) -> None:
        """From now on, cancel what runs when the client hangs up; whoever ends the gateway finds it `under_way`."""

    def unwatch(self) -> None:
        """Whatever comes now is to be finished."""

    async def send(self, call: Call, data: bytes) -> None:
        """A part of a stream; the first brings status and headers along."""

    async def finish(self, call: Call) -> None:
        """The end of the stream, or the whole answer."""


class Call(msgspec.Struct, eq=False):
    """One request on its way: each stage adds what it knows, and the log record is made of it in the end."""

    id: LogId
    method: str
    path: str
    headers: Headers
    client_address: str | None
    dialect: ClientDialect
    client: Client
    trace_id: TraceId
    has_own_trace: bool = False
    """Whether the request itself says which trace it belongs to."""
    path_below: str = ""
    """Below `/v1/`, with the query, as the client wrote it."""
    created_at_ms: int = msgspec.field(default_factory=lambda: time.time_ns() // 1_000_000)
    began: float = msgspec.field(default_factory=time.perf_counter)
    is_timed: bool = True
    """Whether its time here says how long it took; that of a result of a batch does not."""
    body: bytes = b""
    metadata: dict[str, str] = {}
    caller: Caller | None = None
    request: InferenceRequest | None = None
    steps: list[Step] = []
    """The attempts that may come, in order."""
    config_slug: str | None = None
    """The saved config that rules the request."""
    config_mark: str = ""
    """The config in this very version, saved or sent: what is remembered of its targets is kept by it."""
    target: Target | None = None
    """The one that answered, or was asked last."""
    config_path: str = "config"
    """Where in the config it stands."""
    retries: int = 0
    """Times it was asked again before it answered; -1: in vain."""
    attempts: list[Attempt] = []
    sent: list[tuple[int, Asked, Sent, Mapping[str, str]]] = []
    """What went to vendors: the attempt's place, what was asked, the request, and its headers with credentials."""
    vendor_seconds: float = 0.0
    """Time in which something was waited for that only a vendor can give."""
    waits: int = 0
    """For how many things of that kind at this moment; a hedged request waits for two vendors."""
    waits_since: float = 0.0
    first_token_seconds: float | None = None
    status: int = 0
    """What the client gets; 0 until there is something."""
    response_headers: list[tuple[bytes, bytes]] = []
    response: list[bytes] = []
    """What the client got, in pieces."""
    passed: PassedOn | None = None
    """Instead of `response`, where the answer is a file whose bytes go through as they come."""
    ending: bytes = b""
    """What is still owed to the client of a stream: it goes out once the record is written."""
    response_model: str | None = None
    usage_received: bytes = b"null"
    """As the vendor sent it."""
    measure: Callable[[bytes], Usage | None] | None = None
    """How to read it."""
    service_tier: str = ""
    """At which it was worked on, where that is known better than the answer says: `batch`."""
    bill: tuple[bytes, Bill] | None = None
    """What it costs, by that usage."""
    asked: Asked | None = None
    """What the vendor that answered was asked."""
    failure: GatewayError | None = None
    spared: list[Failure] = []
    """What it would have been refused for, if that were not in shadow."""
    reservation: Reservation | None = None
    """What is set aside for it; None where there is no limit at all."""

    def elapsed_seconds(self) -> float:
        """Since the request arrived."""
        return time.perf_counter() - self.began

    def begin_wait(self) -> None:
        """A vendor is waited for."""
        if not self.waits:
            self.waits_since = time.perf_counter()
        self.waits += 1

    def end_wait(self) -> None:
        """It is no more; times that overlap count once."""
        self.waits -= 1
        if not self.waits:
            self.vendor_seconds += time.perf_counter() - self.waits_since

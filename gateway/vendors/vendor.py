"""What there is to know about a company behind an API: where it is, how to log in, which functions it has, and how each
is spoken. All of it is data and pure functions; connections are opened elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import msgspec

from gateway.functions import Function
from store.records import Usage

if TYPE_CHECKING:
    from gateway.vendors.batch import Batch

Json = dict[str, Any]
Fields = Mapping[str, msgspec.Raw]
"""A JSON object whose values are not looked into, and keep their bytes."""


@dataclass(frozen=True, slots=True)
class Login:
    """An account with a vendor, as far as addresses and headers are made of it."""

    secret: str = field(default="", repr=False)
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What the vendor wants beside a key, by the name the config has for it: `aws_region`, `azure_resource_name` …"""

    def get(self, name: str, default: str = "") -> str:
        """One of the settings."""
        return self.settings.get(name) or default


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A multipart body: text fields, and files with their names."""

    fields: Mapping[str, list[str]]
    files: tuple[tuple[str, str, str, bytes], ...]
    """(field, file name, content type, content) in order."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What one vendor is asked, in the words of the function's own dialect (OpenAI's, or Anthropic's for messages)."""

    function: Function
    model: str
    """The vendor's name for it."""
    fields: Fields = {}
    """The request's JSON, with the config's overrides and defaults already in it."""
    upload: Upload | None = None
    """Instead of `fields` where the client sent a form."""
    body: bytes = b""
    """The client's bytes; for RELAY."""
    method: str = "POST"
    path: str = ""
    """Below `/v1`, with the query; for RELAY."""
    stream: bool = False
    wants_usage: bool = False
    """Whether the client asked for the usage of a stream."""
    is_adapted: bool = False
    """Whether the client spoke another dialect, so that its request may carry what only some vendors know."""
    strict: bool = True
    """Whether the answer keeps to OpenAI's fields (`x-portkey-strict-open-ai-compliance`)."""
    login: Login = Login()
    headers: Mapping[str, str] = {}
    """The client's, as far as a dialect heeds them: `anthropic-beta`, `content-type` …"""

    def json(self) -> Json:
        """The fields, decoded; a new dictionary each time, to be changed at will."""
        return {name: msgspec.json.decode(value) for name, value in self.fields.items()}


class Sent(msgspec.Struct, frozen=True):
    """A request as the vendor gets it; `path` is below the base URL."""

    path: str
    body: bytes
    headers: Mapping[str, str] = {}
    """Beside those of the login; `content-type` is `application/json` unless said otherwise."""
    method: str = "POST"
    fields: Fields | None = None
    """What the body was written of, where it is an object whose values are the client's own bytes for the most part."""


class Answered(msgspec.Struct, frozen=True):
    """A vendor's whole answer, in the words of the function's own dialect."""

    body: bytes
    model: str | None = None
    """The model that answered, as the vendor says it."""
    usage: bytes = b"null"
    """The vendor's usage object as it came."""
    headers: Mapping[str, str] = {}
    """To be changed on the way, such as a `content-type`."""


class BadAnswer(Exception):
    """What came is no answer; the message says what it is instead, as the end of a sentence after `it answered`."""


class VendorSaysNo(BadAnswer):
    """What came as a success is the vendor's own error, as JSON."""

    def __init__(self, said: bytes) -> None:
        super().__init__("with an error inside of a success")
        self.said = said


class Unspoken(Exception):
    """The request asks for something that this vendor's wire cannot say; the message says what, and what would do."""

    def __init__(self, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.param = param


class Reader(Protocol):
    """A stream, taken from the network as it is cut there and given out as whole events of the function's dialect."""

    @property
    def model(self) -> str | None:
        """The model that answers, as the vendor says it."""

    @property
    def usage(self) -> bytes | None:
        """The vendor's usage object, as it came or put together from several events."""

    @property
    def error(self) -> bytes | None:
        """The vendor's own error event, as JSON."""

    @property
    def has_content(self) -> bool:
        """Whether something of the answer itself came."""

    @property
    def is_done(self) -> bool:
        """Nothing more is expected, whatever the connection does."""

    @property
    def ending(self) -> bytes:
        """What ends the stream of a whole answer; it goes out once the log record is written."""

    @property
    def is_complete(self) -> bool:
        """Whether the answer is whole."""

    def feed(self, chunk: bytes) -> bytes:
        """The events that `chunk` completes, as the client is to have them, without what ends the stream; an empty one
        says that the vendor's stream has ended.

        Raises OverflowError for an event without end.
        """


Framing = Callable[[], "Frames"]


class Frames(Protocol):
    """How a stream is cut into events."""

    def feed(self, chunk: bytes) -> Iterable[tuple[str, bytes]]:
        """The (name, data) of each event that `chunk` completes; the name is empty where the framing has none. An empty
        chunk says that nothing more comes.

        Raises OverflowError for an event without end.
        """


class Telling(Protocol):
    """A vendor's stream retold in OpenAI's chunks; made once for each stream."""

    model: str | None
    usage: Json | None
    """The vendor's usage object, as it came or put together from several events."""
    error: Json | None
    """The vendor's own error, once it sent one."""
    is_finished: bool
    """The vendor said that the answer is whole."""

    def event(self, name: str, data: Json) -> Iterator[Json]:
        """The `chat.completion.chunk` objects that one event of the vendor's makes. The last one carries `usage` in
        OpenAI's words, in a chunk of its own with empty `choices`, as OpenAI does with `include_usage`."""


class Wire(msgspec.Struct, frozen=True, kw_only=True):
    """How a vendor speaks one function."""

    encode: Callable[[Asked], Sent]
    """Raises Unspoken."""
    decode: Callable[[bytes, Asked], Answered]
    """Raises BadAnswer, VendorSaysNo, or what msgspec raises."""
    reader: Callable[[Asked], Reader] | None = None
    """None where the function has no stream; whoever asks for one gets the whole answer."""
    passes: bool = False
    """Whether an answer that is no JSON goes to the client as it comes: `decode` changes nothing of it."""
    usage: Callable[[bytes], Usage | None]
    """What is paid for, from a usage object as the vendor sent it; None if it cannot be read."""
    speaks: Callable[[str], bool] | None = None
    """Whether a model of this name is spoken with by this wire; None: every one is."""


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a vendor wants beside a key, by its name in a config; its header is `x-portkey-` and the name with
    hyphens."""

    name: str
    is_needed: bool = False
    is_secret: bool = False
    what: str = ""
    """For people: `the region, such as us-east-1`."""


class Grant(NamedTuple):
    """A login that holds for a while."""

    login: Login
    seconds: float


class Token(msgspec.Struct, frozen=True):
    """An answer of a token endpoint; Azure's machines say the number in a string. Source: RFC 6749, section 5.1."""

    access_token: str
    expires_in: float = 3600.0


def by_token(body: bytes, login: Login) -> Grant:
    """An access token in the place of the secret. Raises what msgspec raises."""
    token = msgspec.json.decode(body, type=Token, strict=False)
    return Grant(Login(token.access_token, login.settings), token.expires_in)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRequest:
    """What is asked to get a login for a while with an account's own."""

    url: str
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What is posted; where there is nothing, the address is only read."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Further fields of the form, by the file of this machine that each stands in: somebody renews them there."""
    headers: Mapping[str, str] = field(default_factory=dict)
    sign: Callable[[Sent, str], Mapping[str, str]] | None = None
    """Headers that depend on the request: (request, whole URL)."""
    read: Callable[[bytes, Login], Grant] = by_token
    """What an answer gives. Raises BadAnswer, or what msgspec raises."""


def bearer(login: Login) -> dict[str, str]:
    """The key as most vendors want it."""
    return {"authorization": f"Bearer {login.secret}"} if login.secret else {}


def in_header(name: str) -> Callable[[Login], dict[str, str]]:
    """The key in a header of its own."""
    return lambda login: {name: login.secret} if login.secret else {}


class Vendor(msgspec.Struct, frozen=True, kw_only=True):
    """One vendor."""

    id: str
    """As `ai_provider_id` and `x-portkey-provider` say it."""
    name: str
    base_url: str | Callable[[Login], str] | None = None
    """Up to and with the version, as `https://api.openai.com/v1`; None where every installation has its own."""
    needs_key: bool = True
    priced_as: str | None = None
    """The vendor's name in the price list; None where nothing is charged for."""
    functions: Mapping[Function, Wire]
    """What it offers; RESPOND and MESSAGE are offered by adapters wherever CHAT is."""
    count: Wire | None = None
    """How it counts the tokens of a chat, where it is no messages that it counts: asked in the words of chat."""
    headers: Callable[[Login], dict[str, str]] = bearer
    """Those of every request, the credential among them."""
    settings: tuple[Setting, ...] = ()
    sign: Callable[[Sent, str, Login, datetime], dict[str, str]] | None = None
    """Headers that depend on the request: (request, whole URL, login, now)."""
    token: Callable[[Login, datetime], TokenRequest | None] | None = None
    """Where a login for a while is got, to be used in place of the account's own; None where none is needed, which
    the function too may answer."""
    is_machine: Callable[[Login], bool] | None = None
    """Whether a login is that of the machine the gateway runs on: only the operator's own accounts may use it."""
    batch: Callable[[], Batch] | None = None
    """How it is given many requests at once, where that is not as OpenAI has it; read when first wanted."""
    models_path: str | None = "/models"
    """Where it lists its models as OpenAI does; None if nowhere."""
    aliases: tuple[str, ...] = ()
    """Other names that Portkey's users know it by."""

    def address(self, login: Login) -> str | None:
        """The base URL of an account."""
        return self.base_url(login) if callable(self.base_url) else self.base_url

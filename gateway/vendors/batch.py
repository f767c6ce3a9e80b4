"""How a vendor is given many requests to be worked through at leisure, for less money: a `Batch` of its `Vendor`.

What takes several requests (a file put into a bucket, then a job) is a generator that yields each and is sent the
body of its answer: it opens no connection, and needs nobody who does to be tried out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol, TypeVar

import msgspec

from gateway.functions import Function
from gateway.vendors.records import JsonLines, Records
from gateway.vendors.vendor import Login, Sent

Status = Literal["validating", "failed", "in_progress", "finalizing", "completed", "expired", "cancelling", "cancelled"]
"""As OpenAI has them. Source: platform.openai.com/docs/api-reference/batch/object."""
ENDED: frozenset[Status] = frozenset({"failed", "completed", "expired", "cancelled"})
KEY = re.compile(r"line-(\d{1,9})")
Signing = Callable[[Sent, str, Login, datetime], dict[str, str]]


class Errand(msgspec.Struct, frozen=True):
    """One request to the vendor, or to a store of files beside it."""

    sent: Sent
    base_url: str | None = None
    """None: the account's own."""
    sign: Signing | None = None
    """Instead of the vendor's own."""
    header: str = ""
    """Which header of the answer is what the conversation goes on with; empty: its body is."""
    is_signed: bool = False
    """Whether its address says already that it may be fetched: the account's credentials stay here."""
    may_lack: bool = False
    """Whether nothing need be there: a batch that was cut short may have brought nothing."""
    records: Callable[[], Records] = JsonLines
    """How results are cut out of what it brings."""


Told = TypeVar("Told")
Conversation = Generator[Errand, bytes, Told]
"""Raises Unspoken for what the account lacks, BadAnswer, or what msgspec raises."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A batch, as far as the vendor is told of it."""

    id: str
    """Ours."""
    login: Login
    model: str
    """That of every request where the vendor wants one for all, otherwise that of the first."""
    path: str = ""
    """Where the first of its requests would have gone by itself; only while it begins."""
    name: str = ""
    """The vendor's for it, once it has begun."""
    address: str
    """The account's base URL."""
    own_address: str | None = None
    """The same, where it is not the vendor's usual one; then files are there too."""
    headers: Mapping[str, str] = {}
    """Those of its requests."""
    options: Mapping[str, str] = {}
    """What else the client says of it, such as `role_arn`."""


class Requests(Protocol):
    """The requests of a batch as they stand among the others, a line each, in a file."""

    @property
    def count(self) -> int:
        """How many there are."""

    @property
    def size(self) -> int:
        """Bytes of all of them."""

    def whole(self) -> bytes:
        """All of them, each line ended."""

    def pieces(self, most: int) -> Iterator[bytes]:
        """The same, at most so many bytes at once."""


def listed(requests: Requests) -> bytes:
    """Requests with commas between them, as a list has them."""
    return requests.whole()[:-1].replace(b"\n", b",")  # JSON has no other line ends within


class State(msgspec.Struct, frozen=True, kw_only=True):
    """How far the vendor is."""

    name: str
    """The vendor's for the batch, which may become another while it begins."""
    status: Status
    total: int = 0
    """Requests; 0 where the vendor does not say."""
    completed: int = 0
    failed: int = 0
    expires_at: int | None = None
    """Epoch seconds."""
    message: str | None = None
    """Why it failed."""
    results: str = ""
    """Where the vendor says that they are; empty where that is known anyway."""


class Result(msgspec.Struct, frozen=True):
    """What came of one request."""

    number: int
    """Its line, from 1."""
    body: bytes
    """The vendor's answer, or its error's JSON."""
    status: int = 200
    """The HTTP status that the answer would have had; 0: it was never worked on."""
    code: str = ""
    """Why it was not: `batch_expired`, `batch_cancelled`. Source: OpenAI's request output object."""


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """How a vendor is spoken with about batches."""

    functions: frozenset[Function]
    """Which of its wires a request may be spoken by."""
    line: Callable[[int, Sent], bytes]
    """A request as it stands among the others: (number, as it would be sent by itself). Raises Unspoken."""
    start: Callable[[Job, Requests], Conversation[State]]
    look: Callable[[Job], Conversation[State]]
    cancel: Callable[[Job], Conversation[State | None]]
    """None where the vendor says nothing of how far it is."""
    results: Callable[[Job, State], Conversation[Sequence[Errand]]]
    """What brings all results, JSON for each."""
    result: Callable[[bytes], Result]
    """One of them. Raises BadAnswer, or what msgspec raises."""
    of_one_model: bool = False
    """Whether all requests must be to the same model."""
    most_lines: int = 50_000


def key_of(number: int) -> str:
    """The name of a request at the vendor: the client's may be longer than vendors take, and in any letters."""
    return f"line-{number}"


def number_in(key: object) -> int:
    """Which line a name at the vendor belongs to; 0 if none."""
    found = KEY.fullmatch(key) if isinstance(key, str) else None
    return int(found[1]) if found else 0

"""What it takes to serve one function by another: a messages or responses client by a vendor that has only chat."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from gateway.functions import Function
from gateway.vendors.vendor import Json


class Retelling(Protocol):
    """A chat stream retold in the client's own events; made once for each stream."""

    def begin(self) -> bytes:
        """What the client hears first, once the vendor has begun."""

    def chunk(self, chunk: Json) -> bytes:
        """What a `chat.completion.chunk` comes to; the last one carries `usage`, with empty `choices`."""

    def end(self) -> bytes:
        """What ends the stream of a whole answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """One function by way of another."""

    function: Function
    by: Function
    request: Callable[[Json], Json]
    """The client's request as one for `by`. Raises Unspoken for what cannot be said."""
    answer: Callable[[Json, Json], Json]
    """The client's answer, of the answer to `by` and the client's request."""
    stream: Callable[[Json], Retelling]
    """From the client's request."""


def retold(telling: Retelling, chunks: Iterable[Json]) -> bytes:
    """A whole stream at once."""
    return telling.begin() + b"".join(telling.chunk(chunk) for chunk in chunks) + telling.end()

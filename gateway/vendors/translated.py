"""The wire of a vendor whose JSON is not OpenAI's: made of pure functions between the two."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import msgspec

from gateway.vendors.frames import ServerSentEvents
from gateway.vendors.vendor import Answered, Asked, BadAnswer, Framing, Json, Reader, Sent, Telling, Unspoken, Wire
from store.records import Usage

text = msgspec.json.Encoder().encode
read = msgspec.json.Decoder().decode
DONE = b"[DONE]"
MISSHAPEN = (AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What reading JSON comes to where it is of another shape than its dialect says, such as a number for an object."""


def translated(
    *,
    path: str | Callable[[Asked], str],
    encode: Callable[[Json, Asked], Json],
    decode: Callable[[Json, Asked], Json],
    usage: Callable[[Json], Usage | None],
    usage_in: Callable[[Json], Json | None] = lambda answer: answer.get("usage"),
    events: Callable[[Asked], Telling] | None = None,
    framing: Framing = ServerSentEvents,
    headers: Callable[[Asked], Mapping[str, str]] = lambda _: {},
) -> Wire:
    """A wire from functions between objects.

    `encode` gets the client's request, a dictionary of its own, and makes the vendor's; `decode` makes the client's
    answer of the vendor's; `usage_in` finds the usage object in the vendor's answer and `usage` reads it; `events`
    makes what retells a stream, which `framing` cuts.
    """

    def sent(asked: Asked) -> Sent:
        where = path(asked) if callable(path) else path
        try:
            body = encode(asked.json(), asked)
        except MISSHAPEN as error:
            raise Unspoken(
                f"a field of the request is not of the shape that OpenAI's API has for it: {error}"
            ) from error
        return Sent(where, text(body), headers(asked))

    def answered(body: bytes, asked: Asked) -> Answered:
        said = read(body)
        if not isinstance(said, dict):
            raise BadAnswer("with JSON of an unknown shape")
        answer = decode(said, asked)
        return Answered(text(answer), answer.get("model"), text(usage_in(said)))

    def used(raw: bytes) -> Usage | None:
        said = read(raw)
        return usage(said) if isinstance(said, dict) else None

    def retold(asked: Asked) -> Reader:
        assert events is not None
        return Retold(asked, framing, events(asked))

    return Wire(encode=sent, decode=answered, reader=retold if events else None, usage=used)


class Retold:
    """A vendor's stream as OpenAI's chat events: a `Reader`."""

    __slots__ = ("_frames", "_telling", "_wants_usage", "error", "has_content", "is_done", "skipped")

    ending = b"data: [DONE]\n\n"

    def __init__(self, asked: Asked, framing: Framing, telling: Telling) -> None:
        self._frames, self._telling, self._wants_usage = framing(), telling, asked.wants_usage
        self.error: bytes | None = None
        self.has_content = False
        self.is_done = False
        self.skipped = 0
        """Events that were no JSON, or of an unknown shape."""

    @property
    def model(self) -> str | None:
        """Who the vendor says answers."""
        return self._telling.model

    @property
    def usage(self) -> bytes | None:
        """The vendor's usage object."""
        return None if self._telling.usage is None else text(self._telling.usage)

    @property
    def is_complete(self) -> bool:
        """Whether the answer is whole."""
        return self._telling.is_finished and self.error is None

    def feed(self, chunk: bytes) -> bytes:
        """The events that `chunk` completes."""
        out: list[bytes] = []
        for name, data in self._frames.feed(chunk):
            if self.is_done or self.error is not None:
                break
            if data == DONE:
                self.is_done = True
            elif (said := self._parsed(data)) is not None:
                out.extend(self._told(name, said))
        return b"".join(out)

    def _parsed(self, data: bytes) -> Json | None:
        try:
            said = read(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            self.skipped += 1
            return None
        return said if isinstance(said, dict) else None

    def _told(self, name: str, said: Json) -> list[bytes]:
        out: list[bytes] = []
        try:
            out.extend(self._written(name, said))
        except MISSHAPEN:
            self.skipped += 1
        if self._telling.error is not None:
            self.error = text(self._telling.error)
        return out

    def _written(self, name: str, said: Json) -> Iterator[bytes]:
        for chunk in self._telling.event(name, said):
            if chunk.get("choices"):
                self.has_content = self.has_content or adds(chunk["choices"])
            elif not self._wants_usage and "usage" in chunk:
                continue
            yield b"data: " + text(chunk) + b"\n\n"


def adds(choices: list[Json]) -> bool:
    """Whether choices add something to the answer itself, and not a role alone."""
    return any(value for choice in choices for name, value in (choice.get("delta") or {}).items() if name != "role")

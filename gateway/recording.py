"""How much of a request its log record keeps: bodies or not, and fields that are left out of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from gateway.headers import MASK

if TYPE_CHECKING:
    from gateway.domain import Caller, Headers
    from store.records import LogRecord

Kept = Literal["full", "metadata", "off"]
"""Everything; all but bodies; only who asked for what, what was used, and how it went."""
LESS: tuple[Kept, ...] = ("full", "metadata", "off")
"""From the most to the least: where several say how much, the least is kept."""
MOST_RULES = 100
NAME = re.compile(r"[^/\s]{1,100}")
REST = "*"
"""In a pointer: every field, or every item."""
EVENT = re.compile(rb"(?m)^data: ?(.*)$")
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Redaction:
    """Fields whose values are not kept: by name wherever they are, or by JSON pointer (RFC 6901) with `*` for any."""

    names: frozenset[str]
    pointers: frozenset[Path]

    def apply(self, body: bytes) -> bytes:
        """A body without those values; of events each by itself. What is no JSON cannot be looked through, and goes."""
        if not body:
            return body
        if body.lstrip()[:1] in (b"{", b"["):
            return self._whole(body)
        if body.startswith((b"data:", b"event:", b":", b"id:", b"retry:")):
            return EVENT.sub(lambda found: b"data: " + self._event(found[1].strip()), body)
        return MASK.encode()

    def _event(self, data: bytes) -> bytes:
        return data if data == b"[DONE]" else self._whole(data)

    def _whole(self, body: bytes) -> bytes:
        try:
            said = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return MASK.encode()
        return msgspec.json.encode(self._without(said, self.pointers))

    def _without(self, said: Any, pointers: Iterable[Path]) -> Any:
        """A value without what is named, or what the rest of a pointer leads to."""
        if isinstance(said, dict):
            return {name: self._value(name, value, pointers) for name, value in said.items()}
        if isinstance(said, list):
            return [self._value(str(place), value, pointers) for place, value in enumerate(said)]
        return said

    def _value(self, name: str, value: Any, pointers: Iterable[Path]) -> Any:
        below = [pointer[1:] for pointer in pointers if pointer and pointer[0] in (name, REST)]
        return MASK if name.lower() in self.names or () in below else self._without(value, below)


def redaction_of(*rules: Iterable[str] | None) -> Redaction | None:
    """All rules together; None where there are none."""
    every = [rule for some in rules for rule in some or ()]
    if not every:
        return None
    names = frozenset(rule.lower() for rule in every if not rule.startswith("/"))
    return Redaction(names, frozenset(pointer_of(rule) for rule in every if rule.startswith("/")))


def pointer_of(rule: str) -> Path:
    """`/messages/*/content` in its parts."""
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in rule[1:].split("/"))


def wrong_with(rules: Iterable[str] | None, where: str) -> Iterator[tuple[str, str]]:
    """Rules that are none, and what is wrong with them."""
    every = list(rules or ())
    if len(every) > MOST_RULES:
        yield where, f"must be at most {MOST_RULES} rules"
    for place, rule in enumerate(every):
        if not (rule.startswith("/") and len(rule) > 1) and not NAME.fullmatch(rule):
            yield f"{where}[{place}]", "must be a field's name, or a JSON pointer such as `/messages/*/content`"


def least(*said: str | None) -> Kept:
    """Of several words for how much is kept, the one for the least."""
    return max((LESS[LESS.index(word)] for word in said if word in LESS), key=LESS.index, default="full")


def kept_of(caller: Caller | None, headers: Headers) -> Kept:
    """How much of a request is kept. `x-portkey-debug: false` leaves bodies out, whatever its key allows."""
    own: Kept = caller.log_bodies if caller is not None else "full"
    return least(own, "metadata") if headers.get("x-portkey-debug", "").strip().lower() == "false" else own


def shortened(record: LogRecord, redaction: Redaction | None) -> LogRecord:
    """A record with as much as is to be kept of it."""
    if record.kept == "full" and redaction is None:  # most requests
        return record
    change = partial(msgspec.structs.replace, record)
    if record.kept == "full":
        assert redaction is not None, "else there is nothing to change"
        asked, answered = redaction.apply(record.request_body), redaction.apply(record.response_body)
        return change(request_body=asked, response_body=answered)
    if record.kept == "metadata":
        return change(request_body=b"", response_body=b"")
    failure = record.failure and msgspec.structs.replace(record.failure, message="")
    return change(
        request_body=b"",
        response_body=b"",
        request_headers={},
        response_headers={},
        metadata={},
        client=None,
        user_agent=None,
        failure=failure,
        attempts=tuple(msgspec.structs.replace(each, error=each.error and "") for each in record.attempts),
    )

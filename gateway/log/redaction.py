"""What the log never gets of bodies: fields by name or place, and whatever patterns find in texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from gateway.headers import MASK
from gateway.log.redaction_patterns import BadPattern, compiled, masked_pieces, spans_in

MOST_RULES = 100
MOST_PATTERNS = 20
"""Of them: each reads every text of both bodies once."""
NAME = re.compile(r"[^/\s]{1,100}")
REST = "*"
"""In a pointer: every field, or every item."""
PATTERN = "regex:"
"""How a rule begins that is a regular expression."""
EVENT = re.compile(rb"(?m)^data: ?(.*)$")
INDICES = ("index", "output_index", "content_index", "summary_index")
"""Fields that say which of several texts a piece of a stream belongs to."""
Path = tuple[str, ...]
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Slot(NamedTuple):
    """Where a text stands, or a number."""

    path: Path
    """Pieces of one text, in several events of a stream, have the same."""
    holder: Any
    key: Any


@dataclass(frozen=True, slots=True)
class Redaction:
    """Values that are not kept: of fields by name wherever they are, or by JSON pointer (RFC 6901) with `*` for any;
    and what patterns match in texts and numbers."""

    names: frozenset[str]
    pointers: frozenset[Path]
    patterns: tuple[str, ...] = ()

    def apply(self, body: bytes) -> bytes:
        """A body without those values. What is no JSON, and no events of such, cannot be looked through, and goes."""
        if not body:
            return body
        try:
            if body.lstrip()[:1] in (b"{", b"["):
                return msgspec.json.encode(self._whole(body))
            if body.startswith((b"data:", b"event:", b":", b"id:", b"retry:")):
                return self._events(body)
        except UNREADABLE:
            pass
        return MASK.encode()

    def text(self, said: str) -> str:
        """A message without what patterns match."""
        return masked_pieces([said], self.patterns, MASK)[0] if self.patterns else said

    def _whole(self, body: bytes) -> Any:
        holder = [self._without(msgspec.json.decode(body), self.pointers)]
        if self.patterns:
            for slot in list(slots_in(holder, 0, ())):
                self._mask([slot])
        return holder[0]

    def _events(self, body: bytes) -> bytes:
        """Each event by itself, but for texts that go on from one to the next."""
        holders = [[self._event(found[1].strip())] for found in EVENT.finditer(body)]
        if self.patterns:
            texts: dict[Path, list[Slot]] = {}
            for holder in holders:
                for slot in slots_in(holder, 0, (kind_of(holder[0]),)):
                    texts.setdefault(slot.path, []).append(slot)
            for slots in texts.values():
                self._mask(slots)
        left = iter(holders)
        return EVENT.sub(lambda _: b"data: " + written(next(left)[0]), body)

    def _event(self, data: bytes) -> Any:
        if data == b"[DONE]":
            return msgspec.Raw(data)
        try:
            return self._without(msgspec.json.decode(data), self.pointers)
        except UNREADABLE:
            return msgspec.Raw(MASK.encode())

    def _mask(self, slots: list[Slot]) -> None:
        """Mask what patterns match in a text that stands in these places, or in their numbers."""
        texts = [slot for slot in slots if isinstance(slot.holder[slot.key], str)]
        numbers = [(slot, str(slot.holder[slot.key])) for slot in slots if not isinstance(slot.holder[slot.key], str)]
        found = {told for told in {told for _, told in numbers} if spans_in(told, self.patterns)}
        for slot, told in numbers:
            if told in found:
                slot.holder[slot.key] = MASK
        said = [slot.holder[slot.key] for slot in texts]
        is_one = len(set(said)) == 1  # the same in each event: an id, or the model's name
        masked = masked_pieces(said[:1], self.patterns, MASK) * len(said) if is_one else []
        for slot, text in zip(texts, masked or masked_pieces(said, self.patterns, MASK), strict=True):
            slot.holder[slot.key] = text

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


def slots_in(holder: Any, key: Any, path: Path) -> Iterator[Slot]:
    """Every text and number below a place."""
    value = holder[key]
    if isinstance(value, dict):
        own = (*path, *(f"{name}={value[name]}" for name in INDICES if isinstance(value.get(name), int)))
        for name in value:
            yield from slots_in(value, name, (*own, name))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            has_index = isinstance(item, dict) and isinstance(item.get("index"), int)
            yield from slots_in(value, place, path if has_index else (*path, str(place)))
    elif isinstance(value, str) or (isinstance(value, int | float) and not isinstance(value, bool)):
        yield Slot(path, holder, key)


def kind_of(event: Any) -> str:
    """The type of an event, where it says one: deltas of thinking and of text have the same name."""
    return str(event.get("type", "")) if isinstance(event, dict) else ""


def written(said: Any) -> bytes:
    """An event's data; what was no JSON stands as it is."""
    return bytes(said) if isinstance(said, msgspec.Raw) else msgspec.json.encode(said)


def redaction_of(*rules: Iterable[str] | None) -> Redaction | None:
    """All rules together; None where there are none."""
    every = [rule for some in rules for rule in some or ()]
    if not every:
        return None
    patterns = tuple(dict.fromkeys(rule.removeprefix(PATTERN) for rule in every if rule.startswith(PATTERN)))
    plain = [rule for rule in every if not rule.startswith(PATTERN)]
    names = frozenset(rule.lower() for rule in plain if not rule.startswith("/"))
    return Redaction(names, frozenset(pointer_of(rule) for rule in plain if rule.startswith("/")), patterns)


def pointer_of(rule: str) -> Path:
    """`/messages/*/content` in its parts."""
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in rule[1:].split("/"))


def wrong_with(rules: Iterable[str] | None, where: str) -> Iterator[tuple[str, str]]:
    """Rules that are none, and what is wrong with them."""
    every = list(rules or ())
    if len(every) > MOST_RULES:
        yield where, f"must be at most {MOST_RULES} rules"
    if sum(rule.startswith(PATTERN) for rule in every) > MOST_PATTERNS:
        yield where, f"must have at most {MOST_PATTERNS} regular expressions"
        return
    for place, rule in enumerate(every):
        if problem := wrong_with_one(rule):
            yield f"{where}[{place}]", problem


def wrong_with_one(rule: str) -> str | None:
    """What is wrong with a rule, if anything is."""
    if not rule.startswith(PATTERN):
        is_right = (rule.startswith("/") and len(rule) > 1) or NAME.fullmatch(rule)
        told = "must be a field's name, a JSON pointer such as `/messages/*/content`, or `regex:` and an expression"
        return None if is_right else told
    try:
        compiled(rule.removeprefix(PATTERN))
    except BadPattern as error:
        return str(error)
    return None

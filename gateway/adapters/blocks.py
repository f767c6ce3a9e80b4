"""A chat stream as blocks, one after the other: clients of other dialects know no calls that arrive all at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from gateway.adapters.chat import Kind, Piece, pieces
from gateway.vendors.vendor import Json

Step = tuple[Literal["begin", "say", "end"], "Block", str]
"""What becomes of a block; with `say` comes the text."""


@dataclass(slots=True)
class Block:
    """Thinking, text, a refusal or a call, as far as it has come."""

    kind: Kind
    index: int
    """Its place among all."""
    id: str = ""
    name: str = ""
    signature: str = ""
    said: list[str] = field(default_factory=list)
    told: int = 0
    """How many of `said` the client has heard."""
    is_begun: bool = False
    is_ended: bool = False

    @property
    def text(self) -> str:
        """All of it so far."""
        return "".join(self.said)

    def add(self, piece: Piece) -> None:
        """More of it."""
        self.id = self.id or piece.id
        self.name = self.name or piece.name
        self.signature += piece.signature
        if piece.text:
            self.said.append(piece.text)

    def takes(self, piece: Piece) -> bool:
        """Whether a piece of the same kind belongs here. What follows a signature is a thought of its own."""
        if self.is_ended or self.kind == "redacted":
            return False
        if self.kind == "call":
            return not (piece.id and self.id and piece.id != self.id)
        return not (self.signature and piece.text)

    def is_over(self) -> bool:
        """Whether nothing can follow: the arguments of a call are whole once they are JSON."""
        if self.kind != "call":
            return True
        try:
            msgspec.json.decode(self.text)
        except msgspec.DecodeError:
            return False
        return True


class Blocks:
    """Blocks in the making. A block is told to the client when the one before it is over, and none is told in two
    parts: calls whose arguments arrive by turns wait for each other."""

    __slots__ = ("_calls", "_count", "_last", "_queue", "_texts")

    def __init__(self) -> None:
        self._queue: deque[Block] = deque()
        self._calls: dict[int, Block] = {}
        self._last: Block | None = None
        self._count = 0
        self._texts: set[int] = set()

    def feed(self, delta: Json) -> Iterator[Step]:
        """What a delta lets us tell."""
        for piece in pieces(delta, self._texts):
            self._place(piece)
        return self._advance(is_last=False)

    def end(self) -> Iterator[Step]:
        """All that waited."""
        return self._advance(is_last=True)

    @property
    def has_calls(self) -> bool:
        """Whether a tool was called."""
        return bool(self._calls)

    def _place(self, piece: Piece) -> None:
        block = self._calls.get(piece.call) if piece.kind == "call" else self._last
        if block is None or block.kind != piece.kind or not block.takes(piece):
            if block is not None and block.is_ended and piece.kind == "call" and not piece.name:
                return
            block = self._new(piece)
        block.add(piece)

    def _new(self, piece: Piece) -> Block:
        block = self._last = Block(piece.kind, self._count)
        self._count += 1
        self._queue.append(block)
        if piece.kind == "call":
            self._calls[piece.call] = block
        return block

    def _advance(self, *, is_last: bool) -> Iterator[Step]:
        while self._queue:
            block = self._queue[0]
            if not (block.kind != "call" or block.name or is_last):
                return
            yield from told(block)
            if not is_last and (len(self._queue) == 1 or not block.is_over()):
                return
            self._queue.popleft()
            block.is_ended = True
            yield "end", block, ""


def told(block: Block) -> Iterator[Step]:
    """What the client has not heard of a block."""
    if not block.is_begun:
        block.is_begun = True
        yield "begin", block, ""
    if block.told < len(block.said):
        text = "".join(block.said[block.told :])
        block.told = len(block.said)
        yield "say", block, text

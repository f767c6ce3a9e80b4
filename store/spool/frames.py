"""How records lie in a spool segment: one frame after the other, each a mark, a length, a checksum and the payload.

The checksum finds what was damaged; the mark finds the next frame behind it.
"""

from mmap import mmap
from struct import Struct
from typing import Literal, NamedTuple
from zlib import crc32

MARK = b"\xf7TH\n"
HEADER = Struct("<4sII")
LONGEST = 2**32 - 1
"""Bytes of a payload."""


class Scan(NamedTuple):
    """What was found in a stretch of a segment."""

    payloads: list[bytes]
    damaged: list[bytes]
    """Stretches between frames, in which at least one was destroyed."""
    end: int
    """Where the rest begins: a frame that is not all there, more frames than asked for, or nothing."""


def framed(payload: bytes) -> bytes:
    """A payload as it is written."""
    return HEADER.pack(MARK, len(payload), crc32(payload)) + payload


def scan(data: bytes, limit: int) -> Scan:
    """Take up to `limit` frames from the beginning of `data`."""
    payloads: list[bytes] = []
    damaged: list[bytes] = []
    start = 0
    while len(payloads) < limit:
        payload = whole_at(data, start)
        if payload is not None:
            payloads.append(payload)
            start += HEADER.size + len(payload)
        elif frame_end(data, start) == "cut":
            break
        else:
            end = next_frame(data, start + 1)
            damaged.append(data[start:end])
            start = end
    return Scan(payloads, damaged, start)


def whole_at(data: bytes, start: int) -> bytes | None:
    """The payload of the frame that begins at `start`, if it is whole, as nearly all are."""
    begin = start + HEADER.size
    if begin > len(data):
        return None
    mark, length, checksum = HEADER.unpack_from(data, start)
    payload = data[begin : begin + length]
    return payload if mark == MARK and len(payload) == length and crc32(payload) == checksum else None


def frame_end(data: bytes, start: int) -> int | Literal["cut", "damaged"]:
    """Where the frame ends that begins at `start`, if it is whole."""
    payload = start + HEADER.size
    if payload > len(data):
        return "cut" if MARK.startswith(data[start : start + len(MARK)]) else "damaged"
    mark, length, checksum = HEADER.unpack_from(data, start)
    if mark != MARK:
        return "damaged"
    end: int = payload + length
    if end > len(data):
        return "cut"
    return end if crc32(data[payload:end]) == checksum else "damaged"


def next_frame(data: bytes, start: int) -> int:
    """Where the next whole frame begins; the end of the data when there is none."""
    while (start := data.find(MARK, start)) != -1:
        if isinstance(frame_end(data, start), int):
            return start
        start += 1
    return len(data)


def count(data: bytes | mmap) -> int:
    """How many frames there are, by their lengths alone; the first damage ends it."""
    frames, start = 0, 0
    while start + HEADER.size <= len(data):
        mark, length, _ = HEADER.unpack_from(data, start)
        start += HEADER.size + length
        if mark != MARK or start > len(data):
            break
        frames += 1
    return frames

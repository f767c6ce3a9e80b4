"""Frames survive their neighbours' damage."""

from random import Random

import pytest

from store.spool.frames import HEADER, MARK, Scan, count, framed, scan

PAYLOADS = [b"first", b"", b"third " * 100, MARK, b"last"]
WHOLE = b"".join(map(framed, PAYLOADS))


def test_frames_come_back() -> None:
    """What was framed is found, in order and to the last byte."""
    assert scan(WHOLE, 100) == Scan(PAYLOADS, [], len(WHOLE))
    assert count(WHOLE) == len(PAYLOADS)


def test_no_more_than_asked_for() -> None:
    """A scan ends after so many frames, where the next one begins."""
    first = scan(WHOLE, 2)

    assert first.payloads == PAYLOADS[:2]
    assert scan(WHOLE[first.end :], 100).payloads == PAYLOADS[2:]


@pytest.mark.parametrize("missing", range(1, len(framed(b"last"))))
def test_torn_tail(missing: int) -> None:
    """A last frame of which any part is missing is left, and all before it are there."""
    found = scan(WHOLE[:-missing], 100)

    assert found == Scan(PAYLOADS[:-1], [], len(WHOLE) - len(framed(b"last")))
    assert count(WHOLE[:-missing]) == len(PAYLOADS) - 1


@pytest.mark.parametrize("place", range(len(framed(b"first"))))
def test_damage_costs_one_frame(place: int) -> None:
    """A changed byte costs the frame it is in and is shown, unless it makes the frame look unfinished."""
    damaged = bytearray(WHOLE)
    damaged[place] ^= 0xFF

    found = scan(bytes(damaged), 100)

    looks_longer = 5 <= place < 8
    assert found.payloads == ([] if looks_longer else PAYLOADS[1:])
    assert found.damaged == ([] if looks_longer else [bytes(damaged[: len(framed(b"first"))])])


def test_zeros_after_a_power_cut() -> None:
    """A stretch of zeros between frames is passed over."""
    found = scan(framed(b"a") + bytes(5000) + framed(b"b"), 100)

    assert found.payloads == [b"a", b"b"]
    assert found.damaged == [bytes(5000)]


def test_rubbish_never_ends_in_an_error() -> None:
    """Any bytes can be scanned, and what is found fits into them."""
    chance = Random(1)
    for _ in range(300):
        rubbish = b"".join(
            chance.choice([MARK, chance.randbytes(9), framed(b"x"), HEADER.pack(MARK, 3, 0)]) for _ in range(9)
        )

        found = scan(rubbish, 100)

        assert found.end <= len(rubbish)
        assert len(found.payloads) <= rubbish.count(framed(b"x"))

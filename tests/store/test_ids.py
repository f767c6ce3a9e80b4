"""Ids that sort by time."""

import uuid
from concurrent.futures import ThreadPoolExecutor

from store.ids import Sequence, new_id


def test_ids_increase_strictly() -> None:
    """Of two ids made one after the other the later sorts later, also within a millisecond."""
    made = [new_id() for _ in range(5000)]

    assert made == sorted(set(made))


def test_clock_that_goes_back() -> None:
    """Numbers go on increasing when the clock is set back."""
    sequence = Sequence()
    sequence.last = future = 1 << 121

    assert future < sequence.next() < sequence.next()


def test_threads_never_share_an_id() -> None:
    """Ids made at the same time by several threads all differ."""
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: [new_id() for _ in range(2000)], range(4)))

    assert len({id for ids in made for id in ids}) == 8000


def test_ids_are_uuids_of_version_7() -> None:
    """An id is the text of a UUID of version 7 with the RFC's variant."""
    made = uuid.UUID(new_id())

    assert (made.version, made.variant) == (7, uuid.RFC_4122)

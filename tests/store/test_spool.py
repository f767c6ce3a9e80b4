"""The spool keeps what it is given, in order, whatever happens to the disk."""

import errno
import os
import resource
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from store.spool.frames import framed
from store.spool.spool import Spool, SpoolUnusable, decode, encode
from store.spool.standing import Outcome, next_batch
from tests.store.records import log_record, small_spool


class Disk:
    """A disk that can be full, taking only so many bytes of a write before it says so."""

    def __init__(self) -> None:
        self.error: int | None = None
        self.takes = 0

    def write(self, descriptor: int, data: bytes) -> int:
        """Like `os.write`."""
        if self.error is None:
            return os.write(descriptor, data)
        if not self.takes:
            raise OSError(self.error, os.strerror(self.error))
        taken, self.takes = self.takes, 0
        return os.write(descriptor, data[:taken])


def drained(spool: Spool, limit: int = 100, positions: dict[str, int] | None = None) -> list[bytes]:
    """Take everything out, from where `positions` say."""
    payloads: list[bytes] = []
    positions = {} if positions is None else positions
    while True:
        outcome = Outcome()
        batch = next_batch(spool.standing(), positions, limit, outcome)
        if batch is not None:
            payloads += batch.payloads
            outcome.segment, outcome.records, outcome.end = batch.stretch.name, len(batch.payloads), batch.end
            positions[batch.stretch.name] = batch.end
        spool.settle(outcome)
        if batch is None:
            return payloads


def numbered(count: int, start: int = 0) -> list[bytes]:
    """Payloads that can be told apart."""
    return [f"{number:06}".encode() for number in range(start, start + count)]


def segments(folder: Path) -> list[Path]:
    """The spool's files, oldest first."""
    return sorted(folder.glob("*.segment"))


@contextmanager
def reopened(spool: Spool, folder: Path, **more: Any) -> Iterator[Spool]:
    """What the next process finds."""
    spool.close()
    spool = small_spool(folder, **more)
    yield spool
    spool.close()


@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_what_goes_in_comes_out_in_order(spool: Spool, limit: int) -> None:
    """Records are drained once, in the order of their coming, whatever fits into a batch."""
    for payload in numbered(50):
        spool.append(payload)

    assert spool.waiting == 50
    assert drained(spool, limit) == numbered(50)
    assert (spool.waiting, spool.trouble, spool.lost) == (0, None, 0)


def test_segments_rotate_and_go(tmp_path: Path) -> None:
    """A full segment is followed by another, and each goes when it is drained."""
    spool = small_spool(tmp_path, segment_bytes=200)
    for payload in numbered(50):
        spool.append(payload)
    assert len(segments(tmp_path)) == 5

    assert drained(spool) == numbered(50)

    assert len(segments(tmp_path)) == 1
    spool.close()
    assert segments(tmp_path) == []


def test_large_record_has_a_segment_to_itself(tmp_path: Path) -> None:
    """A record larger than a segment, and larger than what is read at once, comes through whole."""
    spool = small_spool(tmp_path, segment_bytes=100)
    payloads = [b"before", b"x" * (9 << 20), b"after"]
    for payload in payloads:
        spool.append(payload)

    assert drained(spool) == payloads
    spool.close()


def test_large_segment_does_not_stay(spool: Spool, tmp_path: Path) -> None:
    """Once drained, a large segment gives its place back and is not written to any more."""
    spool.append(b"x" * (2 << 20))
    (before,) = segments(tmp_path / "spool")
    drained(spool)

    spool.append(b"next")

    (after,) = segments(tmp_path / "spool")
    assert before != after


def test_next_process_finds_what_is_left(spool: Spool, tmp_path: Path) -> None:
    """What was not drained waits for the next process, which counts it and takes it first."""
    for payload in numbered(5):
        spool.append(payload)

    with reopened(spool, tmp_path / "spool") as spool:
        spool.append(b"new")
        assert spool.waiting == 6
        assert drained(spool) == [*numbered(5), b"new"]
        assert spool.waiting == 0


def test_position_is_where_draining_goes_on(spool: Spool) -> None:
    """A segment of which a part is known to be drained is read from there."""
    for payload in numbered(5):
        spool.append(payload)
    first = next_batch(spool.standing(), {}, 2, Outcome())
    assert first

    second = next_batch(spool.standing(), {first.stretch.name: first.end}, 100, Outcome())

    assert second
    assert second.payloads == numbered(3, start=2)


def test_torn_tail_of_a_crash(spool: Spool, tmp_path: Path) -> None:
    """A frame that was not finished is passed over, and later segments are read."""
    spool.append(b"whole")
    spool.close()
    (left,) = segments(tmp_path / "spool")
    with left.open("ab") as file:
        file.write(framed(b"torn")[:-1])

    with reopened(small_spool(tmp_path / "spool"), tmp_path / "spool") as spool:
        spool.append(b"later")
        assert drained(spool) == [b"whole", b"later"]
        assert (spool.trouble, spool.waiting) == (None, 0)
        assert left not in segments(tmp_path / "spool")


def test_damage_is_set_aside(spool: Spool, tmp_path: Path) -> None:
    """Damaged bytes cost their own record only; they are kept, privately, and told until somebody removes them."""
    for payload in (b"one", b"two", b"three"):
        spool.append(payload)
    spool.close()
    (left,) = segments(tmp_path / "spool")
    left.write_bytes(left.read_bytes().replace(b"two", b"owt"))

    with reopened(small_spool(tmp_path / "spool"), tmp_path / "spool") as spool:
        assert drained(spool) == [b"one", b"three"]
        (aside,) = (tmp_path / "spool").glob("damaged-*")
        assert b"owt" in aside.read_bytes()
        assert stat.S_IMODE(aside.stat().st_mode) == 0o600
        assert "1 damaged" in (spool.trouble or "")
        assert spool.waiting == 0
    with reopened(small_spool(tmp_path / "spool"), tmp_path / "spool") as spool:
        assert spool.damaged == 1


def test_segment_that_somebody_deleted(spool: Spool, tmp_path: Path) -> None:
    """Records whose file is gone are counted as lost, and the next ones are kept and drained."""
    spool.append(b"gone")
    for file in segments(tmp_path / "spool"):
        file.unlink()

    assert drained(spool) == []

    spool.append(b"kept")
    assert drained(spool) == [b"kept"]
    assert (spool.lost, spool.waiting) == (1, 0)


def test_folder_that_somebody_deleted(spool: Spool, tmp_path: Path) -> None:
    """After `rm -r` of the folder the next segment makes it again."""
    spool.append(b"gone")
    shutil.rmtree(tmp_path / "spool")
    assert drained(spool) == []

    spool.append(b"kept")

    assert drained(spool) == [b"kept"]
    assert (spool.lost, spool.waiting, spool.trouble) == (1, 0, None)


@pytest.mark.parametrize("takes", [0, 1, 15])
def test_full_disk(tmp_path: Path, takes: int) -> None:
    """On a full disk records wait in memory, and are written in order as soon as there is room again."""
    disk = Disk()
    spool = small_spool(tmp_path, write=disk.write)
    spool.append(b"before")
    positions: dict[str, int] = {}
    disk.error, disk.takes = errno.ENOSPC, takes
    for payload in numbered(200):
        spool.append(payload)
    assert "No space left" in (spool.trouble or "")
    assert spool.waiting == 201
    assert drained(spool, positions=positions) == [b"before"]
    disk.error = None

    spool.append(b"after")
    spool.tend()

    assert drained(spool, positions=positions) == [*numbered(200), b"after"]
    assert (spool.trouble, spool.lost, spool.waiting) == (None, 0, 0)
    spool.close()


def test_disk_that_is_full_from_the_start(tmp_path: Path) -> None:
    """Nothing written yet, and no file to write to: records wait all the same."""
    disk = Disk()
    disk.error = errno.EDQUOT
    spool = small_spool(tmp_path, write=disk.write)
    for payload in numbered(3):
        spool.append(payload)
    disk.error = None

    spool.tend()

    assert drained(spool) == numbered(3)
    assert len(segments(tmp_path)) == 1
    spool.close()


def test_reserve_is_given_up_first(tmp_path: Path) -> None:
    """When the disk is full, the reserve makes room: records go on being written; it is made again later."""
    reserve = tmp_path / "reserve"

    def write(descriptor: int, data: bytes) -> int:
        if reserve.exists():
            raise OSError(errno.ENOSPC, "No space left on device")
        return os.write(descriptor, data)

    spool = Spool(tmp_path, reserve_bytes=1 << 16, write=write)
    assert reserve.stat().st_blocks * 512 >= 1 << 16

    spool.append(b"kept")

    assert spool.trouble is None
    assert not reserve.exists()
    assert drained(spool) == [b"kept"]
    spool.tend()
    assert reserve.exists()
    spool.close()


def test_no_room_for_a_reserve(tmp_path: Path) -> None:
    """A disk too small for a reserve is used without one."""
    spool = Spool(tmp_path, reserve_bytes=1 << 60)

    spool.append(b"kept")

    assert not (tmp_path / "reserve").exists()
    assert drained(spool) == [b"kept"]
    spool.close()


def test_memory_is_bounded(tmp_path: Path) -> None:
    """When memory is full as well, the oldest records go, and are counted."""
    disk = Disk()
    spool = small_spool(tmp_path, memory_bytes=10 * len(framed(numbered(1)[0])), write=disk.write)
    disk.error = errno.ENOSPC
    for payload in numbered(15):
        spool.append(payload)
    assert (spool.lost, spool.waiting) == (5, 10)
    disk.error = None

    spool.tend()

    assert drained(spool) == numbered(10, start=5)
    spool.close()


def test_file_that_takes_no_more(tmp_path: Path) -> None:
    """Where one file fails for reasons of its own, records go on in another; a short write leaves no half frame."""
    spool = small_spool(tmp_path)
    _, hard = before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        for payload in numbered(50):
            spool.append(payload)
        spool.tend()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert drained(spool) == numbered(50)
    assert (spool.trouble, spool.lost) == (None, 0)
    spool.close()


@pytest.mark.parametrize("error", [errno.EIO, errno.EROFS, errno.EBADF])
def test_append_never_raises(tmp_path: Path, error: int) -> None:
    """Whatever the file system says, the request goes on, and the record is written when it says so no more."""
    disk = Disk()
    spool = small_spool(tmp_path, write=disk.write)
    disk.error = error
    for payload in numbered(3):
        spool.append(payload)
    assert os.strerror(error) in (spool.trouble or "")
    assert segments(tmp_path) == []
    disk.error = None

    spool.tend()

    assert drained(spool) == numbered(3)
    spool.close()


def test_one_process_at_a_time(spool: Spool, tmp_path: Path) -> None:
    """A folder in use is refused, since each would delete what the other writes; when closed it is free."""
    with pytest.raises(SpoolUnusable, match="Another process"):
        small_spool(tmp_path / "spool")

    with reopened(spool, tmp_path / "spool"):
        pass


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """A file in place of the folder is told in words."""
    (tmp_path / "spool").touch()

    with pytest.raises(SpoolUnusable, match="cannot be used"):
        small_spool(tmp_path / "spool")


def test_append_after_close_is_kept(spool: Spool, tmp_path: Path) -> None:
    """A request that ends while the gateway stops is logged by the next one."""
    spool.close()

    spool.append(b"late")

    spool = small_spool(tmp_path / "spool")
    assert drained(spool) == [b"late"]
    spool.close()


def test_files_are_private(spool: Spool, tmp_path: Path) -> None:
    """Bodies of requests are for the owner's eyes only, also before they are in the database."""
    spool.append(b"secret")

    modes = {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "spool").iterdir()}

    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / "spool").stat().st_mode) == 0o700


def test_record_of_another_version() -> None:
    """A record without fields that came later, and with fields that are unknown, is read."""
    record = log_record()
    other = msgspec.msgpack.encode(msgspec.to_builtins(record) | {"invented_later": 1})

    assert decode(other) == record


def test_record_that_no_file_could_hold() -> None:
    """Half characters and endless numbers, which a vendor's JSON may hold, are changed instead of raised."""
    odd = log_record()
    msgspec.structs.force_setattr(odd, "model", "half \ud800")
    msgspec.structs.force_setattr(odd, "retries", 10**30)

    kept = decode(encode(odd))

    assert (kept.model, kept.retries) == ("half \\ud800", 2**63 - 1)
    assert kept.id == odd.id

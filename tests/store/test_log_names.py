"""What many records share is kept once, and comes back as it was."""

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import msgspec
import pytest

from store.database import Database
from store.log.columns import READ
from store.log.filter import LogFilter
from store.log.names import Names
from store.log.numerals import joined, parted
from store.log.reading import page
from store.log.short_ids import order, short, whole
from store.log.whole import record_from
from store.spool.drain import Drain
from tests.store.records import log_record, put

USAGE = b'{"prompt_tokens": 12,"cost":0.00120,"completion_tokens":7.5e3,"details":{"cached":0,"audio":-3},"at":007}'


@pytest.mark.parametrize("seed", range(30))
def test_numbers_come_back(seed: int) -> None:
    """A text that was parted from its numbers is put together as it was, whatever it is."""
    chance = Random(seed)
    text = b"".join(chance.choices([b":", b" ", b"0", b"7", b"-", b"e", b".", b"#", b",", b"}", b'"a"'], k=60))

    assert joined(*parted(text)) == text
    assert joined(*parted(text.replace(b"#", b""))) == text.replace(b"#", b"")


def test_texts_that_differ_in_numbers_are_one() -> None:
    """Two bills of one kind have the same form, and their numbers apart."""
    one, other = parted(USAGE), parted(USAGE.replace(b"12", b"99999"))

    assert one[0] == other[0]
    assert (one[1][0], other[1][0]) == (12, 99999)


@pytest.mark.parametrize(
    "id",
    [
        *("01900000-0000-7000-8000-000000000001", "01900000-0000-7000-8000-00000000000A", "x", "", "68" * 8),
        *("0190000000007000800000000000000a", "00f067aa0ba902b7", "00f067aa0ba902bz", "68" * 16),
    ],
)
def test_ids_come_back(id: str) -> None:
    """An id is read as it was written, and a known form is kept in no more than half its length and a mark."""
    assert whole(short(id)) == id
    assert isinstance(short(id), str) or len(short(id)) <= len(id) // 2 + 1


def test_ids_keep_their_order() -> None:
    """Ids made one after the other are in the same order as they are kept."""
    ids = sorted(log_record().id for _ in range(100))

    assert sorted(ids, key=order) == ids


def test_names_have_an_end(file: Path) -> None:
    """Beyond so many names a text stays in its row, and the numbers of those before go on to be used."""
    with closing(sqlite3.connect(file)) as connection:
        names = Names(kept=2)
        kept = [names.number(connection, text) for text in ("a", b"b", "c", "a", None)]

        assert kept == [1, 2, "c", 1, None]
        assert Names(kept=2).number(connection, b"b") == 2


async def test_texts_beyond_the_end_are_found(database: Database) -> None:
    """A record whose texts have no number is listed, filtered and read as any other."""
    record = log_record(model="rare", path="/v1/rare", provider="p")
    put(database.file, [record])
    with closing(sqlite3.connect(database.file)) as connection:
        connection.execute("UPDATE logs SET model = 'rare', path = '/v1/rare', provider = '7'")
        connection.execute("DELETE FROM log_names WHERE name IN ('rare', '/v1/rare', 'p')")
        connection.commit()
        (read,) = (record_from(row) for row in connection.execute(f"SELECT {READ} FROM logs"))
    wanted = [LogFilter(model="rare"), LogFilter(text="/RARE"), LogFilter(provider="7"), LogFilter(provider="p")]

    async with database.session() as session:
        found = [len(await page(session, narrowed, limit=5)) for narrowed in wanted]

    assert (read, found) == (msgspec.structs.replace(record, provider="7"), [1, 1, 1, 0])


def test_long_metadata_is_whole(file: Path) -> None:
    """Metadata that is longer than a label comes back whole."""
    record = log_record(metadata={"note": "n" * 500, "team": "a"})
    put(file, [record])
    drain = Drain(file, 1)
    drain.tidy(0)
    drain.close()

    with closing(sqlite3.connect(file)) as connection:
        (read,) = (record_from(row) for row in connection.execute(f"SELECT {READ} FROM logs"))

    assert read == record

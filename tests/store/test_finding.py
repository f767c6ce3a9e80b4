"""A record is found by its labels, its numbers and what was said in it; list and tail agree about each."""

from random import Random

import msgspec
import pytest

from store.database import Database
from store.log.filter import LogFilter
from store.log.ranges import Between, Labelled
from store.log.reading import page
from store.log.text import text_of, words
from store.records import LogRecord
from store.spool.drain import Drain
from tests.store.records import log_record, put

SAID = ["The quick brown fox", "quick thinking", "Café in Zürich", "東京は晴れ", "brown bear", ""]


def some_record(chance: Random) -> LogRecord:
    """A record with labels, numbers and words of few kinds."""
    return log_record(
        created_at_ms=chance.randint(0, 9),
        status=chance.choice([200, 429, 500]),
        api_key_id=chance.choice([None, "k1", "k2"]),
        vendor="openai",
        model=chance.choice(["a", "b"]),
        workspace=chance.choice(["default", "sales"]),
        stream=chance.choice([True, False]),
        total_ms=chance.randint(1, 100),
        cost=chance.choice([None, 5, 50]),
        usage=chance.choice([None, {"input_tokens": 10, "output_tokens": chance.randint(1, 20)}]),
        metadata=chance.choice([{}, {"team": "a"}, {"team": "b", "_user": "ada"}]),
        request_body=msgspec.json.encode({"messages": [{"role": "user", "content": chance.choice(SAID)}]}),
        response_body=b'data: {"delta":{"content":"hel"}}\n\ndata: {"delta":{"content":"lo there"}}\n\n',
    )


FILTERS = [
    *(LogFilter(labels=(Labelled("metadata.team", values),)) for values in (("a",), ("b",), ("a", "b"), ("none",))),
    LogFilter(labels=(Labelled("metadata.team", ("b",)), Labelled("metadata._user", ("ada",)))),
    LogFilter(labels=(Labelled("api_key", ("k1",)), Labelled("model", ("openai__a",))), status="error"),
    *(LogFilter(labels=(Labelled("status", values),)) for values in (("200",), ("429", "500"))),
    LogFilter(labels=(Labelled("metadata.team", ("a",)),), since_ms=3, until_ms=7),
    *(LogFilter(numbers=(Between(name, 5, 30),)) for name in ("tokens", "cost", "total_ms", "output_tokens")),
    LogFilter(numbers=(Between("first_token_ms", 0),)),
    LogFilter(workspace="sales", stream=True),
    *(LogFilter(words=words) for words in ("quick", "BROWN quick", "cafe zurich", "京", "hello", "missing", "hel")),
    LogFilter(words="quick", labels=(Labelled("metadata.team", ("a",)),), workspace="sales"),
    LogFilter(until_ms=5),
]


@pytest.mark.parametrize("narrowed", FILTERS, ids=lambda each: str(msgspec.to_builtins(each))[-60:])
async def test_list_and_tail_agree(database: Database, narrowed: LogFilter) -> None:
    """Page by page, the list has exactly the records that the live tail lets through, newest first."""
    chance = Random(5)
    records = [some_record(chance) for _ in range(120)]
    put(database.file, chance.sample(records, len(records)))
    listed: list[LogRecord] = []

    async with database.session() as session:
        while found := await page(session, narrowed, limit=7, before=listed[-1].id if listed else None):
            listed += found

    wanted = sorted((record.id for record in records if narrowed.matches(record)), reverse=True)
    assert [record.id for record in listed] == wanted


async def test_words_that_were_left_for_later_are_found(database: Database) -> None:
    """Records that came too fast for their words to be noted are found once the writer had time."""
    chance = Random(6)
    records = [some_record(chance) for _ in range(250)]
    put(database.file, records)
    async with database.session() as session:
        for table in ("DELETE FROM facts", "DROP TABLE log_text_0"):
            await (await session.connection()).exec_driver_sql(table)
        await session.commit()
    drain = Drain(database.file, 1)
    while drain.tidy(0):
        pass
    drain.close()

    async with database.session() as session:
        found = await page(session, LogFilter(words="bear"), limit=1000)

    assert len(found) == sum(b"bear" in record.request_body for record in records) > 0


@pytest.mark.parametrize(
    ("asked", "answered", "text"),
    [
        (
            b'{"input": "One\\ntwo \\u00e9t\\u00e9"}',
            b'{"content": [{"type": "text", "text": "Three"}]}',
            "one two ete three",
        ),
        (b"not json", b"", ""),
        (b'{"prompt": "a \\"quoted\\" word"}', b'{"text": "x_y-z"}', "a quoted word x y z"),
    ],
)
def test_words_of_bodies(asked: bytes, answered: bytes, text: str) -> None:
    """Words are taken from wherever a dialect has text, in small letters and without accents."""
    assert text_of(asked, answered) == text


def test_long_texts_are_cut() -> None:
    """Of a long prompt the end is looked through, of a long answer the beginning, and a cut leaves no half sign."""
    long = b"\\u00e9" * 3000

    found = text_of(b'{"content": "first ' + long + b' last"}', b'{"content": "first ' + long + b' last"}')

    assert (len(found.split()), found[-30:]) == (4, "e" * 30)
    assert found.split()[1:3] == ["last", "first"]


@pytest.mark.parametrize("seed", range(20))
def test_plain_text_has_the_same_words(seed: int) -> None:
    """Plain English, which takes a shorter way, has the words it has among foreign ones."""
    chance = Random(seed)
    text = "".join(chance.choices("abzAZ09_ .,-'\"\n\t\\", k=60))

    assert words(text) == words(f"{text} é")[:-1]


@pytest.mark.parametrize(
    ("said", "wanted", "is_there"),
    [
        ("今日は天気がいいですね", "天気", True),
        ("北京欢迎你", "欢迎", True),
        ("안녕하세요 세계", "안녕", True),
        ("안녕하세요", "세계", False),
        ("ภาษาไทย สวัสดี", "ไทย", True),
        ("مرحبا يا عالم", "عالم", True),
        ("हिन्दी में नमस्ते", "नमस्ते", True),
        ("привет МИР", "мир", True),
        ("GRÖSSE und Straße", "größe strasse", True),
        ("naïve café", "naive cafe", True),
        ("a party 🎉🎉 today", "🎉", True),
        ("a party 🎉 today", "party🎉", True),
        ("a party 🎉 today", "😀", False),
        ("read → write", "→", True),
    ],
)
async def test_words_of_every_script_are_found(database: Database, said: str, wanted: str, is_there: bool) -> None:
    """What was said is found by its words in any script, by parts of it where words are not parted, and by emojis."""
    body = msgspec.json.encode({"messages": [{"role": "user", "content": said}]})
    record = log_record(request_body=body, response_body=b"")
    put(database.file, [record])
    narrowed = LogFilter(words=wanted)

    async with database.session() as session:
        found = await page(session, narrowed, limit=10)

    assert (len(found), narrowed.matches(record)) == (is_there, is_there)

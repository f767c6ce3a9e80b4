"""Filters of the log mean the same in a list and in the live tail."""

from itertools import product
from random import Random

import msgspec
import pytest

from store.database import Database
from store.log.error_classes import CLASSES, FAULTS
from store.log.filter import LogFilter, is_success
from store.log.reading import page
from store.records import Failure, LogRecord
from tests.store.records import log_record, put

WORDS = ["gpt-4o", "GPT-4o", "g%t_4o", "100%", "a_b", "ä", "Ä", "İ", "back\\slash", "nul\0byte", "o'brien", ""]
TEXTS = ["gpt", "GPT", "%", "_", "t_4", "ä", "Ä", "i̇", "\\", "byte", "'", "4o"]
CODES = ["x", *(code for _, rule in CLASSES.values() for code in rule.codes)]
STATUSES = ["", "success", "error", "2xx", "4xx", "5xx", "200", "429", "499"]


def some_record(chance: Random) -> LogRecord:
    """A record whose values are few, so that filters find some and not all."""
    code, fault = chance.choice(CODES), chance.choice([*FAULTS, "nobody"])
    failure = Failure(code=code, message=chance.choice(WORDS), fault=fault) if chance.random() < 0.6 else None
    names = ("provider", "vendor", "model", "api_key_id", "api_key_name")
    return log_record(
        status=chance.choice([200, 200, 246, 400, 401, 404, 429, 499, 500, 529]),
        failure=failure,
        path=chance.choice(["/v1/chat/completions", "/v1/embeddings", "/v1/" + chance.choice(WORDS)]),
        trace_id=chance.choice("ab"),
        span_id=chance.choice([None, "a", "b"]),
        created_at_ms=chance.randint(0, 9),
        **{name: chance.choice([None, *WORDS]) for name in names},
    )


def filters() -> list[LogFilter]:
    """Each kind of condition by itself, and two together."""
    single: list[dict[str, object]] = [{"status": status} for status in STATUSES]
    single += [{"text": text} for text in TEXTS]
    single += [{name: "gpt-4o"} for name in ("provider", "vendor", "model", "api_key_id")]
    classes: list[dict[str, object]] = [{"error_class": name} for name in CLASSES]
    single += [{"span_id": "a"}, {"span_id": "a, b"}, {"trace_id": "b,a,"}, {"trace_id": ","}]
    single += [{"trace_id": "a"}, {"since_ms": 5}, {"until_ms": 5}, {"since_ms": 3, "until_ms": 4}, {"since_ms": 10}]
    pairs = [one | other for one, other in product(single, single[1::3]) if not one.keys() & other.keys()]
    return [msgspec.convert(conditions, LogFilter) for conditions in single + pairs + classes]


async def test_list_and_tail_agree(database: Database) -> None:
    """Whatever the filter, the list has exactly the records that the live tail lets through."""
    chance = Random(7)
    records = [some_record(chance) for _ in range(150)]
    put(database.file, records)
    differing = []

    async with database.session() as session:
        for narrowed in [*filters(), LogFilter(ids=frozenset(record.id for record in records[::9]))]:
            listed = [record.id for record in await page(session, narrowed, limit=150)]
            if listed != [record.id for record in records[::-1] if narrowed.matches(record)]:
                differing.append(narrowed)

    assert differing == []


@pytest.mark.parametrize(
    ("text", "found"),
    [("0%", ["100%"]), ("A_", ["a_b"]), ("\\", ["back\\slash"]), ("A_B", ["a_b"]), ("a%", []), ("o'b", ["o'brien"])],
)
async def test_text_has_no_wildcards(database: Database, text: str, found: list[str]) -> None:
    """What SQL would take for wildcards and quotes is looked for as it stands."""
    put(database.file, [log_record(model=word) for word in WORDS])

    async with database.session() as session:
        listed = await page(session, LogFilter(text=text), limit=100)

    assert [record.model for record in listed] == found


async def test_text_is_looked_for_in_four_places(database: Database) -> None:
    """Model, name of the key, path and message of the failure are searched, and nothing else."""
    failure = Failure(code="needle", message="a Needle", fault="needle")
    places = [
        log_record(model="needle-1"),
        log_record(api_key_name="my needle"),
        log_record(path="/needle"),
        log_record(failure=failure),
    ]
    put(database.file, [*places, log_record(provider="needle", vendor="needle", metadata={"needle": "needle"})])

    async with database.session() as session:
        listed = await page(session, LogFilter(text="NEEDLE"), limit=100)

    assert listed == places[::-1]


@pytest.mark.parametrize("status", ["bad", "40", "4x", "600", "4xxx", " 200"])
def test_status_without_meaning_is_refused(status: str) -> None:
    """A status that means nothing is told, with those that do."""
    with pytest.raises(ValueError, match="`success`, `error`, a class as `4xx` or one as `429`"):
        LogFilter(status=status)


async def test_every_failure_has_one_class(database: Database) -> None:
    """A failed request is found under exactly one class, and a success under none."""
    chance = Random(8)
    records = [some_record(chance) for _ in range(150)]
    put(database.file, records)

    async with database.session() as session:
        found = [
            record.id for name in CLASSES for record in await page(session, LogFilter(error_class=name), limit=150)
        ]

    assert sorted(found) == [record.id for record in records if not is_success(record)]


def test_broken_stream_is_no_success() -> None:
    """A stream that broke is a failure although its status is 200."""
    broken = Failure(code="stream_broken", message="cut", fault="provider")

    assert is_success(log_record())
    assert not is_success(log_record(failure=broken))
    assert not is_success(log_record(status=400))

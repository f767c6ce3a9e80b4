"""The chain of the audit log, and what `audit verify` finds in a file that somebody wrote to."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from store.audit.changes import change_of, seen, watch
from store.audit.proof import Tampered, prove
from store.audit.trail import AuditFilter, Entry, append, page
from store.catalog.integrations import IntegrationRow
from store.catalog.models import ModelRow
from store.database import Database
from store.ids import new_id
from store.secrets.vault import Vault

VAULT = Vault(b"k" * 32)


def entry(action: str = "update") -> Entry:
    """An entry of the operator's."""
    return Entry(
        at_ms=1_700_000_000_000,
        actor_id="operator",
        actor_name="operator",
        user_type="api_key",
        request_id=new_id(),
        resource_type="integrations",
        action=action,
        status=200,
        changes='[{"after": "schlüssel"}]',
    )


async def filled(database: Database, rows: int = 5) -> None:
    """A log of so many rows."""
    async with database.session() as session:
        for _ in range(rows):
            await append(session, entry(), VAULT)
        await session.commit()


def run(file: Path, *statements: str) -> None:
    """What somebody with the file alone can do."""
    with closing(sqlite3.connect(file)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


async def test_log_as_written_is_proved(database: Database) -> None:
    """A log that nobody touched is proved, and so is its head once more rows have come."""
    await filled(database)
    first = prove(database.file, VAULT)
    await filled(database, 2)

    second = prove(database.file, VAULT, first.head)

    assert (first.rows, second.rows, second.is_marked) == (5, 7, True)
    assert first.head != second.head


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit SET actor_name = 'nobody' WHERE number = 3", r"Row 3 was changed"),
        ("UPDATE audit SET changes = '[]' WHERE number = 5", r"Row 5 was changed"),
        ("UPDATE audit SET workspace = '' WHERE number = 1", r"Row 1 was changed"),
        ("UPDATE audit SET at_ms = at_ms + 1 WHERE number = 2", r"Row 2 was changed"),
        ("UPDATE audit SET hash = 'x' WHERE number = 2", r"Row 2 was changed"),
        ("DELETE FROM audit WHERE number = 1", r"Row 1 is missing"),
        ("DELETE FROM audit WHERE number = 3", r"Row 3 is missing"),
        ("DELETE FROM audit WHERE number = 5", r"The end is missing, row 5:"),
        ("DELETE FROM audit WHERE number > 2", r"The end is missing, rows 3 to 5:"),
        ("DELETE FROM audit", r"The end is missing, rows 1 to 5:"),
        ("UPDATE audit SET number = 7 WHERE number = 5", r"Row 5 is missing: the next one is row 7"),
        ("DELETE FROM facts WHERE name = 'audit_head'", r"head is missing"),
        ("UPDATE facts SET value = 'x' WHERE name = 'audit_head'", r"head cannot be read"),
    ],
)
async def test_whatever_is_touched_is_found(database: Database, statement: str, found: str) -> None:
    """An edit, a gap or a cut is found from the file alone, without the master key, and its row is named."""
    await filled(database)
    run(database.file, statement)

    with pytest.raises(Tampered, match=found):
        prove(database.file, None)


async def test_log_that_was_written_anew_is_found(database: Database) -> None:
    """Somebody who computes every hash anew, head included, is found by the mark, which takes the master key."""
    await filled(database)
    async with database.session() as session:
        await session.exec(sql("DELETE FROM audit"))  # type: ignore[call-overload]
        for _ in range(5):
            await append(session, entry("create"), Vault(b"x" * 32))
        await session.commit()

    assert prove(database.file, None).rows == 5
    with pytest.raises(Tampered, match="Row 5, the last, was not written with this master key"):
        prove(database.file, VAULT)


async def test_older_copy_of_the_file_is_found(database: Database) -> None:
    """A whole database put back as it was lacks the head that was printed later."""
    await filled(database)

    with pytest.raises(Tampered, match="No row has the hash abcdef"):
        prove(database.file, VAULT, "abcdef")


async def test_page_counts_all(database: Database) -> None:
    """A page is newest first, and knows how many there are."""
    await filled(database)

    async with database.session() as session:
        rows, total = await page(session, AuditFilter(action="update"), 0, 1 << 53, 1, 2)

    assert ([row.number for row in rows], total) == ([4, 3], 5)


async def test_changes_of_cascades_and_of_many_rows_are_seen(database: Database) -> None:
    """What SQLite changes by itself, or a statement over many rows, is seen like any other change."""
    row = IntegrationRow(id="i1", slug="a", name="A", vendor="openai", sealed_key=b"\x01secret", created_at_ms=1)
    async with database.session() as session:
        session.add(row)
        await session.flush()
        session.add_all([ModelRow(integration_id="i1", slug=slug) for slug in "xy"])
        await session.commit()
        await watch(session)
        await session.exec(sql("UPDATE models SET enabled = 0"))  # type: ignore[call-overload]
        await session.delete(row)

        changes = await seen(session)

    told = [(change.table, change.id, change.action) for change in changes]
    assert sorted(told) == sorted(
        [("models", f"i1/{slug}", act) for slug in "xy" for act in ("update", "delete")]
        + [("integrations", "i1", "delete")]
    )
    assert changes[0].before == {"enabled": 1}
    assert "secret" not in str(changes)


async def test_nothing_is_kept_past_a_change(database: Database) -> None:
    """What is written outside of a watched transaction is no part of the next one."""
    async with database.session() as session:
        await watch(session)
        await seen(session)
        session.add(IntegrationRow(id="i1", slug="a", name="A", vendor="openai", created_at_ms=1))
        await session.commit()
        await watch(session)

        assert await seen(session) == []


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('{"a": 1, "updated_at_ms": 1}', '{"a": 1, "updated_at_ms": 2}', None),
        ('{"last_used_at_ms": null}', '{"last_used_at_ms": 2}', None),
        ('{"a": 1, "b": 2}', '{"a": 1, "b": 3}', ({"b": 2}, {"b": 3})),
        (None, r'{"c": "{\"Authorization\": \"x\"}"}', (None, {"c": {"Authorization": "…"}})),
        (None, r'{"c": "[{\"api_key\": \"x\", \"n\": 1}]"}', (None, {"c": [{"api_key": "…", "n": 1}]})),
        (
            None,
            r'{"rule": "{\"conditions\": [{\"key\": \"_user\"}], \"key\": \"x\", \"to\": {\"key\": \"x\"}}"}',
            (None, {"rule": {"conditions": [{"key": "_user"}], "key": "…", "to": {"key": "…"}}}),
        ),
        (
            None,
            r'{"r": "{\"group_by\": [{\"key\": \"model\", \"token\": \"x\"}]}"}',
            (
                None,
                {"r": {"group_by": [{"key": "model", "token": "…"}]}},
            ),
        ),
        (None, '{"c": "{no json"}', (None, {"c": "{no json"})),
    ],
)
def test_change_tells_what_differs(before: str | None, after: str, told: tuple[object, object] | None) -> None:
    """Only what differs is told, credentials within JSON are masked, not names, and a mere time stamp is no change."""
    change = change_of("t", 1, before, after)

    assert told == (None if change is None else (change.before, change.after))


def sql(text: str) -> object:
    """A statement as SQLAlchemy wants it."""
    from sqlalchemy import text as statement

    return statement(text)


async def test_change_that_has_read_may_still_write(database: Database) -> None:
    """Nobody writes between what a change reads and what it then writes: SQLite would refuse the change at once."""
    async with database.session() as session:
        await watch(session)
        await session.exec(sql("SELECT count(*) FROM facts"))  # type: ignore[call-overload]
        with closing(sqlite3.connect(database.file, timeout=0)) as other, pytest.raises(sqlite3.OperationalError):
            other.execute("INSERT INTO facts VALUES ('theirs', x'00')")

        await session.exec(sql("INSERT INTO facts VALUES ('ours', x'00')"))  # type: ignore[call-overload]
        await session.commit()

    with closing(sqlite3.connect(database.file)) as reader:
        assert reader.execute("SELECT count(*) FROM facts WHERE name = 'ours'").fetchone() == (1,)

"""Proves the audit log: finds what was edited, taken out or cut off, from the database file alone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from store.audit.trail import BEFORE_ALL, HEAD, hash_of

if TYPE_CHECKING:
    from pathlib import Path

    from store.secrets.vault import Vault

UNLIKELY = "Somebody wrote to the database past the gateway."


class Tampered(Exception):
    """The audit log is not as it was written; says where. `row` is the first row at fault, None where no one row is."""

    def __init__(self, message: str, row: int | None = None) -> None:
        super().__init__(message)
        self.row = row


@dataclass(frozen=True, slots=True)
class Proof:
    """It is as it was written."""

    rows: int
    head: str
    """The last hash: kept elsewhere, it proves later that nothing up to here was touched."""
    is_marked: bool
    """Whether the mark of the master key was looked at too."""


def prove(file: Path, vault: Vault | None, known_head: str | None = None) -> Proof:
    """Read the whole log. `known_head` is the hash of an earlier proof. Raises Tampered, and sqlite3's errors."""
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=5)) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("BEGIN")
        fact = connection.execute("SELECT value FROM facts WHERE name = ?", [HEAD]).fetchone()
        number, hash, is_known = 0, BEFORE_ALL, known_head is None
        for each in checked(connection):
            number, hash = each
            is_known = is_known or hash == known_head
    check_end(number, hash, fact["value"] if fact else None, vault)
    if not is_known:
        raise Tampered(f"No row has the hash {known_head}: rows were replaced, or cut off, since it was printed.")
    return Proof(number, hash, vault is not None)


def checked(connection: sqlite3.Connection) -> Iterator[tuple[int, str]]:
    """Every row's number and hash, each compared with what the row says. Raises Tampered."""
    before = BEFORE_ALL
    for number, row in enumerate(connection.execute("SELECT * FROM audit ORDER BY number"), 1):
        told = dict(row)
        if told["number"] != number:
            raise Tampered(f"Row {number} is missing: the next one is row {told['number']}. {UNLIKELY}", number)
        if told["hash"] != hash_of(told):
            raise Tampered(f"Row {number} was changed after it was written. {UNLIKELY}", number)
        if told["previous_hash"] != before:
            what = f"Row {number} does not follow row {number - 1}: one of the two was replaced. {UNLIKELY}"
            raise Tampered(what, number)
        before = told["hash"]
        yield number, before


def check_end(number: int, hash: str, fact: bytes | None, vault: Vault | None) -> None:
    """Compare the last row with what the head says. Raises Tampered."""
    if fact is None:
        raise Tampered(f"The log's head is missing, so its end cannot be proved; {number} rows are there. {UNLIKELY}")
    head = head_in(fact)
    if head["number"] > number:
        cut = f"row {number + 1}" if head["number"] == number + 1 else f"rows {number + 1} to {head['number']}"
        raise Tampered(f"The end is missing, {cut}: it was cut off. {UNLIKELY}", number + 1)
    if (head["number"], head["hash"]) != (number, hash):
        raise Tampered(f"Row {number} is not the one that the head names. {UNLIKELY}", number)
    if vault is not None and head.get("mark") != vault.mark(f"{number} {hash}"):
        raise Tampered(f"Row {number}, the last, was not written with this master key. {UNLIKELY}", number)


def head_in(fact: bytes) -> dict[str, Any]:
    """What the head says. Raises Tampered."""
    try:
        head: dict[str, Any] = json.loads(fact)
        return {"number": int(head["number"]), "hash": str(head["hash"]), "mark": head.get("mark")}
    except (ValueError, KeyError, TypeError) as error:
        raise Tampered(f"The log's head cannot be read. {UNLIKELY}") from error

"""An export from the file of a gateway that does not run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from gateway.domain import Caller
from gateway.exports.lines import batches, checked
from gateway.log.query import filter_of
from store.database import open_database
from store.ids import KeyId, Slug

if TYPE_CHECKING:
    from pathlib import Path

NOBODY = Caller(KeyId(""), "", Slug("default"), frozenset(), is_organisation=True)
"""Whoever can read the file sees every workspace."""


async def export_file(home: Path, filters: str, fields: str | None, form: str, output: Path) -> int:
    """Write what fits into a new file for its owner's eyes; how many requests. Raises BadRequest and OSError.

    What still lies in the spool is not part of it: the next start of the gateway brings it into the database.
    """
    narrowed = filter_of(msgspec.json.decode(filters, type=dict[str, str]), NOBODY, set())
    wanted, count = checked(fields.split(",") if fields else None), 0
    database = await open_database(home / "tollhouse.db")
    try:
        with os.fdopen(os.open(output, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            async for batch in batches(database, narrowed, wanted, form, None):
                file.write(batch.data)
                count += batch.records
    finally:
        await database.close()
    return count

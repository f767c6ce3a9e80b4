"""Every table, for who needs all of them: migrations, and `make schema`, which writes `schema.sql` anew.

The program itself imports a table where it is used: all of them take a tenth of a second, and ten megabytes.
"""

from collections.abc import Iterator

from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import SQLModel

import store.api_keys
import store.audit
import store.channels
import store.configs
import store.counters
import store.events
import store.exports
import store.facts
import store.feedback
import store.integrations
import store.invites
import store.log_rows
import store.members
import store.models
import store.policies
import store.providers
import store.provisions
import store.repricings
import store.rollup_amendments
import store.rollup_rows
import store.spool_positions
import store.users
import store.workspaces  # noqa: F401  (all of them: their tables belong to the schema)
from store.schema import SCHEMA

METADATA = SQLModel.metadata


def written() -> str:
    """The SQL that makes every table and index."""
    return "\n\n".join(f"{statement};" for statement in statements()) + "\n"


def statements() -> Iterator[str]:
    """It, statement by statement."""
    dialect = sqlite.dialect()
    for table in METADATA.sorted_tables:
        yield "\n".join(line.rstrip() for line in str(CreateTable(table).compile(dialect=dialect)).strip().splitlines())
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            yield str(CreateIndex(index).compile(dialect=dialect))


if __name__ == "__main__":
    SCHEMA.write_text(written())

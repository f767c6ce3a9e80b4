"""Every table, for who needs all of them: migrations, and `make schema`, which writes `schema.sql` anew.

The program itself imports a table where it is used: all of them take a tenth of a second, and ten megabytes.
"""

from collections.abc import Iterator

from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import SQLModel

import store.audit.trail
import store.catalog.configs
import store.catalog.integrations
import store.catalog.models
import store.catalog.providers
import store.catalog.provisions
import store.facts
import store.limits.counters
import store.limits.policies
import store.log.exports
import store.log.feedback
import store.log.repricings
import store.log.rows
import store.notifications.channels
import store.notifications.events
import store.organisation.api_keys
import store.organisation.invites
import store.organisation.members
import store.organisation.users
import store.organisation.workspaces
import store.rollups.amendments
import store.rollups.rows
import store.spool.positions  # noqa: F401  (all of them: their tables belong to the schema)
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

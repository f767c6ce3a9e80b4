"""Another master key: everything that is sealed is sealed again, in one transaction, and so is whole at any moment.

The new key waits in the home until the database is changed; whoever opens a database that was, puts the key in its
place (`master_key.end_rotation`). A crash before leaves all as it was, and the same key is taken the next time.
API keys stay valid: what they are hashed with is kept, sealed under the new key.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam
from sqlmodel import SQLModel, col, select

from store.audit.trail import Entry, append
from store.catalog.configs import ConfigVersionRow
from store.catalog.integrations import IntegrationRow
from store.facts import fact, remember
from store.ids import Sealed
from store.notifications.channels import ChannelRow
from store.organisation.api_keys import ApiKeyRow
from store.secrets.master_key import FINGERPRINT, HASHING
from store.secrets.vault import VaultLocked

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

    from store.database import Database
    from store.secrets.vault import Vault

Progress = Callable[[int, int], None]
"""Told how many are done, of how many."""
STEP = 500
"""Secrets between two words of progress."""


class SealedColumn(NamedTuple):
    """One column of secrets, and whose they are."""

    row: type[SQLModel]
    name: str
    about: str
    """With `{}` for the row's id."""
    field: str | None = None
    """Of JSON in the column: the one that is sealed, in base64."""


SEALED = (
    SealedColumn(IntegrationRow, "sealed_key", "integration:{}:key"),
    SealedColumn(IntegrationRow, "sealed_configurations", "integration:{}:configurations"),
    SealedColumn(ConfigVersionRow, "sealed_config", "config-version:{}"),
    SealedColumn(ChannelRow, "sealed_url", "channel:{}"),
    SealedColumn(ApiKeyRow, "sealed_secret", "api-key:{}:secret"),
    SealedColumn(ApiKeyRow, "sealed_secret", "api-key:{}:secret"),
    SealedColumn(ApiKeyRow, "defaults", "api-key:{}:open-webui", "open_webui_secret"),
)
"""Every column that is sealed."""


async def rotate(database: Database, old: Vault, new: Vault, entry: Entry, progress: Progress) -> int:
    """Seal everything under another key; how many secrets there were. Raises VaultLocked, and then nothing changed."""
    async with database.session() as session:
        if await fact(session, FINGERPRINT) == new.fingerprint:
            return 0
        await remember(session, FINGERPRINT, new.fingerprint)
        await remember(session, HASHING, new.seal(old.hashing_key.hex(), HASHING))
        found = [(column, await sealed_in(session, column)) for column in SEALED]
        done, total = 0, sum(len(rows) for _, rows in found)
        for column, rows in found:
            for start in range(0, len(rows), STEP):
                part = rows[start : start + STEP]
                await seal_again(session, column, part, old, new)
                done += len(part)
                progress(done, total)
        await append(session, entry, new)
        await session.commit()
    return total


async def sealed_in(session: AsyncSession, column: SealedColumn) -> list[tuple[str, Any]]:
    """A column's secrets, with their rows' ids."""
    table = column.row.__table__  # type: ignore[attr-defined]
    query = select(table.c.id, table.c[column.name]).where(table.c[column.name].is_not(None))
    return [(row[0], row[1]) for row in await session.exec(query)]


async def seal_again(
    session: AsyncSession, column: SealedColumn, rows: list[tuple[str, Any]], old: Vault, new: Vault
) -> None:
    """Write some of them under the new key."""
    table = column.row.__table__  # type: ignore[attr-defined]
    written = [{"its": id, "secret": sealed_again(column, id, value, old, new)} for id, value in rows]
    change = table.update().where(col(table.c.id) == bindparam("its")).values({column.name: bindparam("secret")})
    await (await session.connection()).execute(change, written)


def sealed_again(column: SealedColumn, id: str, value: Any, old: Vault, new: Vault) -> Any:
    """A column's value under the new key."""
    about = column.about.format(id)
    if column.field is None:
        return moved(value, about, old, new)
    said = json.loads(value)
    if not said.get(column.field):
        return value
    sealed = moved(base64.b64decode(said[column.field]), about, old, new)
    return json.dumps(said | {column.field: base64.b64encode(sealed).decode()}, separators=(",", ":"))


def moved(sealed: bytes, about: str, old: Vault, new: Vault) -> bytes:
    """A secret under the new key; one that nobody can read is left for what it is."""
    try:
        return new.seal(old.unseal(Sealed(sealed), about), about)
    except VaultLocked:
        return sealed

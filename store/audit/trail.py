"""The audit log: who changed what, each row holding the hash of the one before, so that nothing is taken out unseen."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Field, SQLModel, col, select

from store.facts import remember

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

    from store.secrets.vault import Vault

HEAD = "audit_head"
"""The fact that says how far the log goes: its last number and hash, marked under the master key."""
BEFORE_ALL = ""
"""The hash before the first row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One change, or a refused attempt at one."""

    at_ms: int
    actor_id: str
    """The API key's id, or the gateway's own name."""
    actor_name: str
    user_type: str
    """`user`, `api_key`, `command` (on this machine) or `gateway` (by itself)."""
    user_id: str | None = None
    workspace: str | None = None
    client_ip: str | None = None
    user_agent: str | None = None
    method: str = ""
    uri: str = ""
    query: str = ""
    request_id: str
    resource_type: str
    resource_id: str | None = None
    action: str
    status: int
    changes: str
    """JSON: a list of rows with what they were and are, secrets masked."""


class AuditRow(SQLModel, table=True):
    """An entry in its place of the chain."""

    __tablename__ = "audit"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    """1, 2, 3, … without a gap."""
    at_ms: int = Field(index=True)
    actor_id: str
    actor_name: str
    user_type: str
    user_id: str | None
    workspace: str | None
    client_ip: str | None
    user_agent: str | None
    method: str
    uri: str
    query: str
    request_id: str
    resource_type: str
    resource_id: str | None
    action: str
    status: int
    changes: str
    previous_hash: str
    hash: str


SEARCHED = (
    AuditRow.actor_name,
    AuditRow.resource_type,
    AuditRow.resource_id,
    AuditRow.action,
    AuditRow.uri,
    AuditRow.client_ip,
    AuditRow.changes,
)
"""Where words are looked for."""


class AuditFilter(SQLModel):
    """Which rows are wanted; what is None does not matter."""

    method: str | None = None
    uri: str | None = None
    request_id: str | None = None
    actor_id: str | None = None
    """Or the user's."""
    user_type: str | None = None
    workspace: str | None = None
    status: int | None = None
    resource_type: str | None = None
    resource_id: str | None = None
    action: str | None = None
    client_ip: str | None = None
    actor: str | None = None
    """A name or an id of who did it."""
    words: str | None = None
    """Each of them stands somewhere in the row: in a name, the path, or what was changed."""


async def append(session: AsyncSession, entry: Entry, vault: Vault) -> AuditRow:
    """Add an entry, in the transaction of the change itself; the caller commits."""
    last = (await session.exec(select(AuditRow).order_by(col(AuditRow.number).desc()).limit(1))).first()
    number, before = (last.number + 1, last.hash) if last else (1, BEFORE_ALL)
    told = {"number": number, **asdict(entry), "previous_hash": before}
    row = AuditRow(**told, hash=hash_of(told))
    session.add(row)
    await session.flush()
    await remember(session, HEAD, head_of(number, row.hash, vault))
    return row


async def page(
    session: AsyncSession, wanted: AuditFilter, since_ms: int, until_ms: int, skip: int, limit: int
) -> tuple[list[AuditRow], int]:
    """Rows of a time, newest first, and how many there are in all."""
    theirs = [col(AuditRow.at_ms) >= since_ms, col(AuditRow.at_ms) < until_ms, *conditions(wanted)]
    newest = select(AuditRow).where(*theirs).order_by(col(AuditRow.number).desc())
    total = (await session.exec(select(func.count()).select_from(AuditRow).where(*theirs))).one()
    return list(await session.exec(newest.offset(skip).limit(limit))), total


def conditions(wanted: AuditFilter) -> Iterator[ColumnElement[bool]]:
    """What holds of the rows that are wanted."""
    said = wanted.model_dump(exclude_none=True)
    if who := said.pop("actor_id", None):
        yield (col(AuditRow.actor_id) == who) | (col(AuditRow.user_id) == who)
    if who := said.pop("actor", None):
        yield or_(*(column == who for column in map(col, (AuditRow.actor_id, AuditRow.actor_name, AuditRow.user_id))))
    for word in said.pop("words", "").split():
        yield or_(*(column.icontains(word, autoescape=True) for column in map(col, SEARCHED)))
    yield from (getattr(AuditRow, name) == value for name, value in said.items())


def hash_of(told: Mapping[str, Any]) -> str:
    """The hash of a row with the hash before it; fields without a value do not count, so that more may come later."""
    said = {name: value for name, value in told.items() if value is not None and name != "hash"}
    return sha256(json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def head_of(number: int, hash: str, vault: Vault) -> bytes:
    """The log's end, with a mark that nobody can make without the master key."""
    return json.dumps({"number": number, "hash": hash, "mark": vault.mark(f"{number} {hash}")}).encode()

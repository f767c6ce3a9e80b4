"""Exports of the log: what is to be written into which file, and how far it is."""

from collections.abc import Sequence

from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession


class ExportRow(SQLModel, table=True):
    """One export. `cursor`, `records` and `bytes` are of one moment: after a crash the file is cut to them."""

    __tablename__ = "exports"

    id: str = Field(primary_key=True)
    workspace: str
    """Whose it is; its requests are those of `filters`."""
    status: str
    """`draft`, `in_progress`, `success`, `failed` or `stopped`."""
    description: str | None = None
    filters: str
    """The query of `/v1/logs`, as a JSON object."""
    fields: str
    """A JSON list."""
    format: str
    """`jsonl` or `csv`."""
    created_by: str
    created_at_ms: int
    updated_at_ms: int
    is_whole: bool = False
    """Whether it is of every workspace that its filters let through."""
    total: int | None = None
    """Requests that fit when it began; None where counting them took too long."""
    records: int = 0
    bytes: int = 0
    cursor: str | None = None
    """The last request written; what is older follows."""
    until_ms: int | None = None
    """What arrived later is no part of it."""
    error: str | None = None


async def exports_of(session: AsyncSession, workspace: str | None) -> Sequence[ExportRow]:
    """Those of a workspace, or (None) all, the newest first."""
    wanted = select(ExportRow).order_by(col(ExportRow.id).desc())
    if workspace is not None:
        wanted = wanted.where(col(ExportRow.workspace) == workspace)
    return (await session.exec(wanted)).all()


async def export_by_id(session: AsyncSession, id: str) -> ExportRow | None:
    """One export, as it is in the database now."""
    return await session.get(ExportRow, id, populate_existing=True)


async def unfinished(session: AsyncSession) -> Sequence[ExportRow]:
    """Those that were being written when the gateway ended."""
    return (await session.exec(select(ExportRow).where(col(ExportRow.status) == "in_progress"))).all()


async def finished_before(session: AsyncSession, moment_ms: int) -> Sequence[ExportRow]:
    """Those that nothing happened to since then."""
    wanted = select(ExportRow).where(col(ExportRow.updated_at_ms) < moment_ms)
    return (await session.exec(wanted.where(col(ExportRow.status) != "in_progress"))).all()

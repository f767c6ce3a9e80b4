"""Saved configs and every version of them: how requests are routed, by a slug `pc-…`."""

from collections.abc import Collection

from sqlmodel import Field, SQLModel, col, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from store.ids import Slug


class ConfigRow(SQLModel, table=True):
    """One config; `version_id` names the version that holds."""

    __tablename__ = "configs"

    id: str = Field(primary_key=True)
    slug: str = Field(unique=True)
    name: str
    workspace: str = "default"
    is_default: bool = False
    """For every request of its workspace that names no config."""
    status: str = "active"
    """Or `archived`: kept, and used by nobody."""
    version_id: str
    owner_id: str | None = None
    """The API key that made it."""
    updated_by: str | None = None
    created_at_ms: int
    updated_at_ms: int | None = None


class ConfigVersionRow(SQLModel, table=True):
    """What a config said from one change to the next; it goes with its config."""

    __tablename__ = "config_versions"

    id: str = Field(primary_key=True)
    config_id: str = Field(foreign_key="configs.id", ondelete="CASCADE", index=True)
    name: str
    sealed_config: bytes
    """JSON, sealed: targets may hold credentials."""
    created_by: str | None = None
    created_at_ms: int


async def all_configs(session: AsyncSession) -> list[ConfigRow]:
    """Every config, oldest first."""
    return list(await session.exec(select(ConfigRow).order_by(col(ConfigRow.created_at_ms), col(ConfigRow.id))))


async def configs_of(session: AsyncSession, ids: Collection[str] | None) -> list[ConfigRow]:
    """These configs; None: all there are."""
    if ids is None:
        return await all_configs(session)
    return list(await session.exec(select(ConfigRow).where(col(ConfigRow.id).in_(ids))))


async def config_by_slug(session: AsyncSession, slug: Slug | str) -> ConfigRow | None:
    """The config of that slug, or of that id."""
    named = select(ConfigRow).where((col(ConfigRow.slug) == slug) | (col(ConfigRow.id) == slug))
    return (await session.exec(named)).one_or_none()


async def current_versions(session: AsyncSession, ids: Collection[str] | None = None) -> dict[str, ConfigVersionRow]:
    """The version that holds of each of these configs, by the config's id; None: of all there are."""
    holding = select(ConfigVersionRow).join(ConfigRow, col(ConfigRow.version_id) == col(ConfigVersionRow.id))
    if ids is not None:
        holding = holding.where(col(ConfigRow.id).in_(ids))
    return {row.config_id: row for row in await session.exec(holding)}


async def versions_of(session: AsyncSession, config_id: str) -> list[ConfigVersionRow]:
    """Every version of a config, newest first."""
    theirs = select(ConfigVersionRow).where(ConfigVersionRow.config_id == config_id)
    return list(await session.exec(theirs.order_by(col(ConfigVersionRow.id).desc())))


async def version_counts(session: AsyncSession) -> dict[str, int]:
    """How many versions each config has, by its id."""
    theirs = col(ConfigVersionRow.config_id)
    return dict((await session.exec(select(theirs, func.count()).group_by(theirs))).all())


async def make_default(session: AsyncSession, config: ConfigRow) -> None:
    """Let a config be the default of its workspace, in place of whichever was."""
    others = (col(ConfigRow.workspace) == config.workspace, col(ConfigRow.id) != config.id)
    await session.exec(update(ConfigRow).where(*others).values(is_default=False))
    config.is_default = True

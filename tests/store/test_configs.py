"""Saved configs: what is kept of them, and which version holds."""

from store.catalog.configs import (
    ConfigRow,
    ConfigVersionRow,
    all_configs,
    config_by_slug,
    current_versions,
    make_default,
    versions_of,
)
from store.database import Database


def config(id: str, created_at_ms: int = 1, workspace: str = "default", *, is_default: bool = False) -> ConfigRow:
    """A config of that id, at its second version."""
    return ConfigRow(
        id=id,
        slug=f"pc-{id}",
        name=id,
        workspace=workspace,
        is_default=is_default,
        version_id=f"{id}2",
        created_at_ms=created_at_ms,
    )


def version(id: str) -> ConfigVersionRow:
    """A version of the config that its id begins with."""
    return ConfigVersionRow(id=id, config_id=id[0], name=id[0], sealed_config=id.encode(), created_at_ms=1)


async def test_configs(database: Database) -> None:
    """They come oldest first, and are found by slug and by id."""
    async with database.session() as session:
        session.add_all([config("b", 2), config("a", 1)])
        await session.commit()
    async with database.session() as session:
        found = await all_configs(session)
        by_slug, by_id = await config_by_slug(session, "pc-b"), await config_by_slug(session, "b")
        missing = await config_by_slug(session, "pc-c")

    assert [row.id for row in found] == ["a", "b"]
    assert by_slug is by_id
    assert by_slug == config("b", 2)
    assert missing is None


async def test_versions(database: Database) -> None:
    """Every version is kept, newest first; the one that the config names holds; all go with their config."""
    async with database.session() as session:
        session.add_all([config("a"), config("b")])
        await session.flush()
        session.add_all([version(id) for id in ("a1", "a2", "a3", "b1", "b2")])
        await session.commit()
    async with database.session() as session:
        current, theirs = await current_versions(session), await versions_of(session, "a")
        await session.delete(await session.get_one(ConfigRow, "a"))
        await session.commit()
        gone, others = await versions_of(session, "a"), await versions_of(session, "b")

    assert {id: row.id for id, row in current.items()} == {"a": "a2", "b": "b2"}
    assert [row.id for row in theirs] == ["a3", "a2", "a1"]
    assert (gone, [row.id for row in others]) == ([], ["b2", "b1"])


async def test_one_default_for_each_workspace(database: Database) -> None:
    """A new default takes the place of the one before, in its own workspace alone."""
    async with database.session() as session:
        chosen = config("c")
        session.add_all([config("a", is_default=True), config("b", workspace="w", is_default=True), chosen])
        await session.flush()
        await make_default(session, chosen)
        await session.commit()
    async with database.session() as session:
        found = await all_configs(session)

    assert [row.slug for row in found if row.is_default] == ["pc-b", "pc-c"]

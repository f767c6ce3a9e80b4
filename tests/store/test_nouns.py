"""Integrations, providers, models, API keys and facts: each question the gateway asks."""

from store.catalog.integrations import IntegrationRow, all_integrations, integration_by_slug
from store.catalog.models import ModelRow, models_by_integration, models_of
from store.catalog.providers import ProviderRow, all_providers, provider_by_slug, providers_of
from store.database import Database
from store.facts import fact, remember
from store.organisation.api_keys import ApiKeyRow, all_api_keys, api_key_by_id


def integration(id: str, created_at_ms: int = 1) -> IntegrationRow:
    """An integration of that id."""
    return IntegrationRow(id=id, slug=f"{id}-slug", name=id, vendor="openai", created_at_ms=created_at_ms)


def provider(id: str, integration_id: str, created_at_ms: int = 1) -> ProviderRow:
    """A provider of an integration."""
    slug = f"{id}-slug"
    return ProviderRow(id=id, slug=slug, name=id, integration_id=integration_id, created_at_ms=created_at_ms)


def api_key(id: str, created_at_ms: int = 1) -> ApiKeyRow:
    """An API key of that id."""
    return ApiKeyRow(
        id=id,
        name=id,
        kind="workspace-service",
        key_hash=f"{id}-hash",
        masked_key="th-a…wxyz",
        scopes="[]",
        created_at_ms=created_at_ms,
    )


async def test_integrations(database: Database) -> None:
    """They come oldest first, and are found by slug."""
    async with database.session() as session:
        session.add_all([integration("b", 2), integration("a", 1)])
        await session.commit()
    async with database.session() as session:
        found = await all_integrations(session)
        by_slug, missing = await integration_by_slug(session, "b-slug"), await integration_by_slug(session, "c")

    assert [row.id for row in found] == ["a", "b"]
    assert by_slug == integration("b", 2)
    assert missing is None


async def test_providers_and_models(database: Database) -> None:
    """They are found all together, by integration, and a provider by its slug."""
    async with database.session() as session:
        session.add_all([integration("a"), integration("b")])
        await session.flush()
        session.add_all([provider("2", "b", 2), provider("1", "a"), provider("3", "a", 3)])
        session.add_all([ModelRow(integration_id=id, slug=slug) for id, slug in [("b", "z"), ("a", "y"), ("a", "x")]])
        await session.commit()
    async with database.session() as session:
        providers, theirs = await all_providers(session), await providers_of(session, "a")
        by_slug, missing = await provider_by_slug(session, "2-slug"), await provider_by_slug(session, "9")
        models, some = await models_by_integration(session, ["a", "c"]), await models_of(session, "a")

    assert [row.id for row in providers] == ["1", "2", "3"]
    assert [row.id for row in theirs] == ["1", "3"]
    assert by_slug == provider("2", "b", 2)
    assert missing is None
    assert {id: [row.slug for row in rows] for id, rows in models.items()} == {"a": ["x", "y"]}
    assert [row.slug for row in some] == ["x", "y"]


async def test_deleted_integration_takes_its_own_along(database: Database) -> None:
    """Providers and models go with their integration, and others stay."""
    async with database.session() as session:
        session.add_all([integration("a"), integration("b")])
        await session.flush()
        session.add_all([provider("1", "a"), provider("2", "b"), ModelRow(integration_id="a", slug="x")])
        await session.commit()
        await session.delete(await session.get_one(IntegrationRow, "a"))
        await session.commit()
    async with database.session() as session:
        providers, models = await all_providers(session), await models_of(session, "a")

    assert [row.id for row in providers] == ["2"]
    assert models == []


async def test_api_keys(database: Database) -> None:
    """They come oldest first, and are found by id."""
    async with database.session() as session:
        session.add_all([api_key("b", 2), api_key("a", 1)])
        await session.commit()
    async with database.session() as session:
        found = await all_api_keys(session)
        by_id, missing = await api_key_by_id(session, "b"), await api_key_by_id(session, "c")

    assert [row.id for row in found] == ["a", "b"]
    assert by_id == api_key("b", 2)
    assert missing is None


async def test_facts(database: Database) -> None:
    """The value remembered last is the fact, and what was never remembered is none."""
    async with database.session() as session:
        await remember(session, "fingerprint", b"1")
        before = await fact(session, "fingerprint")
        await remember(session, "fingerprint", b"2")
        after, missing = await fact(session, "fingerprint"), await fact(session, "other")

    assert (before, after, missing) == (b"1", b"2", None)


async def test_nothing_is_kept_without_commit(database: Database) -> None:
    """A session that ends without a commit leaves no trace."""
    async with database.session() as session:
        await remember(session, "fingerprint", b"1")
    async with database.session() as session:
        found = await fact(session, "fingerprint")

    assert found is None

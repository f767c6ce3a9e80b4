"""After a change of one saved config the others are what they were; those that name it follow it."""

from __future__ import annotations

from typing import Any

from tests.gateway.running import Gateway, Json, ask

CHAT = "/v1/chat/completions"


async def saved(gateway: Gateway, name: str, config: Json) -> str:
    """A config's slug."""
    made = await gateway.admin.post("/v1/configs", json={"name": name, "config": config})
    return str(made.raise_for_status().json()["data"]["slug"])


async def models_asked(gateway: Gateway, *slugs: str) -> list[Any]:
    """Which model answers by each config; a status where none does."""
    answers = [await gateway.app.post(CHAT, json=ask(), headers={"x-portkey-config": slug}) for slug in slugs]
    return [each.json()["model"].partition("-20")[0] if each.is_success else each.status_code for each in answers]


def by(model: str) -> Json:
    """A config with a model."""
    return {"provider": "@demo", "override_params": {"model": model}}


async def test_who_names_a_changed_config_follows_it(gateway: Gateway) -> None:
    """However many configs lie between; a config that names none of them stays the very same."""
    inner = await saved(gateway, "inner", by("gpt-4o"))
    middle = await saved(gateway, "middle", {"strategy": {"mode": "fallback"}, "targets": [{"config": inner}]})
    outer = await saved(gateway, "outer", {"strategy": {"mode": "fallback"}, "targets": [{"config": middle}]})
    other = await saved(gateway, "other", by("gpt-4o"))
    before, kept = await models_asked(gateway, outer, other), gateway.plant.snapshot.configs[other]

    changed = await gateway.admin.put(f"/v1/configs/{inner}", json={"config": by("gpt-4o-mini")})

    assert (changed.status_code, before) == (200, ["gpt-4o", "gpt-4o"])
    assert await models_asked(gateway, outer, middle, other) == ["gpt-4o-mini", "gpt-4o-mini", "gpt-4o"]
    assert gateway.plant.snapshot.configs[other] is kept


async def test_an_archived_config_is_there_for_nobody_until_it_is_active_again(gateway: Gateway) -> None:
    """Names are looked up anew whenever what they stand for comes or goes."""
    inner = await saved(gateway, "inner", by("gpt-4o"))
    outer = await saved(gateway, "outer", {"strategy": {"mode": "fallback"}, "targets": [{"config": inner}]})

    await gateway.admin.put(f"/v1/configs/{outer}", json={"name": "renamed"})
    renamed = await models_asked(gateway, outer)
    removed = [await gateway.admin.delete(f"/v1/configs/{slug}") for slug in (outer, inner)]
    gone = await models_asked(gateway, outer, inner)

    assert (renamed, gone) == (["gpt-4o"], [404, 404])
    assert [each.status_code for each in removed] == [200, 200]

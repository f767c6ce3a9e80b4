"""What the gateway says of itself: its settings, how it is, and whose key asks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.settings import settable, settle
from gateway.watching.findings import OLD_DAYS, prices, writer
from store.spool.writer import WriterState
from tests.gateway.departments import organisation_key, user, workspace
from tests.gateway.running import OPERATOR_KEY, Gateway, client, gateway_in

Json = dict[str, Any]


async def rows(asker: httpx.AsyncClient, path: str) -> dict[str, Json]:
    """A list by the name of each row."""
    answer = (await asker.get(path)).raise_for_status().json()
    return {row.get("name") or row["about"]: row for row in answer["data"]}


async def test_settings_say_where_they_are_from(tmp_path: Path) -> None:
    """Each setting has its value, its source and what it accepts; secrets are masked, and few keys may look."""
    (tmp_path / "tollhouse.toml").write_text('\nkeep_bodies_days = 7\ntrusted_custom_hosts = ["a.example", "b"]\n')
    environ = {"TOLLHOUSE_OPERATOR_KEY": OPERATOR_KEY, "TOLLHOUSE_DRAIN_SECONDS": "5"}
    found = settle({"home": str(tmp_path)}, environ, None)
    said = {name: getattr(found, name) for name in found.origins if name != "home"}

    async with gateway_in(tmp_path, **said, origins=found.origins) as gateway:
        shown = await rows(gateway.admin, "/v1/settings")
        refused = await gateway.app.get("/v1/settings")

    assert list(shown) == [each.name for each in settable()]
    assert (shown["keep_bodies_days"]["value"], shown["keep_bodies_days"]["default"]) == ("7", "30")
    assert shown["keep_bodies_days"]["where"] == f"line 2 of {tmp_path}/tollhouse.toml"
    assert (shown["drain_seconds"]["source"], shown["drain_seconds"]["where"]) == (
        "environment",
        "TOLLHOUSE_DRAIN_SECONDS",
    )
    assert (shown["home"]["source"], shown["home"]["where"]) == ("flag", "`--home`")
    assert (shown["host"]["source"], shown["host"]["accepts"]) == ("default", "any text")
    assert shown["trusted_custom_hosts"]["value"] == "a.example,b"
    assert shown["port"]["accepts"] == "a whole number from 1 to 65535"
    assert (shown["operator_key"]["flag"], OPERATOR_KEY in str(shown)) == (None, False)
    assert refused.status_code == 403


async def test_doctor_looks_at_every_part(gateway: Gateway) -> None:
    """Versions, master key, writer, database, spool, disk and prices each have a finding; a narrow key has none."""
    found = await rows(gateway.admin, "/v1/doctor")

    assert list(found) == ["versions", "master key", "log writer", "database", "spool", "disk", "prices"]
    assert str(gateway.plant.settings.home / "master.key") in found["master key"]["what"]
    assert "genai-prices" in found["prices"]["what"]
    assert all(row["mend"] for row in found.values() if row["level"] != "ok")
    assert (await gateway.app.get("/v1/doctor")).status_code == 403


@pytest.mark.parametrize(
    ("state", "levels"),
    [
        ({"waiting": 3}, ["ok"]),
        ({"waiting": 20_000}, ["warn"]),
        ({"reason": "the disk is full", "lost": 2}, ["bad", "bad"]),
        ({"damaged": 1}, ["ok", "warn"]),
    ],
    ids=["well", "behind", "blocked", "damaged"],
)
def test_writer_in_trouble_is_told_with_what_helps(state: Json, levels: list[str]) -> None:
    """What keeps the log from being written is a finding, and each one that is not well says what mends it."""
    usual: Json = {"waiting": 0, "reason": None, "lost": 0, "damaged": 0}

    found = list(writer(WriterState(**usual | state)))

    assert [each.level for each in found] == levels
    assert all(each.mend for each in found if each.level != "ok")


def test_old_prices_are_worth_a_look() -> None:
    """Prices that were installed long ago, and none at all, are said to be worth a look."""
    found = [prices(["a 1"], 3), prices(["a 1"], OLD_DAYS + 1), prices([], None)]

    assert [each.level for each in found] == ["ok", "warn", "warn"]


async def test_key_knows_itself(gateway: Gateway) -> None:
    """A key is told its workspace, role and scopes: the owner's, the organisation's, an application's and a user's."""
    await workspace(gateway, "marketing")
    ada = await user(gateway, "ada@example.com", "member", marketing="manager")
    body = {"name": "ada", "workspace_id": "marketing", "user_id": ada, "scopes": ["logs.list", "providers.create"]}
    made = (await gateway.admin.post("/v1/api-keys/workspace/user", json=body)).raise_for_status().json()

    async with client(gateway.url, made["key"]) as hers, await organisation_key(gateway, "audit_logs.list") as theirs:
        askers = (gateway.admin, theirs, gateway.app, hers)
        owner, ours, app, own = [(await each.get("/v1/api-keys/self")).raise_for_status().json() for each in askers]

    assert (owner["is_owner"], owner["workspace_id"], "workspaces.create" in owner["scopes"]) == (True, None, True)
    assert (ours["is_owner"], ours["workspace_id"], ours["scopes"]) == (False, None, ["audit_logs.list"])
    assert (app["workspace_id"], app["role"], app["scopes"]) == ("default", None, ["completions.write"])
    assert (own["email"], own["role"], own["workspace_role"]) == ("ada@example.com", "member", "manager")
    assert own["scopes"] == ["logs.list", "providers.create"]


async def test_unknown_key_is_told_nothing(gateway: Gateway) -> None:
    """Asking who one is needs a key that is known."""
    async with client(gateway.url, "th-unknown") as stranger:
        assert (await stranger.get("/v1/api-keys/self")).status_code == 401

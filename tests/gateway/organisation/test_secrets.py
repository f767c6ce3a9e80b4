"""Credentials at rest and elsewhere: references, master keys from other places, another master key."""

from __future__ import annotations

import base64
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import LargeBinary
from sqlmodel import SQLModel

from console.demo.vendor import SimulatedVendor
from gateway.catalog.references import References, Unresolved
from gateway.maintenance import main
from gateway.settings import Settings
from gateway.sockets import CannotStart
from gateway.start import plant_of
from store.database import open_database
from store.secrets.master_key import NEW, InFile, vault_for
from store.secrets.rotation import SEALED, rotate
from store.secrets.vault import Vault, VaultLocked, make_master_key, master_key_in
from tests.gateway.running import Gateway, add_demo, client, gateway_in

Json = dict[str, Any]
SECRET = "sk-kept-elsewhere-0123456789"
KEY = base64.b64encode(b"m" * 32).decode()


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """A vendor's key, and a secret of the gateway's own, in its environment."""
    monkeypatch.setenv("DEMO_KEY", SECRET)
    monkeypatch.setenv("TOLLHOUSE_MASTER_KEY", KEY)


async def refer(gateway: Gateway, key: str) -> Json:
    """Let `@demo` take its key from elsewhere, and show the integration."""
    (await gateway.admin.put("/v1/integrations/demo", json={"key": key})).raise_for_status()
    shown: Json = (await gateway.admin.get("/v1/integrations/demo")).json()
    return shown


@pytest.mark.usefixtures("variables")
async def test_key_in_a_variable_is_used_and_only_named(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """`env:NAME` sends the variable's value to the vendor, and the API shows the name alone."""
    shown = await refer(gateway, "env:DEMO_KEY")
    answer = await gateway.chat()

    assert answer.status_code == 200
    assert vendor.requests[-1].headers["authorization"] == f"Bearer {SECRET}"
    assert shown["masked_key"] == "env:DEMO_KEY"


async def test_key_in_a_file_is_used(tmp_path: Path, vendor: SimulatedVendor) -> None:
    """`file:PATH` sends what the file holds, where it lies below `secrets_dir`."""
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "demo").write_text(SECRET + "\n")
    async with gateway_in(tmp_path / "home", secrets_dir=tmp_path / "secrets") as gateway:
        await add_demo(gateway.admin, vendor.url, key=f"file:{tmp_path}/secrets/demo")

        answer = await gateway.chat()

    assert answer.status_code == 200
    assert vendor.requests[-1].headers["authorization"] == f"Bearer {SECRET}"


LEADING_NOWHERE = {
    "env:NOT_THERE": "`NOT_THERE` is not set",
    "env:TOLLHOUSE_MASTER_KEY": "a secret of the gateway's own",
    "file:/etc/hostname": "the setting `secrets_dir`, which is not set",
}


@pytest.mark.usefixtures("variables")
async def test_reference_that_leads_nowhere_is_told(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A request by such a provider says why it cannot be used, and sends nothing."""
    for key, why in LEADING_NOWHERE.items():
        await refer(gateway, key)

        answer = await gateway.chat()

        assert answer.status_code == 500
        assert why in answer.json()["error"]["message"]
    assert vendor.requests == []


@pytest.mark.parametrize("path", ["../outside", "/etc/hostname", "link", "empty", "gone"])
def test_only_files_below_the_folder_are_read(tmp_path: Path, path: str) -> None:
    """Neither `..`, nor another path, nor a link leads out of `secrets_dir`, and an empty file is no key."""
    folder = tmp_path / "secrets"
    folder.mkdir()
    (tmp_path / "outside").write_text(SECRET)
    (folder / "link").symlink_to(tmp_path / "outside")
    (folder / "empty").write_text("\n")

    with pytest.raises(Unresolved) as error:
        References(folder).resolve(f"file:{path}")

    assert SECRET not in str(error.value)


@pytest.mark.usefixtures("variables")
async def test_reference_takes_an_organisation_scope(gateway: Gateway) -> None:
    """A key that manages a workspace's integrations cannot reach the gateway's environment."""
    body = {"name": "narrow", "scopes": ["workspace_integrations.update", "workspace_integrations.create"]}
    key = (await gateway.admin.post("/v1/api-keys/workspace/service", json=body)).json()["key"]
    async with client(gateway.url, key) as narrow:
        body = {"name": "own", "ai_provider_id": "openai", "key": "env:DEMO_KEY"}
        answer = await narrow.post("/v1/integrations", json=body)

    assert (answer.status_code, answer.json()["error"]["param"]) == (403, "key")


def by_token(vendor: SimulatedVendor, token: str) -> Json:
    """An account that logs in by a token beside the key."""
    configurations = {"custom_host": vendor.url, "azure_ad_token": token}
    return {"name": "Foundry", "slug": "foundry", "ai_provider_id": "azure-ai", "configurations": configurations}


@pytest.mark.usefixtures("variables")
async def test_other_secrets_may_be_kept_elsewhere_too(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A secret beside the key may be a reference: its value is sent, its name shown, and sent back it stays one."""
    where = "/v1/integrations/foundry"
    (await gateway.admin.post("/v1/integrations", json=by_token(vendor, "env:DEMO_KEY"))).raise_for_status()
    shown = (await gateway.admin.get(where)).json()
    (await gateway.admin.put(where, json={"configurations": shown["configurations"]})).raise_for_status()
    answer = await gateway.chat(model="@foundry/gpt-4o")
    await gateway.admin.put(where, json={"configurations": by_token(vendor, "env:GONE")["configurations"]})
    nowhere = await gateway.chat(model="@foundry/gpt-4o")

    assert answer.status_code == 200
    assert vendor.requests[-1].headers["authorization"] == f"Bearer {SECRET}"
    assert shown["configurations"]["azure_ad_token"] == "env:DEMO_KEY"
    assert (nowhere.status_code, "`GONE` is not set" in nowhere.json()["error"]["message"]) == (500, True)


@pytest.mark.usefixtures("variables")
async def test_such_a_reference_takes_an_organisation_scope_too(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A workspace's key neither makes one nor changes one, and may send back one that it was shown."""
    acts = ("create", "read", "update")
    body = {"name": "narrow", "scopes": [f"workspace_integrations.{act}" for act in acts]}
    key = (await gateway.admin.post("/v1/api-keys/workspace/service", json=body)).json()["key"]
    (await gateway.admin.post("/v1/integrations", json=by_token(vendor, "env:DEMO_KEY") | {"workspace_id": "default"}))
    async with client(gateway.url, key) as narrow:
        made = await narrow.post("/v1/integrations", json=by_token(vendor, "env:HOME") | {"slug": "mine"})
        other = by_token(vendor, "env:HOME")["configurations"]
        changed = await narrow.put("/v1/integrations/foundry", json={"configurations": other})
        shown = (await narrow.get("/v1/integrations/foundry")).json()["configurations"]
        same = await narrow.put("/v1/integrations/foundry", json={"configurations": shown})

    param = "configurations.azure_ad_token"
    assert [(answer.status_code, answer.json()["error"]["param"]) for answer in (made, changed)] == [(403, param)] * 2
    assert same.status_code == 200


def run(*words: str) -> str:
    """What a maintenance command says; it must succeed."""
    result = CliRunner().invoke(main, list(words))
    assert result.exit_code == 0, result.output
    return result.output


async def furnished(home: Path, vendor: SimulatedVendor) -> str:
    """A home that has secrets of every kind; an application's key."""
    async with gateway_in(home) as gateway:
        await add_demo(gateway.admin, vendor.url)
        config = {"name": "c", "slug": "pc-own", "config": {"provider": "openai", "api_key": "sk-in-a-config"}}
        (await gateway.admin.post("/v1/configs", json=config)).raise_for_status()
        return gateway.app_key


async def works(home: Path, app_key: str, vendor: SimulatedVendor, **settings: Any) -> bool:
    """Whether a gateway in the home serves with the same API key, and sends the vendor's own."""
    async with gateway_in(home, **settings) as gateway, client(gateway.url, app_key) as app:
        body = {"model": "@demo/gpt-4o", "messages": [{"role": "user", "content": "Hello"}]}
        answer = await app.post("/v1/chat/completions", json=body)
        config = (await gateway.admin.get("/v1/configs/pc-own")).json()["data"]
    sent = vendor.requests[-1].headers["authorization"]
    return (answer.status_code, sent, "config" in config) == (200, "Bearer sk-vendor-secret-0123456789", True)


async def test_rotation_keeps_everything(tmp_path: Path, vendor: SimulatedVendor) -> None:
    """Under a new master key API keys, vendor keys and configs work on; the former opens nothing, and is kept apart."""
    app_key = await furnished(tmp_path, vendor)
    former = (tmp_path / "master.key").read_bytes()

    said = await in_thread("secrets-rotate", "--home", str(tmp_path))

    assert "3 of 3" in said
    assert (tmp_path / "master.key").read_bytes() != former
    assert former_key(tmp_path).read_bytes() == former
    assert not (tmp_path / NEW).exists()
    assert await works(tmp_path, app_key, vendor)
    assert "as it was written" in await in_thread("audit-verify", "--home", str(tmp_path))
    with pytest.raises(VaultLocked):
        opened(tmp_path, Vault(master_key_in(former_key(tmp_path))))


async def in_thread(*words: str) -> str:
    """A command beside this event loop: it has one of its own."""
    from asyncio import to_thread

    return await to_thread(run, *words)


def former_key(home: Path) -> Path:
    """The one that was there before."""
    return next(home.glob("master.key.before-*"))


def opened(home: Path, vault: Vault) -> str:
    """The vendor's key as a vault reads it from the file."""
    with closing(sqlite3.connect(home / "tollhouse.db")) as connection:
        id, sealed = connection.execute("SELECT id, sealed_key FROM integrations").fetchone()
    return vault.unseal(sealed, f"integration:{id}:key")


async def test_rotation_killed_before_its_end_is_as_if_never_begun(tmp_path: Path, vendor: SimulatedVendor) -> None:
    """A new key that was made, and nothing more, has changed nothing; the next run goes on with it."""
    app_key = await furnished(tmp_path, vendor)
    make_master_key(tmp_path / NEW)
    waiting = (tmp_path / NEW).read_bytes()

    await in_thread("secrets-rotate", "--home", str(tmp_path))

    assert (tmp_path / "master.key").read_bytes() == waiting
    assert await works(tmp_path, app_key, vendor)


async def test_rotation_killed_after_the_database_is_ended_by_the_next_start(
    tmp_path: Path, vendor: SimulatedVendor
) -> None:
    """A database that was changed while the key was not yet in its place finds it at the next start."""
    app_key = await furnished(tmp_path, vendor)
    make_master_key(tmp_path / NEW)
    waiting = (tmp_path / NEW).read_bytes()
    await change_database_alone(tmp_path)

    assert await works(tmp_path, app_key, vendor)
    assert (tmp_path / "master.key").read_bytes() == waiting
    assert not (tmp_path / NEW).exists()


async def change_database_alone(home: Path) -> None:
    """What a rotation does up to the moment at which it is killed."""
    from gateway.organisation.audit import own_entry

    database = await open_database(home / "tollhouse.db")
    try:
        old = await vault_for(database, InFile(home / "master.key"), home)
        await rotate(database, old, Vault(master_key_in(home / NEW)), own_entry("rotate", []), lambda *_: None)
    finally:
        await database.close()


def test_every_sealed_column_is_rotated() -> None:
    """No column of sealed secrets is forgotten when the master key changes."""
    columns = {
        (table.name, column.name)
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if column.name.startswith("sealed") and isinstance(column.type, LargeBinary)
    }

    assert columns <= {(str(each.row.__tablename__), each.name) for each in SEALED}


async def test_running_gateway_is_not_rotated(tmp_path: Path) -> None:
    """While a gateway has the home, its master key is left alone, and what to do is said."""
    async with gateway_in(tmp_path):
        with pytest.raises(AssertionError, match="Another gateway uses"):
            await in_thread("secrets-rotate", "--home", str(tmp_path))


async def test_master_key_from_the_environment(tmp_path: Path) -> None:
    """A key that is given needs no file, goes with its database ever after, and is rotated by the operator's hand."""
    async with plant_of(Settings(home=tmp_path, master_key=KEY)):
        pass

    assert not (tmp_path / "master.key").exists()
    with pytest.raises(CannotStart, match="not the key this database was begun with"):
        async with plant_of(Settings(home=tmp_path, master_key=base64.b64encode(b"x" * 32).decode())):
            pass
    with pytest.raises(CannotStart, match="TOLLHOUSE_MASTER_KEY holds no master key"):
        async with plant_of(Settings(home=tmp_path, master_key="short")):
            pass


@pytest.mark.usefixtures("variables")
async def test_master_key_of_the_environment_is_changed_by_its_owner(tmp_path: Path) -> None:
    """After a rotation the old variable is refused with where the new key is; with that one all is well."""
    async with plant_of(Settings(home=tmp_path, master_key=KEY)):
        pass

    said = await in_thread("secrets-rotate", "--home", str(tmp_path))

    assert f"let TOLLHOUSE_MASTER_KEY be what `{tmp_path / NEW}` holds" in said
    with pytest.raises(CannotStart, match="The master key was changed"):
        async with plant_of(Settings(home=tmp_path, master_key=KEY)):
            pass
    async with plant_of(Settings(home=tmp_path, master_key=(tmp_path / NEW).read_text())):
        pass


async def test_master_key_from_another_file(tmp_path: Path) -> None:
    """`master_key_file` may lie apart from the home."""
    file = tmp_path / "elsewhere.key"

    async with plant_of(Settings(home=tmp_path / "home", master_key_file=file)):
        pass

    assert len(master_key_in(file)) == 32
    assert not (tmp_path / "home" / "master.key").exists()


async def test_master_key_from_the_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With `keyring` the key is made in the system's keyring once, and found there."""
    kept: dict[tuple[str, str], str] = {}
    for name, module in keyring_keeping(kept).items():
        monkeypatch.setitem(sys.modules, name, module)

    for _ in range(2):
        async with plant_of(Settings(home=tmp_path, master_key="keyring")):
            pass

    assert [len(base64.b64decode(key)) for key in kept.values()] == [32]
    assert not (tmp_path / "master.key").exists()


def keyring_keeping(kept: dict[tuple[str, str], str]) -> dict[str, ModuleType]:
    """The package `keyring`, on a keyring of ours."""
    package, errors = ModuleType("keyring"), ModuleType("keyring.errors")
    errors.KeyringError = OSError  # type: ignore[attr-defined]
    package.get_password = lambda service, user: kept.get((service, user))  # type: ignore[attr-defined]
    package.set_password = lambda service, user, text: kept.update({(service, user): text})  # type: ignore[attr-defined]
    return {"keyring": package, "keyring.errors": errors}


async def test_keyring_that_is_not_installed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package the start says what to install."""
    monkeypatch.setitem(sys.modules, "keyring", None)

    with pytest.raises(CannotStart, match="pip install keyring"):
        async with plant_of(Settings(home=tmp_path, master_key="keyring")):
            pass

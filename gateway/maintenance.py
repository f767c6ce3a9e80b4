"""`python -m gateway.maintenance`: what is done to a gateway's home on its machine, past its API."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from pathlib import Path

import click

from gateway.errors import GatewayError
from gateway.organisation.audit import own_entry
from gateway.settings import Settings, WrongSetting, settle
from gateway.sockets import CannotStart
from gateway.start import locked
from store.audit.proof import Tampered, prove
from store.database import DatabaseUnusable, open_database
from store.secrets.master_key import NEW, source_of, vault_for
from store.secrets.rotation import rotate
from store.secrets.vault import Vault, VaultLocked, make_master_key, master_key_in

PLACE = (
    click.option("--home", metavar="DIR", help="The gateway's folder."),
    click.option(
        "--config", envvar="TOLLHOUSE_CONFIG", type=click.Path(path_type=Path), metavar="FILE", help="Its settings."
    ),
)
TROUBLE = (CannotStart, DatabaseUnusable, OSError, VaultLocked, WrongSetting, sqlite3.Error)


@click.group()
def main() -> None:
    """Maintenance of a gateway's home."""


@main.command("audit-verify")
@PLACE[0]
@PLACE[1]
@click.option("--head", metavar="HASH", help="What an earlier run printed.")
def audit_verify(home: str | None, config: Path | None, head: str | None) -> None:
    """Say whether the audit log is as it was written."""
    settings = settled(home, config)
    try:
        proof = prove(settings.home / "tollhouse.db", known_vault(settings), head)
    except Tampered as error:
        raise click.ClickException(str(error)) from error
    except TROUBLE as error:
        raise click.ClickException(f"The audit log cannot be read: {error}") from error
    click.echo(f"The audit log is as it was written: {proof.rows} rows.")
    if not proof.is_marked:
        click.echo("The master key could not be read, so a log that was written anew as a whole would not be noticed.")
    click.echo(f"Keep this elsewhere, and give it next time: --head {proof.head}")


def known_vault(settings: Settings) -> Vault | None:
    """The vault, if its key can be read without making one."""
    source = source_of(settings.home, settings.master_key, settings.master_key_file)
    is_made = settings.master_key is not None or (settings.master_key_file or settings.home / "master.key").exists()
    try:
        return Vault(source.read()) if is_made else None
    except VaultLocked:
        return None


@main.command("secrets-rotate")
@PLACE[0]
@PLACE[1]
def secrets_rotate(home: str | None, config: Path | None) -> None:
    """Seal everything under a new master key."""
    try:
        asyncio.run(change_key(settled(home, config)))
    except TROUBLE as error:
        raise click.ClickException(str(error)) from error


async def change_key(settings: Settings) -> None:
    """Make a new key, or take the one of a run that was broken off; change the database; put the key in its place."""
    home, waiting = settings.home, settings.home / NEW
    with locked(home):
        source = source_of(home, settings.master_key, settings.master_key_file)
        source.read()
        database = await open_database(home / "tollhouse.db")
        try:
            old = await vault_for(database, source, home)
            key = new_key(waiting, old)
            entry = own_entry("rotate", [], user_type="command", resource_type="master_key")
            count = await rotate(database, old, Vault(key), entry, tell)
        finally:
            await database.close()
        click.echo(f"{count} secrets are sealed under a new master key.")
        said = source.replace(key)
        if said is None:
            return click.echo(f"Now let {source.place} be what `{waiting}` holds, and then delete that file.")
        waiting.unlink()
        click.echo(said)


@main.command("logs-export")
@PLACE[0]
@PLACE[1]
@click.option("--filters", required=True, help="The query of `/v1/logs`, as JSON.")
@click.option("--fields", help="Fields, with commas between.")
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), required=True)
@click.option("--output", type=click.Path(path_type=Path), required=True)
def logs_export(
    home: str | None, config: Path | None, filters: str, fields: str | None, form: str, output: Path
) -> None:
    """Write requests into a file, from the file of a gateway that does not run."""
    from gateway.exports.offline import export_file

    settings = settled(home, config)
    try:
        with locked(settings.home):
            count = asyncio.run(export_file(settings.home, filters, fields, form, output))
    except (*TROUBLE, GatewayError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{count} requests are in {output}.")


def new_key(waiting: Path, old: Vault) -> bytes:
    """The key to change to: one that a broken-off run has left, unless it is in use already."""
    if waiting.exists() and Vault(master_key_in(waiting)).fingerprint == old.fingerprint:
        waiting.unlink()
    make_master_key(waiting)
    return master_key_in(waiting)


def tell(done: int, total: int) -> None:
    """How far it is."""
    click.echo(f"{done} of {total}", err=True)


def settled(home: str | None, config: Path | None) -> Settings:
    """The settings of the gateway that is meant."""
    try:
        settings = settle({"home": home}, os.environ, config)
    except WrongSetting as error:
        raise click.ClickException(str(error)) from error
    if not (settings.home / "tollhouse.db").exists():
        raise click.ClickException(f"There is no gateway in `{settings.home}`; give its folder with `--home`.")
    return settings


if __name__ == "__main__":
    main(prog_name="tollhouse")

"""The `tollhouse` command line. Each command imports what it needs, so that none waits for another's libraries."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from console.commandline.address import HOST, PORT, Address, WrongSettings, settle
from console.commandline.log_cli import logs, reprice

F = TypeVar("F", bound=Callable[..., None])

HOME = "~/.tollhouse"
CONTEXT = {"help_option_names": ["-h", "--help"]}


def place(command: F) -> F:
    """The options that say which gateway of this machine is meant."""
    options = (
        click.option(
            "--home", envvar="TOLLHOUSE_HOME", default=HOME, show_default=True, help="Its folder.", type=folder
        ),
        click.option(
            "--config",
            envvar="TOLLHOUSE_CONFIG",
            help="Settings.  [default: DIR/tollhouse.toml]",
            type=folder,
            metavar="FILE",
        ),
        click.option("--host", envvar="TOLLHOUSE_HOST", help=f"Address it listens at.  [default: {HOST}]"),
        click.option("--port", envvar="TOLLHOUSE_PORT", type=int, help=f"Port it listens at.  [default: {PORT}]"),
    )
    for option in reversed(options):
        command = option(command)
    return command


def home_of_gateway(command: F) -> F:
    """The options that say whose files are meant."""
    home = click.option(
        "--home", envvar="TOLLHOUSE_HOME", default=HOME, show_default=True, help="Its folder.", type=folder
    )
    config = click.option("--config", envvar="TOLLHOUSE_CONFIG", help="Settings.", type=folder, metavar="FILE")
    return home(config(command))


def folder(path: str) -> Path:
    """A path as the user wrote it."""
    return Path(path).expanduser()


@click.group(invoke_without_command=True, context_settings=CONTEXT)
@place
@click.pass_context
def main(context: click.Context, home: Path, config: Path | None, host: str | None, port: int | None) -> None:
    """An AI gateway with a console.

    Without a command: the console, on the gateway of this machine. If none answers, one is started, and ends with the
    console.
    """
    if context.invoked_subcommand is None:
        watch(home, config, where(home, config, host, port))


def watch(home: Path, config: Path | None, address: Address) -> None:
    """The console on the gateway at `address`, which is started if need be."""
    from console.commandline.drawing import draw
    from console.commandline.launch import NotStarted, ending_cleanly, gateway

    further = () if config is None else ("--config", str(config))
    try:
        with ending_cleanly(), gateway(address, "--home", str(home), *further):
            draw(address.admin_url, operator_key(home, None))
    except NotStarted as error:
        raise click.ClickException(str(error)) from error


@main.command(context_settings={"ignore_unknown_options": True, "help_option_names": []}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def serve(arguments: tuple[str, ...]) -> None:
    """The gateway alone, in the foreground; `tollhouse serve --help` lists its settings."""
    from console.commandline.launch import command, environment

    words = command("gateway", *arguments)
    os.execve(words[0], words, environment(os.environ))


@main.command(context_settings=CONTEXT)
@click.option(
    "--gateway",
    envvar="TOLLHOUSE_GATEWAY",
    metavar="URL",
    help="Its address, or `unix:/path` of its admin socket.  [default: the gateway of this machine]",
)
@click.option(
    "--key-file",
    type=folder,
    metavar="FILE",
    help="The API key.  [default: $TOLLHOUSE_OPERATOR_KEY, then operator.key]",
)
@click.option("--context", metavar="NAME", help="A gateway of your `console.toml`, with its key.")
@click.option("--read-only", "is_read_only", is_flag=True, help="Offer no change, and send none.")
@place
def console(
    gateway: str | None,
    key_file: Path | None,
    context: str | None,
    is_read_only: bool,
    home: Path,
    config: Path | None,
    host: str | None,
    port: int | None,
) -> None:
    """The console alone, on a gateway that runs already, here or elsewhere."""
    from console.commandline.drawing import draw, draw_context

    if context is not None:
        draw_context(context, is_read_only=is_read_only)
    else:
        url = gateway or where(home, config, host, port).admin_url
        draw(url, operator_key(home, key_file), is_read_only=is_read_only)


@main.command(context_settings=CONTEXT)
@click.option("--port", type=int, help=f"Port of the gateway.  [default: {PORT}, or a free one]")
@click.option("--pace", default=1.0, show_default=True, help="Above 1 the simulated vendor is slower, below faster.")
@click.option("--headless", is_flag=True, help="No console; runs until interrupted.")
@click.option("--seconds", type=float, help="With --headless: end after this time.")
def demo(port: int | None, pace: float, headless: bool, seconds: float | None) -> None:
    """A gateway with traffic to look at: a simulated vendor, a throw-away home, no account anywhere."""
    from console.commandline.drawing import draw_once
    from console.commandline.launch import NotStarted, ending_cleanly
    from console.demo.stage import stay, throwaway

    try:
        with ending_cleanly(), throwaway(port, pace) as stage:
            click.echo(stage.summary())
            stay(seconds) if headless else draw_once(stage.gateway, stage.operator_key)
    except NotStarted as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        click.echo("Ended; the throw-away home is gone.")


@main.command(context_settings=CONTEXT)
@click.option("--database", is_flag=True, help="Check every page of the database, and show what takes how much room.")
@place
def doctor(database: bool, home: Path, config: Path | None, host: str | None, port: int | None) -> None:
    """Say what is wrong with this installation, and how to mend it. Exit status 1 if anything is."""
    from console.doctor import examine, report
    from console.doctor.inventory import inventory

    findings = examine(home, config, where(home, config, host, port))
    findings += inventory(home / "tollhouse.db") if database else []
    click.echo(report(findings))
    sys.exit(any(finding.is_bad for finding in findings))


@main.command(context_settings=CONTEXT)
@click.argument("file", type=folder)
@click.option("--home", envvar="TOLLHOUSE_HOME", default=HOME, show_default=True, help="The gateway's.", type=folder)
def backup(file: Path, home: Path) -> None:
    """Copy the database and the files of batches into FILE, as they are at this moment; the gateway may go on.

    The master key is not in it: keep a copy of that apart.
    """
    from console.commandline.backup import CannotCopy, back_up

    try:
        click.echo(back_up(home, file))
    except CannotCopy as error:
        raise click.ClickException(str(error)) from error


@main.command(context_settings=CONTEXT)
@click.argument("file", type=folder)
@click.option("--home", envvar="TOLLHOUSE_HOME", default=HOME, show_default=True, help="The gateway's.", type=folder)
def restore(file: Path, home: Path) -> None:
    """Put a backup in its place, or in an empty home; the gateway must not run. What was there is kept."""
    from console.commandline.backup import CannotCopy
    from console.commandline.backup import restore as put_back

    try:
        click.echo(put_back(home, file))
    except CannotCopy as error:
        raise click.ClickException(str(error)) from error


@main.group(context_settings=CONTEXT)
def audit() -> None:
    """The audit log of this machine's gateway, read from its file."""


@audit.command(context_settings=CONTEXT)
@home_of_gateway
@click.option("--head", metavar="HASH", help="What an earlier run printed: proves that nothing since is missing.")
def verify(head: str | None, **place: Path | None) -> None:
    """Say whether the log is as it was written; else which row is not. Exit status 1 if it is not."""
    maintain("audit-verify", head=head, **place)


@main.group(context_settings=CONTEXT)
def secrets() -> None:
    """The secrets of this machine's gateway."""


@secrets.command(context_settings=CONTEXT)
@home_of_gateway
def rotate(**place: Path | None) -> None:
    """Seal everything under a new master key, with the gateway ended; after a crash, start it again."""
    maintain("secrets-rotate", **place)


def maintain(verb: str, **options: object) -> None:
    """Become the gateway's program for it, which knows the files."""
    from console.commandline.launch import command, environment

    given = [word for name, value in options.items() if value is not None for word in (f"--{name}", str(value))]
    words = command("gateway.maintenance", verb, *given)
    os.execve(words[0], words, environment(os.environ))


main.add_command(logs)
main.add_command(reprice)


@main.command(context_settings=CONTEXT)
def version() -> None:
    """The version of this program, and of what it stands on."""
    import platform
    import sqlite3

    stands_on = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {platform.system()}"
    click.echo(f"tollhouse {installed_version()} ({stands_on})")


def installed_version() -> str:
    """As the package says."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as version_of

    try:
        return version_of("tollhouse")
    except PackageNotFoundError:
        return "not installed"


def where(home: Path, config: Path | None, host: str | None, port: int | None) -> Address:
    """The gateway of this machine, or a usage error that names the file at fault."""
    try:
        return settle(home, config, host, port)
    except WrongSettings as error:
        raise click.ClickException(str(error)) from error


def operator_key(home: Path, key_file: Path | None) -> str:
    """The key in `key_file`, else the environment's, else the one the gateway wrote into its home."""
    if key_file is None and (key := os.environ.get("TOLLHOUSE_OPERATOR_KEY")):
        return key.strip()
    try:
        return (key_file or home / "operator.key").read_text().strip()
    except OSError as error:
        message = f"No key for the gateway: {error}. Set TOLLHOUSE_OPERATOR_KEY or give --key-file or --home."
        raise click.ClickException(message) from error


if __name__ == "__main__":
    main(prog_name="tollhouse")

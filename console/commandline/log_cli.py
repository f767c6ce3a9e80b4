"""`tollhouse logs export` and `tollhouse reprice`: long work at the log, through the API or on the file."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    import httpx

F = TypeVar("F", bound=Callable[..., None])
Json = dict[str, Any]
HOME = "~/.tollhouse"
CONTEXT = {"help_option_names": ["-h", "--help"]}
LOOK_SECONDS = 0.3
CHUNK = 1 << 16


def folder(path: str) -> Path:
    """A path as the user wrote it."""
    return Path(path).expanduser()


def at_gateway(command: F) -> F:
    """The options that say which gateway is asked, and with which key."""
    options = (
        click.option(
            "--gateway", envvar="TOLLHOUSE_GATEWAY", metavar="URL", help="Its address.  [default: this machine's]"
        ),
        click.option("--key-file", type=folder, metavar="FILE", help="The API key.  [default: operator.key]"),
        click.option(
            "--home", envvar="TOLLHOUSE_HOME", default=HOME, show_default=True, help="Its folder.", type=folder
        ),
        click.option("--config", envvar="TOLLHOUSE_CONFIG", help="Its settings.", type=folder, metavar="FILE"),
    )
    for option in reversed(options):
        command = option(command)
    return command


FILTERS = click.option("--filter", "-f", "said", multiple=True, metavar="NAME=VALUE", help="As of `/v1/logs`; many.")


@click.group(context_settings=CONTEXT)
def logs() -> None:
    """The log of a gateway."""


@logs.command(context_settings=CONTEXT)
@FILTERS
@click.option("--fields", metavar="A,B", help="Fields, in their order.  [default: all but bodies]")
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option("--output", "-o", type=folder, required=True, metavar="FILE", help="Where to.")
@click.option("--offline", is_flag=True, help="Read the file of a gateway that does not run.")
@at_gateway
def export(
    said: tuple[str, ...], fields: str | None, form: str, output: Path, offline: bool, home: Path, **place: Any
) -> None:
    """Write requests into FILE as JSON lines or CSV, the newest first."""
    filters = filters_in(said)
    if output.exists():
        raise click.ClickException(f"`{output}` is there already; choose another name.")
    if offline:
        return read_file(filters, fields, form, output, home, place["config"])
    body = {"filters": filters, "format": form} | ({"requested_data": fields.split(",")} if fields else {})
    with asking(home=home, **place) as http:
        export_id = asked(http, "POST", "/v1/logs/exports", body)["id"]
        asked(http, "POST", f"/v1/logs/exports/{export_id}/start")
        done = followed(http, f"/v1/logs/exports/{export_id}", lambda found: found["exported_records"])
        with http.stream("GET", f"/v1/logs/exports/{export_id}/file") as answer, private(output) as file:
            for chunk in answer.iter_bytes(CHUNK):
                file.write(chunk)
        asked(http, "DELETE", f"/v1/logs/exports/{export_id}")
    click.echo(f"{done['exported_records']} requests are in {output}.")


@click.command(context_settings=CONTEXT)
@FILTERS
@click.option("--since", required=True, metavar="TIME", help="Where the period begins, such as 2026-11-01T00:00:00Z.")
@click.option("--until", metavar="TIME", help="Where it ends.  [default: now]")
@click.option("--apply", "is_applied", is_flag=True, help="Change the costs, and not only say what would change.")
@click.option("--budgets", is_flag=True, help="With --apply: correct what running budgets have counted, too.")
@at_gateway
def reprice(
    said: tuple[str, ...], since: str, until: str | None, is_applied: bool, budgets: bool, **place: Any
) -> None:
    """Reckon the costs of a period anew, by the prices of now; without --apply only the difference is told."""
    filters = {"time_of_generation_min": since} | filters_in(said)
    if until:
        filters["time_of_generation_max"] = until
    body = {"filters": filters, "apply": is_applied, "budgets": budgets}
    with asking(**place) as http:
        begun = asked(http, "POST", "/v1/logs/reprice", body)
        done = followed(http, f"/v1/logs/reprice/{begun['id']}", lambda found: found["looked_at"])
    click.echo("\n".join(told(done)))


def told(done: Json) -> Iterable[str]:
    """What a repricing came to, as lines."""
    total = done["total"]
    did = "changed" if done["is_applied"] else "would change"
    yield f"{done['looked_at']} requests looked at; the cost of {total['requests']} {did}:"
    yield f"{total['before']:.6f} $ before, {total['after']:.6f} $ after, {total['difference']:+.6f} $."
    for title, group in (("model", "by_model"), ("provider", "by_provider"), ("API key", "by_api_key")):
        for row in done[group]:
            yield f"  {title} {row['name'] or 'none'}: {row['requests']} requests, {row['difference']:+.6f} $"
    if done["newly_priced"]:
        yield f"{done['newly_priced']} requests had no price before."
    if done["still_unpriced"]:
        yield f"{done['still_unpriced']} requests have no price still: nobody knows it."
    if done["with_budgets"]:
        yield f"Running budgets: {done['budgets_difference']:+.6f} $."
    if not done["is_applied"] and total["requests"]:
        yield "Nothing was changed; add --apply to change it."


def filters_in(said: Iterable[str]) -> dict[str, str]:
    """`name=value`, several of them."""
    found = {}
    for word in said:
        name, sign, value = word.partition("=")
        if not sign:
            raise click.ClickException(f"`{word}` is no filter; write NAME=VALUE, such as ai_model=gpt-4o.")
        found[name.strip()] = value
    return found


def asking(gateway: str | None, key_file: Path | None, home: Path, config: Path | None) -> httpx.Client:
    """A client of the gateway that is meant."""
    import httpx

    from console import cli
    from console.commandline.address import UNIX

    url = gateway or cli.where(home, config, None, None).url
    headers = {"authorization": f"Bearer {cli.operator_key(home, key_file)}"}
    if url.startswith(UNIX):
        transport = httpx.HTTPTransport(uds=url.removeprefix(UNIX))
        return httpx.Client(transport=transport, base_url="http://tollhouse", headers=headers, timeout=60)
    return httpx.Client(base_url=url, headers=headers, timeout=60)


def asked(http: httpx.Client, method: str, path: str, body: Json | None = None) -> Json:
    """What the gateway answers; its own words where it refuses."""
    import httpx

    try:
        answer = http.request(method, path, json=body)
        found: Json = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise click.ClickException(f"The gateway at {http.base_url} does not answer: {error}") from error
    if answer.is_error:
        raise click.ClickException(str(found.get("error", {}).get("message", answer.status_code)))
    return found


def followed(http: httpx.Client, path: str, so_far: Callable[[Json], int]) -> Json:
    """Work that goes on at the gateway, until it is done; on a terminal it is said how far it is."""
    while (found := asked(http, "GET", path))["status"] == "in_progress":
        if sys.stderr.isatty():
            click.echo(f"\r{so_far(found)} requests", err=True, nl=False)
        time.sleep(LOOK_SECONDS)
    if found["status"] != "success":
        raise click.ClickException(f"It ended as `{found['status']}`: {found['error'] or 'somebody stopped it'}.")
    return found


def private(file: Path) -> IO[bytes]:
    """A new file for its owner's eyes only."""
    return os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")


def read_file(
    filters: dict[str, str], fields: str | None, form: str, output: Path, home: Path, config: Path | None
) -> None:
    """Become the gateway's program for it, which knows the file."""
    import json

    from console.commandline.launch import command, environment

    given = ["--home", str(home), "--format", form, "--output", str(output), "--filters", json.dumps(filters)]
    given += ["--fields", fields] if fields else []
    given += ["--config", str(config)] if config else []
    words = command("gateway.maintenance", "logs-export", *given)
    os.execve(words[0], words, environment(os.environ))

"""`python -m gateway`: the gateway by itself, in the foreground."""

from __future__ import annotations

import gc
import logging
import os
import sys
from pathlib import Path

import click

from gateway.settings import FLAG_LESS, Settings, WrongSetting, flag, settable, settle, variable

gc.disable()  # importing makes much that stays and nothing that goes; collecting meanwhile takes a tenth of the start


def options(command: click.Command) -> click.Command:
    """One option for every setting, and one for the file that may hold them."""
    for each in settable():
        if each.name not in FLAG_LESS:
            shown = ",".join(each.default) if isinstance(each.default, tuple) else each.default
            help_text = f"{each.metadata['says']}  [${variable(each.name)}; default: {shown or 'none'}]"
            command.params.append(click.Option([flag(each.name)], metavar=each.metadata["metavar"], help=help_text))
    return command


@options
@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--config",
    envvar="TOLLHOUSE_CONFIG",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Settings as TOML, by the names below with `_` for `-`.  [$TOLLHOUSE_CONFIG; default: DIR/tollhouse.toml]",
)
def main(config: Path | None, **flags: str | None) -> None:
    """The gateway, in the foreground, until SIGTERM or Ctrl+C.

    A flag wins over an environment variable, which wins over the file. TOLLHOUSE_OPERATOR_KEY sets the owner's API key,
    and TOLLHOUSE_OTLP_HEADERS a collector's headers: they have no flag, for every user of the machine can read those.
    """
    try:
        settings = settle(flags, os.environ, config)
    except WrongSetting as error:
        raise click.ClickException(str(error)) from error
    logging.basicConfig(
        level=settings.log_level.upper(), stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s"
    )
    run(settings)


def run(settings: Settings) -> None:
    """Serve, or say in one sentence why not."""
    import uvloop

    from gateway.sockets import CannotStart
    from gateway.start import serve

    try:
        uvloop.run(serve(settings))
    except CannotStart as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main(prog_name="tollhouse serve")

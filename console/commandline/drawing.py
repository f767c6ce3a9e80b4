"""How a command line comes to a console: the operator's file, what was remembered, and then the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from console import garbage
from console.memory import Memory
from console.places import config_file, state_folder
from console.preferences import Context, NoKey, Preferences, WrongPreferences, preferences_in

if TYPE_CHECKING:
    from console.app import TollhouseApp


def preferences() -> Preferences:
    """The operator's own file; what is wrong in it ends the program with its line."""
    from console.keys_table import KEYS

    try:
        return preferences_in(config_file(), [key.id for key in KEYS])
    except WrongPreferences as error:
        raise click.ClickException(str(error)) from error


def memory() -> Memory:
    """What was remembered of the last time."""
    return Memory(state_folder() / "console.json")


def draw_context(name: str, *, is_read_only: bool) -> None:
    """The console on one of the operator's gateways, until they quit."""
    said = preferences()
    context = context_named(name, said)
    try:
        key = context.key()
    except NoKey as error:
        raise click.ClickException(str(error)) from error
    run(context.url, key, said, memory(), name, is_read_only=is_read_only or context.is_read_only)


def context_named(name: str, said: Preferences) -> Context:
    """One of the operator's gateways; for a name that is none, those that there are."""
    if name not in said.contexts:
        known = ", ".join(said.contexts) or f"none; `[contexts.{name}]` would begin one"
        raise click.ClickException(f"There is no context `{name}` in {config_file()}. Contexts: {known}.")
    return said.contexts[name]


def draw(url: str, key: str, *, is_read_only: bool = False) -> None:
    """The console on the gateway at `url`, until the operator quits."""
    run(url, key, preferences(), memory(), is_read_only=is_read_only)


def draw_once(url: str, key: str) -> None:
    """The console on a gateway that is thrown away; there is nothing to remember of it."""
    run(url, key, preferences(), Memory())


def run(url: str, key: str, said: Preferences, memory: Memory, name: str = "", *, is_read_only: bool = False) -> None:
    """Draw, until the operator quits."""
    garbage.wait()
    from console.app import TollhouseApp

    show(TollhouseApp(url, key, context=name, is_read_only=is_read_only, preferences=said, memory=memory))


def show(app: TollhouseApp) -> None:
    """Draw; a fault of our own ends in one line, once the terminal is as it was."""
    app.run(mouse=app.preferences.has_mouse)
    if app.crash is not None:
        raise click.ClickException(app.crash)

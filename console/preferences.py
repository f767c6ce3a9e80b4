"""`console.toml`: the gateways an operator looks after, the keys they press, the colours they like."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

THEMES = {"light": "textual-light", "dark": "textual-dark", "contrast": "high-contrast", "ansi": "ansi-dark"}
"""The name of a theme as it is said here and after `:theme`, and Textual's."""
KEY_SOURCES = ("key", "key_env", "key_file", "key_command")
CONTEXT_NAMES = ("url", *KEY_SOURCES, "read_only")
NAMES = ("theme", "mouse", "keys", "contexts")
COMMAND_SECONDS = 30.0
"""How long a program may take to say a key; it may ask for a passphrase."""


class WrongPreferences(Exception):
    """The file cannot be used; says which line, what stands there and what is accepted."""


class NoKey(Exception):
    """A context's key cannot be had; says why."""


@dataclass(frozen=True, slots=True)
class Context:
    """A gateway, and where the key for it is from."""

    name: str
    url: str
    source: str
    """One of KEY_SOURCES."""
    said: str = field(repr=False)
    """The key, or the variable, file or command that has it."""
    is_read_only: bool = False

    def key(self, environ: Mapping[str, str] = os.environ) -> str:
        """The API key. Raises NoKey."""
        key = HOW[self.source](self, environ).strip()
        if not key:
            raise NoKey(f"Context `{self.name}`: `{self.source}` gives an empty key.")
        return key


@dataclass(frozen=True, slots=True)
class Preferences:
    """Everything that the file may say."""

    theme: str | None = None
    """Textual's name."""
    has_mouse: bool = True
    keymap: Mapping[str, str] = field(default_factory=dict)
    contexts: Mapping[str, Context] = field(default_factory=dict)


def from_variable(context: Context, environ: Mapping[str, str]) -> str:
    """A key in the environment."""
    if context.said not in environ:
        raise NoKey(f"Context `{context.name}`: the variable `{context.said}` is not set.")
    return environ[context.said]


def from_file(context: Context, _: Mapping[str, str]) -> str:
    """A key in a file."""
    try:
        return Path(context.said).expanduser().read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise NoKey(f"Context `{context.name}`: its key file cannot be read: {error}") from error


def from_command(context: Context, environ: Mapping[str, str]) -> str:
    """A key that a program says, such as a password store's; no shell reads the line."""
    import shlex
    import subprocess

    try:
        words = [os.path.expanduser(word) for word in shlex.split(context.said)]
        ran = subprocess.run(
            words, capture_output=True, text=True, timeout=COMMAND_SECONDS, env=dict(environ), check=True
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", None) or str(error)
        raise NoKey(f"Context `{context.name}`: `{context.said}` gave no key: {str(said).strip()[:200]}") from error
    return ran.stdout


HOW: dict[str, Callable[[Context, Mapping[str, str]], str]] = {
    "key": lambda context, _: context.said,
    "key_env": from_variable,
    "key_file": from_file,
    "key_command": from_command,
}


def preferences_in(file: Path, binding_ids: Collection[str]) -> Preferences:
    """What a file says; nothing where there is none. Raises WrongPreferences."""
    if not file.exists():
        return Preferences()
    import tomllib  # not before it is needed: the first paint waits for it

    try:
        text = file.read_text()
        said = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WrongPreferences(f"Cannot read `{file}`: {error}") from error
    reading = Reading(file, text)
    reading.only(said, NAMES, "setting of the console")
    return Preferences(
        theme=reading.theme(said),
        has_mouse=reading.typed(said, "mouse", bool, True),
        keymap=dict(reading.keymap(reading.typed(said, "keys", dict, {}), binding_ids)),
        contexts={each.name: each for each in reading.contexts(reading.typed(said, "contexts", dict, {}))},
    )


KINDS = {bool: "`true` or `false`", str: "a text in quotes", dict: "a table"}


@dataclass(frozen=True, slots=True)
class Reading:
    """A file while it is read, for saying where in it something is wrong."""

    file: Path
    text: str

    def wrong(self, what: str, *names: str) -> WrongPreferences:
        """Something is wrong with the last of these names, which stand inside each other."""
        return WrongPreferences(f"{what} (line {line_of(self.text, names)} of {self.file}).")

    def only(self, said: Mapping[str, Any], accepted: Collection[str], what: str, *inside: str) -> None:
        """Raises WrongPreferences for a name that is not accepted."""
        import difflib

        for name in said:
            if name not in accepted:
                near = difflib.get_close_matches(name, accepted, 1)
                hint = f"Did you mean `{near[0]}`?" if near else "Accepted: " + ", ".join(accepted)
                raise self.wrong(f"`{name}` is no {what}. {hint}", *inside, name)

    def typed(self, said: Mapping[str, Any], name: str, kind: type, usual: Any, *inside: str) -> Any:
        """A value of one kind. Raises WrongPreferences."""
        value = said.get(name, usual)
        if not isinstance(value, kind):
            raise self.wrong(f"`{name}` must be {KINDS[kind]}, not `{value}`", *inside, name)
        return value

    def theme(self, said: Mapping[str, Any]) -> str | None:
        """Textual's name of the theme."""
        name = said.get("theme")
        if name is None:
            return None
        if name not in THEMES:
            raise self.wrong(f"`theme` must be one of {', '.join(THEMES)}, not `{name}`", "theme")
        return THEMES[str(name)]

    def keymap(self, said: Mapping[str, Any], binding_ids: Collection[str]) -> Iterator[tuple[str, str]]:
        """Which key does what instead."""
        self.only(said, binding_ids, "key's id, as docs/console.md lists them", "keys")
        for name in said:
            yield name, self.typed(said, name, str, "", "keys")

    def contexts(self, said: Mapping[str, Any]) -> Iterator[Context]:
        """Every gateway."""
        for name in said:
            yield self.context(name, self.typed(said, name, dict, {}, "contexts"))

    def context(self, name: str, said: Mapping[str, Any]) -> Context:
        """One gateway."""
        inside = ("contexts", name)
        self.only(said, CONTEXT_NAMES, "setting of a context", *inside)
        url = self.typed(said, "url", str, "", *inside)
        if not url.startswith(("http://", "https://", "unix:/")):
            raise self.wrong(f"Context `{name}` needs a `url` that begins with http://, https:// or unix:/", *inside)
        given = [each for each in KEY_SOURCES if each in said]
        if len(given) != 1:
            raise self.wrong(f"Context `{name}` needs one of {', '.join(KEY_SOURCES)}, and one only", *inside)
        key = self.typed(said, given[0], str, "", *inside)
        return Context(name, url, given[0], key, self.typed(said, "read_only", bool, False, *inside))


def line_of(text: str, names: tuple[str, ...]) -> int:
    """Where the last of these names stands, each looked for from the line of the one around it on."""
    lines, line = text.splitlines(), 0
    for name in names:
        key = re.compile(rf"^\s*\[?[\w.\"' -]*?(?<![\w-])[\"']?{re.escape(name)}[\"']?(?![\w-])\s*[\].=]")
        line = next((number for number in range(line, len(lines)) if key.search(lines[number])), line)
    return line + 1

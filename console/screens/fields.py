"""What a form asks for, as data, and how its answers become a JSON body."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Check = Callable[[str], str | None]
"""What is wrong with a text, None if nothing."""


class Refusal(ValueError):
    """A text cannot be what the field wants."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One line of a form."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    required: bool = False
    secret: bool = False
    choices: dict[str, str] | None = None
    """Value to label; a list to choose from instead of a text."""
    check: Check | None = None
    inside: str | None = None
    """The object of the body this goes into, as `configurations`."""
    convert: Callable[[str], Any] = str
    """From the text to the JSON value."""
    clears: bool = False
    """When editing: an emptied field is sent as null. A secret left empty stays as it is instead."""

    def answers_to(self, param: str) -> bool:
        """Whether the gateway means this field by `param`, which may be a path such as `configurations.custom_host`."""
        return self.name in param.replace("[", ".").replace("/", ".").split(".")


def problem_with(field: Field, values: dict[str, str]) -> str | None:
    """What is wrong with this field, in words."""
    text = values[field.name].strip()
    if not text:
        return f"{field.label} is needed" if field.required else None
    return field.check(text) if field.check else None


def body_of(fields: list[Field], values: dict[str, str]) -> dict[str, Any]:
    """The JSON body: fields left empty are left out, or null where emptying means something."""
    body: dict[str, Any] = {}
    for field in fields:
        text = values[field.name].strip()
        if not text and not field.clears:
            continue
        place = body.setdefault(field.inside, {}) if field.inside else body
        place[field.name] = field.convert(text) if text else None
    return body


def url_problem(text: str) -> str | None:
    """What is wrong with a base URL."""
    scheme, sign, rest = text.partition("://")
    if not sign or scheme not in ("http", "https"):
        return "begins with http:// or https://"
    if not rest or rest.startswith("/") or " " in text:
        return "needs a host, as in https://llm.example/v1"
    return None


def slug_problem(text: str) -> str | None:
    """What is wrong with a slug."""
    if all(character.isascii() and (character.isalnum() or character in "-_.") for character in text):
        return None
    return "letters, digits, `-`, `_` and `.` only; requests say `@slug/model`"

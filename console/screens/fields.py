"""What a form asks for, as data, and how its answers become a JSON body."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Values = dict[str, str]
"""What a form says: a text for each field, by its name."""
Check = Callable[[str], str | None]
"""What is wrong with a text, None if nothing."""
BodyOf = Callable[[list["Field"], Values], dict[str, Any]]


class Refusal(ValueError):
    """A text cannot be what the field wants."""


def optional(_: Values) -> bool:
    """May be left empty."""
    return False


def always(_: Values) -> bool:
    """May not be left empty."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One line of a form."""

    name: str
    label: str
    value: str = ""
    hint: str | Callable[[Values], str] = ""
    """Stands in the field while it is empty."""
    default: Callable[[Values], str] | None = None
    """What an empty field means, shown in it and sent."""
    needed: Callable[[Values], bool] = optional
    secret: bool = False
    choices: dict[str, str] | None = None
    """Value to label; a list to choose from instead of a text."""
    check: Check | None = None
    inside: str | None = None
    """The object of the body this goes into, as `configurations`."""
    convert: Callable[[str], Any] = str
    """From the text to the JSON value. Raises Refusal."""
    clears: bool = False
    """When editing: an emptied field is sent as null. A secret left empty stays as it is instead."""
    also: tuple[str, ...] = ()
    """What else the gateway may call it in a refusal."""
    shown: Callable[[Values], bool] = always
    """Whether what else the form says makes it a question at all; one that is not shown is not sent."""
    sent: bool = True
    """False for one that only helps to fill in another."""

    def answers_to(self, param: str) -> bool:
        """Whether the gateway means this field by `param`, which may be a path such as `configurations.custom_host`."""
        parts = param.replace("[", ".").replace("/", ".").split(".")
        return any(name in parts for name in (self.name, *self.also))

    def placeholder(self, values: Values) -> str:
        """What stands in the field while it is empty."""
        if self.default is not None:
            return self.default(values)
        return self.hint if isinstance(self.hint, str) else self.hint(values)


def filled(fields: list[Field], values: Values) -> Values:
    """The values, defaults where nothing was typed; a default may build on the fields above its own."""
    whole = {name: text.strip() for name, text in values.items()}
    for field in fields:
        if not whole[field.name] and field.default is not None:
            whole[field.name] = field.default(whole)
    return whole


def problem_with(field: Field, values: Values) -> str | None:
    """What is wrong with this field, in words; `values` are filled."""
    text = values[field.name]
    if not field.shown(values):
        return None
    if not text:
        return f"{field.label} is needed" if field.needed(values) else None
    return field.check(text) if field.check else None


def body_of(fields: list[Field], values: Values) -> dict[str, Any]:
    """The JSON body of something new: fields left empty are left out."""
    values = filled(fields, values)
    return built([field for field in fields if values[field.name]], values)


def changes_of(fields: list[Field], values: Values) -> dict[str, Any]:
    """The JSON body of an edit: only what was changed, null for what was emptied."""
    values = filled(fields, values)
    changed = [field for field in fields if values[field.name] != field.value]
    return built([field for field in changed if values[field.name] or field.clears], values)


def built(fields: list[Field], values: Values) -> dict[str, Any]:
    """Each of these fields at its place in the body."""
    body: dict[str, Any] = {}
    for field in fields:
        if field.sent and field.shown(values):
            place = body.setdefault(field.inside, {}) if field.inside else body
            place[field.name] = field.convert(values[field.name]) if values[field.name] else None
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
    if all(character.isascii() and (character.isalnum() or character in "-_") for character in text):
        return None
    return "letters, digits, `-` and `_` only; requests say `@slug/model`"


def slug_of(name: str) -> str:
    """A slug for a name: `Open AI, prod` becomes `open-ai-prod`."""
    kept = "".join(character if character.isascii() and character.isalnum() else " " for character in name.lower())
    return "-".join(kept.split())

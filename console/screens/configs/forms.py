"""The forms of configs: what a new one begins with, and what is not in the text of one."""

from __future__ import annotations

from typing import Any

from console.client import GatewayClient, segment
from console.configs.templates import TEMPLATES
from console.screens.fields import Field, Values, always, changes_of, slug_of
from console.screens.form import FormScreen
from console.wire.answers import Done
from console.wire.configs import ConfigRow, SavedAnswer

Json = dict[str, Any]


def slug_problem(text: str) -> str | None:
    """What is wrong with the slug of a config."""
    rest = text.removeprefix("pc-")
    is_right = text.startswith("pc-") and rest and all(c.isascii() and (c.isalnum() or c in "-_") for c in rest)
    return None if is_right else "`pc-`, then letters, digits, `-` and `_`"


def new_config() -> FormScreen:
    """Gives the values; the editor saves."""

    async def given(_: Json, values: Values) -> Values:
        return values

    fields = [
        Field(name="name", label="Name", hint="what people call it", needed=always),
        Field(
            name="slug",
            label="Slug",
            default=lambda values: f"pc-{slug_of(values['name'])}" if values["name"] else "",
            check=slug_problem,
        ),
        Field(
            name="template",
            label="Begins as",
            value="fallback",
            choices={name: words for name, (words, _) in TEMPLATES.items()},
            sent=False,
        ),
    ]
    return FormScreen(
        "New config",
        lambda _: "POST /v1/configs",
        fields,
        given,
        effect=lambda _: "Opens the editor; nothing is saved until you do there.",
    )


def edit_config(gateway: GatewayClient, row: ConfigRow) -> FormScreen:
    """Name, default, archive."""
    path = f"/v1/configs/{segment(row.slug)}"

    async def send(body: Json, _: Values) -> SavedAnswer | Done:
        return await gateway.send("PUT", path, body, SavedAnswer)

    fields = [
        Field(name="name", label="Name", value=row.name, needed=always),
        Field(
            name="isDefault",
            label="Default",
            value="yes" if row.is_default else "no",
            choices={"no": "no", "yes": "yes: for requests of its workspace that name no config"},
            convert=lambda text: text == "yes",
        ),
        Field(
            name="status",
            label="Status",
            value=row.status,
            choices={"active": "active", "archived": "archived: kept, and used by nobody"},
        ),
    ]
    return FormScreen(f"Config {row.slug}", lambda _: f"PUT {path}", fields, send, body=changes_of)

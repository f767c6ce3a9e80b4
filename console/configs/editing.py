"""A config on its way: fetched as text, checked while it is written, and saved over nothing but what was seen."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from console.client import GatewayClient, segment
from console.configs.drafts import Draft, without_secrets
from console.configs.help import Catalog, ConfigHelp
from console.configs.json_text import Path, Piece, path_of, where
from console.configs.templates import pretty
from console.wire.catalog import Provider, Vendor
from console.wire.chat import ConfigMenu, ModelMenu
from console.wire.configs import ConfigAnswer, Saved, SavedAnswer, Verdict
from console.wire.errors import GatewayError

Json = dict[str, Any]


WORDS = {
    "Invalid control": 'the text is not closed: a `"` is missing',
    "Unterminated string": 'the text is not closed: a `"` is missing',
    "Expecting ','": "a comma is missing before this",
    "Expecting ':'": "a colon is missing before this",
    "Expecting property": "the name of a field is expected, in double quotes; or a comma before it is too many",
    "Expecting value": "a value is expected",
    "Illegal trailing": "a comma is too many",
    "Extra data": "the config ends before this",
}
"""What Python's reader says, for people."""


@dataclass(slots=True)
class Edited:
    """What is in the editor, and what it was made from."""

    name: str
    slug: str
    text: str
    """As it is saved; of a new one what it began with."""
    version_id: str | None = None
    """None: nobody has saved it yet."""
    workspace: str | None = None

    @property
    def is_new(self) -> bool:
        """Whether saving makes it."""
        return self.version_id is None

    @property
    def key(self) -> str:
        """What its draft is found by."""
        return "" if self.is_new else self.slug

    def draft(self, text: str) -> Draft:
        """What is kept of it."""
        return Draft(slug=self.slug, name=self.name, text=text, version_id=self.version_id, workspace=self.workspace)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong or odd with a text."""

    message: str
    path: Path | None = None
    index: int = 0
    """Where in the text."""
    is_odd: bool = False
    """It could be saved all the same."""


async def fetched(gateway: GatewayClient, slug: str) -> Edited:
    """A saved config. Raises GatewayError."""
    found = (await gateway.one(f"/v1/configs/{segment(slug)}", ConfigAnswer)).data
    return Edited(found.name, found.slug, pretty(found.config), found.version_id, found.workspace_id or None)


def read(text: str) -> Json | Problem:
    """The object that a text is, or where it stops being JSON."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        what = next((words for begin, words in WORDS.items() if error.msg.startswith(begin)), error.msg)
        return Problem(f"line {error.lineno}, column {error.colno}: {what}", None, min(error.pos, len(text)))
    except RecursionError:
        return Problem("is nested too deep")
    return value if isinstance(value, dict) else Problem("must be a JSON object")


async def checked(gateway: GatewayClient, edited: Edited, config: Json, pieces: list[Piece]) -> list[Problem]:
    """Everything the gateway finds wrong, then what is odd, with its place in the text. Raises GatewayError."""
    about = {"workspace_id": edited.workspace} if edited.is_new else {"slug": edited.slug}
    verdict = await gateway.send("POST", "/v1/configs/validate", {"config": config, **about}, Verdict)
    told = [(one, False) for one in verdict.errors] + [(one, True) for one in verdict.warnings]
    return [
        Problem(
            f"{one.path}: {one.message}" if one.path else one.message,
            path := path_of(one.path),
            where(pieces, path),
            is_odd,
        )
        for one, is_odd in told
    ]


async def save(gateway: GatewayClient, edited: Edited, config: Json, *, over: str | None) -> Saved:
    """Keep it; `over` is the version it may replace, None whichever holds. Raises GatewayError."""
    if edited.is_new:
        body = {"name": edited.name, "slug": edited.slug, "config": config}
        body |= {"workspace_id": edited.workspace} if edited.workspace else {}
        return (await gateway.send("POST", "/v1/configs", body, SavedAnswer)).data
    body = {"config": config} | ({"version_id": over} if over else {})
    return (await gateway.send("PUT", f"/v1/configs/{segment(edited.slug)}", body, SavedAnswer)).data


def kept(edited: Edited, text: str, saved: Saved) -> Edited:
    """What is in the editor once it is saved: credentials are not shown again."""
    return Edited(edited.name, saved.slug or edited.slug, without_secrets(text), saved.version_id, edited.workspace)


async def help_from(gateway: GatewayClient) -> ConfigHelp:
    """What the editor may offer; what this key may not see is missing in it. Raises GatewayError."""
    schema = await gateway.one("/v1/configs/schema", Json)
    catalog: dict[str, tuple[str, ...]] = {}
    for name, ask in (("providers", providers), ("vendors", vendors), ("configs", configs), ("models", models)):
        try:
            catalog[name] = await ask(gateway)
        except GatewayError:
            catalog[name] = ()
    return ConfigHelp(schema, Catalog(**catalog))


async def providers(gateway: GatewayClient) -> tuple[str, ...]:
    """Every provider of the catalog, as a config names it."""
    return tuple(f"@{row.slug}" for row in await gateway.every("/v1/providers", Provider))


async def vendors(gateway: GatewayClient) -> tuple[str, ...]:
    """Every vendor."""
    return tuple(row.id for row in await gateway.every("/v1/vendors", Vendor))


async def configs(gateway: GatewayClient) -> tuple[str, ...]:
    """Every config that is in use."""
    menu = await gateway.one("/v1/configs", ConfigMenu)
    return tuple(row.slug for row in menu.data if row.status == "active")


async def models(gateway: GatewayClient) -> tuple[str, ...]:
    """Every model, as `@provider/model`."""
    return tuple(row.id for row in (await gateway.one("/v1/models", ModelMenu, all="true")).data)

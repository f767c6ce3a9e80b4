"""What has a name and a row in some list, a row of this table for each kind; all but models, which are asked apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from console.limits.words import what, whose
from console.wire.alerts import Channel
from console.wire.catalog import Integration, Model, Provider
from console.wire.configs import ConfigRow
from console.wire.keys import ApiKey
from console.wire.limits import Limit
from console.wire.people import User, Workspace

LOG = "log"
"""Requests are known by their ids, and by those of their traces."""


class Thing(NamedTuple):
    """One of what there is, by its row."""

    kind: str
    name: str
    row_id: str
    also: str = ""
    """What else it is called, or whose it is; it is looked through too."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of things: what it is called, the list it stands in, how it is asked for."""

    name: str
    screen: str
    listing: str
    path: str
    wire: type[Any]
    thing: Callable[[Any], Thing]
    paging: Mapping[str, str]
    """What its pages are called, and how large they are."""


def key(row: ApiKey) -> Thing:
    """An API key."""
    return Thing("key", row.name, row.id, row.workspace_id or "organisation")


def config(row: ConfigRow) -> Thing:
    """A saved config."""
    return Thing("config", row.slug, row.slug, row.name)


def provider(row: Provider) -> Thing:
    """A name that requests address."""
    return Thing("provider", f"@{row.slug}", row.slug, row.name)


def integration(row: Integration) -> Thing:
    """A vendor account."""
    return Thing("integration", row.slug, row.slug, row.name)


def workspace(row: Workspace) -> Thing:
    """A department."""
    return Thing("workspace", row.slug, row.slug, row.name)


def user(row: User) -> Thing:
    """A person of the organisation."""
    return Thing("user", row.email, row.id, row.name)


def limit(row: Limit) -> Thing:
    """A budget or a rate."""
    return Thing("limit", whose(row), row.id, what(row))


def channel(row: Channel) -> Thing:
    """Where notifications go."""
    return Thing("channel", row.name, row.id, row.kind)


def model(row: tuple[str, Model]) -> Thing:
    """A model, by the integration that has it."""
    slug, one = row
    return Thing("model", one.slug, f"{slug}/{one.slug}", slug)


USUAL = {"page_size": "1000"}
PEOPLE = {"page": "currentPage", "size": "pageSize", "pageSize": "1000"}
"""Pages of users have names of their own."""
KINDS: Mapping[str, Kind] = {
    row.name: row
    for row in (
        Kind("key", "keys", "keys", "/v1/api-keys", ApiKey, key, USUAL),
        Kind("config", "configs", "configs", "/v1/configs", ConfigRow, config, USUAL),
        Kind("provider", "catalog", "providers", "/v1/providers", Provider, provider, USUAL),
        Kind("integration", "catalog", "integrations", "/v1/integrations", Integration, integration, USUAL),
        Kind("model", "catalog", "models", "", Model, model, USUAL),
        Kind("workspace", "people", "workspaces", "/v1/admin/workspaces", Workspace, workspace, USUAL),
        Kind("user", "people", "users", "/v1/admin/users", User, user, PEOPLE),
        Kind("limit", "limits", "limits", "/v1/limits", Limit, limit, USUAL),
        Kind("channel", "alerts", "channels", "/v1/notifications/channels", Channel, channel, USUAL),
    )
}
"""By name, in the order in which they are offered."""

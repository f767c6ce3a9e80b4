"""The forms of channels: a new one, a change, and to whom a test goes."""

from __future__ import annotations

from console.client import GatewayClient, segment
from console.limits.alert_words import KINDS
from console.screens.fields import Field, Values, always, changes_of
from console.screens.form import FormScreen, Json
from console.wire.alerts import Channel

PATH = "/v1/notifications/channels"
URL_HINT = "slack://…, mailtos://me:pass@host?to={to}, json://host/path"
EVERYTHING = "everything"


def new_channel(gateway: GatewayClient) -> FormScreen:
    """Where notifications go, and of what."""
    fields = [
        Field(name="name", label="Name", needed=always, hint="ops-slack"),
        Field(name="url", label="URL", secret=True, needed=always, check=url_problem, hint=URL_HINT),
        events_field(""),
    ]
    return FormScreen(
        "New channel",
        lambda _: f"POST {PATH}",
        fields,
        lambda body, _: gateway.create(PATH, body),
        effect=said,
    )


def edit_channel(gateway: GatewayClient, channel: Channel) -> FormScreen:
    """Change a channel; a URL that is left empty stays."""
    path = f"{PATH}/{segment(channel.id)}"
    fields = [
        Field(name="name", label="Name", value=channel.name, needed=always),
        Field(name="url", label="URL", secret=True, check=url_problem, hint=f"unchanged: {channel.masked_url}"),
        events_field(", ".join(channel.events)),
        Field(
            name="enabled",
            label="Told",
            value="true" if channel.enabled else "false",
            choices={"true": "yes", "false": "no: it is off"},
            convert=lambda text: text == "true",
        ),
    ]
    return FormScreen(
        f"Channel {channel.name}",
        lambda _: f"PUT {path}",
        fields,
        lambda body, _: gateway.change(path, body),
        body=changes_of,
        effect=said,
    )


def address_of_test(channel: Channel) -> FormScreen:
    """A channel whose URL has a place for addresses is tested with one."""

    async def send(body: Json, _: Values) -> Json:
        return body

    field = Field(name="to", label="To", needed=always, hint="you@example.com")
    return FormScreen(f"Test {channel.name}", lambda _: f"POST {PATH}/{segment(channel.id)}/test", [field], send)


def events_field(value: str) -> Field:
    """Of what it is told."""
    return Field(
        name="events",
        label="Told of",
        value=value or EVERYTHING,
        hint=EVERYTHING,
        default=lambda _: EVERYTHING,
        check=events_problem,
        convert=events_of,
    )


def events_of(text: str) -> list[str]:
    """`exhausted, threshold`; `everything` is an empty list."""
    return [] if text.strip() == EVERYTHING else [part for part in text.replace(",", " ").split() if part]


def events_problem(text: str) -> str | None:
    """What is wrong with a list of events."""
    unknown = [part for part in events_of(text) if part not in KINDS]
    return f"`{unknown[0]}` is none of {EVERYTHING}, {', '.join(KINDS)}" if unknown else None


def url_problem(text: str) -> str | None:
    """What is wrong with a channel's URL, as far as that is seen at once."""
    return None if text.partition("://")[1] else f"a URL of Apprise: {URL_HINT}"


def said(values: Values) -> str:
    """What saving does."""
    if "{to}" in values["url"]:
        return "Tells those whom an event concerns: a key's alert addresses, and the admins of its workspace."
    return "The URL is kept encrypted and never shown again; t sends a test."

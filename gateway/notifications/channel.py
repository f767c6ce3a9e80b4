"""One place that notifications go to, and sending one there with Apprise, which is imported when first needed."""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from store.ids import Sealed

if TYPE_CHECKING:
    from store.notifications.channels import ChannelRow
    from store.secrets.vault import Vault

TO = "{to}"
"""In a channel's URL: where the addresses go of whom it concerns; such a channel tells only those."""
SOMEBODY = "somebody@example.com"
SHOWN = 300
"""Characters of what went wrong that are kept."""


class NotSent(Exception):
    """A notification did not get there; says why, as far as Apprise does."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One that can be used."""

    id: str
    name: str
    url: str
    events: frozenset[str]

    def takes(self, kind: str) -> bool:
        """Whether it is told of such events."""
        return not self.events or kind in self.events

    def address(self, emails: Sequence[str]) -> str | None:
        """Where a notification goes; None where it concerns nobody who has an address."""
        if TO not in self.url:
            return self.url
        return self.url.replace(TO, ",".join(quote(email, safe="@") for email in emails)) if emails else None


def channel_of(row: ChannelRow, vault: Vault) -> Channel:
    """A channel of the store. Raises VaultLocked."""
    events = frozenset(msgspec.json.decode(row.events, type=list[str]))
    return Channel(row.id, row.name, vault.unseal(Sealed(row.sealed_url), about(row.id)), events)


def about(channel_id: str) -> str:
    """Whose secret a URL is."""
    return f"channel:{channel_id}"


def kind_of(url: str) -> str:
    """Which way of sending a URL names."""
    return url.partition("://")[0].lower()


async def is_known(url: str) -> bool:
    """Whether Apprise knows what to do with a URL."""
    return await asyncio.to_thread(understood, url.replace(TO, SOMEBODY))


def understood(url: str) -> bool:
    """The same, in a thread: importing Apprise takes a moment."""
    return apprise().Apprise.instantiate(url, suppress_exceptions=True) is not None


@cache
def apprise() -> Any:
    """Apprise with all its services; some of them use what Python will lose one day, and warn of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        library = import_module("apprise")
        library.Apprise.instantiate("json://localhost")
    return library


async def send(url: str, title: str, text: str) -> None:
    """Send one notification. Raises NotSent."""
    await asyncio.to_thread(send_now, url, title, text)


def send_now(url: str, title: str, text: str) -> None:
    """The same, in a thread: Apprise waits for the network. Raises NotSent."""
    library = apprise()
    sender = library.Apprise()
    if not sender.add(url):
        raise NotSent("Apprise does not know what to do with this URL.")
    with library.LogCapture(level=logging.WARNING, fmt="%(message)s") as said:
        if not sender.notify(body=text, title=title):
            words = " ".join(str(said.getvalue()).split()).replace(url, "…")
            raise NotSent(words[:SHOWN] or "It was not taken, and nobody says why.")

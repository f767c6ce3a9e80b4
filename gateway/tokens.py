"""Access tokens of vendors that want one instead of a key, kept until shortly before they expire."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import msgspec

from gateway.errors import NotSpoken, VendorBroke
from gateway.vendors.vendor import Login, Sent, Unspoken

if TYPE_CHECKING:
    from datetime import datetime

    from gateway.domain import Target
    from gateway.upstream import Upstream

EARLY_SECONDS = 120.0
"""Before its end a token is renewed."""
PATIENCE_SECONDS = 15.0
FORM = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}


class Token(msgspec.Struct, frozen=True):
    """An answer of a token endpoint. Source: RFC 6749, section 5.1."""

    access_token: str
    expires_in: float = 3600.0


class Tokens:
    """One token for each account; many requests at once ask for it only once."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._kept: dict[int, tuple[Login, str, float]] = {}
        self._asking: dict[int, asyncio.Task[str]] = {}

    async def headers(self, target: Target, now: datetime) -> dict[str, str]:
        """The headers of the login with the account's token in place of its secret. Raises VendorFailed."""
        login, vendor = target.login, target.vendor
        assert vendor.token is not None, "asked for only where there is one"
        place = id(login)
        kept = self._kept.get(place)
        if kept is not None and kept[0] is login and kept[2] > time.monotonic():
            return vendor.headers(Login(kept[1], login.settings))
        try:
            wanted = vendor.token(login, now)
        except Unspoken as error:
            raise NotSpoken(f"Tollhouse: `{vendor.id}` cannot be logged in to: {error}", param=error.param) from error
        if wanted is None:
            return {}
        if place not in self._asking:
            asking = asyncio.ensure_future(self._ask(login, vendor.id, wanted.url, wanted.form))
            self._asking[place] = asking
            asking.add_done_callback(lambda _: self._asking.pop(place, None))
        token = await asyncio.shield(self._asking[place])
        return vendor.headers(Login(token, login.settings))

    async def _ask(self, login: Login, vendor: str, url: str, form: object) -> str:
        address = urlsplit(url)
        sent = Sent(address.path, urlencode(form).encode())  # type: ignore[arg-type]
        where = f"{address.scheme}://{address.netloc}"
        reply, body = await self._upstream.ask(where, sent, FORM, vendor, PATIENCE_SECONDS)
        if reply.status != 200:
            raise VendorBroke(vendor, f"it gave no access token ({reply.status}); is the account's secret right?")
        try:
            token = msgspec.json.decode(body, type=Token)
        except msgspec.DecodeError as error:
            raise VendorBroke(vendor, "it gave no access token that can be read") from error
        if len(self._kept) > 1000:
            self._kept.clear()
        self._kept[id(login)] = (login, token.access_token, time.monotonic() + token.expires_in - EARLY_SECONDS)
        return token.access_token

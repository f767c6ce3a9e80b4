"""Logins that hold for a while, of vendors that want them instead of a key: kept until shortly before they expire."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import msgspec

from gateway.attempts.answer import excerpt
from gateway.errors import Broken, NotSpoken, VendorBroke
from gateway.vendors.vendor import BadAnswer, Login, Sent, TokenRequest, Unspoken

if TYPE_CHECKING:
    from datetime import datetime

    from gateway.domain import Target
    from gateway.upstream import Upstream

EARLY_SECONDS = 120.0
"""Before its end a token is renewed."""
PATIENCE_SECONDS = 15.0
FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"accept": "application/json"}


class Tokens:
    """One login for each account; many requests at once ask for it only once."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._kept: dict[int, tuple[Login, Login, float]] = {}
        self._asking: dict[int, asyncio.Task[Login]] = {}

    async def login(self, target: Target, now: datetime) -> Login | None:
        """What to log in with in place of the account's own; None: with that itself.

        Raises NotSpoken and VendorFailed.
        """
        login, vendor = target.login, target.vendor
        if vendor.token is None:
            return None
        place = id(login)
        kept = self._kept.get(place)
        if kept is not None and kept[0] is login and kept[2] > time.monotonic():
            return kept[1]
        try:
            wanted = vendor.token(login, now)
        except Unspoken as error:
            raise NotSpoken(f"Tollhouse: `{vendor.id}` cannot be logged in to: {error}", param=error.param) from error
        if wanted is None:
            return None
        if place not in self._asking:
            asking = asyncio.ensure_future(self._ask(login, vendor.id, wanted))
            self._asking[place] = asking
            asking.add_done_callback(lambda _: self._asking.pop(place, None))
        return await asyncio.shield(self._asking[place])

    async def _ask(self, login: Login, vendor: str, wanted: TokenRequest) -> Login:
        address, (sent, headers) = urlsplit(wanted.url), request_for(wanted, vendor)
        where = f"{address.scheme}://{address.netloc}"
        reply, body = await self._upstream.ask(where, sent, headers, vendor, PATIENCE_SECONDS)
        if reply.status != 200:
            raise VendorBroke(
                vendor, f"it gave no access token ({reply.status}); is the account's secret right? {excerpt(body)}"
            )
        try:
            grant = wanted.read(body, login)
        except (BadAnswer, msgspec.DecodeError, UnicodeDecodeError) as error:
            raise VendorBroke(vendor, "it gave no access token that can be read") from error
        if len(self._kept) > 1000:
            self._kept.clear()
        self._kept[id(login)] = (login, grant.login, time.monotonic() + grant.seconds - EARLY_SECONDS)
        return grant.login


def request_for(wanted: TokenRequest, vendor: str) -> tuple[Sent, dict[str, str]]:
    """The request for a login, and its headers. Raises Broken where a file of this machine cannot be read."""
    try:
        files = {name: Path(file).read_text().strip() for name, file in wanted.files.items()}
    except (OSError, UnicodeDecodeError) as error:
        raise Broken(f"Tollhouse: `{vendor}` cannot be logged in to: {error}.") from error
    address, form = urlsplit(wanted.url), urlencode({**wanted.form, **files})
    path = f"{address.path}?{address.query}" if address.query else address.path
    sent = Sent(path, form.encode(), FORM if form else {}, "POST" if form else "GET")
    signed = {} if wanted.sign is None else wanted.sign(sent, wanted.url)
    return sent, {**JSON, **wanted.headers, **signed}

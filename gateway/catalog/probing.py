"""Whether a vendor account works: its vendor is asked for its models, or for the least that proves the key."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from gateway.attempts.answer import refusal
from gateway.catalog.catalog import Catalog, account
from gateway.catalog.discover import Offers
from gateway.catalog.model_traits import CHAT, kind_of
from gateway.domain import Target
from gateway.errors import (
    Broken,
    Fault,
    GatewayError,
    NotOffered,
    NotSpoken,
    VendorBroke,
    VendorFailed,
    VendorSlow,
    VendorUnreachable,
)
from gateway.functions import Function
from gateway.vendors.vendor import Asked, Login, Sent, Unspoken
from store.catalog.models import models_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.catalog.catalog import Account
    from gateway.plant import Plant
    from store.catalog.integrations import IntegrationRow

PATIENCE_SECONDS = 15.0
SHORT = {
    "messages": msgspec.Raw(b'[{"role":"user","content":"Hi"}]'),
    "max_tokens": msgspec.Raw(b"1"),
}
"""The least that can be asked for; it costs a few millionths of a dollar."""
ADVICE = {
    401: "Put in a key that the vendor accepts.",
    402: "The account has nothing left to spend: pay at the vendor, or put in another key.",
    403: "The vendor knows the key and does not let it do this: see what it may do at the vendor.",
    404: "The address or the model is not there: look at the base URL, which usually ends in /v1.",
    429: "The vendor accepts the key, and has no room for it now: look at its quota, or wait.",
}
"""What to do about a vendor's status."""


class Probed(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    works: bool
    asked: str
    """What was asked: `GET https://api.openai.com/v1/models`."""
    said: str
    """What the answer was, in a sentence."""
    advice: str = ""
    """What to do about it; empty where nothing need be done."""
    fault: Fault | None = None
    """Whose it is: `gateway` is a credential or an address that the operator gave."""
    status: int | None = None
    """The vendor's; None where none came."""
    models: int | None = None
    """How many it lists."""
    took_ms: int = 0


@dataclass(slots=True)
class Probe:
    """One account being asked; `asked` is what was asked last."""

    plant: Plant
    account: Account
    asked: str = ""

    async def works(self) -> tuple[int, str, int | None]:
        """Status, words, and how many models there are. Raises GatewayError."""
        vendor = self.account.vendor
        if self.account.trouble is not None:
            raise Broken(self.account.trouble)
        if vendor.models_path is None:
            return *await self.spoken(), None
        status, count = await self.listed(self.account.headers)
        if vendor.needs_key and await self.is_open():
            return *await self.spoken(), count
        return status, f"it lists {count:,} models", count

    async def listed(self, headers: Mapping[str, str]) -> tuple[int, int]:
        """How many models it says it has. Raises GatewayError."""
        sent = Sent(self.account.vendor.models_path or "", b"", method="GET")
        status, body = await self.exchange(sent, self.target(""), headers)
        try:
            return status, len(msgspec.json.decode(body, type=Offers).data)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise VendorBroke(self.account.vendor.id, "it answered with something that is no list of models") from error

    async def is_open(self) -> bool:
        """Whether anybody gets that list, so that it proves nothing of the key."""
        bare = self.account.vendor.headers(Login("", self.account.login.settings))
        try:
            await self.listed({name: value for name, value in self.account.headers.items() if name in bare})
        except GatewayError:
            return False
        return True

    async def spoken(self) -> tuple[int, str]:
        """One word from its cheapest model. Raises GatewayError."""
        target = self.target(self.cheapest())
        wire = target.vendor.functions.get(Function.CHAT)
        if wire is None or not target.model:
            raise NotOffered(f"Tollhouse: `{target.vendor.id}` has nothing that can be asked for without a request.")
        asked = Asked(function=Function.CHAT, model=target.model, fields=SHORT, login=target.login)
        try:
            sent = wire.encode(asked)
            login = None if target.vendor.token is None else await self.plant.tokens.login(target, self.plant.now())
            headers = target.headers if login is None else {**target.headers, **target.vendor.headers(login)}
            if target.vendor.sign is not None:
                where = target.base_url + sent.path
                headers = {**headers, **target.vendor.sign(sent, where, login or target.login, self.plant.now())}
        except Unspoken as error:
            raise NotSpoken(f"Tollhouse: `{target.vendor.id}` cannot be asked: {error}", param=error.param) from error
        status, _ = await self.exchange(sent, target, headers)
        return status, f"`{target.model}` answers"

    async def exchange(self, sent: Sent, target: Target, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """An answer that is no refusal. Raises GatewayError."""
        self.asked = f"{sent.method} {target.base_url}{sent.path}"
        reply, body = await self.plant.upstream.ask(target.base_url, sent, headers, target.vendor.id, PATIENCE_SECONDS)
        if reply.status >= 300:
            raise refusal(reply, body, target, Catalog())
        return reply.status, body

    def target(self, model: str) -> Target:
        """Where it is asked."""
        one = self.account
        return Target(one.vendor, one.base_url, one.headers, model, None, one.login, one.models.get(model))

    def cheapest(self) -> str:
        """The enabled chat model that costs least; those without a known price come last."""
        prices, vendor = self.plant.prices, self.account.vendor
        names = [id for id, one in self.account.models.items() if one.enabled and kind_of(vendor, id) == CHAT]

        def cost(name: str) -> float:
            price = self.target(name).price(prices)
            return float("inf") if price is None else float(price.rates.get("input") or 0)

        return min(names, key=cost, default="")


async def probed(plant: Plant, row: IntegrationRow) -> Probed:
    """Ask the vendor of an integration whether its credentials work."""
    await plant.prices.ready.wait()
    async with plant.database.session() as session:
        rows = await models_of(session, row.id)
    probe = Probe(plant, account(row, rows, plant.vault, plant.prices, plant.references))
    began = time.monotonic()
    try:
        status, said, models = await probe.works()
    except GatewayError as error:
        return failed(error, probe.asked, took_ms(began))
    return Probed(works=True, asked=probe.asked, said=said, status=status, models=models, took_ms=took_ms(began))


def took_ms(began: float) -> int:
    """Milliseconds since."""
    return round((time.monotonic() - began) * 1000)


def failed(error: GatewayError, asked: str, took_ms: int) -> Probed:
    """What went wrong, whose fault it is, and what to do."""
    status = error.status if isinstance(error, VendorFailed) and not isinstance(error, UNHEARD) else None
    return Probed(
        works=False,
        asked=asked,
        said=error.message,
        advice=advice(error, status),
        fault=error.fault,
        status=status,
        took_ms=took_ms,
    )


UNHEARD = (VendorUnreachable, VendorSlow)
"""No answer came."""


def advice(error: GatewayError, status: int | None) -> str:
    """What to do about it."""
    if isinstance(error, UNHEARD):
        return "Nobody answers there: look at the base URL, and whether this machine may reach it."
    if isinstance(error, Broken):
        return "Its key cannot be read here: put it in again, or mend the place where it is kept."
    if isinstance(error, NotOffered | NotSpoken):
        return "Send a request to it, as from the playground."
    if status is not None and status in ADVICE:
        return ADVICE[status]
    return "Try again later: it is the vendor's fault." if error.fault == "provider" else "See what the vendor says."

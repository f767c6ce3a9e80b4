"""What a request cost, told in the answer's own usage: Open WebUI shows it to whoever asked, and adds it up."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import TYPE_CHECKING

from gateway.billing import bill_of
from gateway.functions import Function
from gateway.relaying import events, take_notes
from gateway.webui import is_webui

if TYPE_CHECKING:
    from gateway.domain import Call
    from gateway.exchange import Begun
    from gateway.plant import Plant

USAGE = re.compile(rb'"usage"\s*:\s*\{(?=\s*")')
"""Where a usage object begins that says something. Inside a text its quotes would be escaped."""
OWN_COST = re.compile(rb'"cost"\s*:')
"""A vendor's own word for it, which stays."""
TOLD = frozenset({Function.CHAT, Function.COMPLETE, Function.EMBED, Function.RESPOND})


def is_told(call: Call) -> bool:
    """Whether the client is to hear what its request cost: where its key says so, else where it is Open WebUI."""
    if call.request is None or call.caller is None or call.request.function not in TOLD:
        return False
    return is_webui(call.headers) if call.caller.usage_cost is None else call.caller.usage_cost


def tell(call: Call, plant: Plant) -> None:
    """Put the cost into a whole answer."""
    call.response = [with_cost(b"".join(call.response), call, plant)]


async def priced(call: Call, begun: Begun, plant: Plant) -> AsyncIterator[bytes]:
    """The events of a stream, with the cost where they tell the usage."""
    async for data in events(call, begun):
        if b'"usage"' in data and begun.reader.usage is not None:
            take_notes(call, begun)
            yield with_cost(data, call, plant)
        else:
            yield data


def with_cost(data: bytes, call: Call, plant: Plant) -> bytes:
    """An answer, or a part of one, with the cost in its usage; every other byte is as it was.

    It is left as it is where nobody knows the price.
    """
    found = USAGE.search(data)
    if found is None or OWN_COST.search(call.usage_received):
        return data
    cost = bill_of(call, plant).cost
    if cost is None:
        return data
    return data[: found.end()] + b'"cost":' + dollars(cost).encode() + b"," + data[found.end() :]


def dollars(nanodollars: int) -> str:
    """An amount exactly, as JSON has numbers."""
    return format(Decimal(nanodollars).scaleb(-9).normalize(), "f")

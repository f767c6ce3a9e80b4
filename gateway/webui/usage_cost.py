"""What a request cost, told in the answer's own usage: Open WebUI shows it to whoever asked, and adds it up."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import TYPE_CHECKING

from gateway.attempts.relaying import events, take_notes
from gateway.billing import bill_of
from gateway.functions import Function
from gateway.webui.client import is_webui

if TYPE_CHECKING:
    from gateway.attempts.exchange import Begun
    from gateway.domain import Call
    from gateway.plant import Plant

USAGE = re.compile(rb'"usage"\s*:\s*\{(?=\s*")')
"""Where a usage object begins that says something. Inside a text its quotes would be escaped."""
OWN_COST = re.compile(rb'"cost"\s*:')
"""A vendor's own word for it, which stays."""
LAST_WORD = b'"message_delta"'
"""The event of a stream of messages that tells the whole usage; the first one tells only the prompt's."""
TOLD = frozenset({Function.CHAT, Function.COMPLETE, Function.EMBED, Function.RESPOND, Function.MESSAGE})


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
        yield told_in(data, call, begun, plant)
    call.ending = told_in(call.ending, call, begun, plant)


def told_in(data: bytes, call: Call, begun: Begun, plant: Plant) -> bytes:
    """A part of a stream, with the cost if it is the one that tells the whole usage."""
    is_messages = call.request is not None and call.request.function is Function.MESSAGE
    place = data.rfind(LAST_WORD) if is_messages else 0
    if place < 0 or b'"usage"' not in data or begun.reader.usage is None:
        return data
    take_notes(call, begun)
    return with_cost(data, call, plant, place)


def with_cost(data: bytes, call: Call, plant: Plant, place: int = 0) -> bytes:
    """An answer, or a part of one, with the cost in its usage behind `place`; every other byte is as it was.

    It is left as it is where nobody knows the price.
    """
    found = USAGE.search(data, place)
    if found is None or OWN_COST.search(call.usage_received):
        return data
    cost = bill_of(call, plant).cost
    if cost is None:
        return data
    return data[: found.end()] + b'"cost":' + dollars(cost).encode() + b"," + data[found.end() :]


def dollars(nanodollars: int) -> str:
    """An amount exactly, as JSON has numbers."""
    return format(Decimal(nanodollars).scaleb(-9).normalize(), "f")

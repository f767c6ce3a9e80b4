"""A vendor's account, spoken with about batches: a conversation of the vendor's file, held over the network."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

import msgspec

from gateway.attempts.answer import excerpt, refusal
from gateway.attempts.attempting import not_spoken, target_for
from gateway.configs.nodes import Leaf
from gateway.errors import BadRequest, NotFound, VendorBroke
from gateway.routing.plan import Step
from gateway.vendors.batch import Errand, Job
from gateway.vendors.vendor import BadAnswer, Unspoken

if TYPE_CHECKING:
    from gateway.batches.papers import KeptBatch
    from gateway.domain import Call, Target
    from gateway.plant import Plant
    from gateway.vendors.batch import Conversation
    from gateway.vendors.records import Records
    from gateway.vendors.vendor import Login
    from store.ids import Slug

Told = TypeVar("Told")
MISSHAPEN = (AttributeError, IndexError, KeyError, TypeError, ValueError, msgspec.DecodeError)
"""What reading an answer comes to that is of another shape than the vendor documents."""


class Account:
    """Who is asked for one batch."""

    def __init__(self, call: Call, target: Target, plant: Plant) -> None:
        assert target.vendor.batch is not None, "only vendors with batches are asked for them"
        self.target, self.batch = target, target.vendor.batch()
        self._call, self._plant = call, plant

    @property
    def own_address(self) -> str | None:
        """Its address, where that is not the vendor's usual one."""
        target = self.target
        return None if target.base_url == target.vendor.address(target.login) else target.base_url

    async def held(self, conversation: Conversation[Told]) -> Told:
        """Hold a conversation to its end. Raises NotSpoken and VendorFailed."""
        said: bytes | None = None
        while True:
            try:
                errand = next(conversation) if said is None else conversation.send(said)
            except StopIteration as over:
                told: Told = over.value
                return told
            except Unspoken as error:
                raise not_spoken(self.target, error) from error
            except (BadAnswer, *MISSHAPEN) as error:
                shown = excerpt(said or b"")
                raise VendorBroke(self.target.vendor.id, f"it answered about a batch what is none: {shown}") from error
            said = await self._asked(errand)

    async def _asked(self, errand: Errand) -> bytes:
        base_url, headers = errand.base_url or self.target.base_url, await self._headers(errand)
        vendor = self.target.vendor.id
        reply, body = await self._plant.upstream.ask(base_url, errand.sent, headers, vendor)
        if reply.status >= 300:
            raise refusal(reply, body, self.target, self._plant.catalog(self._call))
        return dict(reply.headers).get(errand.header, "").encode() if errand.header else body

    @asynccontextmanager
    async def lines(self, errand: Errand) -> AsyncIterator[AsyncIterator[bytes]]:
        """What an errand brings, line by line, for as long as the block runs. Raises VendorFailed."""
        base_url, headers = errand.base_url or self.target.base_url, await self._headers(errand)
        async with self._plant.upstream.open(base_url, errand.sent, headers, self.target.vendor.id) as reply:
            if reply.status == 404 and errand.may_lack:
                yield nothing()
                return
            if reply.status >= 300:
                raise refusal(reply, await reply.body(), self.target, self._plant.catalog(self._call))
            yield cut(reply.chunks(), errand.records(), self.target.vendor.id)

    async def _headers(self, errand: Errand) -> dict[str, str]:
        target, now = self.target, self._plant.now()
        if errand.is_signed:
            return {}
        login: Login = await self._plant.tokens.login(target, now) or target.login
        headers = {**target.headers, **target.vendor.headers(login)}
        sign = errand.sign or target.vendor.sign
        if sign is None:
            return headers
        try:
            return headers | sign(errand.sent, (errand.base_url or target.base_url) + errand.sent.path, login, now)
        except Unspoken as error:
            raise not_spoken(target, error) from error


async def nothing() -> AsyncIterator[bytes]:
    """No line at all."""
    none: tuple[bytes, ...] = ()
    for line in none:
        yield line


async def cut(chunks: AsyncIterator[bytes], records: Records, vendor: str) -> AsyncIterator[bytes]:
    """A body in records. Raises VendorBroke for one without end, and for one that is of another kind."""
    try:
        async for chunk in chunks:
            for record in records.feed(chunk):
                yield record
        for record in records.end():
            yield record
    except OverflowError as error:
        raise VendorBroke(vendor, "a result of the batch is too long") from error
    except (BadAnswer, *MISSHAPEN) as error:
        raise VendorBroke(vendor, f"it answered for the results of a batch with what is none ({error})") from error


def account_of(paper: KeptBatch, call: Call, plant: Plant) -> Account:
    """Who works on a batch: the provider that it was made with, or who the request names and has a key for.

    Raises BadRequest, and what `target_of` raises.
    """
    target = target_of_own(paper, call, plant) if paper.provider is None else target_at(paper.provider, call, plant)
    call.target = target
    return Account(call, target, plant)


def target_at(provider: Slug, call: Call, plant: Plant) -> Target:
    """A provider of the catalog, without a model. Raises what `target_of` raises."""
    return target_for(call, Step(Leaf(provider=f"@{provider}")), plant)


def target_of_own(paper: KeptBatch, call: Call, plant: Plant) -> Target:
    """The vendor that a request brings a key for. Raises BadRequest unless it is the batch's."""
    try:
        target = target_for(call, call.steps[0], plant) if call.steps else None
    except (BadRequest, NotFound) as error:
        raise brought(paper) from error
    if target is None or target.vendor.id != paper.vendor:
        raise brought(paper)
    return target


def brought(paper: KeptBatch) -> BadRequest:
    """A batch that was made with a key of the caller's own, asked for without it."""
    return BadRequest(
        f"Tollhouse: `{paper.id}` was made with a key of your own for `{paper.vendor}`; send that again, with "
        f"`x-portkey-provider: {paper.vendor}`.",
        param="x-portkey-provider",
    )


def job_of(paper: KeptBatch, account: Account) -> Job:
    """A batch as its vendor knows it."""
    return Job(
        id=paper.id,
        login=account.target.login,
        model=paper.model,
        name=paper.name,
        address=account.target.base_url,
        own_address=account.own_address,
        headers=paper.headers,
        options=paper.options,
    )

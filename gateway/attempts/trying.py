"""What is written down of one try at one target, however it ends, and what routing learns from it."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from msgspec.structs import replace

from gateway.errors import GatewayError, VendorFailed
from gateway.estimates import estimate, tokens_in
from gateway.routing.signals import place
from store.records import Attempt

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from gateway.attempts.attempting import Try
    from gateway.domain import Call
    from gateway.plant import Plant
    from gateway.routing.plan import Step
    from gateway.vendors.vendor import Sent
    from store.ids import Nanodollars

GIVEN_UP = "given up"
"""Said of a try whose end nobody waited for: the client hung up, or another target was quicker."""


class trying:
    """A try under way. It keeps to itself what it finds out: of two at once, the call goes by the winner's alone."""

    __slots__ = (
        "_attempt",
        "_began",
        "_call",
        "_place",
        "_plant",
        "_record",
        "failure",
        "first_token_at",
        "headers",
        "is_given_up",
        "sent",
        "status",
    )

    def __init__(self, call: Call, attempt: Try, plant: Plant) -> None:
        self._call, self._attempt, self._plant = call, attempt, plant
        self.sent: Sent | None = None
        """The request in the vendor's words, once it is written."""
        self.headers: Mapping[str, str] = {}
        """What it went with, credentials and all."""
        self.status: int | None = None
        """The vendor's, once it has answered."""
        self.first_token_at: float | None = None
        """When something of the answer itself came, by the clock that requests are timed by."""
        self.failure: GatewayError | None = None
        """Why a stream broke off that had begun."""
        self.is_given_up = False
        self._place: int | None = None
        """Among the attempts, once it is over."""

    def __enter__(self) -> trying:
        self._call.begin_wait()
        self._record = self._plant.signals.began(self._attempt.target.key)
        self._began = time.perf_counter()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        spent = time.perf_counter() - self._began
        self._call.end_wait()
        failed = error if isinstance(error, GatewayError) else self.failure
        self.is_given_up = self.is_given_up or isinstance(error, asyncio.CancelledError)
        self._tell(failed, spent)
        attempt, sent = self._attempt, self.sent
        self._place = len(self._call.attempts)
        if sent is not None:
            self._call.sent.append((self._place, attempt.asked, sent, self.headers))
        self._call.attempts.append(
            Attempt(
                provider=attempt.target.provider or "",
                vendor=attempt.target.vendor.id,
                model=attempt.target.model,
                url=attempt.target.base_url + (sent.path if sent is not None else ""),
                status=self.status,
                duration_ms=round(spent * 1000, 3),
                error=self._words(failed, error),
                path=attempt.step.leaf.path,
                cost=self._cost() if self.is_given_up else None,
                began_ms=round((self._began - self._call.began) * 1000, 3),
            )
        )

    def give_up(self) -> None:
        """Another target was quicker, be this one still under way or not."""
        self.is_given_up = True
        if self._place is not None:
            attempts = self._call.attempts
            attempts[self._place] = replace(attempts[self._place], error=GIVEN_UP, cost=self._cost())

    def _words(self, failed: GatewayError | None, error: BaseException | None) -> str | None:
        """What the record says of the failure, if it is one."""
        if failed is not None:
            return failed.message
        if self.is_given_up:
            return GIVEN_UP
        return None if error is None else f"{type(error).__name__}: {error}"

    def _tell(self, failed: GatewayError | None, spent: float) -> None:
        """What is given up, and what failed by our own fault, says nothing of the target."""
        signals, leaf = self._plant.signals, self._attempt.step.leaf
        self._record.ended()
        if self.is_given_up or not (failed is None or isinstance(failed, VendorFailed)):
            return
        if failed is None:
            began = spent if self.first_token_at is None else self.first_token_at - self._began
            self._record.answered(began, signals.clock())
        if leaf.breaker is not None:
            signals.judged(place(self._call.config_mark, leaf.path), leaf.breaker, failed.status if failed else 200)

    def _cost(self) -> Nanodollars | None:
        """What the prompt costs: the vendor has read it, and nobody will hear how much it has answered."""
        target = self._attempt.target
        price = target.price(self._plant.prices)
        return None if price is None else estimate(price, tokens_in(self._attempt.asked.fields), 0)


def passed_over(step: Step, error: GatewayError) -> Attempt:
    """A target that could not even be asked."""
    path, provider = step.leaf.path, (step.leaf.provider or "").removeprefix("@")
    return Attempt(
        provider=provider, vendor="", model="", url="", status=None, duration_ms=0, error=error.message, path=path
    )

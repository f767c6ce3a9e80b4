"""Keep one live tail open: connect, read, and after a break try again, a little later each time."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from console.client import TailEvent
from console.wire.errors import GatewayError, GatewayUnreachable

PAUSES_SECONDS = (0.5, 1.0, 2.0, 5.0)
"""Between one try and the next; the last one stays."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The tail is live; what happened before this moment has to be asked for."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The tail is not live, why, and when it is tried again."""

    reason: str
    retry_seconds: float


async def follow(
    tail: Callable[[], AsyncIterator[TailEvent | None]],
    take: Callable[[TailEvent | Connected | Broken], None],
    sleep: Callable[[float], Awaitable[None]],
) -> None:
    """Hand every live event of `tail` to `take`, for ever."""
    failures = 0
    while True:
        try:
            async for event in tail():
                failures = 0
                take(Connected() if event is None else event)
            raise GatewayUnreachable("The gateway closed the live tail")
        except GatewayError as error:
            pause = PAUSES_SECONDS[min(failures, len(PAUSES_SECONDS) - 1)]
            failures += 1
            take(Broken(str(error), pause))
        await sleep(pause)

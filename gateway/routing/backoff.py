"""How long to wait before the same target is asked again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

    from gateway.configs.nodes import Retry
    from gateway.errors import GatewayError

LONGEST_SECONDS = 60.0
"""Of one wait that a vendor asks for, and of all of them together."""
STEPS = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Source: portkey.ai, automatic retries."""


def pause_before(count: int, retry: Retry, error: GatewayError, waited: float, chance: random.Random) -> float | None:
    """Seconds until retry number `count` (from 0); None: it is not worth it.

    Between half of a step and the whole of it, at random, so that those who were refused together do not come back
    together.
    """
    if count >= retry.attempts:
        return None
    if retry.use_retry_after and error.status == 429 and error.retry_after is not None:
        asked = float(error.retry_after)
        return asked if asked < LONGEST_SECONDS and waited + asked <= LONGEST_SECONDS else None
    return STEPS[min(count, len(STEPS) - 1)] * (0.5 + chance.random() / 2)

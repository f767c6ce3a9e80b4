"""A question to the log is given some seconds, and then told how it can be made smaller."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from gateway.errors import TooMuch
from store.patience import TookTooLong, within

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

PATIENCE_SECONDS = 5.0


@asynccontextmanager
async def patiently(session: AsyncSession, seconds: float = PATIENCE_SECONDS) -> AsyncIterator[None]:
    """Stop what takes too long. Raises TooMuch."""
    try:
        async with asyncio.timeout(seconds + 1), within(session, seconds):
            yield
    except (TookTooLong, TimeoutError) as error:
        raise TooMuch(
            f"This takes longer than {seconds:g} s, so it was stopped. Narrow the period by "
            "`time_of_generation_min` and `time_of_generation_max`, or filter by an API key, a model or metadata."
        ) from error

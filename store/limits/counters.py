"""What budgets have been charged so far, and what an operator has changed about them for a while."""

from sqlmodel import Field, SQLModel, col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession


class CounterRow(SQLModel, table=True):
    """What was charged to one counter in one period. The process that writes the log adds to it (`charges.py`)."""

    __tablename__ = "counters"

    counter_id: str = Field(primary_key=True)
    period_start_ms: int = Field(primary_key=True)
    nanodollars: int
    tokens: int
    requests: int


class AdjustmentRow(SQLModel, table=True):
    """What an operator has changed about one counter."""

    __tablename__ = "limit_adjustments"

    counter_id: str = Field(primary_key=True)
    reset_at_ms: int | None = None
    """Counting began anew then: an earlier charge belongs to the time before, whenever it is written."""
    raised: int = 0
    """How much more may be used, in the unit of the limit."""
    raised_until_ms: int | None = None


async def counters_since(session: AsyncSession, since_ms: int) -> list[CounterRow]:
    """Every counter whose period began then or later, the oldest first."""
    recent = select(CounterRow).where(col(CounterRow.period_start_ms) >= since_ms)
    return list(await session.exec(recent.order_by(col(CounterRow.period_start_ms))))


async def forget_counters(session: AsyncSession, before_ms: int) -> None:
    """Delete what was charged in periods that began before; a counter without periods begins at 0 and stays."""
    old = (col(CounterRow.period_start_ms) < before_ms) & (col(CounterRow.period_start_ms) > 0)
    await session.exec(delete(CounterRow).where(old))


async def all_adjustments(session: AsyncSession) -> list[AdjustmentRow]:
    """Every adjustment."""
    return list(await session.exec(select(AdjustmentRow)))


async def adjustment_of(session: AsyncSession, counter_id: str) -> AdjustmentRow:
    """The adjustment of a counter, to be changed; a new one where there is none."""
    return await session.get(AdjustmentRow, counter_id) or AdjustmentRow(counter_id=counter_id)

"""What a period came to, bucket by bucket, from the rollups: the question behind every graph."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence

import msgspec
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from store.rollups.measures import Bag, pour
from store.rollups.rollups import (
    DAY,
    GRAINS,
    HOUR,
    HOURS_KEPT_DAYS,
    METADATA,
    MINUTE,
    MINUTES_KEPT_DAYS,
    decode_counts,
    decode_times,
)

WORKSPACE = "workspace"
"""By this the whole is grouped too, since every row says whose it is."""
AT_ONCE = 200
"""Rows that are added up before others have their turn."""


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """From one moment until another, in buckets of one length."""

    since_ms: int
    until_ms: int
    """Exclusive."""
    grain: int
    finest: int = MINUTE
    """What its beginning is cut to; outwards where it does not fit."""
    finest_end: int = MINUTE
    """The same of its end, which is younger."""

    def starts(self) -> range:
        """Where each bucket begins."""
        return range(self.since_ms - self.since_ms % self.grain, self.until_ms, self.grain)


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Of which requests: of one workspace or (None) all, by the values of a facet, or only of some of these."""

    period: Period
    workspace: str | None = None
    facet: str = ""
    values: tuple[str, ...] | None = None


class Sum(msgspec.Struct):
    """What some requests came to."""

    counts: Bag = msgspec.field(default_factory=dict)
    times: dict[int, int] = msgspec.field(default_factory=dict)
    last_ms: int = 0

    def add(self, other: "Sum") -> None:
        """Put another's requests with these."""
        pour(other.counts, self.counts)
        pour(other.times, self.times)
        self.last_ms = max(self.last_ms, other.last_ms)


Sums = dict[tuple[int, str], Sum]
"""By start of the bucket and value of the facet; where nothing happened there is nothing."""


def period_of(since_ms: int, until_ms: int, now_ms: int) -> Period:
    """A period in buckets that make a graph of a few hundred points, of a length that is still kept."""
    span, finest, finest_end = until_ms - since_ms, finest_of(now_ms - since_ms), finest_of(now_ms - until_ms)
    wanted = MINUTE if span <= 6 * HOUR else HOUR if span <= 14 * DAY else DAY
    return Period(since_ms=since_ms, until_ms=until_ms, grain=max(wanted, finest), finest=finest, finest_end=finest_end)


def finest_of(age_ms: int) -> int:
    """The smallest buckets that are all still kept around that age, back to the beginning of the next larger one."""
    if age_ms + HOUR < MINUTES_KEPT_DAYS * DAY:
        return MINUTE
    return HOUR if age_ms + DAY < HOURS_KEPT_DAYS * DAY else DAY


async def sums(session: AsyncSession, question: Question, *, with_times: bool = True) -> Sums:
    """The answer; distributions are left out where nobody asks for them, since they are most of the work."""
    found: Sums = {}
    period = question.period
    least = HOUR if question.facet.startswith(METADATA) else MINUTE
    finest, finest_end = max(period.finest, least), max(period.finest_end, least)
    for grain, low, high in stretches(period.since_ms, period.until_ms, max(period.grain, finest), finest, finest_end):
        async for start, value, last_ms, counts, times in rows(session, question, (grain, low, high), with_times):
            key = (start - start % period.grain, value)
            part = Sum(decode_counts(counts), decode_times(times), last_ms)
            if (whole := found.get(key)) is None:
                found[key] = part
            else:
                whole.add(part)
    return found


def stretches(since: int, until: int, grain: int, finest: int, finest_end: int) -> Iterator[tuple[int, int, int]]:
    """A period cut into buckets as large as fit: (grain, first, end). What is finer than the finest is widened.

    `finest_end` is at most `finest`: fine buckets are kept for less time.
    """
    if since >= until:
        return
    is_finest = grain <= finest
    low, high = since - since % grain if is_finest else since + -since % grain, until - until % grain
    if grain <= finest_end or (is_finest and low >= high):
        yield grain, since - since % grain, until
        return
    finer = GRAINS[GRAINS.index(grain) - 1]
    if low >= high:
        yield from stretches(since, until, finer, finest, finest_end)
        return
    yield from stretches(since, low, finer, finest, finest)
    yield grain, low, high
    yield from stretches(high, until, finer, finest_end, finest_end)


async def rows(
    session: AsyncSession, question: Question, stretch: tuple[int, int, int], with_times: bool
) -> AsyncIterator[tuple[int, str, int, bytes, bytes]]:
    """Rows of one stretch. Values are looked up bucket by bucket, for between two of one value lie all others."""
    grain, low, high = stretch
    facet, value = ("", "workspace") if question.facet == WORKSPACE else (question.facet, "value")
    conditions, said = ["grain = :grain", "facet = :facet"], {"grain": grain, "facet": facet}
    if question.values is None:
        conditions.append("start_ms >= :low AND start_ms < :high")
        said |= {"low": low, "high": high}
    else:
        conditions.append("start_ms IN (SELECT value FROM json_each(:starts))")
        conditions.append("value IN (SELECT value FROM json_each(:wanted))")
        said |= {"starts": as_json(range(low, high, grain)), "wanted": as_json(question.values)}
    if question.workspace is not None:
        conditions.append("workspace = :workspace")
        said["workspace"] = question.workspace
    times = "times" if with_times else "x'80'"
    there = " AND ".join(conditions)
    asked = f"SELECT start_ms, {value}, last_ms, counts, {times} FROM rollups WHERE {there}"
    asked += f" UNION ALL SELECT start_ms, {value}, last_ms, counts, x'80' FROM rollup_amendments WHERE {there}"
    found = await (await session.connection()).execute(text(asked), said)
    for number, row in enumerate(found, 1):
        yield row[0], row[1], row[2], row[3], row[4]
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)


def as_json(values: Sequence[object]) -> str:
    """A list for SQLite's `json_each`."""
    return msgspec.json.encode(list(values)).decode()

"""A period is read in buckets that are still there, without a gap, and cut as finely as they are kept."""

from random import Random

from store.rollups.rollups import DAY, HOUR, HOURS_KEPT_DAYS, MINUTE, MINUTES_KEPT_DAYS
from store.rollups.sums import period_of, stretches

NOW = 1_795_000_000_000
KEPT = {MINUTE: MINUTES_KEPT_DAYS * DAY, HOUR: HOURS_KEPT_DAYS * DAY, DAY: NOW}


def periods() -> list[tuple[int, int]]:
    """Of minutes and of years, ending now or long ago."""
    chance, found = Random(3), []
    for _ in range(3_000):
        since = NOW - chance.randrange(1, chance.choice([5 * HOUR, 5 * DAY, 100 * DAY, 400 * DAY]))
        found.append((since, chance.randrange(since + 1, NOW + 1)))
    return found


def test_every_stretch_is_kept_and_none_is_missing() -> None:
    """From the beginning to the end without a gap or an overlap, in buckets that retention has not dropped yet."""
    for since, until in periods():
        period = period_of(since, until, NOW)

        cut = list(stretches(since, until, max(period.grain, period.finest), period.finest, period.finest_end))

        assert [end for _, _, end in cut[:-1]] == [start for _, start, _ in cut[1:]]
        assert cut[-1][2] == until
        assert 0 <= since - cut[0][1] < period.finest
        assert all(start % grain == 0 and start >= NOW - KEPT[grain] for grain, start, _ in cut)


def test_young_end_of_an_old_period_is_cut_to_the_minute() -> None:
    """What happened after the end of a year's graph is not in it, for of today there are sums by the minute."""
    until = NOW - NOW % DAY + 5 * HOUR + 7 * MINUTE
    period = period_of(until - 365 * DAY, until, until)

    cut = list(stretches(period.since_ms, until, period.grain, period.finest, period.finest_end))

    assert [grain for grain, _, _ in cut] == [DAY, HOUR, MINUTE]

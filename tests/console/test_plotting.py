"""Curves made of signs: what stands where, as plain functions."""

from datetime import UTC, datetime

import pytest

from console.overview.plotting import Plot, drawn, framed, scale_end, sparkline, squeezed
from console.overview.ranges import RANGES
from console.text.figures import day_ahead, short_percent

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def test_many_points_share_a_place() -> None:
    """What is counted adds up where points share a place, of anything else the largest is shown; few are stretched."""
    assert squeezed([1, 2, 3, None, None, None], 3, "sum") == [3, 3, None]
    assert squeezed([1, 2, 3, None], 2, "most") == [2, 3]
    assert squeezed([1, 2], 4, "sum") == [1, 1, 2, 2]
    assert squeezed([], 4, "sum") == []


def test_sparkline_shows_the_least_and_never_nothing() -> None:
    """One request among thousands can be seen, none at all is a blank, and the largest is the highest."""
    assert sparkline([0, 1, 1000, None], 4, "sum") == " ▁▇ "
    assert sparkline([0, 0], 2, "sum") == "  "


@pytest.mark.parametrize(("most", "end"), [(0, 1), (0.8, 0.8), (1, 1), (11, 12), (13, 15), (61, 80), (9_700, 10_000)])
def test_scale_ends_at_a_round_number(most: float, end: float) -> None:
    """The largest value fits below the end of the scale, which is a number one can read."""
    assert scale_end(most) == pytest.approx(end)


def test_bars_stand_on_the_ground_and_curves_are_connected() -> None:
    """What is counted fills the column below it; a jump of a curve is drawn as an upright line."""
    bars, top = drawn([[4, 4, 0, 0]], 2, 1, filled=True)
    curve, _ = drawn([[0, 0, 3, 3]], 2, 1, filled=False)

    assert (bars, top) == (["⣿ "], 4)
    assert curve == ["⣀⠏"]


def test_gap_is_left_open() -> None:
    """Where nothing is known nothing is drawn, and the curve begins anew after it."""
    lines, _ = drawn([[4, None, None, 4]], 2, 1, filled=False)

    assert lines == ["⠁⠈"]


def test_plot_has_a_scale_with_its_unit_and_a_time_axis() -> None:
    """The scale says its end, the middle and nothing, in the unit's own spelling; below stand begin, middle and now."""
    plot = Plot("Cost", ((10.0,) * 40,), lambda value: f"${value:.0f}", ("-1 h", "-30 min", "now"), filled=True)

    lines = framed(plot, 40, 6)

    assert [axis for axis, _ in lines[:5]] == ["$10 ┤", "    │", " $5 ┤", "    │", "  0 ┤"]
    assert {len(axis + curve) for axis, curve in lines} == {40}
    assert lines[-1][1].split() == ["-1", "h", "-30", "min", "now"]
    assert framed(plot, 10, 6) == []


def test_ranges_reach_from_a_quarter_of_an_hour_to_a_quarter_of_a_year() -> None:
    """There are seven, each longer than the one before and asked about no more often."""
    lengths, paces = [each.seconds for each in RANGES], [each.pace_seconds for each in RANGES]

    assert (lengths, paces) == (sorted(lengths), sorted(paces))
    assert (RANGES[0].name, RANGES[-1].name, len(RANGES)) == ("15 min", "90 d", 7)
    assert RANGES[1].since(NOW) == "2026-11-24T14:00:00+00:00"
    assert [each.half for each in RANGES[:3]] == ["7.5 min", "30 min", "3 h"]


@pytest.mark.parametrize(
    ("share", "said"), [(None, "–"), (0, "0%"), (0.01, "<0.1%"), (0.31, "0.3%"), (12.4, "12%"), (100, "100%")]
)
def test_shares_are_short(share: float | None, said: str) -> None:
    """A little is never shown as nothing."""
    assert short_percent(share) == said


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2026, 11, 24, 22, 50, tzinfo=UTC), "today 22:50"),
        (datetime(2026, 12, 1, tzinfo=UTC), "Tue 1 Dec"),
        (datetime(2028, 3, 1, tzinfo=UTC), "2028-03-01"),
    ],
    ids=["today", "soon", "far"],
)
def test_days_ahead_are_as_exact_as_one_can_act(moment: datetime, said: str) -> None:
    """The hour of today, the day of this year, the date of another."""
    assert day_ahead(moment, NOW, UTC) == said

"""The numbers, plots and table of the Overview, made of what is known. No Textual in here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Literal

from console.overview.outlook import Outlook
from console.overview.plotting import Number, Plot
from console.overview.rows import money
from console.text.figures import NONE, day_time, instant, short_count, short_duration, short_percent
from console.widgets.columns import Column

GRAINS = ((21_600, "minute"), (1_209_600, "hour"))
"""Up to which length (seconds) the gateway tells a stretch by what."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What is shown as a number, as a plot and as columns of the table."""

    name: str
    metrics: tuple[str, ...]
    """The last one's course is the sparkline."""
    spell: Callable[[float | None], str]
    how: Literal["sum", "most"]
    says: str
    """The plot's title; `{grain}` is a minute, an hour or a day."""


MEASURES = (
    Measure("requests", ("requests",), short_count, "sum", "Requests per {grain}"),
    Measure("errors", ("errors",), short_count, "sum", "Failed requests per {grain}"),
    Measure("cost", ("cost",), money, "sum", "Cost per {grain}"),
    Measure("tokens", ("tokens",), short_count, "sum", "Tokens per {grain}"),
    Measure("latency", ("latency_p50", "latency_p95"), short_duration, "most", "Latency: p95 above p50"),
    Measure(
        "first token",
        ("time_to_first_token_p50", "time_to_first_token_p95"),
        short_duration,
        "most",
        "Time to first token: p95 above p50",
    ),
)
TABLE = (
    Column("time", "time", 16),
    Column("requests", "requests", 8, right=True),
    Column("errors", "errors", 6, right=True),
    Column("cost", "cost", 8, right=True),
    Column("tokens", "tokens", 6, 4, right=True),
    Column("latency_p50", "p50", 6, 2, right=True),
    Column("latency_p95", "p95", 6, right=True),
    Column("time_to_first_token_p50", "1st tok p50", 11, 1, right=True),
    Column("time_to_first_token_p95", "1st tok p95", 11, 3, right=True),
)
"""The same as the plots, for those who cannot see them."""


def grain(outlook: Outlook) -> str:
    """What a point of the plot stands for."""
    return next((name for seconds, name in GRAINS if outlook.range.seconds <= seconds), "day")


def numbers(outlook: Outlook) -> list[Number]:
    """Every measure of the whole stretch, with its course."""
    return [
        Number(
            measure.name,
            value_of(measure, outlook),
            tuple(outlook.series(measure.metrics[-1])),
            measure.how,
            "$text-error" if measure.name == "errors" and outlook.total("errors") else "",
        )
        for measure in MEASURES
    ]


def value_of(measure: Measure, outlook: Outlook) -> str:
    """`1.2s / 4.8s` of two percentiles; of errors the share too, of cost what has no price."""
    said = " / ".join(measure.spell(outlook.total(metric)) for metric in measure.metrics)
    if measure.name == "errors" and outlook.total("errors"):
        return f"{said}, {short_percent(outlook.total('error_rate'))}"
    if measure.name == "cost" and (unpriced := outlook.total("unpriced_requests")):
        return f"{said} +{short_count(unpriced)} unpr."
    return said


def plot(measure: Measure, outlook: Outlook) -> Plot:
    """A measure over time."""
    begin, middle = f"-{outlook.range.name}", f"-{outlook.range.half}"
    return Plot(
        title=measure.says.format(grain=grain(outlook)),
        curves=tuple(tuple(outlook.series(metric)) for metric in measure.metrics),
        spell=measure.spell,
        times=(begin, middle, "now"),
        filled=len(measure.metrics) == 1,
    )


def table(outlook: Outlook, zone: tzinfo | None) -> Mapping[str, tuple[str, ...]]:
    """A row for each point, the newest first."""
    spell = {metric: measure.spell for measure in MEASURES for metric in measure.metrics}
    rows = {}
    for point in reversed(outlook.graph.data_points):
        begins = str(point.get("timestamp", ""))
        moment = day_time(instant(begins), zone) if begins else NONE
        rows[begins] = (moment, *(spell[column.name](point.get(column.name)) for column in TABLE[1:]))
    return rows

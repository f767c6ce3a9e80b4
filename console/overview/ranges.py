"""The stretches of time that the Overview shows, and how often each is worth asking about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class TimeRange:
    """From so long ago until now."""

    name: str
    """As one says it: `15 min`, `24 h`."""
    seconds: int
    pace_seconds: float
    """Between two questions while requests come in: long stretches are told by the hour and by the day."""

    def since(self, now: datetime) -> str:
        """Where it begins, as the gateway wants it."""
        return (now - timedelta(seconds=self.seconds)).isoformat()

    @property
    def ago(self) -> str:
        """As the filter of Logs says it: `15m`, `24h`."""
        number, _, unit = self.name.partition(" ")
        return f"{number}{unit[0]}"

    @property
    def half(self) -> str:
        """The middle of it, for an axis."""
        number, _, unit = self.name.partition(" ")
        return "30 min" if self.name == "1 h" else f"{int(number) / 2:g} {unit}"


RANGES = (
    TimeRange("15 min", 900, 5),
    TimeRange("1 h", 3_600, 5),
    TimeRange("6 h", 21_600, 15),
    TimeRange("24 h", 86_400, 30),
    TimeRange("7 d", 604_800, 60),
    TimeRange("30 d", 2_592_000, 60),
    TimeRange("90 d", 7_776_000, 60),
)
USUAL = RANGES[1]
"""What is shown at first."""
QUIET_SECONDS = 60.0
"""Between two questions while no request comes in: what is old leaves the stretch by the minute."""


def named(name: str) -> TimeRange:
    """The range of that name; the usual one for a name there is not."""
    return next((each for each in RANGES if each.name == name), USUAL)

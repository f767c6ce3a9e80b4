"""What happened over time, and in parts."""

from typing import Any

import msgspec

Figures = dict[str, Any]
"""Metrics by name; None where there is nothing to say."""


class Graph(msgspec.Struct, frozen=True, kw_only=True):
    """Metrics of a period, and of each minute, hour or day of it, the oldest first."""

    summary: Figures = {}
    data_points: list[Figures] = []

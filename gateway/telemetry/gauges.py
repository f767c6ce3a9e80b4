"""How the gateway stands at this moment, as gauges; read when somebody asks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from gateway.limits.status import applied_now, state_of

if TYPE_CHECKING:
    from gateway.plant import Plant

LIMITS_SHOWN = 500
Reading = tuple[str, tuple[str, ...], float]
"""Name in the table, labels, value."""


def readings(plant: Plant) -> Iterator[Reading]:
    """Everything that is no sum of requests. Of limits only whole ones: a policy's groups name users and metadata."""
    writer = plant.writer.state()
    yield "in_flight", (), plant.vitals.in_flight
    yield "backlog", (), writer.waiting
    yield "writer_up", (), float(writer.reason is None)
    yield "lost", (), writer.lost
    yield "damaged", (), writer.damaged
    yield "uptime", (), plant.vitals.uptime_seconds()
    yield "memory", (), resident_bytes()
    yield "info", (plant.version,), 1
    if plant.exporter is not None:
        yield "otlp_dropped", (), plant.exporter.dropped
        yield "otlp_queue", (), plant.exporter.waiting
    whole = (applied for applied in applied_now(plant.snapshot.limits, plant.limits) if not applied.group)
    for applied in islice(whole, LIMITS_SHOWN):
        state = state_of(applied, plant.limits)
        labels = (state.id, state.level, state.name, state.type, state.period, state.mode)
        yield "limit", labels, state.limit
        yield "limit_left", labels, state.left


def resident_bytes() -> float:
    """Memory of this process; 0 where the system does not say."""
    try:
        with open("/proc/self/statm") as said:
            return float(said.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0.0

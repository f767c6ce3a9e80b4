"""Counts requests as they settle, under labels of which there are never many: what Prometheus and OTLP are told."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from gateway.telemetry.names import INSTRUMENTS, OPERATIONS, OTHER
from store.error_classes import class_of
from store.log_filter import is_success

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from store.records import LogRecord, Usage

Labels = tuple[str, ...]
MODELS_KEPT = 100
"""Models come from requests: later ones are counted as `other`."""
SERIES_KEPT = 2_000
"""Of one metric; what comes after them is counted with every label `other`."""
LONGEST_MODEL = 200
VALUES_KEPT = 100
"""Of one metadata key that is a label."""
NANO = 1_000_000_000
UNFIT = re.compile(r"[^a-zA-Z0-9_]")
"""What the name of a label may not have."""
HITS = frozenset({"HIT", "SEMANTIC HIT"})


class Histogram:
    """How often what was within which bounds."""

    __slots__ = ("counts", "total")

    def __init__(self, bounds: int) -> None:
        self.counts = [0] * (bounds + 1)
        """Each by itself; the last has what is above every bound."""
        self.total = 0.0


class Meters:
    """All counts since the start."""

    def __init__(self, metadata: Iterable[str] = ()) -> None:
        self._metadata = tuple(metadata)
        """Keys whose values are labels of requests, tokens and cost."""
        self._values: dict[str, set[str]] = {key: set() for key in self._metadata}
        self._models: set[str] = set()
        self.counters: dict[str, dict[Labels, float]] = {
            name: {} for name, each in INSTRUMENTS.items() if each.kind == "counter" and each.labels
        }
        self.histograms: dict[str, dict[Labels, Histogram]] = {
            name: {} for name, each in INSTRUMENTS.items() if each.kind == "histogram"
        }

    @property
    def more_labels(self) -> Mapping[str, tuple[str, ...]]:
        """Labels that some metrics have beside those of the table."""
        names = tuple(f"metadata_{UNFIT.sub('_', key)}" for key in self._metadata)
        return dict.fromkeys(("requests", "tokens", "cost"), names)

    def settled(self, record: LogRecord) -> None:
        """Count a request that has ended. Some microseconds, for every request comes by here."""
        asked = (record.provider or record.vendor or "", self._model(record), OPERATIONS.get(record.path, OTHER))
        whose, more = (record.workspace, *asked), self._more(record)
        outcome = (*whose, f"{record.status // 100}xx", class_of(record) or "")
        self._count("requests", (*outcome, *more))
        self._observe("request_seconds", asked, record.total_ms / 1000)
        if record.vendor_ms is not None:
            self._observe("overhead_seconds", asked, max(0.0, record.total_ms - record.vendor_ms) / 1000)
        if record.usage is not None:
            self._used(record, record.usage, asked, whose, more)
        if record.first_token_ms is not None:
            self._observe("first_token_seconds", asked, record.first_token_ms / 1000)
        if record.unpriced:
            self._count("unpriced", whose)
        if record.cache_status in HITS:
            self._count("cache_hits", whose)
        self._tried(record, asked[1], whose)

    def _used(self, record: LogRecord, usage: Usage, asked: Labels, whose: Labels, more: Labels) -> None:
        """Tokens and money."""
        kinds = (
            ("input", usage.input_tokens),
            ("output", usage.output_tokens),
            ("cached", usage.cached_tokens),
            ("reasoning", usage.reasoning_tokens),
        )
        for kind, tokens in kinds:
            if tokens > 0:
                self._count("tokens", (*whose, kind, *more), tokens)
        for kind, tokens in kinds[:2]:
            if tokens > 0:
                self._observe("token_usage", (*asked, kind), tokens)
        if record.cost:
            self._count("cost", (*whose, *more), record.cost / NANO)
        if record.first_token_ms is not None and usage.output_tokens > 1:
            lasting = (record.total_ms - record.first_token_ms) / 1000
            self._observe("token_seconds", asked, max(0.0, lasting) / (usage.output_tokens - 1))

    def _tried(self, record: LogRecord, model: str, whose: Labels) -> None:
        """Every try at a vendor, and what a request was rescued by."""
        for each in record.attempts:
            status = f"{each.status // 100}xx" if each.status else "none"
            self._observe("try_seconds", (each.provider or each.vendor, model, status), each.duration_ms / 1000)
        if not record.attempts or not is_success(record):
            return
        if record.retries > 0:
            self._count("rescued", (*whose, "retry"))
        if record.attempts[0].path != record.config_path:
            self._count("rescued", (*whose, "fallback"))

    def _model(self, record: LogRecord) -> str:
        """The model, as far as there is room for another."""
        model = record.model or ""
        if model in self._models:
            return model
        is_resolved = record.provider is not None or record.vendor is not None  # else it is any text
        if not is_resolved or len(self._models) >= MODELS_KEPT or len(model) > LONGEST_MODEL:
            return OTHER
        self._models.add(model)
        return model

    def _more(self, record: LogRecord) -> Labels:
        """The values of metadata that are labels."""
        return tuple(self._value(key, record.metadata.get(key, "")) for key in self._metadata)

    def _value(self, key: str, value: str) -> str:
        known = self._values[key]
        if value not in known:
            if len(known) >= VALUES_KEPT:
                return OTHER
            known.add(value)
        return value

    def _count(self, name: str, labels: Labels, number: float = 1) -> None:
        series = self.counters[name]
        labels = labels if labels in series or len(series) < SERIES_KEPT else (OTHER,) * len(labels)
        series[labels] = series.get(labels, 0) + number

    def _observe(self, name: str, labels: Labels, value: float) -> None:
        series, bounds = self.histograms[name], INSTRUMENTS[name].bounds
        found = series.get(labels)
        if found is None:
            labels = labels if len(series) < SERIES_KEPT else (OTHER,) * len(labels)
            found = series.setdefault(labels, Histogram(len(bounds)))
        found.counts[bisect_left(bounds, value)] += 1
        found.total += value

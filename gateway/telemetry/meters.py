"""Counts requests as they settle, under labels of which there are never many: what Prometheus and OTLP are told."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from gateway.telemetry.names import INSTRUMENTS, OTHER, operation_of
from store.log.error_classes import class_of
from store.log.filter import is_success

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from store.records import Attempt, LogRecord, Usage

Labels = tuple[str, ...]
MODELS_KEPT = 100
"""Models come from requests: later ones are counted as `other`."""
SERIES_KEPT = 2_000
"""Of one metric; what comes after them is counted with every label `other`."""
LONGEST_MODEL = 200
CELLS_KEPT = 5_000
"""Places that are known by heart."""
VALUES_KEPT = 100
"""Of one metadata key that is a label."""
NANO = 1_000_000_000
UNFIT = re.compile(r"[^a-zA-Z0-9_]")
"""What the name of a label may not have."""
HITS = frozenset({"HIT", "SEMANTIC HIT"})


class Histogram:
    """How often what was within which bounds."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        """Each by itself; the last has what is above every bound."""
        self.total = 0.0

    def add(self, value: float) -> None:
        """One more."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


class Counter:
    """A sum."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value: float = 0


class Cell:
    """Where requests that have every label in common are counted: found once, so that each costs one look-up."""

    __slots__ = ("asked", "more", "overhead", "requests", "seconds", "spread", "tokens", "whose")

    def __init__(self, asked: Labels, whose: Labels, more: Labels) -> None:
        self.asked, self.whose, self.more = asked, whose, more
        self.requests: Counter
        self.seconds: Histogram
        self.overhead: Histogram | None = None
        self.tokens: dict[str, Counter] = {}
        self.spread: dict[str, Histogram] = {}


class Meters:
    """All counts since the start."""

    def __init__(self, metadata: Iterable[str] = ()) -> None:
        self._metadata = tuple(metadata)
        """Keys whose values are labels of requests, tokens and cost."""
        self._values: dict[str, set[str]] = {key: set() for key in self._metadata}
        self._models: set[str] = set()
        self._cells: dict[tuple[object, ...], Cell] = {}
        self._tries: dict[tuple[object, ...], Histogram] = {}
        self._counters: dict[str, dict[Labels, Counter]] = {
            name: {} for name, each in INSTRUMENTS.items() if each.kind == "counter" and each.labels
        }
        self.histograms: dict[str, dict[Labels, Histogram]] = {
            name: {} for name, each in INSTRUMENTS.items() if each.kind == "histogram"
        }

    @property
    def counters(self) -> dict[str, dict[Labels, float]]:
        """Every sum, by its labels."""
        return {name: {labels: each.value for labels, each in s.items()} for name, s in self._counters.items()}

    @property
    def more_labels(self) -> Mapping[str, tuple[str, ...]]:
        """Labels that some metrics have beside those of the table."""
        names = tuple(f"metadata_{UNFIT.sub('_', key)}" for key in self._metadata)
        return dict.fromkeys(("requests", "tokens", "cost"), names)

    def settled(self, record: LogRecord) -> None:
        """Count a request that has ended. Some microseconds, for every request comes by here."""
        cell, total, first, usage = self._cell_of(record), record.total_ms / 1000, record.first_token_ms, record.usage
        cell.requests.value += 1
        if total > 0:
            self._lasted(record, total, cell)
        if usage is not None:
            self._used(record, usage, cell)
            self._paid(record, cell)
        if first is not None:
            self._histogram("first_token_seconds", cell.asked).add(first / 1000)
        if record.cache_status in HITS:
            self._counter("cache_hits", cell.whose).value += 1
        for each in record.attempts:
            self._tried(each, cell.asked[1])
        if record.attempts and (record.retries > 0 or record.attempts[0].path != record.config_path):
            self._rescued(record, cell.whose)

    def _cell_of(self, record: LogRecord) -> Cell:
        """Where a request is counted."""
        failure = record.failure
        why = None if failure is None else (failure.code, failure.fault)
        more = self._more(record) if self._metadata else ()
        key = (record.workspace, record.provider, record.vendor, record.model, record.path, record.status, why, more)
        cell = self._cells.get(key)
        if cell is None:
            if len(self._cells) >= CELLS_KEPT:
                self._cells.clear()
            asked = (record.provider or record.vendor or "", self._model(record), operation_of(record.path))
            cell = self._cells[key] = Cell(asked, (record.workspace, *asked), more)
            outcome = (*cell.whose, f"{record.status // 100}xx", class_of(record) or "")
            cell.requests = self._counter("requests", (*outcome, *more))
            cell.seconds = self._histogram("request_seconds", asked)
        return cell

    def _lasted(self, record: LogRecord, total: float, cell: Cell) -> None:
        """Seconds, of a request that was timed."""
        cell.seconds.add(total)
        if record.vendor_ms is not None:
            if cell.overhead is None:
                cell.overhead = self._histogram("overhead_seconds", cell.asked)
            cell.overhead.add(max(0.0, total - record.vendor_ms / 1000))

    def _used(self, record: LogRecord, usage: Usage, cell: Cell) -> None:
        """Tokens."""
        tokens, spread = cell.tokens, cell.spread
        for kind, number in (("input", usage.input_tokens), ("output", usage.output_tokens)):
            if number > 0:
                if kind not in spread:
                    spread[kind] = self._histogram("token_usage", (*cell.asked, kind))
                    tokens[kind] = self._counter("tokens", (*cell.whose, kind, *cell.more))
                spread[kind].add(number)
                tokens[kind].value += number
        if usage.cached_tokens > 0:
            self._counter("tokens", (*cell.whose, "cached", *cell.more)).value += usage.cached_tokens
        if usage.reasoning_tokens > 0:
            self._counter("tokens", (*cell.whose, "reasoning", *cell.more)).value += usage.reasoning_tokens
        if record.first_token_ms is not None and usage.output_tokens > 1:
            lasting = (record.total_ms - record.first_token_ms) / 1000
            self._histogram("token_seconds", cell.asked).add(max(0.0, lasting) / (usage.output_tokens - 1))

    def _paid(self, record: LogRecord, cell: Cell) -> None:
        """Money."""
        if record.cost:
            if "cost" not in cell.tokens:
                cell.tokens["cost"] = self._counter("cost", (*cell.whose, *cell.more))
            cell.tokens["cost"].value += record.cost / NANO
        if record.unpriced:
            self._counter("unpriced", cell.whose).value += 1

    def _tried(self, attempt: Attempt, model: str) -> None:
        """A try at a vendor."""
        key = (attempt.provider, attempt.vendor, model, attempt.status)
        found = self._tries.get(key)
        if found is None:
            if len(self._tries) >= CELLS_KEPT:
                self._tries.clear()
            status = f"{attempt.status // 100}xx" if attempt.status else "none"
            found = self._histogram("try_seconds", (attempt.provider or attempt.vendor, model, status))
            self._tries[key] = found
        found.add(attempt.duration_ms / 1000)

    def _rescued(self, record: LogRecord, whose: Labels) -> None:
        """What a request was rescued by, if it was."""
        if not is_success(record):
            return
        if record.retries > 0:
            self._counter("rescued", (*whose, "retry")).value += 1
        if record.attempts[0].path != record.config_path:
            self._counter("rescued", (*whose, "fallback")).value += 1

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

    def _counter(self, name: str, labels: Labels) -> Counter:
        series = self._counters[name]
        labels = labels if labels in series or len(series) < SERIES_KEPT else (OTHER,) * len(labels)
        return series.get(labels) or series.setdefault(labels, Counter())

    def _histogram(self, name: str, labels: Labels) -> Histogram:
        series = self.histograms[name]
        labels = labels if labels in series or len(series) < SERIES_KEPT else (OTHER,) * len(labels)
        return series.get(labels) or series.setdefault(labels, Histogram(INSTRUMENTS[name].bounds))

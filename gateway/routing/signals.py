"""What experience says of targets: how fast they are, how busy, how much used, and who is left out for a while.

Kept in memory; a restart begins anew. Times are seconds of the given clock.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.configs.nodes import Breaker

HALF_LIFE_SECONDS = 300.0
"""After which a measured latency counts half against a new one."""
KEPT = 64
"""Latencies kept of a target, of which the 95th percentile is taken."""
MINUTE = 60.0
MOST_TARGETS = 10_000
"""Names come from requests: beyond this, all is forgotten."""

MOST_STUCK = 100_000
"""Requests that keep their target; beyond this, all are drawn anew."""

Key = tuple[str, str]
"""Provider (slug, or vendor's name) and model."""


@dataclass(slots=True)
class Record:
    """One target's record."""

    latency: float | None = None
    """Seconds to the first token, recent ones counting more."""
    measured_at: float = 0.0
    recent: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))
    busy: int = 0
    tokens: deque[tuple[float, int]] = field(default_factory=deque)
    """(second, how many) of the last minute."""

    def ended(self) -> None:
        """A request to the target is under way no more."""
        self.busy = max(self.busy - 1, 0)

    def answered(self, first_token_seconds: float, now: float) -> None:
        """How long the target took to begin its answer."""
        self.recent.append(first_token_seconds)
        if self.latency is None:
            self.latency = first_token_seconds
        else:
            weight = 0.7 * 0.5 ** ((now - self.measured_at) / HALF_LIFE_SECONDS)
            self.latency = weight * self.latency + (1 - weight) * first_token_seconds
        self.measured_at = now


@dataclass(slots=True)
class Circuit:
    """One breaker: what it counted since when, and until when it is open."""

    began: float = 0.0
    failures: int = 0
    requests: int = 0
    open_until: float = 0.0


class Signals:
    """Everything the strategies decide by."""

    def __init__(self, chance: random.Random | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.chance = chance or random.Random()
        self.clock = clock
        self._records: dict[Key, Record] = {}
        self._circuits: dict[str, Circuit] = {}
        self._stuck: dict[str, tuple[str, float]] = {}

    def apart(self) -> Signals:
        """The same experience for somebody who only looks: what they draw and look up changes nothing here."""
        copied = Signals(copy(self.chance), self.clock)
        copied._records, copied._circuits, copied._stuck = dict(self._records), self._circuits, dict(self._stuck)
        return copied

    def of(self, key: Key) -> Record:
        """A target's record, empty at first."""
        record = self._records.get(key)
        if record is None:
            if len(self._records) > MOST_TARGETS:
                self._records.clear()
            record = self._records[key] = Record()
        return record

    def began(self, key: Key) -> Record:
        """A request to the target is under way; its record is told how it ends."""
        record = self.of(key)
        record.busy += 1
        return record

    def answered(self, key: Key, first_token_seconds: float) -> None:
        """How long a target took to begin its answer."""
        self.of(key).answered(first_token_seconds, self.clock())

    def used(self, key: Key, tokens: int) -> None:
        """Tokens a target was paid for."""
        seconds, now = self.of(key).tokens, self.clock() // 1
        if seconds and seconds[-1][0] == now:
            seconds[-1] = (now, seconds[-1][1] + tokens)
            return
        seconds.append((now, tokens))
        while seconds[0][0] < now - MINUTE:
            seconds.popleft()

    def tokens_per_minute(self, key: Key) -> int:
        """Tokens of the last minute."""
        tokens, since = self.of(key).tokens, self.clock() - MINUTE
        while tokens and tokens[0][0] < since:
            tokens.popleft()
        return sum(count for _, count in tokens)

    def slowest_usual(self, key: Key) -> float | None:
        """The 95th percentile of a target's recent latencies; None where fewer than five are known."""
        recent = sorted(self.of(key).recent)
        return recent[int(0.95 * (len(recent) - 1))] if len(recent) >= 5 else None

    def kept(self, who: str) -> str | None:
        """The path of the target that requests of this kind keep."""
        path, until = self._stuck.get(who, ("", 0.0))
        return path if until > self.clock() else None

    def keep(self, who: str, path: str, seconds: float) -> None:
        """Let requests of this kind keep a target for so long."""
        if len(self._stuck) > MOST_STUCK:
            self._stuck.clear()
        self._stuck[who] = (path, self.clock() + seconds)

    def is_open(self, place: str) -> bool:
        """Whether the breaker of a config's target is open."""
        circuit = self._circuits.get(place)
        return circuit is not None and circuit.open_until > self.clock()

    def judged(self, place: str, breaker: Breaker, status: int) -> None:
        """Count an answer for the breaker of a config's target, and open it when it is time.

        What is counted is forgotten after each cooldown, or a failure now and then would open it in the end.
        """
        now, circuit = self.clock(), self._circuits.get(place)
        if circuit is None or has_passed(circuit, breaker, now):
            circuit = self._renewed(place, now)
        codes = breaker.failure_status_codes
        is_failure = status in codes if codes is not None else status >= 500
        circuit.requests += 1
        circuit.failures += is_failure
        if is_failure and circuit.open_until <= now and is_tripped(circuit, breaker):
            circuit.open_until = now + breaker.cooldown_seconds

    def _renewed(self, place: str, now: float) -> Circuit:
        if len(self._circuits) > MOST_TARGETS:
            self._circuits.clear()
        circuit = self._circuits[place] = Circuit(now)
        return circuit


def place(config: str, path: str) -> str:
    """Under which name a breaker is kept: the config's and the target's place in it."""
    return f"{config}#{path}"


def has_passed(circuit: Circuit, breaker: Breaker, now: float) -> bool:
    """Whether what was counted is to be forgotten: the cooldown is over, or there was none for as long."""
    return circuit.open_until <= now and (
        circuit.open_until > 0 or circuit.began + max(breaker.cooldown_seconds, MINUTE) <= now
    )


def is_tripped(circuit: Circuit, breaker: Breaker) -> bool:
    """Whether what was counted opens the breaker."""
    if breaker.failure_threshold is not None and circuit.failures >= breaker.failure_threshold:
        return True
    share = breaker.failure_threshold_percentage
    if share is None or circuit.requests < breaker.minimum_requests:
        return False
    return circuit.failures * 100 >= share * circuit.requests

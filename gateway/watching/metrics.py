"""Every metric by name: what it says, in which unit, and how it is made of what a period came to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from store.rollups.sketches import Series, percentiles
from store.rollups.sums import Sum

HOUR_MS = 3_600_000
CENT = 10_000_000
"""Nanodollars."""
Made = Callable[[Sum, int], float | None]
"""Of a sum and the length of its period in milliseconds; None where there is nothing to say."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One named value."""

    name: str
    unit: str
    says: str
    made: Made
    with_times: bool = False
    """Whether it is made of distributions, which are read only when asked for."""


def count(*names: str) -> Made:
    """The sum of some counts."""
    return lambda found, _: sum(found.counts.get(name, 0) for name in names)


def cents(*names: str) -> Made:
    """Money, in Portkey's unit."""
    return lambda found, _: sum(found.counts.get(name, 0) for name in names) / CENT


def ratio(above: tuple[str, ...], below: tuple[str, ...], factor: float = 1.0) -> Made:
    """One sum of counts in another; None where the other is 0."""

    def made(found: Sum, _: int) -> float | None:
        whole = sum(found.counts.get(name, 0) for name in below)
        part = sum(found.counts.get(name, 0) for name in above)
        return part / whole * factor if whole else None

    return made


def percentile(series: Series, share: float) -> Made:
    """The value below which so large a share lies."""
    return lambda found, _: percentiles(found.times, series, [share])[0]


def per_hour(name: str, factor: float = 1.0) -> Made:
    """At which rate something is counted."""
    return lambda found, span_ms: found.counts.get(name, 0) * factor * HOUR_MS / span_ms if span_ms else None


def distinct(prefix: str) -> Made:
    """How many labels of a kind were counted."""
    return lambda found, _: sum(name.startswith(prefix) and number > 0 for name, number in found.counts.items())


def labelled(prefix: str) -> Made:
    """All counts of a kind."""
    return lambda found, _: sum(number for name, number in found.counts.items() if name.startswith(prefix))


def speedup(found: Sum, _: int) -> float | None:
    """How many times faster an answer from a cache is."""
    hits = found.counts.get("hit", 0) + found.counts.get("near", 0)
    misses, slow, fast = (found.counts.get(name, 0) for name in ("miss", "miss_ms", "hit_ms"))
    return (slow / misses) / (fast / hits) if hits and misses and fast else None


def health(found: Sum, _: int) -> float | None:
    """Of all tries, the share that went well."""
    tries = found.counts.get("tries", 0)
    return (tries - found.counts.get("bad_tries", 0)) / tries * 100 if tries else None


def latency(found: Sum, _: int) -> float | None:
    """Milliseconds of a request on average, of those that were timed."""
    timed = found.counts.get("n", 0) - found.counts.get("untimed", 0)
    return found.counts.get("ms", 0) / timed / 1000 if timed > 0 else None


def hourly_tokens(found: Sum, span_ms: int) -> float | None:
    """Tokens per hour."""
    return (found.counts.get("in", 0) + found.counts.get("out", 0)) * HOUR_MS / span_ms if span_ms else None


FAULTS = ("caller", "policy", "provider", "gateway")
DISTRIBUTED: Mapping[Series, tuple[str, str, str]] = {
    Series.TOTAL: ("latency", "ms", "Time from arrival to the end of the answer"),
    Series.FIRST_TOKEN: ("time_to_first_token", "ms", "Time from arrival to the first token of a stream"),
    Series.TOKENS_PER_SECOND: ("tokens_per_second", "1/s", "Output tokens per second, after the first"),
    Series.OVERHEAD: ("gateway_overhead", "ms", "The gateway's own share of the time"),
    Series.VENDOR: ("vendor_latency", "ms", "Time a vendor was waited for"),
}
SHARES = (50, 90, 95, 99)

PLAIN = (
    Metric("requests", "1", "Requests", count("n")),
    Metric(
        "successes", "1", "Requests that were answered whole", lambda f, _: f.counts.get("n", 0) - f.counts.get("e", 0)
    ),
    Metric("errors", "1", "Requests that failed", count("e")),
    Metric("error_rate", "%", "Share of requests that failed", ratio(("e",), ("n",), 100)),
    Metric("error_codes", "1", "Different statuses of failures", distinct("s:")),
    *(Metric(f"errors_{fault}", "1", f"Failures that are the {fault}'s", count(f"f:{fault}")) for fault in FAULTS),
    *(
        Metric(
            f"error_rate_{fault}",
            "%",
            f"Share of requests that failed by the {fault}",
            ratio((f"f:{fault}",), ("n",), 100),
        )
        for fault in FAULTS
    ),
    Metric("tries", "1", "Times a vendor was asked", count("tries")),
    Metric("failed_tries", "1", "Times a vendor was asked in vain", count("bad_tries")),
    Metric("vendor_health", "%", "Share of tries at vendors that went well", health),
    Metric("rescued_by_retry", "1", "Successes after the same target was asked again", labelled("r:")),
    Metric("rescued_by_fallback", "1", "Successes by another target than the first", count("fall")),
    Metric("streams", "1", "Streamed requests", count("stream")),
    Metric("tokens", "1", "Tokens, in and out", count("in", "out")),
    Metric("tokens_per_request", "1", "Tokens of a request on average", ratio(("in", "out"), ("n",))),
    Metric("input_tokens", "1", "Tokens of prompts", count("in")),
    Metric("output_tokens", "1", "Tokens of answers", count("out")),
    Metric("cached_tokens", "1", "Input tokens a vendor had in its cache", count("cached")),
    Metric("cache_write_tokens", "1", "Input tokens a vendor put into its cache", count("written")),
    Metric(
        "cached_token_rate", "%", "Share of input tokens a vendor had in its cache", ratio(("cached",), ("in",), 100)
    ),
    Metric("reasoning_tokens", "1", "Output tokens of thinking", count("think")),
    Metric("audio_tokens", "1", "Tokens of sound, both ways", count("audio")),
    Metric("tokens_per_hour", "1/h", "Tokens per hour of the period", hourly_tokens),
    Metric("requests_per_hour", "1/h", "Requests per hour of the period", per_hour("n")),
    Metric("cost", "cent", "What requests cost", cents("cost")),
    Metric("cost_per_request", "cent", "What a request costs on average", ratio(("cost",), ("n",), 1 / CENT)),
    Metric(
        "cost_per_1k_tokens",
        "cent",
        "What a thousand tokens cost on average",
        ratio(("cost",), ("in", "out"), 1000 / CENT),
    ),
    Metric("burn_rate", "cent/h", "Money spent per hour of the period", per_hour("cost", 1 / CENT)),
    Metric("unpriced_requests", "1", "Requests whose price nobody knows", count("free")),
    Metric("images", "1", "Pictures made", count("img")),
    Metric("image_cost", "cent", "What requests that made pictures cost", cents("img$")),
    Metric("cost_per_image", "cent", "What a picture costs on average", ratio(("img$",), ("img",), 1 / CENT)),
    Metric("cache_hits", "1", "Answers from a cache of ours", count("hit", "near")),
    Metric("simple_cache_hits", "1", "Answers from the exact cache", count("hit")),
    Metric("semantic_cache_hits", "1", "Answers from the semantic cache", count("near")),
    Metric("cache_hit_rate", "%", "Share of requests answered from a cache", ratio(("hit", "near"), ("n",), 100)),
    Metric(
        "cache_latency", "ms", "Time of an answer from a cache on average", ratio(("hit_ms",), ("hit", "near"), 0.001)
    ),
    Metric("cache_speedup", "1", "How many times faster a cache answers", speedup),
    Metric("simple_cache_savings", "cent", "Money that the exact cache saved", cents("hit$")),
    Metric("semantic_cache_savings", "cent", "Money that the semantic cache saved", cents("near$")),
    Metric("cache_savings", "cent", "Money that the caches saved", cents("hit$", "near$")),
    Metric("feedbacks", "1", "Feedbacks given", count("fb")),
    Metric("requests_with_feedback", "1", "Requests that got feedback", count("fb_of")),
    Metric("weighted_feedback", "1", "Feedback on average, by its weight", ratio(("fb_v",), ("fb_w",))),
    Metric("latency_avg", "ms", "Time from arrival to the end of the answer on average", latency),
)
SPREAD = tuple(
    Metric(
        f"{name}_p{share}", unit, f"{says}: {share} of 100 stay below", percentile(series, share / 100), with_times=True
    )
    for series, (name, unit, says) in DISTRIBUTED.items()
    for share in SHARES
)
METRICS: Mapping[str, Metric] = {metric.name: metric for metric in (*PLAIN, *SPREAD)}
"""All that are made of one sum. `users`, `users_requests_avg` and `forecast` are made of many; see `OF_MANY`."""
OF_MANY: Mapping[str, tuple[str, str]] = {
    "users": ("1", "Different users, by the metadata key `_user`"),
    "requests_per_user": ("1", "Requests of a user on average"),
    "forecast": ("cent", "What the next period of the same length will cost, if cost goes on along a straight line"),
}


def forecast(costs: list[float]) -> float:
    """The sum of as many buckets again, along the line that fits these best; never below 0."""
    n = len(costs)
    mean_x, mean_y = (n - 1) / 2, sum(costs) / n if n else 0.0
    spread = sum((x - mean_x) ** 2 for x in range(n))
    slope = sum((x - mean_x) * (y - mean_y) for x, y in enumerate(costs)) / spread if spread else 0.0
    return sum(max(0.0, mean_y + slope * (x - mean_x)) for x in range(n, 2 * n))


def table() -> str:
    """All of them in Markdown, for `docs/metrics.md`."""
    rows = [(metric.name, metric.unit, metric.says) for metric in METRICS.values()]
    rows += [(name, unit, says) for name, (unit, says) in OF_MANY.items()]
    return "\n".join(
        ["| Metric | Unit | What it says |", "|---|---|---|", *(f"| `{a}` | {b} | {c} |" for a, b, c in rows)]
    )

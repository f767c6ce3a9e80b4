"""Every name under which telemetry goes out, in one table: a rename is one edit.

Source: OpenTelemetry's semantic conventions for generative AI, schema 1.42 (github.com/open-telemetry/
semantic-conventions-genai); for Prometheus, opentelemetry.io/docs/specs/otel/compatibility.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["counter", "gauge", "histogram"]
SECONDS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
FIRST = (0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
EACH = (0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5)
OVERHEAD = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5)
TOKENS = tuple(float(4**power) for power in range(14))
"""Bounds of histograms, as the conventions have them; of the gateway's own time they are ours."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """One metric."""

    otel: str
    prometheus: str
    kind: Kind
    unit: str
    """As OpenTelemetry writes it."""
    says: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()


ASKED = ("provider", "model", "operation")
OUTCOME = ("workspace", *ASKED, "status", "error_class")

INSTRUMENTS: Mapping[str, Instrument] = {
    "request_seconds": Instrument(
        "gen_ai.server.request.duration",
        "gen_ai_server_request_duration_seconds",
        "histogram",
        "s",
        "Time from a request's arrival to the end of its answer",
        ASKED,
        SECONDS,
    ),
    "first_token_seconds": Instrument(
        "gen_ai.server.time_to_first_token",
        "gen_ai_server_time_to_first_token_seconds",
        "histogram",
        "s",
        "Time from a request's arrival to the first token of its stream",
        ASKED,
        FIRST,
    ),
    "token_seconds": Instrument(
        "gen_ai.server.time_per_output_token",
        "gen_ai_server_time_per_output_token_seconds",
        "histogram",
        "s",
        "Time for each output token after the first",
        ASKED,
        EACH,
    ),
    "try_seconds": Instrument(
        "gen_ai.client.operation.duration",
        "gen_ai_client_operation_duration_seconds",
        "histogram",
        "s",
        "Time of each try at a vendor",
        ("provider", "model", "status"),
        SECONDS,
    ),
    "token_usage": Instrument(
        "gen_ai.client.token.usage",
        "gen_ai_client_token_usage",
        "histogram",
        "{token}",
        "Billable tokens of a request, by `type`: input or output",
        (*ASKED, "type"),
        TOKENS,
    ),
    "overhead_seconds": Instrument(
        "tollhouse.gateway.overhead",
        "tollhouse_gateway_overhead_seconds",
        "histogram",
        "s",
        "The gateway's own share of a request's time",
        ASKED,
        OVERHEAD,
    ),
    "requests": Instrument(
        "tollhouse.requests", "tollhouse_requests_total", "counter", "{request}", "Requests that were answered", OUTCOME
    ),
    "tokens": Instrument(
        "tollhouse.tokens",
        "tollhouse_tokens_total",
        "counter",
        "{token}",
        "Tokens, by `type`: input, output, cached (a part of input) or reasoning (a part of output)",
        ("workspace", *ASKED, "type"),
    ),
    "cost": Instrument(
        "tollhouse.cost",
        "tollhouse_cost_dollars_total",
        "counter",
        "{USD}",
        "What requests cost, of those whose price is known",
        ("workspace", *ASKED),
    ),
    "unpriced": Instrument(
        "tollhouse.requests.unpriced",
        "tollhouse_unpriced_requests_total",
        "counter",
        "{request}",
        "Requests with usage that no price is known for",
        ("workspace", *ASKED),
    ),
    "rescued": Instrument(
        "tollhouse.requests.rescued",
        "tollhouse_rescued_requests_total",
        "counter",
        "{request}",
        "Successes after another try, by `how`: retry or fallback",
        ("workspace", *ASKED, "how"),
    ),
    "cache_hits": Instrument(
        "tollhouse.cache.hits",
        "tollhouse_cache_hits_total",
        "counter",
        "{request}",
        "Answers from a cache of the gateway's",
        ("workspace", *ASKED),
    ),
    "in_flight": Instrument(
        "tollhouse.requests.in_flight", "tollhouse_requests_in_flight", "gauge", "{request}", "Requests under way"
    ),
    "backlog": Instrument(
        "tollhouse.log.backlog",
        "tollhouse_log_backlog_records",
        "gauge",
        "{record}",
        "Log records in the spool, on their way into the database",
    ),
    "writer_up": Instrument(
        "tollhouse.log.writer.up", "tollhouse_log_writer_up", "gauge", "1", "1 while the log is written, 0 in trouble"
    ),
    "lost": Instrument(
        "tollhouse.log.lost", "tollhouse_log_lost_records_total", "counter", "{record}", "Log records that were lost"
    ),
    "damaged": Instrument(
        "tollhouse.log.damaged",
        "tollhouse_log_damaged_records",
        "gauge",
        "{record}",
        "Log records that were set aside because they could not be read",
    ),
    "limit": Instrument(
        "tollhouse.limit",
        "tollhouse_limit",
        "gauge",
        "1",
        "What a limit allows in its period, in dollars, tokens or requests",
        ("id", "level", "name", "type", "period", "mode"),
    ),
    "limit_left": Instrument(
        "tollhouse.limit.left",
        "tollhouse_limit_left",
        "gauge",
        "1",
        "What is left of it",
        ("id", "level", "name", "type", "period", "mode"),
    ),
    "otlp_dropped": Instrument(
        "tollhouse.otlp.dropped",
        "tollhouse_otlp_dropped_total",
        "counter",
        "{request}",
        "Requests whose spans found no room in the queue, or that the collector refused",
    ),
    "otlp_queue": Instrument(
        "tollhouse.otlp.queue", "tollhouse_otlp_queue_requests", "gauge", "{request}", "Requests whose spans wait"
    ),
    "uptime": Instrument(
        "tollhouse.uptime", "tollhouse_uptime_seconds", "gauge", "s", "Time since the gateway was started"
    ),
    "memory": Instrument(
        "process.memory.usage", "process_resident_memory_bytes", "gauge", "By", "Memory of the gateway's process"
    ),
    "info": Instrument(
        "tollhouse.build", "tollhouse_build_info", "gauge", "1", "Always 1; the version is its label", ("version",)
    ),
}
"""By the name that our own code has for it."""

OTEL_LABELS: Mapping[str, str] = {
    "provider": "gen_ai.provider.name",
    "model": "gen_ai.request.model",
    "operation": "gen_ai.operation.name",
    "type": "gen_ai.token.type",
    "error_class": "error.type",
    "status": "tollhouse.status_class",
    "workspace": "tollhouse.workspace",
}
"""What a label is called in OpenTelemetry; others have `tollhouse.` in front."""

OPERATIONS: Mapping[str, str] = {
    "/v1/chat/completions": "chat",
    "/v1/responses": "chat",
    "/v1/messages": "chat",
    "/v1/completions": "text_completion",
    "/v1/embeddings": "embeddings",
    "/v1/messages/count_tokens": "count_tokens",
    "/v1/images/generations": "image_generation",
    "/v1/images/edits": "image_edit",
    "/v1/images/variations": "image_variation",
    "/v1/audio/speech": "speech",
    "/v1/audio/transcriptions": "transcription",
    "/v1/audio/translations": "translation",
    "/v1/moderations": "moderation",
    "/v1/rerank": "rerank",
}
"""What is asked for, by its path; anything else is `other`."""
OTHER = "other"

PROVIDERS: Mapping[str, str] = {
    "bedrock": "aws.bedrock",
    "azure-openai": "azure.ai.openai",
    "azure-ai": "azure.ai.inference",
    "vertex-ai": "gcp.vertex_ai",
    "google": "gcp.gemini",
    "mistral-ai": "mistral_ai",
    "x-ai": "x_ai",
    "moonshot": "moonshot_ai",
    "moonshot-ai": "moonshot_ai",
    "perplexity-ai": "perplexity",
}
"""Vendors whom OpenTelemetry calls otherwise than we do."""


def operation_of(path: str) -> str:
    """What was asked for; reported requests have a whole address."""
    if "://" not in path:
        return OPERATIONS.get(path, OTHER)
    return next((operation for end, operation in OPERATIONS.items() if path.endswith(end)), OTHER)


def provider_name(vendor: str | None) -> str:
    """What OpenTelemetry calls a vendor."""
    return PROVIDERS.get(vendor or "", vendor or "")


def table() -> str:
    """All of them in Markdown, for `docs/metrics.md`."""
    rows = ["| Prometheus | OpenTelemetry | Kind | Labels | What it says |", "|---|---|---|---|---|"]
    for each in INSTRUMENTS.values():
        labels = ", ".join(f"`{label}`" for label in each.labels)
        rows.append(f"| `{each.prometheus}` | `{each.otel}` | {each.kind} | {labels} | {each.says} |")
    return "\n".join(rows)

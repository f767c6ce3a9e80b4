"""One log record as text, a page for each tab of the detail view."""

from collections.abc import Callable, Iterator
from datetime import tzinfo
from typing import Any

from console.logs.conversation import conversation, listed, pretty
from console.logs.sent import difference, heading, shown
from console.logs.story import steps
from console.text.figures import exact_count, exact_dollars, second_time, short_dollars, short_duration
from console.text.timeline import timeline
from console.wire.logs import BillLine, LogDetail, LogSummary

Page = Callable[[LogDetail, tzinfo | None], str]


def story_page(log: LogDetail, zone: tzinfo | None) -> str:
    """What happened step by step, and where the time went."""
    return "\n".join(story_lines(log.metrics, zone))


def story_lines(m: LogSummary, zone: tzinfo | None) -> list[str]:
    """The same of what a list knows of a request."""
    drawn = list(timeline(m))
    return [*steps(m), "", *drawn, *[""] * bool(drawn), "Timings", *timings(m), "", *facts(m, zone)]


def timings(m: LogSummary) -> Iterator[str]:
    """Where the time went, a bar for each part beside its number."""
    total = m.response_time or 0
    parts = (
        ("total", m.response_time),
        ("first token", m.time_to_first_token_ms),
        ("vendor", m.upstream_response_time),
        ("gateway", m.gateway_processing_time),
    )
    for name, spent in parts:
        share = round(24 * spent / total) if spent and total else 0
        yield f"  {name:<12}{short_duration(spent):>8}  {'█' * min(share, 24)}"


def facts(m: LogSummary, zone: tzinfo | None) -> Iterator[str]:
    """The rest, a line each."""
    rows = {
        "when": second_time(m.created_at, zone),
        "log id": m.id,
        "trace id": m.trace_id,
        "workspace": m.workspace_slug,
        "answered by": m.response_model,
        "retries": str(m.retry_success_count or 0),
        "config path": str(m.last_used_option_index or "–"),
        "metadata": ", ".join(f"{name}={value}" for name, value in (m.metadata or {}).items()),
    }
    for name, value in rows.items():
        if value:
            yield f"{name:<14}{value}"
    for spared in m.would_have_refused or ():
        yield f"{'in shadow':<14}would have been refused: {spared.message}"


def conversation_page(log: LogDetail, _: tzinfo | None) -> str:
    """The turns, and the answer put together again."""
    turns = conversation(log.request.body, log.response.body)
    if not turns:
        return "No conversation in this request; see Request and Response."
    return "\n\n".join(f"── {turn.role} ──\n{turn.text}" for turn in turns)


def request_page(log: LogDetail, _: tzinfo | None) -> str:
    """The body the caller sent, and below it what went to vendors."""
    told = f"{log.request.method} {log.request.url}\n\n{pretty(log.request.body)}"
    for each in log.sent:
        told += f"\n\n── {heading(each)} · {difference(each)} ──\n{pretty(shown(each))}"
    return told


def response_page(log: LogDetail, _: tzinfo | None) -> str:
    """The body the caller got, and the raw stream below it."""
    text = f"status {log.response.status}\n\n{pretty(log.response.body)}"
    if log.original_response is not None and log.original_response.body:
        text += f"\n\n── as it was streamed ──\n{pretty(log.original_response.body)}"
    return text


def cost_page(log: LogDetail, _: tzinfo | None) -> str:
    """What was used, at which prices, from where."""
    m = log.metrics
    rows = [
        f"{'tokens in':<18}{exact_count(m.req_units):>14}   of these cached {exact_count(m.cached_units)}",
        f"{'tokens out':<18}{exact_count(m.res_units):>14}   of these reasoning {exact_count(m.reasoning_units)}",
        f"{'cost':<18}{exact_dollars(m.cost_nanodollars) if m.is_priced else 'unknown':>14}",
    ]
    if not m.is_priced:
        rows.append("\nThere is no price for this model, so its cost is not in today's sum.")
    if log.price:
        rows += ["", *(bill(log.bill) if log.bill else prices(log.price)), f"prices from {log.price_source or '–'}"]
    return "\n".join([*rows, "", "Usage as the vendor sent it", pretty(log.usage)])


def bill(lines: list[BillLine]) -> Iterator[str]:
    """The cost line by line; what is counted one by one is priced one by one."""
    yield f"{'':<22}{'used':>10}   {'price':<20}{'cost':>14}"
    for line in lines:
        yield f"{line.kind:<22}{line.quantity:>10,}   {price_of(line):<20}{exact_dollars(round(line.nanodollars)):>14}"


def price_of(line: BillLine) -> str:
    """`$2.50 a million`, or `$0.04 each` of what nobody buys by the million."""
    if line.kind.split("/")[0] in ONE_BY_ONE:
        return f"{short_dollars(line.nanodollars_per_million // 1_000_000)} each"
    return f"{short_dollars(line.nanodollars_per_million)} a million"


ONE_BY_ONE = frozenset({"image", "images", "pages", "picture", "requests", "reranks", "searches"})
"""Kinds that are priced by the piece."""


def prices(price: dict[str, Any] | None) -> Iterator[str]:
    """The prices that made the cost."""
    yield "Prices per million"
    for kind, nanodollars in (price or {}).items():
        yield f"  {kind:<22}{short_dollars(nanodollars) if isinstance(nanodollars, int) else nanodollars!s}"


def headers_page(log: LogDetail, _: tzinfo | None) -> str:
    """Headers of both directions, and the gateway's own ones."""
    groups = {
        "Request": log.request.headers,
        "Gateway (x-portkey-…)": log.request.portkey_headers,
        "Response": log.response.headers,
    }
    return "\n\n".join(
        "\n".join([title, *(f"  {name}: {value}" for name, value in (headers or {}).items())])
        for title, headers in groups.items()
    )


def guardrails_page(log: LogDetail, _: tzinfo | None) -> str:
    """What each check said, as the answer carries it."""
    body = log.response.body
    results = body.get("hook_results") if isinstance(body, dict) else None
    if not isinstance(results, dict):
        return "No guardrail said anything about this request."
    return "\n\n".join(
        "\n".join([when.replace("_", " "), *(checked(hook) for hook in listed(results.get(when)))])
        for when in ("before_request_hooks", "after_request_hooks")
        if results.get(when)
    )


def checked(hook: dict[str, Any]) -> str:
    """One guardrail: its verdict first, then its checks."""
    lines = [f"  {'passed' if hook.get('verdict') else 'FAILED'}  {hook.get('id', '–')}"]
    lines += [
        f"    {'ok' if check.get('verdict') else 'no'}  {check.get('id', '–')}" for check in listed(hook.get("checks"))
    ]
    return "\n".join(lines)


PAGES: dict[str, Page] = {
    "Story": story_page,
    "Conversation": conversation_page,
    "Request": request_page,
    "Response": response_page,
    "Cost": cost_page,
    "Headers": headers_page,
    "Guardrails": guardrails_page,
}
"""The tabs, in order."""

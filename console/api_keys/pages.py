"""What there is to say about one API key: what it may do, how its limits stand, what it spent, what it asked last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo

from textual.content import Content

from console.api_keys.scopes import allows, grouped, short_scopes
from console.api_keys.spent import LOOKED_BACK, cost_said
from console.catalog.pages import fact, line, perhaps
from console.client import GatewayClient
from console.limits.words import BAR, bar, sentence, what
from console.text.figures import clock_time, day_time, short_count, short_dollars
from console.text.plain import plain
from console.wire.errors import GatewayRefused
from console.wire.keys import ApiKey
from console.wire.limits import Limit, Spender
from console.wire.logs import LogSummary

MOST_SCOPES = 8
MOST_REQUESTS = 8


async def ask_key_page(gateway: GatewayClient, key: ApiKey, zone: tzinfo | None, now: datetime) -> list[Content]:
    """Its lines, as far as this console's key may see what they are about. Raises GatewayError."""
    limits = await perhaps(gateway, "/v1/limits", Limit, level="api_key", owner=key.id)
    period = {"time_of_generation_min": (now - LOOKED_BACK).isoformat(), "order_by": "cost"}
    asked = {"api_key_ids": key.id, "metrics": "requests,cost,tokens,unpriced_requests"} | period
    spent = await perhaps(gateway, "/v1/analytics/groups/ai-models", Spender, **asked)
    try:
        last = (await gateway.logs({"api_key_ids": key.id}, limit=MOST_REQUESTS)).data
    except GatewayRefused:
        last = []
    return [*about(key, zone, now), *standing(limits, zone), *spending(spent), *lately(last, zone)]


def at_a_glance(key: ApiKey, limits: Iterable[Limit], spent: str, zone: tzinfo | None, now: datetime) -> list[Content]:
    """What is known of it without asking, to be read beside the list."""
    title = Content.styled(plain(f"Key {key.name}"), "bold")
    first, *rest = about(key, zone, now)
    return [title, first, Content(""), fact("Spent", spent), *standing(list(limits), zone), *rest]


def about(key: ApiKey, zone: tzinfo | None, now: datetime) -> Iterator[Content]:
    """What it is, and what it may do."""
    yield line(in_a_sentence(key, zone, now))
    yield Content("")
    yield fact("Key", f"{key.key or ''}  {key.id}")
    yield fact("Last used", day_time(key.last_used_at, zone) if key.last_used_at else "never")
    yield fact("Made", day_time(key.created_at, zone))
    yield fact("Config", key.config_id or "none of its own")
    if key.metadata:
        yield fact("Metadata", ", ".join(f"{name}={value}" for name, value in key.metadata.items()))
    if (trust := (key.defaults or {}).get("open_webui", "off")) != "off":
        yield fact("Trusts", f"Open WebUI's {'signature' if trust == 'signed' else 'headers'} for who asks")
    yield fact("New secret", rotation_said(key))
    if key.description:
        yield fact("About", key.description)
    yield from section(f"May: {short_scopes(key.scopes)}")
    known = grouped(key.scopes)
    for scope in known[:MOST_SCOPES]:
        yield line(f"  {scope:<38} {allows(scope)}")
    if len(known) > MOST_SCOPES:
        yield line(f"  and {len(known) - MOST_SCOPES} more: S shows all")


def in_a_sentence(key: ApiKey, zone: tzinfo | None, now: datetime) -> str:
    """Whose it is, and whether it is let in."""
    whose = f"workspace {key.workspace_id}" if key.workspace_id else "the organisation"
    who = f"A key of user {key.user_id} in {whose}" if key.user_id else f"A key of {whose}"
    if key.expires_at is not None and key.expires_at <= now:
        return f"{who}; it ended {day_time(key.expires_at, zone)}, and its requests are refused."
    ends = f"until {day_time(key.expires_at, zone)}" if key.expires_at else "without an end"
    state = {
        "paused": "it is paused, and its requests are refused: P resumes it",
        "exhausted": "a limit of it is used up, and its requests are refused: b raises it, or sets another",
    }
    return f"{who}; {state.get(key.status, f'it works, {ends}')}."


def rotation_said(key: ApiKey) -> str:
    """When it gets one by itself."""
    policy = key.rotation_policy or {}
    days = policy.get("rotation_period_days")
    period = f"every {days} days" if days else policy.get("rotation_period")
    first = f", next {str(policy['next_rotation_at'])[:10]}" if policy.get("next_rotation_at") else ""
    return f"by itself, {period}{first}" if period else "by hand alone: R"


def standing(limits: list[Limit], zone: tzinfo | None) -> Iterator[Content]:
    """Its own limits; those of its workspace and of policies hold besides."""
    yield from section("Limits of its own (b changes them)" if limits else "Limits of its own")
    for limit in limits:
        yield line(f"  {what(limit)}  {bar(limit, BAR)}")
        yield line(f"    {sentence(limit, zone)}")
    if not limits:
        yield line("  none: b sets a budget or a rate")


def spending(rows: list[Spender]) -> Iterator[Content]:
    """What it spent, by model."""
    yield from section("Spent in 30 days")
    for row in rows:
        counts = f"{short_count(row.requests or 0)} requests, {short_count(row.tokens or 0)} tokens"
        yield line(f"  {row.ai_model or 'no model':<32} {cost_said(row):>10}  {counts}")
    if not rows:
        yield line("  nothing")


def lately(rows: list[LogSummary], zone: tzinfo | None) -> Iterator[Content]:
    """Its last requests."""
    yield from section("Last requests (L shows all)")
    for row in rows:
        status, cost = str(row.response_status_code), short_dollars(row.cost_nanodollars)
        error = f"  {row.error.message}" if row.error else ""
        yield line(f"  {clock_time(row.created_at, zone)[:8]}  {status}  {row.ai_model or '':<28} {cost:>9}{error}")
    if not rows:
        yield line("  none, as far as the log goes")


def section(heading: str) -> Iterator[Content]:
    """A heading, with room above."""
    yield Content("")
    yield Content.styled(heading, "bold")

"""What a config makes of a request, told in lines: which way it takes, whom it asks in which order, what that costs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from console.configs.words import query_words
from console.text.figures import short_dollars
from console.text.plain import plain
from console.text.wrapping import Line, wrapped
from console.wire.configs import Explanation, Foreseen, Way
from console.wire.logs import LogDetail

Json = dict[str, Any]
LONGEST_BODY = 4_000
"""Characters of a body that are shown."""


class BadSample(ValueError):
    """What was typed is no request; the message says why."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A request that nobody makes."""

    body: Json
    path: str = "/v1/chat/completions"
    metadata: str = ""
    """As `plan=pro user=ann`, or as JSON."""
    headers: tuple[tuple[str, str], ...] = ()

    def question(self, config: Json | str | None) -> Json:
        """What the gateway is asked. Raises BadSample."""
        asked: Json = {"request": self.body, "path": self.path, "metadata": metadata_of(self.metadata)}
        asked |= {"config": config} if config is not None else {}
        return asked | ({"headers": dict(self.headers)} if self.headers else {})


def sample_of(log: LogDetail) -> tuple[str | None, Sample] | None:
    """The config that ruled a logged request, and the request; None where its body was not kept."""
    body, metadata = log.request.body, log.metrics.metadata or {}
    if not isinstance(body, dict):
        return None
    headers = {name.lower(): str(value) for name, value in (log.request.portkey_headers or {}).items()}
    path = "/" + log.request.url.partition("://")[2].partition("/")[2] if "://" in log.request.url else log.request.url
    words = json.dumps({name: str(value) for name, value in metadata.items()}, ensure_ascii=False) if metadata else ""
    return log.metrics.config or headers.get("x-portkey-config"), Sample(body, path or "/v1/chat/completions", words)


def sample_with(body: Json, model: str, stream: str, message: str) -> Json:
    """A body with what the form says of it; the rest of a logged one stays."""
    made = dict(body) | ({"model": model} if model else {})
    if stream == "yes":
        made["stream"] = True
    else:
        made.pop("stream", None)
    if message != last_message(body):
        others = body.get("messages")
        made["messages"] = [*(others[:-1] if isinstance(others, list) else []), {"role": "user", "content": message}]
    return made


def last_message(body: Json) -> str:
    """What a request asks, if that is a text."""
    messages = body.get("messages")
    last = messages[-1] if isinstance(messages, list) and messages else None
    content = last.get("content") if isinstance(last, dict) else None
    return content if isinstance(content, str) else ""


def metadata_of(text: str) -> dict[str, str]:
    """`plan=pro user=ann`, or JSON, as an object. Raises BadSample."""
    if text.startswith("{"):
        try:
            return {name: str(value) for name, value in json.loads(text).items()}
        except ValueError as error:
            raise BadSample(f"Metadata is no JSON: {error}") from error
    pairs = [part.partition("=") for part in text.replace(",", " ").split()]
    if wrong := [name for name, sign, _ in pairs if not sign or not name]:
        raise BadSample(f"Metadata is written `name=value`, with spaces between; `{wrong[0] or '='}` is not.")
    return {name: value for name, _, value in pairs}


def lines(told: Explanation, width: int) -> list[Line]:
    """Everything."""
    return list(explained(told, width))


def explained(told: Explanation, width: int) -> Iterator[Line]:
    """The way, then each attempt."""
    for warning in told.warnings:
        yield from toned(f"! {warning}", "refused", width)
    for choice in told.choices:
        yield [("bold", f"{choice.mode} "), ("dim", choice.path)]
        if choice.condition is not None:
            yield from toned(f"  ✔ {query_words(choice.condition)}", "ok", width)
        yield from toned(f"  {choice.why}", "text", width)
    if told.choices:
        yield []
    for attempt in told.attempts:
        yield from attempt_lines(attempt, width)
        yield []
    if told.attempts_in_all > len(told.attempts):
        yield [("dim", f"… and {told.attempts_in_all - len(told.attempts)} more attempts")]
    if not told.attempts:
        yield [("failed", "Nobody would be asked.")]


def attempt_lines(attempt: Foreseen, width: int) -> Iterator[Line]:
    """One attempt: whom, what it costs, where a failure leads, what is sent."""
    name = f"{attempt.name}: " if attempt.name else ""
    whom = "/".join(part for part in (attempt.provider or attempt.vendor, attempt.model) if part) or "nobody"
    yield [("key", f"{attempt.number + 1}  "), ("bold", plain(f"{name}{whom}")), ("dim", f"  {attempt.path}")]
    yield from toned(f"   {', '.join(facts(attempt))}", "text", width)
    for way in attempt.exits:
        yield from toned(f"   {way_words(way)} → {way.to + 1}", "pending", width)
    if attempt.error is not None:
        yield from toned(f"   ✖ {attempt.error.status}: {attempt.error.message}", "failed", width)
    if attempt.request is not None:
        sent = attempt.request
        yield from toned(f"   {sent.method} {sent.url}", "dim", width)
        body = sent.body if isinstance(sent.body, str) else json.dumps(sent.body, indent=2, ensure_ascii=False)
        for line in body[:LONGEST_BODY].split("\n"):
            yield from toned(f"   {line}", "text", width)


def facts(attempt: Foreseen) -> Iterator[str]:
    """Cost, retries, time limits."""
    estimate = attempt.estimate
    if estimate is not None:
        most = f"at most {short_dollars(estimate.cost_at_most)}" if estimate.cost_at_most is not None else ""
        known = f"{short_dollars(estimate.input_cost)} for the request" if estimate.input_cost is not None else ""
        yield most or known or "cost unknown"
        yield f"{estimate.input_tokens:,} tokens in"
        if estimate.note:
            yield estimate.note
    if attempt.retry.attempts:
        yield f"retried up to {attempt.retry.attempts}×"
    if attempt.limits.request_timeout:
        yield f"given up after {attempt.limits.request_timeout / 1000:g} s"
    if attempt.limits.first_token_timeout:
        yield f"first token within {attempt.limits.first_token_timeout / 1000:g} s"
    if attempt.rival is not None:
        after = attempt.limits.hedge_after
        yield f"{attempt.rival + 1} is asked too {f'after {after:g} ms' if after is not None else 'when it takes long'}"


def way_words(way: Way) -> str:
    """After which failures."""
    if way.on_status_codes is not None:
        return f"after {', '.join(str(one) for one in way.on_status_codes)}"
    but = f" but {', '.join(str(one) for one in way.except_status_codes)}" if way.except_status_codes else ""
    return f"after any failure{but}"


def toned(text: str, tone: str, width: int) -> Iterator[Line]:
    """A text in one tone; what does not fit goes on below."""
    yield from ([(tone, line)] for line in wrapped(plain(text), width)) if text.strip() else ()

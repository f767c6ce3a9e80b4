"""The filter bar's language: `status:error provider:@openai-prod cost>0.01 since:1h any words`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from console.logs.query_words import AGO, EXACT, MINUTES, NUMBERS, PARTS, WORDS, Range, Wrong, range_of
from console.text.figures import instant
from console.wire.logs import LogSummary, Started

TOKEN = re.compile(r'(?:[^\s"]|"[^"]*"?)+')
BOUND = re.compile(rf"({'|'.join(NUMBERS)})([<>:])(.*)")


@dataclass(frozen=True, slots=True)
class Query:
    """What a list of logs is narrowed to; an empty one lets everything through."""

    status: str = ""
    provider: str = ""
    model: str = ""
    key: str = ""
    exact: tuple[tuple[str, str], ...] = ()
    """(word, value) of `query_words.EXACT`."""
    ranges: tuple[Range, ...] = ()
    metadata: tuple[tuple[str, str], ...] = ()
    said: tuple[str, ...] = ()
    """Words of prompts and answers."""
    since: str = ""
    until: str = ""
    text: tuple[str, ...] = ()

    def filters(self, now: datetime) -> dict[str, str]:
        """What the gateway can narrow for us: whole values and one text; `matches` does the rest."""
        asked = {
            "status": self.status,
            "provider": self.provider.removeprefix("@") if self.provider.startswith("@") else "",
            "metadata": json.dumps(dict(self.metadata)) if self.metadata else "",
            "text": max((self.model, self.key, *self.text), key=len),
            "time_of_generation_min": moment(self.since, now),
            "time_of_generation_max": moment(self.until, now),
        }
        asked |= {EXACT[word].asks: value for word, value in self.exact} | self.unseen()
        for bounds in self.ranges:
            asked |= bounds.asked()
        return {name: value for name, value in asked.items() if value}

    def unseen(self) -> dict[str, str]:
        """What only the gateway can tell of a request: the tail has to be narrowed there too."""
        asked = {"words": " ".join(self.said)}
        asked |= {EXACT[word].asks: value for word, value in self.exact if EXACT[word].held is None}
        return {name: value for name, value in asked.items() if value}

    def matches(self, row: LogSummary | Started) -> bool:
        """Whether the row belongs into the list, as far as it shows; one without an answer shows little."""
        if self == EVERYTHING:
            return True  # at once, for it is asked of two thousand rows a second
        if isinstance(row, Started):
            return not self.is_about_answers and self._matches_origin(row)
        return (
            status_matches(self.status, row)
            and all(exactly(word, value, row) for word, value in self.exact)
            and all(bounds.holds(row) for bounds in self.ranges)
            and all((row.metadata or {}).get(name) == value for name, value in self.metadata)
            and self._matches_origin(row)
        )

    @property
    def is_about_answers(self) -> bool:
        """Whether it asks for what is only known in the end."""
        others = [word for word, _ in self.exact if word != "trace"]
        return bool(self.status or others or self.ranges or self.metadata or self.said or self.until)

    def _matches_origin(self, row: LogSummary | Started) -> bool:
        traces = [value for word, value in self.exact if word == "trace"]
        return (
            provider_matches(self.provider, row.provider)
            and within(self.model, row.ai_model)
            and within(self.key, row.api_key_name)
            and all(value == row.trace_id for value in traces)
            and all(any(within(word, place) for place in searched(row)) for word in self.text)
        )


EVERYTHING = Query()


def parse(line: str) -> tuple[Query, str | None]:
    """The query, and what is wrong with the line, if anything: an unknown word is said, not guessed."""
    query = Query()
    try:
        for token in TOKEN.findall(line):
            query = narrowed(query, token.replace('"', ""))
    except Wrong as wrong:
        return Query(), str(wrong)
    return query, None


def narrowed(query: Query, token: str) -> Query:
    """The query with one word more. Raises Wrong."""
    if bound := BOUND.fullmatch(token):
        return replace(query, ranges=(*query.ranges, range_of(*bound.groups())))
    name, colon, value = token.partition(":")
    if not colon or "/" in name:
        return replace(query, text=(*query.text, token.lower()))
    if name.startswith("meta.") and len(name) > len("meta."):
        return replace(query, metadata=(*query.metadata, (name.removeprefix("meta."), value)))
    if name in EXACT:
        return replace(query, exact=(*query.exact, (name, EXACT[name].spelled(value))))
    if name not in PARTS:
        raise Wrong(f"`{name}:` is not a filter; these are: {', '.join(f'{known}:' for known in WORDS)}")
    return with_part(query, name, value)


def with_part(query: Query, name: str, value: str) -> Query:
    """The query with one of the words that have a rule of their own. Raises Wrong."""
    match name:
        case "status":
            if problem := status_problem(value.lower()):
                raise Wrong(problem)
            return replace(query, status=value.lower())
        case "since" | "until":
            if value and not AGO.fullmatch(value) and instant(value) is None:
                raise Wrong(f"`{name}:{value}` is no time; one looks like 15m, 2h, 7d or 2026-11-24T08:00")
            return replace(query, since=value) if name == "since" else replace(query, until=value)
        case "text":
            return replace(query, said=(*query.said, *value.split()))
        case "provider":
            return replace(query, provider=value)
        case "model":
            return replace(query, model=value.lower())
    return replace(query, key=value.lower())


def problem_of(line: str) -> str | None:
    """What is wrong with the line."""
    return parse(line)[1]


def with_range(line: str, since: str) -> str:
    """The line with another `since:`, or without one."""
    kept = [token for token in TOKEN.findall(line) if not token.startswith(("since:", "until:"))]
    return " ".join([*kept, *([since] if since else [])])


def moment(text: str, now: datetime) -> str:
    """`15m` ago, or a time as it was typed, which is the operator's own where it names no zone; nothing for none."""
    if ago := AGO.fullmatch(text):
        return (now - timedelta(minutes=int(ago[1]) * MINUTES[ago[2]])).isoformat()
    if not text:
        return ""
    said = datetime.fromisoformat(text)
    return (said if said.tzinfo else said.astimezone()).isoformat()


def status_problem(status: str) -> str | None:
    """What is wrong with a status filter."""
    known = not status or status in ("error", "success") or (status.isdigit() and len(status) == 3)
    if known or (len(status) == 3 and status[0].isdigit() and status[1:] == "xx"):
        return None
    return f"`status:{status}` is none of error, success, 4xx, 429"


def status_matches(status: str, row: LogSummary) -> bool:
    """The same meaning as the gateway's `status` filter."""
    match status:
        case "":
            return True
        case "error" | "success":
            return row.is_success == (status == "success")
        case _:
            return str(row.response_status_code).startswith(status.removesuffix("xx"))


def exactly(word: str, value: str, row: LogSummary) -> bool:
    """Whether a row has just that; what only the gateway can tell it has told already."""
    held = EXACT[word].held
    found = value if held is None else held(row)
    return not value or (value in found if isinstance(found, tuple) else found == value)


def provider_matches(asked: str, provider: str | None) -> bool:
    """`@slug` means exactly that provider, a bare word any that contains it."""
    if asked.startswith("@"):
        return asked[1:] == provider
    return within(asked, provider)


def within(part: str, whole: str | None) -> bool:
    """Whether `part` stands in `whole`, in upper or lower case."""
    return not part or (whole is not None and part.lower() in whole.lower())


def searched(row: LogSummary | Started) -> tuple[str | None, ...]:
    """Where bare words are looked for: the same places as the gateway's `text`."""
    error = row.error.message if isinstance(row, LogSummary) and row.error else None
    return (row.ai_model, row.api_key_name, row.request_url, error)

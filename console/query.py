"""The filter bar's language: `status:error provider:@openai-prod model:gpt key:ci any words`."""

from dataclasses import dataclass

from console.wire.logs import LogSummary, Started


@dataclass(frozen=True, slots=True)
class Query:
    """What a list of logs is narrowed to; an empty one lets everything through."""

    status: str = ""
    provider: str = ""
    vendor: str = ""
    model: str = ""
    key: str = ""
    trace: str = ""
    workspace: str = ""
    shadow: str = ""
    text: tuple[str, ...] = ()

    def filters(self) -> dict[str, str]:
        """What the gateway can narrow for us: whole values and one text; `matches` does the rest."""
        asked = {
            "status": self.status,
            "provider": self.provider.removeprefix("@") if self.provider.startswith("@") else "",
            "ai_org": self.vendor,
            "trace_id": self.trace,
            "workspace_slug": self.workspace,
            "would_have_refused": self.shadow,
            "text": max((self.model, self.key, *self.text), key=len),
        }
        return {name: value for name, value in asked.items() if value}

    def matches(self, row: LogSummary | Started) -> bool:
        """Whether the row belongs into the list; one without an answer does only where no status is asked for."""
        if isinstance(row, Started):
            return not (self.status or self.vendor or self.workspace or self.shadow) and self._matches_origin(row)
        return (
            status_matches(self.status, row)
            and (not self.vendor or self.vendor == row.ai_org)
            and (not self.workspace or self.workspace == row.workspace_slug)
            and (not self.shadow or any(spared.code == self.shadow for spared in row.would_have_refused or ()))
            and self._matches_origin(row)
        )

    def _matches_origin(self, row: LogSummary | Started) -> bool:
        return (
            provider_matches(self.provider, row.provider)
            and within(self.model, row.ai_model)
            and within(self.key, row.api_key_name)
            and (not self.trace or self.trace == row.trace_id)
            and all(any(within(word, place) for place in searched(row)) for word in self.text)
        )


WORDS = ("status", "provider", "vendor", "model", "key", "trace", "workspace", "shadow")
"""What may stand before a colon."""


def parse(line: str) -> tuple[Query, str | None]:
    """The query, and what is wrong with the line, if anything: an unknown word is said, not guessed."""
    found: dict[str, str] = {}
    text: list[str] = []
    for word in line.split():
        name, colon, value = word.partition(":")
        if not colon or "/" in name:
            text.append(word.lower())
        elif name not in WORDS:
            return Query(), f"`{name}:` is not a filter; these are: {', '.join(f'{known}:' for known in WORDS)}"
        else:
            found[name] = value if name in ("provider", "trace", "workspace") else value.lower()
    if problem := status_problem(found.get("status", "")):
        return Query(), problem
    return Query(**found, text=tuple(text)), None


def problem_of(line: str) -> str | None:
    """What is wrong with the line."""
    return parse(line)[1]


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

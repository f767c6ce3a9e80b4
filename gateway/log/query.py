"""Filters of the log as a query spells them, for the list, the live tail and analytics alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from gateway.domain import Caller
from gateway.errors import BadRequest
from gateway.moments import epoch_ms
from store.log.error_classes import CLASSES
from store.log.filter import STATUS, LogFilter
from store.log.ranges import Between, Labelled
from store.log.text import words
from store.rollups.rollups import METADATA

NANODOLLARS_PER_CENT = 10_000_000
NAMES = {
    "status": "status",
    "provider": "provider",
    "ai_org": "vendor",
    "ai_model": "model",
    "api_key_id": "api_key_id",
    "trace_id": "trace_id",
    "span_id": "span_id",
    "error_class": "error_class",
    "text": "text",
    "words": "words",
    "workspace_slug": "workspace",
    "error_code": "error_code",
    "error_fault": "error_fault",
    "cache_status": "cache_status",
}
"""The API's name of a filter to the store's."""
MOMENTS = {"time_of_generation_min": "since_ms", "time_of_generation_max": "until_ms"}
INCLUSIVE = {"time_of_generation_max"}
"""Portkey's; the store counts up to a moment, not through it."""
LABELS = {
    "api_key_ids": "api_key",
    "virtual_keys": "provider",
    "configs": "config",
    "ai_org_model": "model",
    "status_code": "status",
    "would_have_refused": "spared",
}
"""Lists of values with commas between, Portkey's and one of ours, and the facet that each narrows."""
RANGES = {
    "total_units": "tokens",
    "prompt_token": "input_tokens",
    "completion_token": "output_tokens",
    "cost": "cost",
    "response_time": "total_ms",
    "time_to_first_token": "first_token_ms",
    "retry_count": "retries",
}
"""Names that `_min` and `_max` follow, and the number that each bounds; a cost is in cents."""
IDS, MOST_IDS = "log_ids", 5_000
"""A list with commas between, and how long it may be."""
BOUNDS = frozenset(f"{name}_{end}" for name in RANGES for end in ("min", "max"))
FEEDBACK = ("weighted_feedback_min", "weighted_feedback_max")
KNOWN = (*NAMES, IDS, *MOMENTS, *LABELS, *sorted(BOUNDS), *FEEDBACK, "metadata", "stream_mode")
FAULTS = ("caller", "policy", "provider", "gateway")


def filter_of(said: Mapping[str, str], caller: Caller, others: set[str]) -> LogFilter:
    """What a query asks for, of what the caller may see. Raises BadRequest for what is no filter or makes no sense."""
    for name in said:
        if name not in KNOWN and name not in others:
            raise BadRequest(f"`{name[:60]}` is no filter; these are: {', '.join(KNOWN)}.", param=name[:60])
    found: dict[str, Any] = {NAMES[name]: plain(name, value) for name, value in said.items() if name in NAMES}
    found |= {
        MOMENTS[name]: moment(name, value) + (name in INCLUSIVE) for name, value in said.items() if name in MOMENTS
    }
    found["status"] = found.get("status", "").lower()
    for problem, name in senseless(found):
        raise BadRequest(problem, param=name)
    if (feedback := feedback_in(said)) is not None:
        found["feedback"] = feedback
    if not caller.is_organisation:
        found["workspace"] = caller.workspace
    numbers = tuple(range_ for name in RANGES if (range_ := between(said, name)))
    return LogFilter(**found, ids=ids_in(said), stream=stream_in(said), labels=labels_in(said), numbers=numbers)


def ids_in(said: Mapping[str, str]) -> frozenset[str]:
    """The records that are named, none where all are meant. Raises BadRequest for an empty list and a long one."""
    ids = frozenset(part.strip() for part in said.get(IDS, "").split(",") if part.strip())
    if IDS in said and not 0 < len(ids) <= MOST_IDS:
        raise BadRequest(f"`{IDS}` must be 1 to {MOST_IDS:,} ids of records with commas between.", param=IDS)
    return ids


def senseless(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What makes no sense, and in which filter."""
    if problem := status_problem(found["status"]):
        yield problem, "status"
    if (fault := found.get("error_fault", "")) and fault not in FAULTS:
        yield f"`error_fault` must be one of {', '.join(FAULTS)}, not `{fault[:40]}`.", "error_fault"
    if (name := found.get("error_class", "")) and name not in CLASSES:
        yield f"`error_class` must be one of {', '.join(CLASSES)}, not `{name[:40]}`.", "error_class"
    if found.get("words") and not words(found["words"]):
        yield "`words` has no letter, digit or sign that could be looked for.", "words"
    since, until = found.get("since_ms"), found.get("until_ms")
    if since is not None and until is not None and since >= until:
        told = "`time_of_generation_min` is after `time_of_generation_max`, so that nothing can fit."
        yield told, "time_of_generation_min"


def once(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """A query as a mapping. Raises BadRequest for what it says twice: either could be meant."""
    found: dict[str, str] = {}
    for name, value in pairs:
        if found.setdefault(name, value) != value:
            raise BadRequest(
                f"`{name[:60]}` is said twice; where a list is meant, put commas between.", param=name[:60]
            )
    return found


def plain(name: str, value: str) -> str:
    """A value as it stands; a provider's slug may be written with its sign."""
    return value.removeprefix("@") if name == "provider" else value


def stream_in(said: Mapping[str, str]) -> bool | None:
    """Whether only streams are meant, or only others. Raises BadRequest."""
    value = said.get("stream_mode", "").lower()
    if value not in ("", "true", "false"):
        raise BadRequest(f"`stream_mode` must be true or false, not `{value[:40]}`.", param="stream_mode")
    return None if not value else value == "true"


def labels_in(said: Mapping[str, str]) -> tuple[Labelled, ...]:
    """Lists of values, and metadata. Raises BadRequest."""
    found = [
        Labelled(facet, tuple(value.strip().removeprefix("@") for value in said[name].split(",")))
        for name, facet in LABELS.items()
        if said.get(name)
    ]
    for label in found:
        if label.facet == "status" and not all(len(value) == 3 and value.isdigit() for value in label.values):
            raise BadRequest("`status_code` must be statuses with commas between, as `429,500`.", param="status_code")
    return (*found, *metadata_in(said.get("metadata", "")))


def metadata_in(text: str) -> list[Labelled]:
    """Metadata that is asked for, as a JSON object of texts. Raises BadRequest."""
    if not text:
        return []
    try:
        pairs = msgspec.json.decode(text, type=dict[str, str])
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        message = '`metadata` must be a JSON object of texts, as {"team": "sales"}.'
        raise BadRequest(message, param="metadata") from error
    return [Labelled(METADATA + key, (value,)) for key, value in pairs.items()]


def between(said: Mapping[str, str], name: str) -> Between | None:
    """The bounds of a number, if any are said. Raises BadRequest."""
    low, high = bound(said, f"{name}_min"), bound(said, f"{name}_max")
    if low is None and high is None:
        return None
    if low is not None and high is not None and low > high:
        raise BadRequest(f"`{name}_min` is above `{name}_max`, so that nothing can fit.", param=f"{name}_min")
    factor = NANODOLLARS_PER_CENT if name == "cost" else 1
    return Between(RANGES[name], None if low is None else low * factor, None if high is None else high * factor)


def feedback_in(said: Mapping[str, str]) -> tuple[float | None, float | None] | None:
    """The bounds of feedback, if any are said. Raises BadRequest."""
    low, high = (bound(said, name, least=-10.0, most=10.0) for name in FEEDBACK)
    if low is not None and high is not None and low > high:
        message = f"`{FEEDBACK[0]}` is above `{FEEDBACK[1]}`, so that nothing can fit."
        raise BadRequest(message, param=FEEDBACK[0])
    return None if low is None and high is None else (low, high)


def bound(said: Mapping[str, str], name: str, *, least: float = 0.0, most: float = 1e18) -> float | None:
    """A number within reason. Raises BadRequest."""
    if not said.get(name):
        return None
    try:
        number = float(said[name])
    except ValueError:
        number = float("nan")
    if not least <= number <= most:
        up_to = f" to {most:g}" if most < 1e18 else ""
        raise BadRequest(f"`{name}` must be a number from {least:g}{up_to}, not `{said[name][:40]}`.", param=name)
    return number


def moment(name: str, value: str) -> int:
    """A time as epoch milliseconds. Raises BadRequest."""
    written = value.replace(" ", "+") if "T" in value else value  # a `+` in an address is read as a space
    try:
        return epoch_ms(datetime.fromisoformat(written)) or 0
    except ValueError as error:
        raise BadRequest(
            f"`{name}` must be a time such as 2026-11-25T08:00:00Z, not `{value[:40]}`.", param=name
        ) from error


def status_problem(status: str) -> str | None:
    """What is wrong with a filter by status."""
    if status in ("", "error", "success") or STATUS.fullmatch(status):
        return None
    return f"`status` must be `error`, `success`, a class such as `4xx` or a status such as `429`, not `{status[:40]}`."

"""What happened to a request, in words: one sentence first, then the whole story, attempt by attempt."""

from collections.abc import Iterator

from console.text.figures import short_count, short_dollars, short_duration
from console.wire.answers import OURS
from console.wire.logs import Attempt, LogSummary, Started

BLAME = {
    "caller": "The caller's mistake",
    "policy": "Refused by policy",
    "provider": "The vendor failed",
    "gateway": "The gateway failed",
}
"""Whose fault it was, as the beginning of a sentence."""

NEXT = {
    401: "Give the application a key from Keys (4).",
    403: "Edit the key's scopes in Keys (4).",
    404: "Compare the model with the ones in Catalog (3).",
    408: "Ask a faster model, or allow more time.",
    412: "Raise the budget, or wait until it resets.",
    413: "Send less, or raise the gateway's body limit.",
    429: "Wait and try again, or add a second provider.",
    499: "Nothing to mend here: the client hung up.",
    502: "Check the integration's base URL and key in Catalog (3).",
    503: "Check whether the vendor is up, and its base URL in Catalog (3).",
    504: "The vendor was too slow; try again or allow more time.",
}
"""What to do about a status."""


def sentence(log: LogSummary) -> str:
    """What happened, and what to do next."""
    if log.error is None:
        return answered(log) if log.is_success else f"Answered with status {log.response_status_code}. {advice(log)}"
    return f"{blamed(log.error.fault, log.error.message or f'status {log.response_status_code}')} {advice(log)}".strip()


def blamed(fault: str | None, message: str) -> str:
    """Whose fault it was, and what happened."""
    sentence = f"{BLAME.get(fault or '', 'Failed')}: {message.removeprefix(OURS).rstrip('. ')}"
    return sentence if sentence.endswith(("?", "!")) else f"{sentence}."


def begun(request: Started) -> str:
    """What is known of a request without an answer."""
    key = f" for key `{request.api_key_name}`" if request.api_key_name else ""
    model = f"@{request.provider}/{request.ai_model}" if request.provider else request.ai_model or "a model"
    return f"Under way{key}: `{model}` is still answering. This page fills in when the answer is there."


def answered(log: LogSummary) -> str:
    """How a good answer came about."""
    tries = len(log.attempts or ())
    by = f"`@{log.provider}`" if log.provider else log.ai_org or "the gateway"
    words = f"Answered by {by}"
    if log.response_time is not None:  # of a result of a batch nobody knows it
        words += f" in {short_duration(log.response_time)}"
    if log.time_to_first_token_ms is not None:
        words += f", first token after {short_duration(log.time_to_first_token_ms)}"
    if tries > 1:
        words += f", on try {tries}: " + "; ".join(failed_try(attempt) for attempt in (log.attempts or ())[:-1])
    return f"{words}. {cost(log)}."


def cost(log: LogSummary) -> str:
    """What it used and what that costs, or that nobody knows."""
    tokens = f"{short_count(log.req_units)} tokens in, {short_count(log.res_units)} out"
    if not log.is_priced:
        return f"{tokens}; cost unknown, there is no price for this model"
    return tokens if log.cost_nanodollars is None else f"{tokens}, {short_dollars(log.cost_nanodollars)}"


def advice(log: LogSummary) -> str:
    """What to do next, if that is known."""
    return NEXT.get(log.response_status_code, "")


def next_key(log: LogSummary) -> str:
    """What to press where the operator's own limit refused."""
    is_limit = log.error is not None and log.error.fault == "policy" and log.response_status_code in (412, 429)
    return " b opens the limit, u there raises it." if is_limit else ""


def failed_try(attempt: Attempt) -> str:
    """`openai-prod said 429`."""
    who = attempt.provider or attempt.vendor or "the vendor"
    return f"{who} said {attempt.status}" if attempt.status else f"{who} gave no answer"


def briefly(attempt: Attempt) -> str:
    """`openai-prod 429`, for where there is little room."""
    return f"{attempt.provider or attempt.vendor or 'vendor'} {attempt.status or 'silent'}"


def note(log: LogSummary) -> str:
    """The last column of the list: only what is out of the ordinary."""
    if log.error is not None:
        return (log.error.message or log.error.code or "").removeprefix(OURS).replace(" error: ", ": ", 1)
    tries = log.attempts or ()
    if len(tries) > 1:
        return f"{briefly(tries[0])}, {len(tries)} tries"
    return "no price" if not log.is_priced else ""


def steps(log: LogSummary) -> Iterator[str]:
    """The whole story, one line each."""
    key = f"key `{log.api_key_name}`" if log.api_key_name else "no known key"
    stream = ", as a stream" if log.stream_mode else ""
    yield f"{log.request_method} {log.request_url} with {key}{stream}, for model `{log.ai_model or '–'}`"
    for number, attempt in enumerate(log.attempts or (), start=1):
        yield f"Try {number}: {told(attempt)}"
    if log.cache_status and log.cache_status not in ("DISABLED", "MISS"):
        yield f"Cache: {log.cache_status}"
    if log.error is not None:
        yield f"Error `{log.error.code or '–'}`: {log.error.message}"
    after = "" if log.response_time is None else f" after {short_duration(log.response_time)}"
    yield f"Status {log.response_status_code} to the client{after}"


def told(attempt: Attempt) -> str:
    """One attempt whole."""
    who = f"@{attempt.provider}" if attempt.provider else attempt.vendor or "the vendor"
    end = f"status {attempt.status}" if attempt.status else "no answer"
    problem = f": {attempt.error}" if attempt.error else ""
    place = f"{attempt.path.removeprefix('config.')}: " if attempt.path != "config" else ""
    paid = f", about {short_dollars(attempt.cost)}" if attempt.cost else ""
    took = f"{end} in {short_duration(attempt.duration_ms)}{paid}{problem}"
    return f"{place}{who} {attempt.model or ''} → {took} ({attempt.url or '–'})"

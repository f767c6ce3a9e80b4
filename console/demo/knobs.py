"""How fast the simulated vendor is and what goes wrong: by model name, by `x-demo` header, or scripted by a test."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True)
class Knobs:
    """One request's fortune; what is not turned is a quick, good answer."""

    latency_ms: int = 0
    """Before the first byte."""
    token_ms: int = 0
    """Between two tokens of a stream."""
    thinking_tokens: int = 0
    """Reasoning tokens, counted in the usage and never shown."""
    status: int = 200
    """Any other is answered with an error body as OpenAI spells it."""
    retry_after: int | None = None
    """Seconds, sent as `Retry-After`."""
    per_minute: int | None = None
    """Requests allowed in any minute; the others get 429 with `Retry-After`."""
    html: bool = False
    """The body is an HTML page, whatever the status."""
    cut_after: int | None = None
    """The connection is dropped after this many events of a stream, or half-way through a whole answer."""
    stall_after: int | None = None
    """Nothing more comes after this many events, and the connection stays open."""
    reset: bool = False
    """The connection is reset before a byte is answered."""


MODELS: Mapping[str, Knobs] = {
    "demo-fast": Knobs(latency_ms=120, token_ms=8),
    "demo-slow": Knobs(latency_ms=1800, token_ms=60),
    "demo-thinker": Knobs(latency_ms=700, token_ms=20, thinking_tokens=180),
    "demo-rate-limited": Knobs(latency_ms=80, token_ms=8, per_minute=3),
    "demo-cut": Knobs(latency_ms=150, token_ms=20, cut_after=5),
    "demo-stall": Knobs(latency_ms=150, token_ms=20, stall_after=5),
    "demo-reset": Knobs(reset=True),
    "demo-html": Knobs(status=502, html=True),
    "demo-garbage": Knobs(html=True),
    "gpt-4o": Knobs(latency_ms=350, token_ms=14),
    "gpt-4o-mini": Knobs(latency_ms=220, token_ms=8),
    "gpt-4.1-mini": Knobs(latency_ms=260, token_ms=9),
    "o4-mini": Knobs(latency_ms=900, token_ms=15, thinking_tokens=128),
}
"""What `/v1/models` lists; the last four have prices, the demo ones have none."""

FAILING = "demo-error-"
"""`demo-error-503` answers 503, and so on for every status from 400 to 599."""
WAITS: Mapping[int, int] = {429: 7, 503: 3, 529: 5}
"""`Retry-After` seconds that come with a status."""


class UnknownModel(Exception):
    """A name that begins with `demo-` and is none of ours."""


class WrongKnob(Exception):
    """An `x-demo` header that cannot be read; says why."""


def knobs_of(model: str, header: str | None) -> Knobs:
    """What `model` and the `x-demo` header together ask for. Raises UnknownModel, WrongKnob."""
    turned = dict(setting.strip().partition("=")[::2] for setting in header.split(",")) if header else {}
    if strange := turned.keys() - {field.name for field in fields(Knobs)}:
        raise WrongKnob(f"`x-demo` has no knob `{min(strange)}`")
    try:
        given = msgspec.convert(turned, Knobs, strict=False)
    except msgspec.ValidationError as error:
        raise WrongKnob(f"`x-demo`: {error}") from error
    return replace(of_model(model), **{name: getattr(given, name) for name in turned})


def of_model(model: str) -> Knobs:
    """What a model's name asks for; names that are not the demo's own are ordinary models. Raises UnknownModel."""
    if model in MODELS:
        return MODELS[model]
    if model.startswith(FAILING) and model.removeprefix(FAILING) in map(str, range(400, 600)):
        status = int(model.removeprefix(FAILING))
        return Knobs(status=status, retry_after=WAITS.get(status))
    if model.startswith("demo-"):
        raise UnknownModel(model)
    return Knobs(latency_ms=200, token_ms=10)

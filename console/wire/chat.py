"""Chat completions, whole and in pieces, as far as the console shows them."""

from typing import Any

import msgspec

from console.wire.answers import ErrorBody


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A message, or a piece of one."""

    content: Any = None
    reasoning_content: Any = None
    reasoning: Any = None
    refusal: Any = None
    tool_calls: Any = None


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One answer: `message` whole, `delta` in a stream."""

    index: int = 0
    delta: Said | None = None
    message: Said | None = None
    finish_reason: str | None = None


class ChatUsage(msgspec.Struct, frozen=True, kw_only=True):
    """What was used; `cost` in dollars, where the key is told of it."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost: float | None = None


class Completion(msgspec.Struct, frozen=True, kw_only=True):
    """A completion, or one event of a stream of it; an error may come in place of either."""

    model: str | None = None
    choices: list[Choice] = []
    usage: ChatUsage | None = None
    error: ErrorBody | None = None


class ListedModel(msgspec.Struct, frozen=True, kw_only=True):
    """A model that a request may name."""

    id: str
    name: str = ""


class ModelMenu(msgspec.Struct, frozen=True, kw_only=True):
    """All of them."""

    data: list[ListedModel]


class ListedConfig(msgspec.Struct, frozen=True, kw_only=True):
    """A saved config."""

    slug: str
    name: str = ""
    status: str = "active"


class ConfigMenu(msgspec.Struct, frozen=True, kw_only=True):
    """All of them."""

    data: list[ListedConfig]

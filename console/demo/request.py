"""A request to the simulated vendor: as it came in, and what it must look like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from console.demo.completion import Json


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    raw: bytes
    body: Json
    """The JSON object, empty where there was none."""


class Shape(msgspec.Struct):
    """What a chat request must look like for the vendor to answer it."""

    class Tool(msgspec.Struct):
        """A tool; `function` stands for type `function` alone."""

        class Function(msgspec.Struct):
            """What the model may call."""

            name: str
            parameters: dict[str, Any] | None = None

        type: str
        function: Function | None = None

    class StreamOptions(msgspec.Struct):
        """How to stream."""

        include_usage: bool | None = None

    model: str
    messages: list[dict[str, Any]]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    tools: list[Tool] | None = None
    n: int | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    response_format: dict[str, Any] | None = None

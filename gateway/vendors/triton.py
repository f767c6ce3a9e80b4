"""NVIDIA's Triton server: one text after another. Its address is its owner's.

Source: docs.nvidia.com/deeplearning/triton-inference-server, the generate extension.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from gateway.functions import Function
from gateway.vendors.openai import WIRES
from gateway.vendors.translated import translated
from gateway.vendors.vendor import Asked, BadAnswer, Json, Unspoken, Vendor
from store.records import Usage

RENAMED = {"stop": "stop_words", "seed": "random_seed", "max_completion_tokens": "max_tokens", "prompt": "text_input"}
OURS = ("model", "stream", "stream_options", "n", "user", "echo", "best_of", "logprobs")
"""Fields that mean nothing to a model's inputs, where an unknown one is refused."""


def path(asked: Asked) -> str:
    """Where a model is."""
    return f"/v2/models/{quote(asked.model, safe='')}/generate{'_stream' if asked.stream else ''}"


def request(said: Json, asked: Asked) -> Json:
    """A prompt and its parameters. Raises Unspoken for several prompts, and for tokens."""
    prompt = said.get("prompt")
    if isinstance(prompt, list) and len(prompt) == 1:
        said["prompt"] = prompt = prompt[0]
    if not isinstance(prompt, str):
        raise Unspoken("Triton goes on with one text at a time; send `prompt` as a string", "prompt")
    if isinstance(said.get("stop"), str):
        said["stop"] = [said["stop"]]
    body = {RENAMED.get(name, name): value for name, value in said.items() if name not in OURS and value is not None}
    return body | ({"stream": True} if asked.stream else {})


def answer(said: Json, asked: Asked) -> Json:
    """The text that was generated."""
    if "text_output" not in said:
        raise BadAnswer("without `text_output`")
    return completion(said["text_output"], asked, "stop")


def completion(words: Any, asked: Asked, reason: str | None) -> Json:
    """A completion, or a piece of one."""
    choice = {"index": 0, "text": words, "logprobs": None, "finish_reason": reason}
    head = {"id": f"cmpl-{secrets.token_hex(12)}", "object": "text_completion", "created": int(time.time())}
    return head | {"model": asked.model, "choices": [choice]}


class Told:
    """Triton's events as pieces of a completion: a `Telling`. It never says which is the last, so each may be."""

    __slots__ = ("_asked", "error", "is_finished", "model", "usage")

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self.model: str | None = asked.model
        self.usage: Json | None = None
        self.error: Json | None = None
        self.is_finished = False

    def event(self, name: str, data: Json) -> Iterator[Json]:  # noqa: ARG002 - the protocol's
        """The piece of text in one event."""
        if data.get("error"):
            self.error = data
        elif "text_output" in data:
            self.is_finished = True
            yield completion(data["text_output"], self._asked, None)


def nothing(_usage: Json) -> Usage:
    """A server of one's own charges nothing."""
    return Usage()


TRITON = Vendor(
    id="triton",
    name="NVIDIA Triton",
    needs_key=False,
    functions={
        Function.COMPLETE: translated(path=path, encode=request, decode=answer, usage=nothing, events=Told),
        Function.RELAY: WIRES[Function.RELAY],
    },
    models_path=None,
)

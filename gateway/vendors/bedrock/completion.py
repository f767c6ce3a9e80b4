"""Completions of a prompt by way of Converse, which knows conversations alone. No I/O.

Source: platform.openai.com/docs/api-reference/completions.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.vendors.bedrock.answer import decode_chat
from gateway.vendors.bedrock.request import encode_chat
from gateway.vendors.bedrock.stream import ConverseTelling
from gateway.vendors.vendor import Asked, Json, Unspoken


def encode_completion(body: Json, asked: Asked) -> Json:
    """The prompt as the only turn. Raises Unspoken for several prompts, and for tokens."""
    prompt = body.pop("prompt", None)
    if isinstance(prompt, list) and len(prompt) == 1:
        prompt = prompt[0]
    if not isinstance(prompt, str):
        raise Unspoken("Bedrock completes one prompt at a time: send `prompt` as a text", "prompt")
    return encode_chat(body | {"messages": [{"role": "user", "content": prompt}]}, asked)


def decode_completion(answer: Json, asked: Asked) -> Json:
    """The completion."""
    return completion(decode_chat(answer, asked))


def completion(said: Json) -> Json:
    """A chat completion, or a chunk of one, as one of the older kind."""
    choices = [choice(one) for one in said["choices"]]
    return said | {"object": "text_completion", "id": said["id"].replace("chatcmpl", "cmpl"), "choices": choices}


def choice(said: Json) -> Json:
    """A choice with its text alone."""
    message = said.get("message") or said.get("delta") or {}
    text = message.get("content") or ""
    return {"index": said["index"], "text": text, "logprobs": None, "finish_reason": said["finish_reason"]}


class CompletionTelling(ConverseTelling):
    """One stream; a `Telling`."""

    __slots__ = ()

    def event(self, name: str, data: Json) -> Iterator[Json]:
        """The chunks that an event makes."""
        for chunk in map(completion, super().event(name, data)):
            if not chunk["choices"] or any(one["text"] or one["finish_reason"] for one in chunk["choices"]):
                yield chunk

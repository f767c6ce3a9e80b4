"""OpenAI's older completions for Claude: the prompt is one turn of the user's, the answer's text is the completion."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.vendors.anthropic.answer import decode_messages
from gateway.vendors.anthropic.request import encode_messages
from gateway.vendors.anthropic.stream import MessagesTelling
from gateway.vendors.vendor import Asked, Json, Unspoken


def encode_completion(body: Json, asked: Asked) -> Json:
    """The body of `/messages` for a body of `/completions`. Raises Unspoken for several prompts, and for tokens."""
    prompt = body.pop("prompt", None)
    if isinstance(prompt, list) and len(prompt) == 1:
        prompt = prompt[0]
    if not isinstance(prompt, str):
        raise Unspoken("Claude takes one prompt, as text", "prompt")
    return encode_messages(body | {"messages": [{"role": "user", "content": prompt}]}, asked)


def decode_completion(said: Json, asked: Asked) -> Json:
    """A `text_completion` of a message. Raises BadAnswer."""
    answer = decode_messages(said, asked)
    choice = answer["choices"][0]
    return answer | {
        "object": "text_completion",
        "choices": [completed(choice["message"]["content"] or "", choice["finish_reason"])],
    }


def completed(text: str, finish: str | None) -> Json:
    """A choice, or some more of one."""
    return {"text": text, "index": 0, "logprobs": None, "finish_reason": finish}


class CompletionTelling(MessagesTelling):
    """A stream of completions: a `Telling`."""

    def event(self, name: str, data: Json) -> Iterator[Json]:
        """The `text_completion` chunks that one event makes."""
        for chunk in super().event(name, data):
            if not chunk["choices"]:
                yield chunk | {"object": "text_completion"}
                continue
            choice = chunk["choices"][0]
            text, finish = choice["delta"].get("content") or "", choice["finish_reason"]
            if text or finish:
                yield chunk | {"object": "text_completion", "choices": [completed(text, finish)]}

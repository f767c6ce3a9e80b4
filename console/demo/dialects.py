"""Decides in which words the simulated vendor answers: Anthropic's at `/v1/messages`, OpenAI's anywhere else."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from console.demo import answer, messages
from console.demo.answer import Head, Script, Spelling, Step, whole
from console.demo.request import Asked

ANTHROPIC = Spelling(messages.whole, lambda completion, _: messages.events(completion))


def decide(asked: Asked, script: Script, *, number: int, now: float, key: str | None) -> list[Step]:
    """As `answer.decide`, in the dialect of the path."""
    match asked.path.partition("?")[0].removeprefix(messages.PATH):
        case "":
            spoken = in_words_of_openai(asked)
            steps = answer.decide(spoken, script, number=number, now=now, key=key, spelling=ANTHROPIC)
            return steps if spelled_out(script) else in_words_of_anthropic(steps)
        case "/count_tokens" if not spelled_out(script):
            return whole(200, messages.count(asked.body))
    return answer.decide(asked, script, number=number, now=now, key=key)


def spelled_out(script: Script) -> bool:
    """Whether a test said the answer itself."""
    return script.body is not None or script.chunks is not None


def in_words_of_openai(asked: Asked) -> Asked:
    """The same request for a chat."""
    headers = {**asked.headers, "authorization": f"Bearer {asked.headers.get('x-api-key', '')}"}
    return replace(asked, path="/v1/chat/completions", headers=headers, body=messages.as_chat(asked.body))


def in_words_of_anthropic(steps: list[Step]) -> list[Step]:
    """The same steps, an error among them as Anthropic spells it."""
    match steps:
        case [*before, Head(status, headers), bytes(body)] if status >= 400 and "json" in headers["content-type"]:
            said = messages.error_body(status, msgspec.json.decode(body)["error"]["message"])
            kept = {name: value for name, value in headers.items() if not name.startswith("content-")}
            return [*before, *whole(status, said, kept)]
    return steps

"""What the playground knows: one or two conversations with the same prompts, and what goes with every question."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from console.logs.conversation import listed, said
from console.logs.curl import KEY, as_curl
from console.playground.chat import PATH, Answer, Question, is_config
from console.wire.logs import LogDetail

Json = dict[str, Any]
PLUMBING = ("model", "messages", "stream", "stream_options")
"""Fields of a request that are no parameters."""
SHARED = ("temperature", "max_tokens", "top_p")
"""Parameters that Anthropic's requests have under the same name."""


@dataclass(slots=True)
class Side:
    """One conversation, with one model or config."""

    target: str = ""
    entries: list[Json | Answer] = field(default_factory=list)
    """Messages that were sent, and answers, in order."""

    @property
    def last(self) -> Answer | None:
        """The newest answer."""
        return next((entry for entry in reversed(self.entries) if isinstance(entry, Answer)), None)

    @property
    def is_answering(self) -> bool:
        """Whether an answer is under way."""
        return self.last is not None and self.last.is_under_way

    def messages(self) -> list[Json]:
        """The conversation so far; an answer that never came is no part of it."""
        spoken = [entry.message() if isinstance(entry, Answer) else entry for entry in self.entries]
        return [message for message in spoken if message.get("content") or message.get("tool_calls")]


@dataclass(slots=True)
class Playground:
    """Everything that stands there."""

    sides: list[Side] = field(default_factory=lambda: [Side()])
    system: str = ""
    parameters: Json = field(default_factory=dict)

    def question(self, side: Side) -> Question:
        """What would be asked next."""
        system = [{"role": "system", "content": self.system}] if self.system else []
        return Question(side.target, [*system, *side.messages()], self.parameters)

    def say(self, prompt: str) -> list[tuple[Side, Answer]]:
        """Put a prompt to every side, and the answers that are to come; with no prompt what was said last is asked."""
        begun = []
        for side in self.sides:
            if prompt:
                side.entries.append({"role": "user", "content": prompt})
            answer = Answer(self.question(side))
            side.entries.append(answer)
            begun.append((side, answer))
        return begun

    def take_back(self) -> bool:
        """Drop every side's last answer, to be asked for again; whether there was one."""
        found = [side for side in self.sides if side.entries and isinstance(side.entries[-1], Answer)]
        for side in found:
            side.entries.pop()
        return bool(found)

    @property
    def waits_for_answer(self) -> bool:
        """Whether the conversation ends with something that nobody has answered."""
        return all(side.entries and not isinstance(side.entries[-1], Answer) for side in self.sides)

    def clear(self) -> None:
        """Begin anew with the same models."""
        for side in self.sides:
            side.entries = []

    def told(self) -> str:
        """What goes with every question, in a line."""
        system = f"system “{self.system}”" if self.system else "no system prompt"
        return "  ".join([*(f"{name} {value}" for name, value in self.parameters.items()), system])


def curl_of(question: Question, gateway: str) -> str:
    """A question as a command."""
    headers = {"content-type": "application/json"} | question.headers()
    return as_curl(f"{gateway}{PATH}", "POST", headers, question.body(), {"x-portkey-api-key": KEY})


def replayed(log: LogDetail) -> tuple[Playground, str] | None:
    """A logged chat as a playground, and the prompt to be sent again; None for what is no chat."""
    body = log.request.body
    if not isinstance(body, dict) or not listed(body.get("messages")):
        return None
    messages = listed(body["messages"])
    is_anthropic = log.request.url.partition("?")[0].endswith("/messages")
    if is_anthropic:
        messages = [{"role": str(one.get("role")), "content": said(one.get("content"))} for one in messages]
    names = SHARED if is_anthropic else [name for name in body if name not in PLUMBING]
    parameters = {name: body[name] for name in names if name in body}
    system = said(body.get("system")) if is_anthropic else ""
    if not system and messages[0].get("role") == "system" and isinstance(messages[0].get("content"), str):
        system = messages.pop(0)["content"]
    prompt = ""
    if messages and messages[-1].get("role") == "user" and isinstance(messages[-1].get("content"), str):
        prompt = messages.pop()["content"]
    return Playground([Side(target_of(log, body), list(messages))], system, parameters), prompt


def target_of(log: LogDetail, body: Json) -> str:
    """Whom a logged request asked."""
    model, config = str(body.get("model") or ""), str((log.request.portkey_headers or {}).get("x-portkey-config") or "")
    if is_config(config):
        return f"{config} {model}".strip()
    if model.startswith("@") or not log.metrics.provider:
        return model
    return f"@{log.metrics.provider}/{model}"

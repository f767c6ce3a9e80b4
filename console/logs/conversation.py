"""What was said: the turns of a chat request and the answer, out of whatever JSON went over the wire."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec


@dataclass(frozen=True, slots=True)
class Turn:
    """Who, and what."""

    role: str
    text: str


def conversation(request: Any, response: Any) -> list[Turn]:
    """The turns sent and the answers given; bodies of another shape give none."""
    return [*turns_sent(request), *turns_answered(response)]


def turns_sent(body: Any) -> Iterator[Turn]:
    """The request's messages, an Anthropic system prompt first."""
    if not isinstance(body, dict):
        return
    if body.get("system"):
        yield Turn("system", said(body["system"]))
    for message in listed(body.get("messages")):
        yield turn(message)


def turns_answered(body: Any) -> Iterator[Turn]:
    """The answer, or each of several."""
    if not isinstance(body, dict):
        return
    for choice in listed(body.get("choices")):
        answer = choice.get("message") or choice.get("delta")
        if isinstance(answer, dict):
            yield turn({"role": "assistant"} | answer)
    if "choices" not in body and "content" in body:
        yield turn({"role": "assistant"} | body)


def turn(message: dict[str, Any]) -> Turn:
    """One message with its reasoning, its refusal and the tools it calls."""
    parts = [said(message.get("content"))]
    if reasoning := message.get("reasoning_content") or message.get("reasoning"):
        parts.insert(0, f"(thinking) {said(reasoning)}")
    if refusal := message.get("refusal"):
        parts.append(f"(refusal) {said(refusal)}")
    parts += [called(call) for call in listed(message.get("tool_calls"))]
    return Turn(str(message.get("role") or "?"), "\n".join(part for part in parts if part))


def called(call: dict[str, Any]) -> str:
    """`→ weather({"city": "Bern"})`."""
    function = call.get("function")
    function = function if isinstance(function, dict) else {}
    return f"→ {function.get('name', '?')}({function.get('arguments', '')})"


def said(content: Any) -> str:
    """The text of a message's content; what is not text is named, not shown."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(part_said(part) for part in content)
    return pretty(content)


def part_said(part: Any) -> str:
    """One part of a message in several parts."""
    if not isinstance(part, dict):
        return str(part)
    if isinstance(text := part.get("text"), str):
        return text
    return f"[{part.get('type', 'part')}]"


def listed(value: Any) -> list[dict[str, Any]]:
    """The objects of a list, nothing for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def pretty(value: Any) -> str:
    """JSON for people; text that is no JSON as it is."""
    if isinstance(value, str):
        return value
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()

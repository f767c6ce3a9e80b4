"""The items of a Responses request as chat's messages.

What the model did comes as items of its own: thoughts, texts and calls that follow each other are one message in chat.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gateway.adapters.parts import plain, text_part
from gateway.adapters.reading import as_text, needed_text, objects, present, word
from gateway.adapters.responses_parts import parts_in
from gateway.adapters.responses_tools import TEXT_ARGUMENT
from gateway.adapters.seal import unsealed
from gateway.vendors.vendor import Json, Unspoken

ROLES = {"user": "user", "system": "system", "developer": "system"}
"""Chat's; few vendors know developers."""


@dataclass(slots=True)
class Said:
    """What the model said in one go."""

    texts: list[str] = field(default_factory=list)
    thoughts: list[str] = field(default_factory=list)
    signed: list[Json] = field(default_factory=list)
    calls: list[Json] = field(default_factory=list)

    def message(self) -> Json:
        """It as a message."""
        content = "\n\n".join(self.texts)
        blocks = [*self.signed, *map(text_part, self.texts)] if self.signed else None
        return {
            "role": "assistant",
            "content": content if self.texts or not self.calls else None,
            **present(reasoning_content="\n\n".join(self.thoughts) or None, content_blocks=blocks),
            **present(tool_calls=self.calls or None),
        }


@dataclass(slots=True)
class Conversation:
    """The messages so far, and what is not one yet."""

    messages: list[Json] = field(default_factory=list)
    said: Said | None = None
    shown: list[Json] = field(default_factory=list)
    """Images and files that tools answered with; in chat the user shows them."""

    def model(self) -> Said:
        """What the model says now."""
        self._show()
        self.said = self.said or Said()
        return self.said

    def add(self, message: Json) -> None:
        """Somebody else's message."""
        self.close()
        self.messages.append(message)

    def result(self, call: str, parts: list[Json]) -> None:
        """What a tool answered."""
        self._finish()
        texts = [part["text"] for part in parts if part["type"] == "text"]
        files = [part for part in parts if part["type"] != "text"]
        self.messages.append({"role": "tool", "tool_call_id": call, "content": "\n\n".join(texts)})
        if files:
            self.shown += [text_part(f"What the tool call {call} answered:"), *files]

    def close(self) -> None:
        """Nothing is left unsaid."""
        self._finish()
        self._show()

    def _finish(self) -> None:
        if self.said is not None:
            self.messages.append(self.said.message())
            self.said = None

    def _show(self) -> None:
        if self.shown:
            self.messages.append({"role": "user", "content": self.shown})
            self.shown = []


def turns(body: Json) -> list[Json]:
    """Every message. Raises Unspoken for an item without a like in chat."""
    told = Conversation()
    if body.get("instructions"):
        told.add({"role": "system", "content": needed_text(body, "instructions")})
    if isinstance(body.get("input"), str):
        told.add({"role": "user", "content": body["input"]})
        return told.messages
    for place, item in enumerate(objects(body, "input")):
        take(told, item, f"input[{place}]")
    told.close()
    return told.messages


def take(told: Conversation, item: Json, where: str) -> None:
    """One item."""
    kind = word(item, "type") or ("message" if "role" in item else "")
    if kind == "item_reference":
        raise Unspoken("an `item_reference` needs a provider with an own Responses API; send the item", where)
    if kind not in ITEMS:
        raise Unspoken(f"a `{kind}` item needs a provider with an own Responses API; leave it out", f"{where}.type")
    ITEMS[kind](told, item, where)


def message(told: Conversation, item: Json, where: str) -> None:
    """Somebody's words."""
    role = word(item, "role")
    parts = parts_in(item, "content", where)
    if role == "assistant":
        told.model().texts += [str(part.get("text") or "") for part in parts]
    elif role in ROLES:
        told.add({"role": ROLES[role], "content": plain(parts)})
    else:
        raise Unspoken(f"`{where}.role` must be `user`, `assistant`, `system` or `developer`", f"{where}.role")


def reasoning(told: Conversation, item: Json, where: str) -> None:
    """A thought. Only what this gateway sealed can be opened again; of others' thoughts the words are left."""
    said = told.model()
    entries = objects(item, "content", where) or objects(item, "summary", where)
    said.thoughts += [text for entry in entries if (text := str(entry.get("text") or ""))]
    said.signed += unsealed(item.get("encrypted_content"))


def function_call(told: Conversation, item: Json, where: str) -> None:
    """A call of a function."""
    signature = item.get("thought_signature")
    call(told, item, where, needed_text(item, "arguments", where), thought_signature=signature)


def custom_call(told: Conversation, item: Json, where: str) -> None:
    """A call of a tool that takes any text."""
    call(told, item, where, as_text({TEXT_ARGUMENT: needed_text(item, "input", where)}).decode())


def call(told: Conversation, item: Json, where: str, arguments: str, **more: Any) -> None:
    """A call in chat's words."""
    function = {"name": needed_text(item, "name", where), "arguments": arguments, **present(**more)}
    told.model().calls.append({"id": needed_text(item, "call_id", where), "type": "function", "function": function})


def call_output(told: Conversation, item: Json, where: str) -> None:
    """What a tool answered."""
    told.result(needed_text(item, "call_id", where), parts_in(item, "output", where))


ITEMS: dict[str, Callable[[Conversation, Json, str], None]] = {
    "message": message,
    "reasoning": reasoning,
    "function_call": function_call,
    "function_call_output": call_output,
    "custom_tool_call": custom_call,
    "custom_tool_call_output": call_output,
}

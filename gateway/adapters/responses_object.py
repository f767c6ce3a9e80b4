"""The response object and its items, of which a stream has many states."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from gateway.adapters.blocks import Block
from gateway.adapters.chat import arguments_of, stem, tokens_of
from gateway.adapters.reading import present
from gateway.adapters.responses_tools import TEXT_ARGUMENT, customs
from gateway.adapters.seal import sealed
from gateway.vendors.vendor import Json

Status = Literal["in_progress", "completed", "incomplete"]
ECHOED: Json = {
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "prompt_cache_key": None,
    "reasoning": {"effort": None, "summary": None},
    "safety_identifier": None,
    "service_tier": "auto",
    "temperature": 1.0,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_logprobs": 0,
    "top_p": 1.0,
    "truncation": "disabled",
    "user": None,
}
"""What a response repeats of its request, and OpenAI's defaults."""
INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}
"""Why a response is not whole, by chat's finish reason."""


@dataclass(frozen=True, slots=True)
class Head:
    """What is the same in every state of a response."""

    stem: str
    created: int
    model: str | None
    body: Json = field(repr=False)
    customs: frozenset[str]

    def response(self, status: str, output: list[Json], **more: object) -> Json:
        """The response object."""
        echoed = {name: default if (said := self.body.get(name)) is None else said for name, default in ECHOED.items()}
        return {
            "id": f"resp_{self.stem}",
            "object": "response",
            "created_at": self.created,
            "status": status,
            "model": self.model,
            "output": output,
            "background": False,
            "error": None,
            "incomplete_details": None,
            "previous_response_id": None,
            "store": False,
            "usage": None,
            **echoed,
            **more,
        }

    def ended(self, finish: str, output: list[Json], usage: Json) -> Json:
        """The response once nothing follows."""
        more = {"usage": usage_of(usage) if usage else None}
        if finish not in INCOMPLETE:
            return self.response("completed", output, **more)
        return self.response("incomplete", output, incomplete_details={"reason": INCOMPLETE[finish]}, **more)


def head_of(said: Json, body: Json) -> Head:
    """What the answer, or the first chunk of it, and the request say about every state."""
    created, model = said.get("created") or 0, said.get("model") or body.get("model")
    return Head(stem(said.get("id")), created, model, body, customs(body))


def item_id(head: Head, block: Block) -> str:
    """The id of an item; its prefix says what it is."""
    prefix = {"thinking": "rs", "redacted": "rs", "call": "ctc" if block.name in head.customs else "fc"}
    return f"{prefix.get(block.kind, 'msg')}_{head.stem}_{block.index}"


def item_of(head: Head, block: Block, status: Status) -> Json:
    """A block as an item, as far as it has come."""
    identity = item_id(head, block)
    if block.kind in ("thinking", "redacted"):
        return {"id": identity, "type": "reasoning", "summary": summary(block), **seal_of(block)}
    if block.kind == "call":
        call = {"id": identity, "call_id": block.id or f"call_{identity}", "name": block.name, "status": status}
        return call | called(block, is_custom=block.name in head.customs, is_begun=status == "in_progress")
    content = [] if status == "in_progress" else [part_of(block)]
    return {"id": identity, "type": "message", "role": "assistant", "status": status, "content": content}


def called(block: Block, *, is_custom: bool, is_begun: bool) -> Json:
    """What a call is called with; a call that only begins has nothing yet."""
    kept = present(thought_signature=block.signature or None)
    if is_custom:
        return {"type": "custom_tool_call", "input": "" if is_begun else text_argument(block), **kept}
    return {"type": "function_call", "arguments": "" if is_begun else block.text or "{}", **kept}


def text_argument(block: Block) -> str:
    """The text that a custom tool is called with."""
    return str(arguments_of(block.text).get(TEXT_ARGUMENT, block.text))


def summary(block: Block) -> list[Json]:
    """What was thought."""
    return [{"type": "summary_text", "text": block.text}] if block.said else []


def seal_of(block: Block) -> Json:
    """Thinking that the vendor wants back as it was."""
    if not block.signature:
        return {}
    if block.kind == "redacted":
        return {"encrypted_content": sealed({"type": "redacted_thinking", "data": block.signature})}
    thought = {"type": "thinking", "thinking": block.text, "signature": block.signature}
    return {"encrypted_content": sealed(thought)}


def part_of(block: Block) -> Json:
    """The content of a message."""
    if block.kind == "refusal":
        return {"type": "refusal", "refusal": block.text}
    return {"type": "output_text", "text": block.text, "annotations": [], "logprobs": []}


def usage_of(usage: Json) -> Json:
    """Usage in the words of Responses."""
    tokens = tokens_of(usage)
    return {
        "input_tokens": tokens.prompt,
        "input_tokens_details": {"cached_tokens": tokens.cached, "cache_write_tokens": tokens.written},
        "output_tokens": tokens.completion,
        "output_tokens_details": {"reasoning_tokens": tokens.reasoning},
        "total_tokens": usage.get("total_tokens") or tokens.prompt + tokens.completion,
    }

"""An answer of Converse's as OpenAI's chat completion. No I/O.

Source: docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html.
"""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import msgspec

from gateway.vendors.anthropic.format import ANSWER_TOOL
from gateway.vendors.bedrock.usage import openai_usage
from gateway.vendors.vendor import Asked, BadAnswer, Json

FINISHES = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "guardrail_intervened": "content_filter",
    "content_filtered": "content_filter",
}
"""By Converse's `stopReason`; any other is a `stop`."""


def decode_chat(answer: Json, asked: Asked) -> Json:
    """The chat completion. Raises BadAnswer for an answer without a message."""
    message = (answer.get("output") or {}).get("message")
    if not isinstance(message, dict):
        raise BadAnswer("without a message")
    blocks = [block for block in message.get("content") or () if isinstance(block, dict)]
    ended = finish(answer.get("stopReason"), asked, has_calls=any(map(is_call, blocks)))
    choice = {"index": 0, "message": message_of(blocks, asked), "logprobs": None, "finish_reason": ended}
    said = {
        "id": f"chatcmpl-{uuid4().hex}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": asked.model,
        "choices": [choice],
    }
    usage = answer.get("usage")
    return said | ({"usage": openai_usage(usage)} if isinstance(usage, dict) else {})


def finish(reason: Any, asked: Asked, *, has_calls: bool) -> str:
    """Why the answer ended: in OpenAI's words where the client wants no others, or where the tool was only ours."""
    strict = FINISHES.get(str(reason), "stop")
    if strict == "tool_calls" and not has_calls:
        return "stop"
    return strict if asked.strict or not reason else str(reason)


def message_of(blocks: list[Json], asked: Asked) -> Json:
    """The assistant's message; an answer by the tool for JSON is its content."""
    shaped = [text_of(block["toolUse"].get("input")) for block in blocks if is_json(block)]
    text = shaped[0] if shaped else "".join(map(said_in, blocks))
    thoughts = "".join(thought_in(block).get("text") or "" for block in blocks)
    calls = [tool_call(block["toolUse"]) for block in blocks if is_call(block)]
    message: Json = {"role": "assistant", "content": text if text or not calls else None}
    message |= {"reasoning_content": thoughts} if thoughts else {}
    message |= {"tool_calls": calls} if calls else {}
    if not asked.strict and (kept := [one for block in blocks if (one := kept_block(block))]):
        message["content_blocks"] = kept
    return message


def is_json(block: Json) -> bool:
    """Whether a block is an answer by the tool for JSON."""
    return (block.get("toolUse") or {}).get("name") == ANSWER_TOOL


def is_call(block: Json) -> bool:
    """Whether a block is a call of one of the client's tools."""
    return "toolUse" in block and not is_json(block)


def said_in(block: Json) -> str:
    """The text of a block; one with sources has it in parts."""
    cited = (block.get("citationsContent") or {}).get("content") or ()
    return str(block.get("text") or "") + "".join(str(part.get("text") or "") for part in cited)


def thought_in(block: Json) -> Json:
    """The text and signature of a thought."""
    thought = (block.get("reasoningContent") or {}).get("reasoningText")
    return thought if isinstance(thought, dict) else {}


def kept_block(block: Json) -> Json | None:
    """A thought or a text in Anthropic's words; thoughts are to be given back with their signatures."""
    if thought := thought_in(block):
        signature = {"signature": thought["signature"]} if thought.get("signature") else {}
        return {"type": "thinking", "thinking": thought.get("text") or ""} | signature
    if redacted := (block.get("reasoningContent") or {}).get("redactedContent"):
        return {"type": "redacted_thinking", "data": redacted}
    return {"type": "text", "text": text} if (text := said_in(block)) else None


def tool_call(use: Json) -> Json:
    """A call."""
    function = {"name": use.get("name") or "", "arguments": text_of(use.get("input"))}
    return {"id": use.get("toolUseId") or "", "type": "function", "function": function}


def text_of(said: Any) -> str:
    """Arguments as the text of their JSON."""
    return msgspec.json.encode(said or {}).decode()

"""Anthropic's answer as OpenAI's: for Anthropic itself, and for Claude at any of the clouds.

Source: platform.claude.com/docs/en/api/messages, the response.
"""

from __future__ import annotations

import time
from typing import Any

import msgspec

from gateway.vendors.anthropic.format import ANSWER_TOOL
from gateway.vendors.vendor import Asked, BadAnswer, Json
from store.records import Usage

FINISHES = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "content_filter",
}
"""Why Claude stopped, in OpenAI's words."""
TIERS = {"priority": "priority", "batch": "batch"}
"""The service tiers that have a price of their own; `standard` has none."""
KEPT_COUNTS = ("cache_read_input_tokens", "cache_creation_input_tokens")

text = msgspec.json.Encoder().encode


def decode_messages(said: Json, asked: Asked) -> Json:
    """A `chat.completion` of a message. Raises BadAnswer."""
    blocks = said.get("content")
    if not isinstance(blocks, list):
        raise BadAnswer("without `content`")
    finish = finish_of(said.get("stop_reason"), blocks, strict=asked.strict)
    choice = {"index": 0, "message": message_of(said, blocks, asked), "logprobs": None, "finish_reason": finish}
    answer: Json = {
        "id": said.get("id"),
        "object": "chat.completion",
        "created": int(time.time()),
        "model": said.get("model") or asked.model,
        "choices": [choice],
    }
    return answer | ({"usage": openai_usage(usage)} if (usage := said.get("usage")) else {})


def message_of(said: Json, blocks: list[Json], asked: Asked) -> Json:
    """The assistant's message."""
    words = [word for block in blocks if (word := words_of(block)) is not None]
    calls = [call_of(block) for block in blocks if is_call(block)]
    message: Json = {"role": "assistant", "content": "".join(words) if words or not calls else None}
    if thoughts := "".join(block.get("thinking") or "" for block in blocks if block.get("type") == "thinking"):
        message["reasoning_content"] = thoughts
    if refusal := (said.get("stop_details") or {}).get("explanation"):
        message["refusal"] = refusal
    if not asked.strict and (kept := [kept_block(block) for block in blocks if not is_call(block)]):
        message["content_blocks"] = kept
    return message | ({"tool_calls": calls} if calls else {})


def is_call(block: Json) -> bool:
    """Whether the client is to call a tool."""
    return block.get("type") == "tool_use" and block.get("name") != ANSWER_TOOL


def is_answer(block: Json) -> bool:
    """Whether the answer was given through the tool that was forced for it."""
    return block.get("type") == "tool_use" and block.get("name") == ANSWER_TOOL


def words_of(block: Json) -> str | None:
    """What a block adds to the content."""
    if is_answer(block):
        return json_text(block.get("input"))
    return block.get("text") if block.get("type") == "text" else None


def kept_block(block: Json) -> Json:
    """A block as the client is to send it back."""
    return {"type": "text", "text": json_text(block.get("input"))} if is_answer(block) else block


def call_of(block: Json) -> Json:
    """A call of a tool."""
    function = {"name": block.get("name"), "arguments": json_text(block.get("input"))}
    return {"id": block.get("id"), "type": "function", "function": function}


def json_text(value: Any) -> str:
    """An object as JSON; nothing is an object without names."""
    return text(value or {}).decode()


def finish_of(reason: str | None, blocks: list[Json], *, strict: bool) -> str | None:
    """Why the answer ended: OpenAI's word if strict, else the vendor's. The forced tool is no call of the client's."""
    if reason == "tool_use" and any(map(is_answer, blocks)) and not any(map(is_call, blocks)):
        reason = "end_turn"
    return FINISHES.get(reason, "stop") if strict and reason else reason


def openai_usage(said: Json) -> Json:
    """Usage in OpenAI's words, where the prompt includes what was read from the cache and written to it."""
    used = usage_of_messages(said)
    usage: Json = {
        "prompt_tokens": used.input_tokens,
        "completion_tokens": used.output_tokens,
        "total_tokens": used.input_tokens + used.output_tokens,
        "prompt_tokens_details": {"cached_tokens": used.cached_tokens},
    }
    if used.reasoning_tokens:
        usage["completion_tokens_details"] = {"reasoning_tokens": used.reasoning_tokens}
    return usage | {name: said[name] for name in KEPT_COUNTS if said.get(name) is not None}


def usage_of_messages(said: Json) -> Usage:
    """What is paid for, from Anthropic's usage object, whose `input_tokens` are those beside the cache."""
    read, written = said.get("cache_read_input_tokens") or 0, said.get("cache_creation_input_tokens") or 0
    by_age = said.get("cache_creation") or {}
    written = max(written, sum(count for count in by_age.values() if isinstance(count, int)))
    details = said.get("output_tokens_details") or {}
    return Usage(
        input_tokens=(said.get("input_tokens") or 0) + read + written,
        output_tokens=said.get("output_tokens") or 0,
        cached_tokens=read,
        cache_write_tokens=written,
        reasoning_tokens=details.get("thinking_tokens") or 0,
        cache_write_1h_tokens=by_age.get("ephemeral_1h_input_tokens") or 0,
        searches=(said.get("server_tool_use") or {}).get("web_search_requests") or 0,
        service_tier=TIERS.get(said.get("service_tier") or "", ""),
    )

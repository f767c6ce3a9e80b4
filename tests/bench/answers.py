"""The same answer as other vendors' wires have it, for the rate of dialects that are translated."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

SPOKEN: Mapping[str, tuple[bytes, Mapping[str, Any]]] = {
    "anthropic": (
        b"/messages",
        {
            "id": "msg_bench",
            "type": "message",
            "role": "assistant",
            "model": "claude-sonnet-4-5",
            "content": [{"type": "text", "text": "TEXT"}],
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 210, "output_tokens": 120},
        },
    ),
    "google": (
        b":generatecontent",
        {
            "candidates": [
                {"content": {"parts": [{"text": "TEXT"}], "role": "model"}, "finishReason": "STOP", "index": 0}
            ],
            "usageMetadata": {"promptTokenCount": 210, "candidatesTokenCount": 120, "totalTokenCount": 330},
            "modelVersion": "gemini-2.5-flash",
        },
    ),
    "bedrock": (
        b"/converse",
        {
            "output": {"message": {"role": "assistant", "content": [{"text": "TEXT"}]}},
            "stopReason": "end_turn",
            "usage": {"inputTokens": 210, "outputTokens": 120, "totalTokens": 330},
            "metrics": {"latencyMs": 1},
        },
    ),
}
"""By vendor: the end of the path that is asked, in lower case, and the answer."""
MODELS = {"anthropic": "claude-sonnet-4-5", "google": "gemini-2.5-flash", "bedrock": "amazon.nova-pro-v1:0"}


def answers(text: str) -> dict[bytes, bytes]:
    """Whole HTTP answers by the end of the path."""
    return {end: http(json.dumps(said).replace("TEXT", text).encode()) for end, said in SPOKEN.values()}


def http(body: bytes) -> bytes:
    """An answer with its head."""
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body

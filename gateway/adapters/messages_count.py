"""How many tokens a messages request has, estimated: for vendors that do not count them.

A token is taken for four bytes of UTF-8, which is right within about a fifth for English prose and on the high side for
code; a message adds what its frame costs. An image counts for what Anthropic makes of one of the largest size that is
not scaled down, a PDF for its pages, guessed from its size. Clients use the number to know when to shorten a
conversation, for which it is near enough; it is never used to charge for anything.
"""

from __future__ import annotations

from typing import Any

from gateway.adapters.reading import as_text, objects
from gateway.vendors.vendor import Json

BYTES_PER_TOKEN = 4
FRAME_TOKENS = 4
"""What a message or a tool costs beside its content."""
IMAGE_TOKENS = 1600
PAGE_TOKENS = 2500
PAGE_CHARACTERS = 80_000
"""Base64 of one page of a PDF, roughly."""


def count(body: Json) -> int:
    """Input tokens of a messages request, estimated; at least 1."""
    messages = objects(body, "messages")
    tools = objects(body, "tools")
    frames = FRAME_TOKENS * (len(messages) + len(tools))
    told = [body.get("system"), *(message.get("content") for message in messages)]
    return max(1, frames + sum(map(tokens, told)) + sum(length(as_text(tool)) for tool in tools))


def tokens(content: Any) -> int:
    """Those of a message's content: a string or blocks."""
    if isinstance(content, str):
        return length(content.encode(errors="replace"))
    if isinstance(content, list):
        return sum(block_tokens(block) for block in content if isinstance(block, dict))
    return 0


def block_tokens(block: Json) -> int:
    """Those of one block. Thinking of earlier turns is not read again, and so not counted."""
    match block.get("type"):
        case "text":
            return tokens(block.get("text"))
        case "image":
            return IMAGE_TOKENS
        case "document":
            return document_tokens(block.get("source"))
        case "tool_result":
            return FRAME_TOKENS + tokens(block.get("content"))
        case "thinking" | "redacted_thinking":
            return 0
        case _:
            return FRAME_TOKENS + length(as_text(block))


def document_tokens(source: Any) -> int:
    """Those of a document."""
    if not isinstance(source, dict):
        return 0
    data = source.get("data")
    if source.get("type") == "text":
        return tokens(data)
    if source.get("type") == "content":
        return tokens(source.get("content"))
    return PAGE_TOKENS * (1 + (len(data) if isinstance(data, str) else 0) // PAGE_CHARACTERS)


def length(text: bytes) -> int:
    """Tokens of some text, rounded up."""
    return -(-len(text) // BYTES_PER_TOKEN)

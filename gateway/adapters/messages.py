"""Anthropic's messages served by chat: what its SDK and Claude's clients send and hear, whatever vendor is behind.

Source: docs.claude.com/en/api/messages, /messages-streaming, /messages-count-tokens, /errors.
"""

from __future__ import annotations

from gateway.adapters.adapter import Adapter
from gateway.adapters.messages_answer import answer
from gateway.adapters.messages_count import count
from gateway.adapters.messages_failure import failure, failure_event
from gateway.adapters.messages_request import request
from gateway.adapters.messages_stream import MessagesTold
from gateway.functions import Function

__all__ = ["COUNTS", "MESSAGES", "count", "failure", "failure_event"]

COUNTS = Adapter(
    function=Function.COUNT_TOKENS,
    by=Function.COUNT_TOKENS,
    request=request,
    answer=lambda counted, _: counted,
    stream=MessagesTold,
)
"""Their tokens, counted by a vendor that is asked in chat's words."""
MESSAGES = Adapter(function=Function.MESSAGE, by=Function.CHAT, request=request, answer=answer, stream=MessagesTold)

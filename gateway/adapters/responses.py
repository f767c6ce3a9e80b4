"""OpenAI's Responses served by chat: what its SDK, its agents and Codex send and hear, whatever vendor is behind.

Nothing is kept between requests: the client sends the whole conversation, as it does with `store` off.
Source: platform.openai.com/docs/api-reference/responses, /responses-streaming.
"""

from __future__ import annotations

from gateway.adapters.adapter import Adapter
from gateway.adapters.responses_answer import answer
from gateway.adapters.responses_failure import failure_event
from gateway.adapters.responses_request import request
from gateway.adapters.responses_stream import ResponseTold
from gateway.functions import Function

__all__ = ["RESPONSES", "failure_event"]

RESPONSES = Adapter(function=Function.RESPOND, by=Function.CHAT, request=request, answer=answer, stream=ResponseTold)

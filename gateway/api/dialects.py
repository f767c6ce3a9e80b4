"""In which dialect a client speaks at each path of the data plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.api.anthropic.messages import AnthropicMessages
from gateway.api.openai.bodies import OpenAIJson
from gateway.api.openai.chat import CHAT
from gateway.api.openai.forms import OpenAIForm
from gateway.api.openai.responses import OpenAIResponses
from gateway.functions import Function

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.domain import ClientDialect

DIALECTS: Mapping[Function, ClientDialect] = {
    Function.CHAT: CHAT,
    Function.RESPOND: OpenAIResponses(),
    Function.MESSAGE: AnthropicMessages(Function.MESSAGE),
    Function.COUNT_TOKENS: AnthropicMessages(Function.COUNT_TOKENS),
    **{each: OpenAIJson(each) for each in (Function.COMPLETE, Function.EMBED, Function.GENERATE_IMAGE)},
    **{each: OpenAIJson(each) for each in (Function.SPEAK, Function.MODERATE, Function.RERANK)},
    **{each: OpenAIForm(each) for each in (Function.EDIT_IMAGE, Function.VARY_IMAGE)},
    **{each: OpenAIForm(each) for each in (Function.TRANSCRIBE, Function.TRANSLATE)},
}
"""Every function with a path of its own."""

"""Which function is asked for at which path, and in which dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.api.anthropic.messages import AnthropicMessages
from gateway.api.inference import inference
from gateway.api.openai.bodies import OpenAIJson
from gateway.api.openai.chat import CHAT
from gateway.api.openai.forms import OpenAIForm
from gateway.api.openai.responses import OpenAIResponses
from gateway.api.relay import METHODS, Relay
from gateway.functions import Function

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar.types import Receive, Scope, Send

    from gateway.api.asgi import Door
    from gateway.domain import ClientDialect
    from gateway.plant import Plant

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


def doors(plant: Plant) -> dict[str, Door]:
    """The data plane's doors by their paths."""
    return {f"/v1/{function.value}": inference(plant, dialect) for function, dialect in DIALECTS.items()}


def batches(plant: Plant) -> Door:
    """The door of files and batches, whose code is loaded when somebody first asks there."""

    async def enter(scope: Scope, receive: Receive, send: Send) -> None:
        from gateway.batches.story import serve

        await inference(plant, Relay(), *METHODS, story=serve)(scope, receive, send)

    return enter


def relay(plant: Plant) -> Door:
    """The door for every other path."""
    return inference(plant, Relay(), *METHODS)

"""A Responses request as one for chat. What chat cannot say is refused; fields that nobody knows survive."""

from __future__ import annotations

from gateway.adapters.reading import an_object, present, without
from gateway.adapters.responses_tools import tools
from gateway.adapters.responses_turns import turns
from gateway.vendors.vendor import Json, Unspoken

TURNED = frozenset(
    {
        "background",
        "context_management",
        "conversation",
        "include",
        "input",
        "instructions",
        "max_output_tokens",
        "max_tool_calls",
        "metadata",
        "previous_response_id",
        "prompt",
        "reasoning",
        "store",
        "stream_options",
        "text",
        "tool_choice",
        "tools",
        "top_logprobs",
        "truncation",
    }
)
"""Fields with another name in chat, or that say how a response is kept: `metadata` comes back with the answer."""
KEPT = {
    "previous_response_id": "send the whole conversation as `input`",
    "conversation": "send the whole conversation as `input`",
    "background": "ask without it",
    "prompt": "send `instructions` and `input`",
}
"""What needs OpenAI's own memory, and what would do instead."""


def request(body: Json) -> Json:
    """The chat request. Raises Unspoken."""
    for name, instead in KEPT.items():
        if body.get(name):
            raise Unspoken(f"`{name}` needs a provider with an own Responses API; {instead}", name)
    if not (body.get("input") or body.get("instructions")):
        raise Unspoken("there is no `input`", "input")
    text = an_object(body, "text")
    logprobs = body.get("top_logprobs")
    return without(body, TURNED) | {
        "messages": turns(body),
        **tools(body),
        **present(
            max_tokens=body.get("max_output_tokens"),
            reasoning_effort=an_object(body, "reasoning").get("effort"),
            response_format=response_format(an_object(text, "format", "text")),
            verbosity=text.get("verbosity"),
            logprobs=True if logprobs else None,
            top_logprobs=logprobs or None,
        ),
    }


def response_format(said: Json) -> Json | None:
    """What the answer looks like; plain text goes without saying."""
    kind = said.get("type")
    if kind in (None, "text"):
        return None
    if kind != "json_schema":
        return said
    return {"type": "json_schema", "json_schema": without(said, frozenset({"type"}))}

"""A messages request as one for chat. What chat cannot say is refused; fields that nobody knows survive."""

from __future__ import annotations

from gateway.adapters.messages_turns import system_turns, turns
from gateway.adapters.reading import an_object, needed_text, objects, present, without, word
from gateway.vendors.vendor import Json, Unspoken

TURNED = frozenset(
    {
        "context_management",
        "messages",
        "metadata",
        "output_config",
        "output_format",
        "service_tier",
        "stop_sequences",
        "system",
        "thinking",
        "tool_choice",
        "tools",
    }
)
"""Fields with another name in chat. `context_management` lets Anthropic trim a conversation; chat has no such thing."""
BEYOND = ("container", "mcp_servers")
"""What only Anthropic's own servers can do."""
CHOICES = {"auto": "auto", "any": "required", "none": "none"}
TIERS = {"auto": "auto", "standard_only": "default"}
EFFORTS = {"low": "low", "medium": "medium", "high": "high", "xhigh": "high", "max": "high"}
"""The highest word that every vendor with a reasoning effort knows is `high`."""
BUDGETS = ((4096, "low"), (16384, "medium"))
"""Thinking tokens up to which an effort is meant; more is `high`."""


def request(body: Json) -> Json:
    """The chat request. Raises Unspoken."""
    for name in BEYOND:
        if body.get(name):
            raise Unspoken(f"`{name}` works with Anthropic's own API only; leave it out, or use a Claude model", name)
    return without(body, TURNED | set(BEYOND)) | {
        "messages": system_turns(body) + turns(body),
        **tools(body),
        **present(
            stop=body.get("stop_sequences") or None,
            user=an_object(body, "metadata").get("user_id"),
            service_tier=TIERS.get(word(body, "service_tier")),
            reasoning_effort=effort(body),
            response_format=response_format(body),
        ),
    }


def tools(body: Json) -> Json:
    """`tools`, `tool_choice` and `parallel_tool_calls`, as far as something is said about them."""
    chosen = an_object(body, "tool_choice")
    offered = [tool(said, f"tools[{place}]") for place, said in enumerate(objects(body, "tools"))]
    return present(
        tools=offered or None,
        tool_choice=tool_choice(chosen) if chosen else None,
        parallel_tool_calls=False if chosen.get("disable_parallel_tool_use") else None,
    )


def tool(said: Json, where: str) -> Json:
    """A tool of the client's own."""
    kind = said.get("type") or "custom"
    if kind != "custom":
        sentence = f"`{kind}` is a tool of Anthropic's; describe it with an `input_schema`, or use a Claude model"
        raise Unspoken(sentence, f"{where}.type")
    function = present(
        name=needed_text(said, "name", where),
        description=said.get("description"),
        parameters=an_object(said, "input_schema", where),
        strict=said.get("strict"),
    )
    return {"type": "function", "function": function, **present(cache_control=said.get("cache_control"))}


def tool_choice(chosen: Json) -> str | Json:
    """Which tool is to be used. Raises Unspoken for a choice of an unknown kind."""
    kind = word(chosen, "type")
    if kind == "tool":
        return {"type": "function", "function": {"name": needed_text(chosen, "name", "tool_choice")}}
    if kind not in CHOICES:
        raise Unspoken("`tool_choice.type` must be `auto`, `any`, `tool` or `none`", "tool_choice.type")
    return CHOICES[kind]


def effort(body: Json) -> str | None:
    """How much is to be thought: the effort that is named, or the one that a budget of tokens amounts to."""
    named = an_object(body, "output_config").get("effort")
    if named is not None:
        return EFFORTS.get(str(named), str(named))
    thinking = an_object(body, "thinking")
    budget = thinking.get("budget_tokens")
    if thinking.get("type") != "enabled" or not isinstance(budget, int):
        return None
    return next((word for limit, word in BUDGETS if budget <= limit), "high")


def response_format(body: Json) -> Json | None:
    """The schema that the answer keeps to; `output_format` was its name in the beta."""
    said = an_object(an_object(body, "output_config"), "format", "output_config") or an_object(body, "output_format")
    if said.get("type") != "json_schema":
        return None
    schema = {"name": "answer", "schema": an_object(said, "schema", "output_config.format"), "strict": True}
    return {"type": "json_schema", "json_schema": schema}

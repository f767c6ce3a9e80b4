"""A chat request as Anthropic's: for Anthropic itself, and for Claude at any of the clouds.

Source: platform.claude.com/docs/en/api/messages.
"""

from __future__ import annotations

from gateway.vendors.anthropic.format import with_format, with_words
from gateway.vendors.anthropic.models import Ability, ability_of
from gateway.vendors.anthropic.thinking import ANSWER_TOKENS, budget_in, is_thinking, thinking_of
from gateway.vendors.anthropic.tools import asked_in_words, choice_of, insists, tools_of, unforced
from gateway.vendors.anthropic.turns import turns_of
from gateway.vendors.shape import check, only_text_once
from gateway.vendors.vendor import Asked, Json

OWN = ("cache_control", "container", "context_management", "inference_geo", "mcp_servers", "speed")
"""Anthropic's own parameters, passed as they are."""
TIERS = {"auto": "auto", "priority": "auto", "default": "standard_only", "standard_only": "standard_only"}
"""OpenAI's `service_tier` to Anthropic's; others have no equal there."""
WITHOUT_SAMPLING = "2026-10-21"
"""From this version of the API on `temperature`, `top_p` and `top_k` are refused."""
TOP_P_WHILE_THINKING = 0.95


def encode_messages(body: Json, asked: Asked) -> Json:
    """The body of `/messages` for a body of `/chat/completions`. Raises Unspoken."""
    check(body)
    only_text_once(body, "Claude")
    ability = ability_of(asked.model)
    system, turns = turns_of(body["messages"])
    fields: Json = {"model": asked.model, "messages": turns, "max_tokens": 0}
    fields |= {"system": system} if system else {}
    fields |= {name: body[name] for name in OWN if body.get(name) is not None}
    fields |= thought_out(body, turns, ability)
    fields["max_tokens"] = length_of(body, fields, ability)
    fields |= sampling_of(body, fields, ability, asked) | small_things(body)
    fields = with_format(with_tools(fields, body, ability), body, ability)
    return fields | {"stream": True} if asked.stream else fields


def thought_out(body: Json, turns: list[Json], ability: Ability) -> Json:
    """`thinking` and `output_config`, the client's own words in the latter last."""
    fields = thinking_of(body, turns, ability)
    if isinstance(own := body.get("output_config"), dict):
        fields["output_config"] = (fields.get("output_config") or {}) | own
    return fields


def length_of(body: Json, fields: Json, ability: Ability) -> int:
    """`max_tokens`, which Anthropic wants always: as asked, else all that the model has; and more than the thinking."""
    said = body.get("max_completion_tokens") or body.get("max_tokens")
    wanted = int(said) if said is not None else ability.max_output
    budget = budget_in(fields)
    if wanted > budget or not budget:
        return wanted
    return max(min(budget + (wanted if said is not None else ANSWER_TOKENS), ability.max_output), budget + 1)


def sampling_of(body: Json, fields: Json, ability: Ability, asked: Asked) -> Json:
    """Temperature and the like, as far as the model, and the version of the API, let them be said."""
    version = asked.headers.get("anthropic-version") or asked.login.get("anthropic_version")
    if ability.sampling == "none" or version >= WITHOUT_SAMPLING:
        return {}
    said = {name: body[name] for name in ("temperature", "top_p", "top_k") if body.get(name) is not None}
    if is_thinking(fields):
        return {"top_p": said["top_p"]} if said.get("top_p", 0) >= TOP_P_WHILE_THINKING else {}
    if "temperature" in said:
        said["temperature"] = min(max(said["temperature"], 0), 1)
        if ability.sampling == "one":
            said.pop("top_p", None)
    return said


def small_things(body: Json) -> Json:
    """What ends an answer, for whom it is, and how urgent."""
    fields: Json = {}
    stop = body.get("stop")
    if stops := [one for one in ([stop] if isinstance(stop, str) else stop or []) if one.strip()]:
        fields["stop_sequences"] = stops
    if user := body.get("user") or (body.get("metadata") or {}).get("user_id"):
        fields["metadata"] = {"user_id": user}
    if tier := TIERS.get(body.get("service_tier") or ""):
        fields["service_tier"] = tier
    return fields


def with_tools(fields: Json, body: Json, ability: Ability) -> Json:
    """The tools, and the choice among them; put in words where the model takes no orders."""
    tools = tools_of(body, fields["messages"])
    if not tools:
        return fields
    choice = choice_of(body, is_offered=bool(body.get("tools") or body.get("functions")))
    fields = fields | {"tools": tools}
    if choice is None:
        return fields
    if insists(choice) and (is_thinking(fields) or not ability.can_force):
        return with_words(fields, asked_in_words(choice)) | {"tool_choice": unforced(choice)}
    return fields | {"tool_choice": choice}

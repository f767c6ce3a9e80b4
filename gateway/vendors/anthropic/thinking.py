"""How much a Claude thinks: OpenAI's `reasoning_effort`, or Anthropic's own `thinking`, in the words of the model.

Source: platform.claude.com/docs/en/build-with-claude/thinking and …/effort.
"""

from __future__ import annotations

from gateway.vendors.anthropic.models import Ability
from gateway.vendors.vendor import Json

BUDGETS = {"minimal": 1_024, "low": 1_024, "medium": 8_192, "high": 24_576, "xhigh": 32_000, "max": 32_000}
"""Tokens to think with; the smallest that Anthropic takes is 1,024."""
EFFORTS = {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "xhigh", "max": "max"}
ANSWER_TOKENS = 4_096
"""Kept for the answer itself when the client did not say how long it may be."""
VISIBLE: Json = {"type": "adaptive", "display": "summarized"}
"""Newer models think in silence unless told otherwise, and then there is nothing to give as `reasoning_content`."""


def thinking_of(body: Json, turns: list[Json], ability: Ability) -> Json:
    """The fields `thinking` and `output_config`, as far as something is asked for."""
    said = body.get("thinking")
    if isinstance(said, dict):
        return own_words(said, ability)
    effort = body.get("reasoning_effort")
    if effort is None or ability.thinking == "none":
        return {}
    if effort == "none":
        return turned_off(ability)
    if ability.is_adaptive:
        return {"thinking": VISIBLE if ability.thinking != "either" else {"type": "adaptive"}} | effort_of(
            effort, ability
        )
    if effort not in BUDGETS or has_unexplained_calls(turns):
        return {}
    budget = min(BUDGETS[effort], ability.max_output - ANSWER_TOKENS)
    return {"thinking": {"type": "enabled", "budget_tokens": budget}}


def own_words(said: Json, ability: Ability) -> Json:
    """What the client says in Anthropic's words, put the way that the model takes it."""
    match said.get("type"):
        case "disabled":
            return turned_off(ability)
        case "enabled" if ability.thinking in ("adaptive", "always"):
            return {"thinking": VISIBLE}
        case _:
            return {"thinking": said}


def turned_off(ability: Ability) -> Json:
    """No thinking, or as little as the model can do with."""
    if ability.thinking_off is None:
        return {"output_config": {"effort": "low"}}
    return {"thinking": {"type": ability.thinking_off}} if ability.thinking != "none" else {}


def effort_of(effort: str, ability: Ability) -> Json:
    """The effort; an unknown one is passed on, for the vendor to judge."""
    if ability.thinking == "either" and effort == "xhigh":
        effort = "high"
    return {"output_config": {"effort": EFFORTS.get(effort, effort)}}


def has_unexplained_calls(turns: list[Json]) -> bool:
    """Whether the last answer calls tools without the thinking before it, which a model that thinks by budget refuses.

    Clients that keep to OpenAI's fields lose the signed blocks; thinking rests until the tools are done.
    """
    answers = [turn for turn in turns if turn["role"] == "assistant"]
    if not answers or not isinstance(content := answers[-1]["content"], list):
        return False
    kinds = {block.get("type") for block in content}
    return "tool_use" in kinds and not kinds & {"thinking", "redacted_thinking"}


def is_thinking(fields: Json) -> bool:
    """Whether a request asks for thinking."""
    return (fields.get("thinking") or {}).get("type") in ("enabled", "adaptive")


def budget_in(fields: Json) -> int:
    """The tokens to think with; 0 if none are set apart."""
    return (fields.get("thinking") or {}).get("budget_tokens") or 0

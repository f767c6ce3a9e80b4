"""How much a model on Bedrock thinks: each maker has other words for it. No I/O.

Sources: docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html and
docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html.
"""

from __future__ import annotations

from gateway.vendors.bedrock_models import ADAPTIVE, THINKING, is_claude
from gateway.vendors.bedrock_tools import is_forced
from gateway.vendors.bedrock_turns import thoughts
from gateway.vendors.vendor import Json

BUDGETS = {"minimal": 1024, "low": 1024, "medium": 4096, "high": 16384, "xhigh": 32000, "max": 32000}
"""Tokens of thoughts."""
LEAST = 1024
"""Tokens: no Claude takes a smaller budget."""
EFFORTS = {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "high", "max": "max"}


def thinking_fields(body: Json, name: str) -> Json:
    """What the maker's own parameters say of thinking. Anthropic's `thinking` goes before `reasoning_effort`, which is
    left out where the model, or the rest of the request, does not allow for it.
    """
    effort = body.get("reasoning_effort")
    if isinstance(thinking := body.get("thinking"), dict):
        return {"thinking": thinking} if is_claude(name) else {}
    if not isinstance(effort, str):
        return {}
    if is_claude(name):
        return of_claude(body, effort, name)
    if name.startswith("openai."):
        return {"reasoning_effort": effort}
    if name.startswith("amazon.nova-2"):
        return of_nova(effort)
    return {}


def of_claude(body: Json, effort: str, name: str) -> Json:
    """A budget, or with the newer ones an effort."""
    if effort not in EFFORTS or is_forced(body) or not THINKING.search(name):
        return {}
    if ADAPTIVE.search(name):
        return {"thinking": {"type": "adaptive"}, "output_config": {"effort": EFFORTS[effort]}}
    most = body.get("max_completion_tokens") or body.get("max_tokens")
    budget = min(BUDGETS[effort], most - 1) if isinstance(most, int) else BUDGETS[effort]
    if budget < LEAST or has_lost_thoughts(body):
        return {}
    return {"thinking": {"type": "enabled", "budget_tokens": budget}}


def of_nova(effort: str) -> Json:
    """Amazon's own words."""
    if effort == "none":
        return {"reasoningConfig": {"type": "disabled"}}
    level = EFFORTS.get(effort, "medium")
    return {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "high" if level == "max" else level}}


def has_lost_thoughts(body: Json) -> bool:
    """Whether the last calls came without the thoughts that led to them: Claude would refuse to go on thinking."""
    spoken = [message for message in body.get("messages") or () if message.get("role") == "assistant"]
    return bool(spoken and spoken[-1].get("tool_calls") and not any(thoughts(spoken[-1])))

"""How much a model on Bedrock thinks: each maker has other words for it. No I/O.

Sources: docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html and
docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html.
"""

from __future__ import annotations

from gateway.vendors.anthropic.models import ability_of
from gateway.vendors.anthropic.request import thought_out
from gateway.vendors.bedrock.models import is_claude
from gateway.vendors.bedrock.turns import thoughts
from gateway.vendors.vendor import Json

NOVA_EFFORTS = {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "high", "max": "high"}


def thinking_fields(body: Json, name: str) -> Json:
    """What the maker's own parameters say of thinking, of Anthropic's `thinking` or OpenAI's `reasoning_effort`."""
    if is_claude(name):
        return thought_out(body, last_turn(body), ability_of(name))
    if not isinstance(effort := body.get("reasoning_effort"), str):
        return {}
    if name.startswith("openai."):
        return {"reasoning_effort": effort}
    return of_nova(effort) if name.startswith("amazon.nova-2") else {}


def last_turn(body: Json) -> list[Json]:
    """The assistant's last turn, as far as it matters whether thoughts and calls are in it, in Anthropic's words."""
    spoken = [message for message in body.get("messages") or () if message.get("role") == "assistant"]
    if not spoken:
        return []
    calls = [{"type": "tool_use"} for _ in spoken[-1].get("tool_calls") or ()]
    return [{"role": "assistant", "content": [{"type": "thinking"} for _ in thoughts(spoken[-1])] + calls}]


def of_nova(effort: str) -> Json:
    """Amazon's words."""
    if effort == "none":
        return {"reasoningConfig": {"type": "disabled"}}
    return {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": NOVA_EFFORTS.get(effort, "medium")}}

"""How much a Gemini model thinks: a level since Gemini 3, a budget of tokens before.

Source: ai.google.dev/gemini-api/docs/thinking.
"""

from __future__ import annotations

import re
from typing import Any

from gateway.vendors.vendor import Json

BUDGETS = {"none": 0, "minimal": 1024, "low": 1024, "medium": 8192, "high": 24576, "xhigh": 24576, "max": 24576}
"""As Google's own OpenAI endpoint has them. Source: ai.google.dev/gemini-api/docs/openai#thinking."""
LEVELS = {"none": "minimal", "minimal": "minimal", "low": "low", "medium": "medium", "high": "high"}
PRO_LEVELS = LEVELS | {"none": "low", "minimal": "low"}
FIRST_PRO_LEVELS = PRO_LEVELS | {"medium": "high"}
"""Gemini 3 Pro had two."""
LEAST_OF_PRO = 128
"""Tokens: 2.5 Pro cannot do without thoughts."""
THOUGHTLESS = re.compile(r"gemini-(1|2\.0)|gemma-[123]")


def has_levels(model: str) -> bool:
    """Whether the model is of Gemini 3 or later: it takes levels, and wants the signatures of its calls back."""
    return bool(re.search(r"gemini-([3-9]|\d\d)", model))


def thinking_config(asked: Json, model: str) -> Json:
    """`thinkingConfig`, if the request says anything about thoughts; `thinking` goes before `reasoning_effort`."""
    thinking, effort = asked.get("thinking"), asked.get("reasoning_effort")
    if isinstance(thinking, dict):
        return {"thinkingConfig": of_thinking(thinking, model)}
    if isinstance(effort, str) and not THOUGHTLESS.search(model):
        return {"thinkingConfig": of_effort(effort, model)}
    return {}


def of_thinking(thinking: Json, model: str) -> Json:
    """Anthropic's `thinking`: a budget, as much as it likes, or none."""
    if thinking.get("type") == "disabled":
        return of_effort("none", model)
    budget = thinking.get("budget_tokens")
    return {"includeThoughts": True} | ({} if budget is None else {"thinkingBudget": budget})


def of_effort(effort: str, model: str) -> Json:
    """OpenAI's `reasoning_effort`; the thoughts come along, for they are paid for in any case."""
    shown: dict[str, Any] = {} if effort == "none" else {"includeThoughts": True}
    if has_levels(model):
        return shown | {"thinkingLevel": levels(model).get(effort, "high")}
    budget = BUDGETS.get(effort, -1)
    return shown | {"thinkingBudget": LEAST_OF_PRO if not budget and "pro" in model else budget}


def levels(model: str) -> dict[str, str]:
    """What the efforts are called by a model with levels."""
    if "gemini-3-pro" in model:
        return FIRST_PRO_LEVELS
    return PRO_LEVELS if "pro" in model else LEVELS

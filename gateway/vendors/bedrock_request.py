"""A chat request as Converse's. No I/O.

Source: docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gateway.vendors.bedrock_models import is_claude, name_of
from gateway.vendors.bedrock_thinking import thinking_fields
from gateway.vendors.bedrock_tools import tool_config
from gateway.vendors.bedrock_turns import system_blocks, turns
from gateway.vendors.vendor import Asked, Json

PASSED = {
    "guardrailConfig": "guardrail_config",
    "performanceConfig": "performance_config",
    "requestMetadata": "request_metadata",
    "outputConfig": "outputConfig",
    "promptVariables": "prompt_variables",
    "additionalModelResponseFieldPaths": "additional_model_response_field_paths",
}
"""Fields of Converse that a request may say in Converse's spelling or in ours."""
TIERS = ("priority", "flex", "reserved")


def encode_chat(body: Json, asked: Asked) -> Json:
    """The request for Converse and ConverseStream. Raises Unspoken."""
    name, messages = name_of(asked), body.get("messages") or []
    thinking = thinking_fields(body, name)
    own = first(body, "additionalModelRequestFields", "additional_model_request_fields") or {}
    is_thinking = thinking.get("thinking", {}).get("type") in ("enabled", "adaptive")
    request = {
        "messages": turns(messages, keeps_thoughts=is_claude(name)),
        "system": system_blocks(messages),
        "inferenceConfig": inference(body, samples=not is_thinking or "thinking" in body),
        "toolConfig": tool_config(body, may_force=not is_thinking),
        "additionalModelRequestFields": makers_fields(body, asked, name) | thinking | own,
        "serviceTier": {"type": body["service_tier"]} if body.get("service_tier") in TIERS else None,
    }
    request |= {theirs: body.get(theirs) or body.get(ours) for theirs, ours in PASSED.items()}
    return {field: value for field, value in request.items() if value or field == "messages"}


def inference(body: Json, *, samples: bool) -> Json:
    """The parameters that all models have; `samples` says whether those of the sampling are among them."""
    stop = body.get("stop")
    fields = {
        "maxTokens": first(body, "max_completion_tokens", "max_tokens"),
        "stopSequences": [stop] if isinstance(stop, str) else stop or None,
        "temperature": body.get("temperature") if samples else None,
        "topP": body.get("top_p") if samples else None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def first(body: Json, *names: str) -> Any:
    """The first of the parameters that is said."""
    return next((body[name] for name in names if body.get(name) is not None), None)


def makers_fields(body: Json, asked: Asked, name: str) -> Json:
    """The parameters that only models of one maker have."""
    top_k = body.get("top_k")
    fields: Json = {} if top_k is None or "reasoning_effort" in body else of_top_k(top_k, name)
    if not is_claude(name):
        return fields
    if user := body.get("user") or user_in(body.get("metadata")):
        fields["metadata"] = {"user_id": user}
    if betas := [*beta_names(asked.headers.get("anthropic-beta")), *beta_names(body.get("anthropic_beta"))]:
        fields["anthropic_beta"] = list(dict.fromkeys(betas))
    if isinstance(output := body.get("output_config"), dict):
        fields["output_config"] = output
    return fields


def of_top_k(top_k: Any, name: str) -> Json:
    """`top_k`, which every maker has another name for."""
    if name.startswith("amazon."):
        return {"inferenceConfig": {"topK": top_k}}
    return {"k" if name.startswith("cohere.") else "top_k": top_k}


def user_in(metadata: Any) -> str | None:
    """The user that Anthropic's `metadata` names."""
    user = metadata.get("user_id") if isinstance(metadata, dict) else None
    return user if isinstance(user, str) else None


def beta_names(betas: str | Iterable[str] | None) -> list[str]:
    """The names in a list or in a header."""
    parts = betas.split(",") if isinstance(betas, str) else betas or ()
    return [name for part in parts if (name := str(part).strip())]

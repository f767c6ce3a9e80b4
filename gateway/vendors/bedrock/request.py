"""A chat request as Converse's. No I/O.

Source: docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gateway.vendors.anthropic.models import ability_of
from gateway.vendors.anthropic.request import length_of, sampling_of
from gateway.vendors.anthropic.thinking import budget_in
from gateway.vendors.bedrock.format import with_format
from gateway.vendors.bedrock.models import is_claude, name_of
from gateway.vendors.bedrock.thinking import thinking_fields
from gateway.vendors.bedrock.tools import with_tools
from gateway.vendors.bedrock.turns import system_blocks, turns
from gateway.vendors.shape import check, in_newer_words, only_text_once
from gateway.vendors.vendor import Asked, Json, Unspoken

PASSED = {
    "guardrailConfig": "guardrail_config",
    "performanceConfig": "performance_config",
    "requestMetadata": "request_metadata",
    "promptVariables": "prompt_variables",
    "outputConfig": "outputConfig",
    "additionalModelResponseFieldPaths": "additional_model_response_field_paths",
}
"""Fields of Converse that a request may say in Converse's spelling or in ours."""
TIERS = ("priority", "flex", "reserved")
TOP_K = (("amazon.", ("inferenceConfig", "topK")), ("cohere.", ("k",)), ("", ("top_k",)))
"""What `top_k` is called, by how a model's name begins."""


def encode_chat(body: Json, asked: Asked) -> Json:
    """The request for Converse and ConverseStream. Raises Unspoken."""
    check(body)
    only_text_once(body, "Bedrock")
    body = in_newer_words(body)
    name, messages = name_of(asked), objects(body, "messages")
    thinking = thinking_fields(body, name)
    sampling = sampling_in(body, thinking, asked, name)
    system, told = system_blocks(messages), turns(messages, keeps_thoughts=is_claude(name))
    if system and not told:  # Converse answers only to somebody
        system, told = [], [{"role": "user", "content": system}]
    request = {
        "messages": told,
        "system": system,
        "inferenceConfig": inference(body, sampling, length_in(body, thinking, name)),
        "additionalModelRequestFields": top_k_in(sampling, name) | makers_own(body, asked, name) | thinking | own(body),
        "serviceTier": {"type": body["service_tier"]} if body.get("service_tier") in TIERS else None,
    }
    request |= {theirs: first(body, theirs, ours) for theirs, ours in PASSED.items()}
    said = {field: value for field, value in request.items() if value or field == "messages"}
    objects(body, "tools")
    return with_format(with_tools(said, body, name), body, name)


def objects(body: Json, name: str) -> list[Json]:
    """A list of objects in the request. Raises Unspoken for anything else."""
    found = body.get(name) or []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Unspoken(f"`{name}` has to be a list of objects", name)
    return found


def own(body: Json) -> Json:
    """What the request itself says for the maker's own parameters."""
    return first(body, "additionalModelRequestFields", "additional_model_request_fields") or {}


def first(body: Json, *names: str) -> Any:
    """The first of the parameters that is said."""
    return next((body[name] for name in names if body.get(name) is not None), None)


def length_in(body: Json, thinking: Json, name: str) -> int | None:
    """How long the answer may be, its thoughts among it; None leaves it to the model."""
    if is_claude(name) and budget_in(thinking):
        return length_of(body, thinking, ability_of(name))
    length: int | None = first(body, "max_completion_tokens", "max_tokens")
    return length


def sampling_in(body: Json, thinking: Json, asked: Asked, name: str) -> Json:
    """Temperature and the like, as far as the model lets them be said."""
    if is_claude(name):
        return sampling_of(body, thinking, ability_of(name), asked)
    return {field: body[field] for field in ("temperature", "top_p", "top_k") if body.get(field) is not None}


def inference(body: Json, sampling: Json, length: int | None) -> Json:
    """The parameters that all models have."""
    stop = body.get("stop")
    stops = [one for one in ([stop] if isinstance(stop, str) else stop or []) if one.strip()]
    fields = {
        "maxTokens": length,
        "stopSequences": stops or None,
        "temperature": sampling.get("temperature"),
        "topP": sampling.get("top_p"),
    }
    return {name: value for name, value in fields.items() if value is not None}


def top_k_in(sampling: Json, name: str) -> Json:
    """`top_k`, which every maker has another place for."""
    if (value := sampling.get("top_k")) is None:
        return {}
    place = next(place for start, place in TOP_K if name.startswith(start))
    for part in reversed(place):
        value = {part: value}
    return dict(value)


def makers_own(body: Json, asked: Asked, name: str) -> Json:
    """Whom the answer is for and the betas to take part in, which Claudes take."""
    if not is_claude(name):
        return {}
    fields: Json = {}
    if user := body.get("user") or user_in(body.get("metadata")):
        fields["metadata"] = {"user_id": user}
    betas = beta_names(asked.headers.get("anthropic-beta")) + beta_names(body.get("anthropic_beta"))
    return fields | ({"anthropic_beta": list(dict.fromkeys(betas))} if betas else {})


def user_in(metadata: Any) -> str | None:
    """The user that Anthropic's `metadata` names."""
    user = metadata.get("user_id") if isinstance(metadata, dict) else None
    return user if isinstance(user, str) else None


def beta_names(betas: str | Iterable[str] | None) -> list[str]:
    """The names in a list or in a header."""
    parts = betas.split(",") if isinstance(betas, str) else betas or ()
    return [name for part in parts if (name := str(part).strip())]

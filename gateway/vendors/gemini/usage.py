"""What Gemini says was used, in OpenAI's words and in ours.

Source: ai.google.dev/api/generate-content#UsageMetadata. The candidates' tokens do not include those of thoughts,
OpenAI's completion tokens do.
"""

from __future__ import annotations

from gateway.vendors.vendor import Json
from store.records import Usage


def usage_in(answer: Json) -> Json | None:
    """The usage object of an answer or an event."""
    return answer.get("usageMetadata")


def counted(usage: Json, name: str) -> int:
    """One of the counts; none is nothing."""
    value = usage.get(name)
    return value if isinstance(value, int) else 0


def of_modality(usage: Json, name: str, modality: str) -> int:
    """The tokens of sound or pictures among those counted."""
    details = [part for part in usage.get(name) or () if isinstance(part, dict)]
    return sum(counted(part, "tokenCount") for part in details if part.get("modality") == modality)


def usage_of(usage: Json) -> Usage:
    """What is paid for."""
    return Usage(
        input_tokens=counted(usage, "promptTokenCount") + counted(usage, "toolUsePromptTokenCount"),
        output_tokens=counted(usage, "candidatesTokenCount") + counted(usage, "thoughtsTokenCount"),
        cached_tokens=counted(usage, "cachedContentTokenCount"),
        reasoning_tokens=counted(usage, "thoughtsTokenCount"),
        input_audio_tokens=of_modality(usage, "promptTokensDetails", "AUDIO"),
        output_audio_tokens=of_modality(usage, "candidatesTokensDetails", "AUDIO"),
    )


def openai_usage(usage: Json) -> Json:
    """The `usage` of a chat answer."""
    used = usage_of(usage)
    pictures = of_modality(usage, "candidatesTokensDetails", "IMAGE")
    completion = {"reasoning_tokens": used.reasoning_tokens, "audio_tokens": used.output_audio_tokens}
    return {
        "prompt_tokens": used.input_tokens,
        "completion_tokens": used.output_tokens,
        "total_tokens": counted(usage, "totalTokenCount") or used.input_tokens + used.output_tokens,
        "prompt_tokens_details": {"cached_tokens": used.cached_tokens, "audio_tokens": used.input_audio_tokens},
        "completion_tokens_details": completion | ({"image_tokens": pictures} if pictures else {}),
    }

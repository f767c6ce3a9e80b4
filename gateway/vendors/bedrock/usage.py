"""What Converse says was used, in OpenAI's words and in ours.

Source: docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html. Its input tokens leave out those
that were read from the cache or written to it; OpenAI's and ours count them.
"""

from __future__ import annotations

from gateway.vendors.vendor import Json
from store.records import Usage


def usage_of(usage: Json) -> Usage:
    """What is paid for."""
    cached, written = counted(usage, "cacheReadInputTokens"), counted(usage, "cacheWriteInputTokens")
    return Usage(
        input_tokens=counted(usage, "inputTokens") + cached + written,
        output_tokens=counted(usage, "outputTokens"),
        cached_tokens=cached,
        cache_write_tokens=written,
    )


def openai_usage(usage: Json) -> Json:
    """The `usage` of a chat answer; the cache's counts also by Anthropic's names, where there are any."""
    used = usage_of(usage)
    caches = {
        "cache_read_input_tokens": used.cached_tokens,
        "cache_creation_input_tokens": used.cache_write_tokens,
    }
    return {
        "prompt_tokens": used.input_tokens,
        "completion_tokens": used.output_tokens,
        "total_tokens": used.input_tokens + used.output_tokens,
        "prompt_tokens_details": {"cached_tokens": used.cached_tokens},
    } | (caches if any(caches.values()) else {})


def counted(usage: Json, name: str) -> int:
    """One of the counts; none is nothing."""
    value = usage.get(name)
    return value if isinstance(value, int) else 0

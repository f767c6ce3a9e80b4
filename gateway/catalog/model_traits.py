"""What a model is for, and what it can do, as far as its name and its vendor tell; nobody's list says it of all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gateway.functions import Function

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.vendors import Vendor

CHAT = "chat"
KINDS: Mapping[str, re.Pattern[str]] = {
    kind: re.compile(pattern, re.I)
    for kind, pattern in {
        "embedding": r"embed|\b(?:bge|e5|gte|uae)-|minilm|mpnet|voyage-(?!.*chat)",
        "rerank": r"rerank",
        "speech": r"\btts\b|-tts|^tts|\bspeech|sonic|kokoro|orpheus|playai",
        "transcription": r"whisper|transcri|\bnova-[23]|scribe|parakeet|canary-",
        "image": r"dall-e|gpt-image|imagen|\bflux|stable-(?:diffusion|image)|sdxl|\bsd3|recraft|nova-canvas|"
        r"titan-image|grok-\d-image|grok-imagine|aurora|seedream|qwen-image|cogview",
        "video": r"\bsora|\bveo-|nova-reel|\bkling|seedance|wan-?2|hailuo",
        "moderation": r"moderation|guard|shieldgemma",
        "realtime": r"realtime|-live-|native-audio",
        "completion": r"davinci|babbage|turbo-instruct",
        "ocr": r"\bocr\b|-ocr",
    }.items()
}
"""What a model is for, by a part of its name; the first that fits."""
NO_TOOLS = re.compile(
    r"^(?:openai/)?o1-(?:mini|preview)|chatgpt-4o|gpt-5-chat|gpt-4-(?:vision|32k|0314)|search-preview|deepseek-r1|\bsonar|"
    r"gemma-?[1-3]?(?!\d)|llama-?2|llama-?3-|\bphi-?[1-3]|tinyllama|vicuna|alpaca|codellama|wizard|-base$",
    re.I,
)
"""Models that are known not to call tools: asked with some, they refuse or ignore them."""
TOOLLESS = frozenset({"perplexity-ai"})
"""Vendors none of whose models does."""


def kind_of(vendor: Vendor, model: str) -> str:
    """What a model is for: `chat`, or one of KINDS, or `other` where its vendor has no chat."""
    found = next((kind for kind, pattern in KINDS.items() if pattern.search(model)), CHAT)
    return "other" if found == CHAT and Function.CHAT not in vendor.functions else found


def calls_tools(vendor: Vendor, model: str) -> bool:
    """Whether a model may call tools, as far as is known."""
    return vendor.id not in TOOLLESS and NO_TOOLS.search(model) is None

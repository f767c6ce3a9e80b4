"""Every vendor: a row of `openai/rows.py` where it speaks OpenAI's wire, a file or folder where it does not."""

from collections.abc import Mapping

from gateway.functions import Function
from gateway.vendors import openai
from gateway.vendors.anthropic import ANTHROPIC
from gateway.vendors.azure.ai import AZURE_AI
from gateway.vendors.azure.openai import AZURE_OPENAI
from gateway.vendors.bedrock import BEDROCK
from gateway.vendors.cohere import COHERE
from gateway.vendors.deepgram import DEEPGRAM
from gateway.vendors.elevenlabs import ELEVENLABS
from gateway.vendors.fireworks import FIREWORKS
from gateway.vendors.gemini import GOOGLE
from gateway.vendors.hyperbolic import HYPERBOLIC
from gateway.vendors.jina import JINA
from gateway.vendors.mistral import MISTRAL
from gateway.vendors.nomic import NOMIC
from gateway.vendors.openai.models import OWN_MODELS
from gateway.vendors.openai.quirks import SHORT
from gateway.vendors.openai.rows import OPENAI_LIKE
from gateway.vendors.oracle import ORACLE
from gateway.vendors.recraft import RECRAFT
from gateway.vendors.sagemaker import SAGEMAKER
from gateway.vendors.segmind import SEGMIND
from gateway.vendors.stability import STABILITY
from gateway.vendors.triton import TRITON
from gateway.vendors.vendor import Vendor
from gateway.vendors.vertex import VERTEX
from gateway.vendors.voyage import VOYAGE
from gateway.vendors.workers_ai import WORKERS_AI


def server(id: str, name: str, base_url: str | None = None, *functions: Function) -> Vendor:
    """A server of one's own; responses are made of chat, which each of them has, for few have all of the former."""
    offered = functions or tuple(each for each in openai.WIRES if each is not Function.RESPOND)
    return openai.openai_like(id, name, base_url, functions=offered, needs_key=False, quirks=SHORT)


ALL = tuple(each for each in openai.WIRES if each is not Function.RERANK)
"""OpenAI's own."""
TEXTS = (Function.CHAT, Function.COMPLETE, Function.EMBED)
HEARD = (Function.TRANSCRIBE, Function.TRANSLATE)
OWN = (
    openai.openai_like(
        "openai", "OpenAI", "https://api.openai.com/v1", functions=ALL, priced_as="openai", quirks=OWN_MODELS
    ),
    server("llama-cpp", "llama.cpp", "http://127.0.0.1:8080/v1", *TEXTS, Function.RERANK),
    server("vllm", "vLLM", "http://127.0.0.1:8000/v1", *TEXTS, Function.RERANK, *HEARD),
    server("lm-studio", "LM Studio", "http://127.0.0.1:1234/v1", *TEXTS),
    server("openai-compatible", "Any other that speaks OpenAI's wire"),
)
CLOUDS = (ANTHROPIC, GOOGLE, VERTEX, BEDROCK, SAGEMAKER, AZURE_OPENAI, AZURE_AI, MISTRAL, COHERE, WORKERS_AI, ORACLE)
OTHERS = (DEEPGRAM, ELEVENLABS, FIREWORKS, HYPERBOLIC, JINA, NOMIC, RECRAFT, SEGMIND, STABILITY, TRITON, VOYAGE)

BY_NAME = sorted((*OPENAI_LIKE, *CLOUDS, *OTHERS), key=lambda vendor: vendor.name.lower())
VENDORS: Mapping[str, Vendor] = {vendor.id: vendor for vendor in (*OWN, *BY_NAME)}
"""In the order that people are shown."""
NAMES: Mapping[str, Vendor] = {alias: vendor for vendor in VENDORS.values() for alias in vendor.aliases} | dict(VENDORS)
"""By every name that they are known by."""


def vendor_named(name: str) -> Vendor | None:
    """A vendor by its id or by another name that it is known by."""
    return NAMES.get(name)


__all__ = ["NAMES", "VENDORS", "Vendor", "vendor_named"]

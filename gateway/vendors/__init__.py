"""Every vendor, one row each; a new OpenAI-shaped one is one more row."""

from collections.abc import Mapping

from gateway.vendors.openai import WIRES, openai_like
from gateway.vendors.vendor import Vendor

ALL = tuple(WIRES)

VENDORS: dict[str, Vendor] = {
    vendor.id: vendor
    for vendor in (
        openai_like("openai", "OpenAI", "https://api.openai.com/v1", functions=ALL, priced_as="openai"),
        openai_like("ollama", "Ollama", "http://127.0.0.1:11434/v1", functions=ALL, needs_key=False),
        openai_like("llama-cpp", "llama.cpp", "http://127.0.0.1:8080/v1", functions=ALL, needs_key=False),
        openai_like("vllm", "vLLM", "http://127.0.0.1:8000/v1", functions=ALL, needs_key=False),
        openai_like("lm-studio", "LM Studio", "http://127.0.0.1:1234/v1", functions=ALL, needs_key=False),
        openai_like("openai-compatible", "Any other that speaks OpenAI's wire", functions=ALL, needs_key=False),
    )
}
NAMES: Mapping[str, Vendor] = VENDORS | {alias: vendor for vendor in VENDORS.values() for alias in vendor.aliases}


def vendor_named(name: str) -> Vendor | None:
    """A vendor by its id or by another name that it is known by."""
    return NAMES.get(name)


__all__ = ["VENDORS", "Vendor", "vendor_named"]

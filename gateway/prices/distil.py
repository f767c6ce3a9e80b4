"""Distils LiteLLM's price list into `data/kept.json.gz`: what genai-prices lacks, as whole numbers.

Run by `make prices`, which is

python -m gateway.prices.distil DIRECTORY   (an unpacked wheel of litellm)
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from gateway.prices.kept import FILE, Kept
from gateway.prices.package import packaged
from gateway.prices.pictures import picture_kind
from gateway.prices.price import Price, Rates, rounded

Json = dict[str, Any]
Models = dict[str, dict[str, Price]]
LIST = "litellm/model_prices_and_context_window_backup.json"
SECOND = Decimal(1) / 1000
VENDORS = {
    "gemini": "google",
    "bedrock": "aws",
    "bedrock_converse": "aws",
    "bedrock_mantle": "aws",
    "azure_ai": "azure",
    "azure_text": "azure",
    "xai": "x-ai",
    "fireworks_ai": "fireworks",
    "fireworks_ai-embedding-models": "fireworks",
    "together_ai": "together",
    "codestral": "mistral",
    "text-completion-codestral": "mistral",
    "text-completion-openai": "openai",
    "voyage": "voyageai",
    "moonshot": "moonshotai",
    "meta_llama": "meta",
    "cohere_chat": "cohere",
}
"""LiteLLM's vendor to genai-prices' name for it; others keep theirs, and each of `vertex_ai-…` is Google's."""
KINDS = {
    "input_cost_per_token": ("input", 1),
    "output_cost_per_token": ("output", 1),
    "cache_read_input_token_cost": ("cached", 1),
    "cache_creation_input_token_cost": ("cache_write", 1),
    "cache_creation_input_token_cost_above_1hr": ("cache_write_1h", 1),
    "output_cost_per_reasoning_token": ("reasoning", 1),
    "input_cost_per_audio_token": ("input_audio", 1),
    "output_cost_per_audio_token": ("output_audio", 1),
    "cache_read_input_audio_token_cost": ("cached_audio", 1),
    "input_cost_per_image_token": ("input_image", 1),
    "output_cost_per_image_token": ("output_image", 1),
    "cache_read_input_image_token_cost": ("cached_image", 1),
    "input_cost_per_character": ("characters", 1),
    "output_cost_per_image": ("images", 1),
    "input_cost_per_request": ("requests", 1),
    "ocr_cost_per_page": ("pages", 1),
    "output_cost_per_video_per_second": ("video_ms", SECOND),
}
"""LiteLLM's word: ours, and how many of LiteLLM's units one of ours is."""
MODES: Mapping[str, dict[str, tuple[str, Decimal | int]]] = {
    "audio_transcription": {
        "output_cost_per_second": ("audio_ms", SECOND),
        "input_cost_per_second": ("audio_ms", SECOND),
    },
    "audio_speech": {"output_cost_per_second": ("audio_ms", SECOND)},
    "video_generation": {"output_cost_per_second": ("video_ms", SECOND)},
    "rerank": {"input_cost_per_query": ("reranks", 1)},
    "search": {"input_cost_per_query": ("searches", 1)},
    "image_generation": {"input_cost_per_image": ("images", 1)},
}
"""Words that mean something in one mode only; of two for the same the last is believed."""
TOKENS = {kind for kind, _ in KINDS.values()} - {"characters", "images", "requests", "pages", "video_ms"}
ABOVE = re.compile(r"_above_(\d+)k_tokens")
SERVICES = {"_batches": "batch", "_flex": "flex", "_priority": "priority"}
VIDEO_SIZE = re.compile(r"output_cost_per_second_(\d+[pk])")
IMAGE_SIZE = re.compile(r"^(?:(low|medium|high|hd|standard)/)?(\d+)-x-(\d+)/(?:\d+-steps/)?(?:bedrock/)?(.+)$")
REGIONAL = re.compile(r"^bedrock/(?:us|eu|ap|ca|sa|me|af|il|mx)-|^bedrock/\*|commitment/")
OWN: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "openai": {
        "dall-e-3": {
            "images/standard/1024x1024": "0.04",
            "images/standard/1024x1792": "0.08",
            "images/hd/1024x1024": "0.08",
            "images/hd/1024x1792": "0.12",
        },
        "gpt-image-2": {
            "images/low/1024x1024": "0.006",
            "images/medium/1024x1024": "0.053",
            "images/high/1024x1024": "0.211",
        },
    },
    "google": {
        "imagen-4.0-generate-001": {"images": "0.04"},
        "imagen-4.0-ultra-generate-001": {"images": "0.06"},
        "imagen-4.0-fast-generate-001": {"images": "0.02"},
    },
}
"""Dollars per picture that neither list has. Source: github.com/Portkey-AI/models, `pricing/openai.json` and
`pricing/vertex-ai.json`, as recorded in 2026-11; not checked against the vendors' own pages."""
OWN_SOURCE = "Portkey-AI/models 2026-11"


def main(directory: Path) -> None:
    """Write the file anew."""
    version = next(directory.glob("litellm-*.dist-info")).name.removeprefix("litellm-").removesuffix(".dist-info")
    licence = next(directory.glob("litellm-*.dist-info/licenses/LICENSE")).read_text()
    models, units = sorted_out(distilled(json.loads((directory / LIST).read_text(), parse_float=Decimal)))
    document = {"source": f"litellm {version}", "licence": licence, "models": models, "units": units}
    FILE.write_bytes(gzip.compress(msgspec.json.encode(document), 9, mtime=0))
    print(f"{sum(map(len, models.values()))} models and {sum(map(len, units.values()))} additions")  # noqa: T201


def distilled(listed: Mapping[str, Json]) -> Models:
    """LiteLLM's list by vendor and model, tables of pictures put together."""
    models = {
        vendor: {
            name: Price({kind: whole(Decimal(price)) for kind, price in table.items()}, (), OWN_SOURCE)
            for name, table in own.items()
        }
        for vendor, own in OWN.items()
    }
    for key, entry in listed.items():
        if REGIONAL.search(key) or not (vendor := vendor_of(entry)):
            continue
        name, price = key.removeprefix(f"{entry['litellm_provider']}/").lower(), price_of(entry)
        if picture := IMAGE_SIZE.match(name):
            quality, width, height, name = picture.groups()
            price = Price(pictured(entry, quality or "", int(width), int(height)))
        if any(price.rates.values()):
            known = models.setdefault(vendor, {})
            known[name] = merged(known[name], price) if name in known else price
    return models


def merged(first: Price, second: Price) -> Price:
    """Two rows of one model: pictures complete tokens; where both have tokens the first holds, for two do not mix."""
    if not TOKENS & second.rates.keys():
        return first.completed_by(second)
    return first if TOKENS & first.rates.keys() else second.completed_by(first)


def vendor_of(entry: Json) -> str | None:
    """Who charges, by the name that genai-prices has for it."""
    provider = entry.get("litellm_provider") or ""
    if " " in provider:
        return None
    return "google" if provider.startswith("vertex_ai") else VENDORS.get(provider, provider) or None


def price_of(entry: Json) -> Price:
    """One entry of the list."""
    rates, tiers = read(entry, "")
    services = {ours: Price(*own) for suffix, ours in SERVICES.items() if (own := read(entry, suffix))[0]}
    return Price(rates, tiers, "", services)


def read(entry: Json, suffix: str) -> tuple[Rates, tuple[tuple[int, Rates], ...]]:
    """The rates of a service tier, and those above a size of prompt."""
    starts = sorted({int(found[1]) for word in entry if (found := ABOVE.search(word))})
    tiers = ((start * 1000, dict(rates_of(entry, f"_above_{start}k_tokens{suffix}"))) for start in starts)
    return dict(rates_of(entry, suffix)), tuple((start, rates) for start, rates in tiers if rates)


def rates_of(entry: Json, suffix: str) -> Iterator[tuple[str, int]]:
    """Every rate whose word ends so."""
    for word, (kind, share) in (KINDS | MODES.get(entry.get("mode") or "", {})).items():
        if price := entry.get(word + suffix):
            yield kind, whole(price * share)
    if not suffix:
        yield from unusual(entry)


def unusual(entry: Json) -> Iterator[tuple[str, int]]:
    """Videos by size, and searches, of which the middle price is taken."""
    for word, price in entry.items():
        if (size := VIDEO_SIZE.fullmatch(word)) and entry.get("mode") == "video_generation":
            yield f"video_ms/{size[1]}", whole(price * SECOND)
    if search := entry.get("search_context_cost_per_query"):
        yield "searches", whole(search["search_context_size_medium"])


def pictured(entry: Json, quality: str, width: int, height: int) -> Rates:
    """The price of one picture of this size."""
    each = entry.get("input_cost_per_image") or entry.get("output_cost_per_image")
    price = each or (entry.get("input_cost_per_pixel") or 0) * width * height
    return {picture_kind(f"{width}x{height}", quality): whole(round(Decimal(price), 4))} if price else {}


def whole(dollars: Decimal | int) -> int:
    """Nanodollars per million of them."""
    return rounded(Decimal(dollars) * 1_000_000_000 * 1_000_000)


def sorted_out(models: Models) -> tuple[dict[str, dict[str, Kept]], dict[str, dict[str, Kept]]]:
    """What the package lacks whole, and what it lacks beside tokens."""
    providers, _ = packaged()
    everybody = list(providers.values())
    wholes: dict[str, dict[str, Kept]] = {}
    units: dict[str, dict[str, Kept]] = {}
    for vendor, priced in models.items():
        provider = providers.get(vendor)
        for name, price in priced.items():
            found = provider.find_model(name, all_providers=everybody) if provider else None
            rest = {kind: rate for kind, rate in price.rates.items() if kind not in TOKENS}
            if not found or not vars(found.prices if not isinstance(found.prices, list) else found.prices[0].prices):
                wholes.setdefault(vendor, {})[name] = kept(price)
            elif rest:
                units.setdefault(vendor, {})[name] = Kept(rest, source=price.source)
    return wholes, units


def kept(price: Price) -> Kept:
    """A price as the file has it."""
    services = {name: (own.rates, list(own.tiers)) for name, own in price.services.items()}
    return Kept(price.rates, list(price.tiers), services, price.source)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

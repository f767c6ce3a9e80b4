"""How another's price list becomes ours."""

from decimal import Decimal
from typing import Any

import pytest

from gateway.prices import PriceList
from gateway.prices.distil import distilled, sorted_out

DOLLAR = 10**15
"""Nanodollars per million for a dollar per one."""
CHAT: dict[str, Any] = {
    "litellm_provider": "azure_ai",
    "mode": "chat",
    "input_cost_per_token": Decimal("2E-6"),
    "input_cost_per_token_above_200k_tokens": Decimal("4E-6"),
    "input_cost_per_token_batches": Decimal("1E-6"),
    "input_cost_per_token_above_200k_tokens_batches": Decimal("2E-6"),
    "output_cost_per_token": Decimal("8E-6"),
    "cache_creation_input_token_cost_above_1hr": Decimal("3E-6"),
    "search_context_cost_per_query": {"search_context_size_medium": Decimal("0.01")},
}


def test_tiers_and_services_are_kept_apart() -> None:
    """Prices above a size of prompt, of a batch, and of both at once come out under their own."""
    price = distilled({"azure_ai/some-model": CHAT})["azure"]["some-model"]

    assert price.rates == {
        "input": 2 * DOLLAR // 10**6,
        "output": 8 * DOLLAR // 10**6,
        "cache_write_1h": 3 * DOLLAR // 10**6,
        "searches": DOLLAR // 100,
    }
    assert [price.rates_for(n, tier)["input"] * 10**6 // DOLLAR for n in (1, 200_001) for tier in ("", "batch")] == [
        2,
        1,
        4,
        2,
    ]


def test_pictures_of_all_sizes_become_one_table() -> None:
    """A row for each quality and size becomes one model, priced by picture or by pixel."""
    entry = {"litellm_provider": "aiml", "mode": "image_generation"}

    models = distilled(
        {
            "low/1024-x-1024/painter": entry | {"input_cost_per_image": Decimal("0.011")},
            "high/1024-x-1536/painter": entry | {"input_cost_per_pixel": Decimal("1.58945719E-7")},
            "512-x-512/50-steps/painter": entry | {"output_cost_per_image": Decimal("0.018")},
        }
    )

    assert models["aiml"]["painter"].rates == {
        "images/low/1024x1024": 11 * DOLLAR // 1000,
        "images/high/1024x1536": DOLLAR // 4,
        "images//512x512": 18 * DOLLAR // 1000,
    }


@pytest.mark.parametrize(
    ("key", "entry"),
    [
        ("sample_spec", {"litellm_provider": "one of https://docs.litellm.ai", "input_cost_per_token": 1}),
        ("ollama/llama3", {"litellm_provider": "ollama", "mode": "chat", "input_cost_per_token": 0}),
        ("bedrock/us-east-1/x", {"litellm_provider": "bedrock", "input_cost_per_token": 1}),
        ("nameless", {"input_cost_per_token": 1}),
    ],
)
def test_what_is_no_price_is_left_out(key: str, entry: dict[str, Any]) -> None:
    """Examples, models that cost nothing, and the same model once more for each region are not kept."""
    models = distilled({key: entry})

    assert key.rpartition("/")[2] not in {name for known in models.values() for name in known}


def test_the_package_comes_first() -> None:
    """Of a model that the package has, nothing is kept but what it costs beside tokens."""
    entry = CHAT | {"litellm_provider": "openai"}

    models, units = sorted_out(distilled({"gpt-4o": entry, "no-such-model": entry}))

    assert ("gpt-4o" in models["openai"], "no-such-model" in models["openai"]) == (False, True)
    assert units["openai"]["gpt-4o"].rates == {"searches": DOLLAR // 100}


def test_two_rows_of_tokens_do_not_mix() -> None:
    """A model that two of a vendor's services offer has the prices of one, and the pictures of either."""
    first, second = CHAT | {"litellm_provider": "bedrock"}, CHAT | {"litellm_provider": "bedrock_converse"}
    second |= {"cache_read_input_token_cost": Decimal("1E-7")}
    drawn = {"litellm_provider": "bedrock", "mode": "image_generation", "output_cost_per_image": Decimal("0.04")}

    price = distilled({"m": first, "bedrock_converse/m": second, "512-x-512/50-steps/m": drawn})["aws"]["m"]

    assert ("cached" in price.rates, price.rates["images//512x512"]) == (False, DOLLAR * 4 // 100)


async def test_each_price_says_where_it_is_from() -> None:
    """A price that is not from the list is not said to be from it."""
    prices = PriceList()
    await prices.load()

    sources = [price.source for model in ("dall-e-3", "no-such-model") if (price := prices.price("openai", model))]

    assert sources == ["Portkey-AI/models 2026-11"]

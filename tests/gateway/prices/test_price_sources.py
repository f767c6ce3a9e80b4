"""Where prices are from: the package, the list that is kept, the operator, at any hour."""

import gzip
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from gateway.prices import Price, PriceList, Rates, cost_of
from gateway.prices.kept import FILE
from gateway.prices.portkey import in_portkeys_words
from store.records import Usage

DOLLAR = 10**15
"""Nanodollars per million for a dollar per one."""


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """Which loop a fixture that lasts for the whole file runs in."""
    return "asyncio"


@pytest.fixture(scope="module")
async def prices(anyio_backend: str) -> PriceList:  # noqa: ARG001 (the fixture's loop)
    """The price list, loaded once."""
    prices = PriceList()
    await prices.load()
    return prices


async def at(moment: datetime) -> PriceList:
    """The price list at some moment."""
    prices = PriceList(clock=moment.timestamp)
    await prices.load()
    return prices


async def test_there_are_prices_for_many_models(prices: PriceList) -> None:
    """At least 1,600 models have a price, each one looked up as a request would."""
    priced = [model for vendor in prices.vendors() for model in prices.models(vendor) if prices.price(vendor, model)]

    assert len(priced) >= 1_600


async def test_every_rate_is_a_sum_of_money(prices: PriceList) -> None:
    """No rate is negative, and none is above 10,000 dollars for one of anything."""
    found = [prices.price(vendor, model) for vendor in prices.vendors() for model in prices.models(vendor)]

    rates = [rate for price in found if price for rates in every(price) for rate in rates.values()]

    assert min(rates) >= 0
    assert max(rates) < 10_000 * DOLLAR


def every(price: Price) -> list[Rates]:
    """All the rates of a price."""
    services = [rates for service in price.services.values() for rates in every(service)]
    return [price.rates, *(rates for _, rates in price.tiers), *services]


@pytest.mark.parametrize(
    ("vendor", "model", "kind", "dollars"),
    [
        ("openai", "dall-e-3", "images/hd/1024x1792", "0.12"),
        ("openai", "gpt-image-1", "images/high/1024x1024", "0.167"),
        ("openai", "gpt-image-1", "output", "0.00004"),
        ("openai", "whisper-1", "audio_ms", "0.0000001"),
        ("openai", "tts-1", "characters", "0.000015"),
        ("openai", "text-embedding-3-small", "input", "0.00000002"),
        ("azure", "gpt-4o", "input", "0.0000025"),
        ("cohere", "rerank-v3.5", "reranks", "0.002"),
        ("google", "imagen-4.0-generate-001", "images", "0.04"),
        ("google", "models/imagen-4.0-generate-001", "images", "0.04"),
        ("google", "veo-3.1-generate-preview", "video_ms", "0.0004"),
        ("stability", "sd3.5-large", "images", "0.065"),
        ("anthropic", "claude-sonnet-4-5", "cache_write_1h", "0.000006"),
        ("anthropic", "claude-sonnet-4-5", "searches", "0.01"),
        ("mistral", "mistral-ocr-latest", "pages", "0.004"),
    ],
)
async def test_known_prices(prices: PriceList, vendor: str, model: str, kind: str, dollars: str) -> None:
    """Some prices as the vendors publish them, from both lists."""
    price = prices.price(vendor, model)

    assert price is not None
    assert price.rates[kind] == Decimal(dollars) * DOLLAR


async def test_service_tiers_have_prices_of_their_own(prices: PriceList) -> None:
    """Half for batch and flex, double for priority, the standard price for what is nothing special."""
    price = prices.price("openai", "gpt-5")
    assert price is not None

    costs = [price.rates_for(1, tier)["input"] for tier in ("", "default", "batch", "flex", "priority", "unheard-of")]

    assert costs == [1_250_000_000, 1_250_000_000, 625_000_000, 625_000_000, 2_500_000_000, 1_250_000_000]


async def test_a_service_tier_has_its_own_long_prompts(prices: PriceList) -> None:
    """A batch of long prompts costs what the list says for both at once."""
    price = prices.price("anthropic", "claude-sonnet-4-5")
    assert price is not None

    rates = [price.rates_for(tokens, "batch")["input"] for tokens in (200_000, 200_001)]

    assert rates == [1_500_000_000, 3_000_000_000]


async def test_prices_change_at_their_hour() -> None:
    """A price that depends on the hour is another one after it, in the same list, without a restart."""
    now = datetime(2025, 8, 1, 16, 29, 59, tzinfo=UTC).timestamp()
    prices = PriceList(clock=lambda: now)
    await prices.load()
    before = prices.price("deepseek", "deepseek-chat")

    now += 1
    after = prices.price("deepseek", "deepseek-chat")

    assert before is not None
    assert after is not None
    assert before.rates != after.rates


async def test_prices_change_at_their_date() -> None:
    """A service tier that has a price from some day on has it from that day on."""
    before, after = await at(datetime(2026, 10, 11, 23, tzinfo=UTC)), await at(datetime(2026, 10, 12, tzinfo=UTC))

    tiers = [price.services.keys() for list in (before, after) if (price := list.price("openai", "gpt-5"))]

    assert ["flex" in found for found in tiers] == [False, True]


async def test_the_source_says_name_and_version(prices: PriceList) -> None:
    """A log record can say which list, in which version, its price is from."""
    found = [
        prices.price(*model) for model in (("openai", "gpt-4o"), ("openai", "gpt-image-1"), ("cohere", "rerank-v3.5"))
    ]

    assert [[word.rpartition(" ")[0] for word in price.source.split(", ")] for price in found if price] == [
        ["genai-prices"],
        ["genai-prices", "litellm"],
        ["litellm"],
    ]


def test_the_kept_list_carries_its_licence() -> None:
    """What is distilled from another's work says whose it is and on what terms."""
    document = msgspec.json.decode(gzip.decompress(FILE.read_bytes()))

    assert "MIT License" in document["licence"]
    assert "Berri AI" in document["licence"]


OWN: dict[str, Any] = {
    "pricing_config": {
        "pay_as_you_go": {
            "request_token": {"price": 0.00025},
            "response_token": {"price": 0.001},
            "cache_read_input_token": {"price": 0.000125},
            "image": {"default": {"default": {"price": 25}}, "low": {"1024x1024": {"price": 1.1}}},
            "additional_units": {"web_search": {"price": 1}, "video_seconds": {"price": 10}},
        },
        "fixed_cost": {"request": {"price": 0.5}},
        "currency": "USD",
    },
    "custom_pricing": {
        "regions": {
            "default": {
                "execution_modes": {"flex": {"pricing_config": {"pay_as_you_go": {"request_token": {"price": 0.0002}}}}}
            }
        }
    },
}


def test_portkeys_json_is_read_to_the_nanodollar() -> None:
    """An operator's own prices in cents per token, per picture and per search are ours exactly."""
    price = Price.from_portkey(OWN)

    assert price.rates == {
        "input": 2_500_000_000,
        "output": 10_000_000_000,
        "cached": 1_250_000_000,
        "images": DOLLAR // 4,
        "images/low/1024x1024": 11 * DOLLAR // 1000,
        "searches": DOLLAR // 100,
        "video_ms": DOLLAR // 10_000,
        "requests": DOLLAR // 200,
    }
    assert [price.rates_for(1, tier)["input"] for tier in ("batch", "flex", "priority")] == [
        1_250_000_000,
        2_000_000_000,
        2_500_000_000,
    ]


@pytest.mark.parametrize("cents", ["dear", -1, True, float("nan"), [], {"price": {}}])
def test_a_price_that_is_none_is_refused_by_its_place(cents: object) -> None:
    """Who writes a wrong price is told where."""
    with pytest.raises(ValueError, match=r"`pay_as_you_go\.request_token\.price` must be a number"):
        Price.from_portkey({"pay_as_you_go": {"request_token": {"price": cents}}})


def test_rates_survive_portkeys_words() -> None:
    """What the pricing route answers is what `from_portkey` reads."""
    rates = {
        "input": 2_500_000_000,
        "cache_write_1h": 6_000_000_000,
        "images/high/1024x1024": 167 * 10**12,
        "searches": 10**13,
    }

    assert Price.from_portkey(in_portkeys_words(rates)).rates == rates


def test_a_multiplier_changes_what_it_names() -> None:
    """An integration's multiplier holds for every tier, by kind, and its default for all else."""
    price = Price(
        {"input": 1_000, "output": 2_000, "images": 10}, ((5, {"input": 3_000}),), "x", {"batch": Price({"input": 500})}
    )

    changed = price.times({"default": 1.1, "request_token": 0.5, "image": {"default": None}})

    assert changed.rates == {"input": 500, "output": 2_200, "images": 11}
    assert changed.rates_for(6)["input"] == 1_500
    assert changed.rates_for(1, "batch")["input"] == 250


def test_a_discount_is_exact() -> None:
    """A cost after a multiplier is the cost times the multiplier."""
    usage, price = Usage(input_tokens=1_000_000), Price({"input": 3_000_000_000})

    assert cost_of(usage, price.times({"default": 0.7}).rates) == 2_100_000_000

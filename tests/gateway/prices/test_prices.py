"""Money: whole nanodollars, the same as the package that the prices come from."""

from decimal import Decimal

import pytest
from genai_prices import Usage as TheirUsage
from genai_prices import calc_price

from gateway.prices import PriceList, cost_of
from store.records import Usage


@pytest.fixture
async def prices() -> PriceList:
    """The price list, loaded."""
    prices = PriceList()
    await prices.load()
    return prices


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-4o-mini-2024-07-18", "o4-mini", "gpt-4.1", "text-embedding-3-small"])
@pytest.mark.parametrize("tokens", [(0, 0, 0), (1, 0, 1), (1000, 400, 100), (123_457, 99_999, 7_771)])
async def test_cost_agrees_with_the_package(prices: PriceList, model: str, tokens: tuple[int, int, int]) -> None:
    """Our arithmetic in whole numbers gives what the package's in decimals gives, rounded to the nanodollar."""
    taken, cached, given = tokens
    price = prices.price("openai", model)
    assert price is not None

    cost = cost_of(Usage(input_tokens=taken, cached_tokens=cached, output_tokens=given), price.rates_for(taken))

    theirs = TheirUsage(input_tokens=taken, cache_read_tokens=cached, output_tokens=given)
    expected = calc_price(theirs, model, provider_id="openai").total_price * 1_000_000_000
    if "cached" in price.rates or not cached:
        assert abs(Decimal(cost) - expected) <= Decimal("0.5")


async def test_tiers_hold_for_the_whole_prompt(prices: PriceList) -> None:
    """Past a tier's threshold its rates hold for all tokens of the request, exactly from the first token past it."""
    price = prices.price("google", "gemini-2.5-pro")
    assert price is not None

    below, above = (cost_of(Usage(input_tokens=n), price.rates_for(n)) for n in (200_000, 200_001))

    assert (below, above) == (200_000 * 1250, 200_001 * 2500)


@pytest.mark.parametrize(("priced_as", "model"), [("openai", "no-such-model"), (None, "gpt-4o"), ("nobody", "gpt-4o")])
async def test_what_nobody_knows_has_no_price(prices: PriceList, priced_as: str | None, model: str) -> None:
    """A model or vendor without a price has none; it is not 0."""
    assert prices.price(priced_as, model) is None


async def test_cost_rounds_once_and_half_up() -> None:
    """Fractions are added before they are rounded, half a nanodollar up."""
    rates = {"input": 250_000, "output": 250_000}

    assert [cost_of(Usage(input_tokens=n, output_tokens=1), rates) for n in (0, 1, 2)] == [0, 1, 1]


async def test_kinds_without_a_rate_cost_what_they_are_part_of() -> None:
    """Cached tokens without a rate cost as input, audio output without one as output."""
    usage = Usage(input_tokens=10, cached_tokens=4, output_tokens=6, output_audio_tokens=2, reasoning_tokens=3)

    assert cost_of(usage, {"input": 1_000_000, "output": 2_000_000}) == 10 + 12

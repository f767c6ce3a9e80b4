"""What a bill says: lines that add up, nothing twice, nothing unknown as 0."""

from fractions import Fraction
from itertools import product

import pytest

from gateway.prices import cost_of, lines_of, reckoned
from store.records import Usage

FULL = {
    "input": 2_500_000_001,
    "output": 10_000_000_003,
    "cached": 1_250_000_007,
    "cached_audio": 300_000_011,
    "cache_write": 3_125_000_013,
    "cache_write_1h": 5_000_000_017,
    "input_audio": 40_000_000_019,
    "output_audio": 80_000_000_023,
    "input_image": 8_000_000_029,
    "output_image": 32_000_000_031,
    "reasoning": 12_000_000_037,
}
PLAIN = {"input": 3_000_000_000, "output": 15_000_000_000}
COUNTS = (0, 1, 7, 1_000_003)
USAGES = [
    Usage(
        input_tokens=whole,
        output_tokens=whole,
        cached_tokens=cached,
        cached_audio_tokens=audio,
        cache_write_tokens=written,
        cache_write_1h_tokens=cached,
        input_audio_tokens=audio,
        input_image_tokens=written,
        output_image_tokens=written,
        output_audio_tokens=audio,
        reasoning_tokens=cached,
    )
    for whole, cached, written, audio in product(COUNTS, repeat=4)
]
PICTURES = {
    "images/high/1024x1024": 167 * 10**12,
    "images/high/1024x1536": 250 * 10**12,
    "images/low/1024x1024": 11 * 10**12,
}


@pytest.mark.parametrize("rates", [FULL, PLAIN, {"input": 1}, {}], ids=["full", "plain", "input", "none"])
def test_lines_add_up_to_the_cost(rates: dict[str, int]) -> None:
    """Whatever was used at whatever rates, the exact sum of the lines, rounded once, is the cost."""
    for usage in USAGES:
        whole = sum((line.nanodollars for line in lines_of(usage, rates)), Fraction(0))

        assert cost_of(usage, rates) == (whole + Fraction(1, 2)).__floor__()


def test_no_token_is_charged_twice_or_less_than_once() -> None:
    """The parts of prompt and answer add up to them, however the vendor's own counts overlap."""
    for usage in USAGES:
        lines = {line.kind: line.quantity for line in lines_of(usage, FULL)}
        answer = sum(lines.pop(kind, 0) for kind in ("output", "output_image", "output_audio", "reasoning"))

        assert answer == usage.output_tokens
        assert sum(lines.values()) == max(usage.input_tokens, usage.cached_tokens + usage.cache_write_tokens)
        assert min(lines.values(), default=1) > 0


def test_a_bill_says_what_was_paid_for_what() -> None:
    """Each part of a prompt is a line of its own, at its own rate."""
    usage = Usage(
        input_tokens=100,
        cached_tokens=30,
        cache_write_tokens=20,
        cache_write_1h_tokens=15,
        output_tokens=50,
        reasoning_tokens=40,
    )

    lines = {line.kind: (line.quantity, line.rate) for line in lines_of(usage, FULL)}

    assert lines == {
        "cached": (30, FULL["cached"]),
        "cache_write": (5, FULL["cache_write"]),
        "cache_write_1h": (15, FULL["cache_write_1h"]),
        "input": (50, FULL["input"]),
        "reasoning": (40, FULL["reasoning"]),
        "output": (10, FULL["output"]),
    }


@pytest.mark.parametrize(
    ("size", "quality", "cents"),
    [
        ("1024x1024", "high", 33.4),
        ("1536x1024", "high", 50),
        ("1024x1536", "HIGH", 50),
        ("auto", "low", 2.2),
        ("auto", "auto", None),
        ("auto", "high", None),
        ("512x512", "high", None),
        ("1024x1024", "medium", None),
    ],
)
def test_pictures_cost_by_size_quality_and_number(size: str, quality: str, cents: float | None) -> None:
    """Two pictures cost twice what one of their size and quality costs; what is not in the list is unknown, not 0."""
    usage = Usage(images=2, image_size=size, image_quality=quality)

    found = reckoned(usage, PICTURES)

    assert found == ((round(cents * 10_000_000), False) if cents else (0, True))


@pytest.mark.parametrize(("size", "quality"), [("", ""), ("1024x1024", "hd"), ("auto", "standard")])
def test_one_price_holds_for_every_picture(size: str, quality: str) -> None:
    """A model whose pictures all cost the same is priced whatever was asked for."""
    usage = Usage(images=3, image_size=size, image_quality=quality)

    assert cost_of(usage, {"images": 40 * 10**12}) == 120_000_000


def test_pictures_are_paid_by_tokens_where_these_are_reported() -> None:
    """Tokens that the vendor reported for pictures are charged, and the pictures are not charged again."""
    rates = PICTURES | {"input": 5 * 10**9, "output_image": 40 * 10**9}
    usage = Usage(
        images=1,
        image_size="1024x1024",
        image_quality="high",
        input_tokens=10,
        output_tokens=4160,
        output_image_tokens=4160,
    )

    assert [line.kind for line in lines_of(usage, rates)] == ["input", "output_image"]


@pytest.mark.parametrize(
    ("usage", "rates", "nanodollars"),
    [
        (Usage(characters=1_000), {"characters": 15 * 10**9}, 15_000_000),
        (Usage(audio_ms=60_000), {"audio_ms": 100_000_000}, 6_000_000),
        (Usage(audio_ms=60_000, input_tokens=10), {"audio_ms": 100_000_000, "input": 10**9}, 10_000),
        (Usage(searches=3, input_tokens=1), {"searches": 10**13, "input": 10**9}, 30_001_000),
        (Usage(reranks=2), {"reranks": 2 * 10**12}, 4_000_000),
        (Usage(pages=5), {"pages": 4 * 10**12}, 20_000_000),
        (Usage(input_tokens=1), {"input": 10**9, "requests": 14 * 10**12}, 14_001_000),
        (Usage(video_ms=8_000, image_size="4k"), {"video_ms": 4 * 10**11, "video_ms/4k": 6 * 10**11}, 4_800_000_000),
        (Usage(video_ms=8_000, image_size="720p"), {"video_ms": 4 * 10**11, "video_ms/4k": 6 * 10**11}, 3_200_000_000),
        (Usage(input_tokens=1_000), {"input": 20_000_000}, 20_000),
    ],
)
def test_units_cost_what_they_cost(usage: Usage, rates: dict[str, int], nanodollars: int) -> None:
    """Characters, seconds, searches, reranks, pages, requests, videos and embeddings, each by its own rate."""
    assert reckoned(usage, rates).is_unpriced is False
    assert cost_of(usage, rates) == nanodollars


def test_what_has_no_rate_is_said() -> None:
    """A search that nobody has a price for makes the cost incomplete, and that is said."""
    assert reckoned(Usage(input_tokens=1, searches=1), PLAIN).is_unpriced


@pytest.mark.parametrize(
    ("usage", "known"), [(Usage(), False), (Usage(service_tier="flex"), False), (Usage(output_tokens=1), True)]
)
def test_an_empty_usage_says_nothing(usage: Usage, known: bool) -> None:
    """A vendor that reported nothing did not work for nothing: the cost is unknown."""
    assert (reckoned(usage, PLAIN).cost is not None) is known

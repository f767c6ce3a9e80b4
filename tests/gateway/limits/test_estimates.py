"""What a request will cost, told before anybody is asked."""

import base64

import msgspec
import pytest

from gateway.estimates import HIGH_DETAIL, LOW_DETAIL, PAGE_TOKENS, estimate, tokens_in
from gateway.prices import Price

PICTURE = "data:image/png;base64," + base64.b64encode(bytes(300_000)).decode()
PDF = base64.b64encode(bytes(90_000)).decode()


def fields(**said: object) -> dict[str, msgspec.Raw]:
    """A request's JSON, its values not looked into."""
    return {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in said.items()}


def asked(*parts: object) -> dict[str, msgspec.Raw]:
    """A conversation of one turn."""
    return fields(model="gpt-4o", messages=[{"role": "user", "content": list(parts)}])


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("The quick brown fox jumps over the lazy dog.", 10),
        ("def f(x):\n    return [y ** 2 for y in x if y]\n", 18),
        ("日本語の文章は一文字がおよそ一トークンになる。", 22),
        ("Lorem ipsum dolor sit amet, consectetur adipiscing elit. " * 200, 2_600),
    ],
)
def test_text_is_never_estimated_short(text: str, tokens: int) -> None:
    """The estimate is at least what OpenAI's tokenizer counts, and at most twice that and a frame."""
    found = tokens_in(fields(messages=[{"role": "user", "content": text}]))

    assert tokens <= found <= 2.2 * tokens + 25


@pytest.mark.parametrize(
    ("part", "tokens"),
    [
        ({"type": "image_url", "image_url": {"url": PICTURE, "detail": "low"}}, LOW_DETAIL),
        ({"type": "image_url", "image_url": {"url": PICTURE}}, HIGH_DETAIL),
        ({"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}, HIGH_DETAIL),
        ({"type": "input_image", "image_url": PICTURE, "detail": "low"}, LOW_DETAIL),
        ({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PDF}}, HIGH_DETAIL),
        ({"inlineData": {"mimeType": "image/png", "data": PDF}}, HIGH_DETAIL),
        (
            {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": PDF}},
            3 * PAGE_TOKENS,
        ),
        ({"type": "file", "file": {"file_data": f"data:application/pdf;base64,{PDF}"}}, 3 * PAGE_TOKENS),
        ({"type": "input_audio", "input_audio": {"data": PDF, "format": "mp3"}}, 900),
    ],
)
def test_media_count_by_what_they_are(part: object, tokens: int) -> None:
    """A picture, a document and a recording are not counted by their bytes in base64."""
    assert tokens <= tokens_in(asked(part)) <= tokens + 50


def test_a_prompt_beside_a_picture_still_counts() -> None:
    """Text is counted the same whether a picture stands beside it or not."""
    text = {"type": "text", "text": "word " * 1_000}
    picture = {"type": "image_url", "image_url": {"url": PICTURE}}

    alone, both = tokens_in(asked(text)), tokens_in(asked(text, picture))

    assert abs(both - alone - HIGH_DETAIL) < 30


def test_what_no_model_reads_is_free() -> None:
    """Metadata and the like are no part of the prompt."""
    assert tokens_in(fields(model="gpt-4o", metadata={"note": "long " * 500}, stream=True)) == 0


def test_estimates_take_the_price_of_that_size() -> None:
    """A long prompt is estimated at the price of long prompts, and the answer as long as it may be."""
    price = Price({"input": 10**9, "output": 4 * 10**9}, ((200_000, {"input": 2 * 10**9, "output": 6 * 10**9}),))

    assert [estimate(price, tokens, 1_000) for tokens in (200_000, 200_001)] == [204_000_000, 406_002_000]

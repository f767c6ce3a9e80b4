"""The `openai` package when things go wrong: each failure is the client's own exception, and says what to do."""

from __future__ import annotations

import openai as sdk
import pytest
from openai import AsyncOpenAI, OpenAI

from tests.e2e.running import Gateway, new_key
from tests.e2e.test_openai_client import HELLO, MODEL


def test_unknown_key(openai: OpenAI) -> None:
    """A key that is not known is an AuthenticationError that says where keys come from."""
    stranger = openai.with_options(api_key="th-of-nobody")

    with pytest.raises(sdk.AuthenticationError, match="the operator makes keys in the console") as caught:
        stranger.chat.completions.create(model=MODEL, messages=HELLO)

    assert caught.value.code == "invalid_api_key"


def test_key_without_the_scope(openai: OpenAI, gateway: Gateway) -> None:
    """A key that may not ask for completions is a PermissionDeniedError that names the scope."""
    reader = openai.with_options(api_key=new_key(gateway.admin, "logs.list"))

    with pytest.raises(sdk.PermissionDeniedError, match=r"completions\.write"):
        reader.chat.completions.create(model=MODEL, messages=HELLO)


@pytest.mark.parametrize(
    ("model", "nearest"),
    [
        ("@demos/gpt-4o", "did you mean `@demo`"),
        ("gpt-4o-mini", "did you mean `@demo/gpt-4o-mini`"),
        ("@demo/demo-fsat", "did you mean `@demo/demo-fast`"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_unknown_model(openai: OpenAI, model: str, nearest: str, stream: bool) -> None:
    """A provider or model there is not is a NotFoundError that names the nearest, also where a stream was asked for."""
    with pytest.raises(sdk.NotFoundError, match=nearest):
        openai.chat.completions.create(model=model, messages=HELLO, stream=stream)


@pytest.mark.parametrize(
    ("field", "value", "param"),
    [
        ("messages", [], "messages"),
        ("messages", [{"content": "x"}], "messages[0].role"),
        ("temperature", "hot", "temperature"),
        ("tools", {"a": 1}, "tools"),
    ],
)
def test_wrong_field(openai: OpenAI, field: str, value: object, param: str) -> None:
    """A missing or mistyped field is a BadRequestError whose `param` names it."""
    with pytest.raises(sdk.BadRequestError) as caught:
        openai.chat.completions.create(model=MODEL, messages=HELLO, extra_body={field: value})

    assert caught.value.param == param
    assert param in caught.value.message


def test_rate_limit(openai: OpenAI) -> None:
    """A vendor's 429 is a RateLimitError with its `Retry-After`, and names the vendor."""
    with pytest.raises(sdk.RateLimitError, match="openai error") as caught:
        openai.chat.completions.create(model="@demo/demo-error-429", messages=HELLO)

    assert caught.value.response.headers["retry-after"] == "7"


@pytest.mark.parametrize(
    ("model", "status"), [("demo-error-500", 500), ("demo-error-529", 529), ("demo-html", 502), ("demo-reset", 502)]
)
@pytest.mark.parametrize("stream", [False, True])
def test_vendor_that_fails(openai: OpenAI, model: str, status: int, stream: bool) -> None:
    """A vendor that fails before it has answered is an InternalServerError that names it."""
    with pytest.raises(sdk.InternalServerError, match="openai error") as caught:
        openai.chat.completions.create(model=f"@demo/{model}", messages=HELLO, stream=stream)

    assert caught.value.status_code == status


def test_model_that_is_not_enabled(openai: OpenAI, gateway: Gateway) -> None:
    """A model the operator has disabled is refused with 412, for the client an APIStatusError."""
    closed = {"models": [{"slug": "o1-closed", "enabled": False, "is_custom": True}]}
    gateway.admin.put("/v1/integrations/demo/models", json=closed).raise_for_status()

    with pytest.raises(sdk.APIStatusError, match="not enabled") as caught:
        openai.chat.completions.create(model="@demo/o1-closed", messages=HELLO)

    assert (caught.value.status_code, caught.value.code) == (412, "model_not_allowed")


def test_cut_stream_raises(openai: OpenAI) -> None:
    """A stream that breaks raises after the chunks that came, and never ends as if it were whole."""
    stream = openai.chat.completions.create(model="@demo/demo-cut", messages=HELLO, stream=True)
    chunks = [next(stream) for _ in range(5)]

    with pytest.raises(sdk.APIError, match="openai error") as caught:
        next(stream)

    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * 5
    assert caught.value.code == "vendor_broke"


async def test_cut_stream_raises_asynchronously(async_openai: AsyncOpenAI) -> None:
    """The asynchronous client raises as well, after the chunks that came before the break."""
    stream = await async_openai.chat.completions.create(model="@demo/demo-cut", messages=HELLO, stream=True)
    for _ in range(5):
        await anext(stream)

    with pytest.raises(sdk.APIError, match="openai error") as caught:
        await anext(stream)

    assert caught.value.code == "vendor_broke"


def test_cut_answer_raises(openai: OpenAI) -> None:
    """A whole answer that breaks off half-way is an InternalServerError, not half an answer."""
    with pytest.raises(sdk.InternalServerError, match="openai error") as caught:
        openai.chat.completions.create(model="@demo/demo-cut", messages=HELLO)

    assert caught.value.status_code == 502

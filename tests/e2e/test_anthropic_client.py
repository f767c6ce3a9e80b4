"""Anthropic's own package, pointed at the gateway: it works whatever vendor is behind."""

from __future__ import annotations

from collections.abc import Iterator

import anthropic
import pytest
from anthropic.types import MessageParam, ToolParam

from tests.e2e.running import Gateway

MODEL = "@demo/gpt-4o"
HELLO: list[MessageParam] = [{"role": "user", "content": "Hello"}]
TOOL: ToolParam = {
    "name": "get_toll",
    "description": "The toll",
    "input_schema": {"type": "object", "properties": {"road": {"type": "string"}}},
}


@pytest.fixture
def claude(gateway: Gateway, app_key: str) -> Iterator[anthropic.Anthropic]:
    """The client as Claude Code's users set it up: the gateway's key as a token."""
    http = anthropic.DefaultHttpxClient(trust_env=False)
    with anthropic.Anthropic(
        base_url=gateway.url, auth_token=app_key, api_key=None, max_retries=0, timeout=20, http_client=http
    ) as client:
        yield client


def test_whole_answer(claude: anthropic.Anthropic) -> None:
    """A message comes back whole, with its reason to stop and its usage."""
    message = claude.messages.create(model=MODEL, max_tokens=200, messages=HELLO)

    assert [block.type for block in message.content] == ["text"]
    assert (message.stop_reason, message.role) == ("end_turn", "assistant")
    assert message.usage.output_tokens > 0


def test_stream_adds_up_to_the_whole(claude: anthropic.Anthropic) -> None:
    """The package's own accumulator makes of the events what the whole answer is."""
    whole = claude.messages.create(model=MODEL, max_tokens=200, messages=HELLO)

    with claude.messages.stream(model=MODEL, max_tokens=200, messages=HELLO) as stream:
        final = stream.get_final_message()

    assert [block.model_dump() for block in final.content] == [block.model_dump() for block in whole.content]
    assert (final.stop_reason, final.usage.output_tokens) == (whole.stop_reason, whole.usage.output_tokens)


@pytest.mark.parametrize("streams", [False, True])
def test_tool_round_trip(claude: anthropic.Anthropic, streams: bool) -> None:
    """A tool is called with its arguments, and its result goes back."""
    asked: list[MessageParam] = [{"role": "user", "content": "What does get_toll say?"}]
    wanted = {"model": MODEL, "max_tokens": 200, "tools": [TOOL]}
    if streams:
        with claude.messages.stream(messages=asked, **wanted) as stream:  # type: ignore[arg-type]
            first = stream.get_final_message()
    else:
        first = claude.messages.create(messages=asked, **wanted)  # type: ignore[call-overload]
    call = next(block for block in first.content if block.type == "tool_use")

    result: MessageParam = {
        "role": "user",
        "content": [{"type": "tool_result", "tool_use_id": call.id, "content": "4 pence"}],
    }
    said: MessageParam = {"role": "assistant", "content": first.content}
    second = claude.messages.create(messages=[*asked, said, result], **wanted)  # type: ignore[call-overload]

    assert (first.stop_reason, call.name, set(call.input)) == ("tool_use", "get_toll", {"road"})
    assert second.content[0].type == "text"


def test_tokens_are_counted(claude: anthropic.Anthropic) -> None:
    """A vendor that counts no tokens has them estimated."""
    assert claude.messages.count_tokens(model=MODEL, messages=HELLO).input_tokens > 0


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        ("@demo/demo-error-429", anthropic.RateLimitError),
        ("@demo/demo-none", anthropic.NotFoundError),
        ("@nobody/gpt-4o", anthropic.NotFoundError),
        ("@demo/demo-error-500", anthropic.APIStatusError),
    ],
)
def test_errors_are_the_packages_own(
    claude: anthropic.Anthropic, model: str, kind: type[anthropic.APIStatusError]
) -> None:
    """A refusal becomes the package's own exception, with the gateway's sentence in it."""
    claude.messages.create(model=MODEL, max_tokens=20, messages=HELLO)

    with pytest.raises(kind) as caught:
        claude.messages.create(model=model, max_tokens=20, messages=HELLO)

    assert caught.value.body["error"]["message"]  # type: ignore[index]


def test_broken_stream_raises(claude: anthropic.Anthropic) -> None:
    """A vendor that breaks off makes the package raise, and never looks like an answer."""
    with (
        pytest.raises(anthropic.APIStatusError),
        claude.messages.stream(model="@demo/demo-cut", max_tokens=200, messages=HELLO) as stream,
    ):
        stream.get_final_message()


def test_wrong_key_is_told(gateway: Gateway) -> None:
    """A key that is not known is the package's own authentication error."""
    http = anthropic.DefaultHttpxClient(trust_env=False)
    wrong = {"auth_token": "th-wrong", "api_key": None}

    with (
        anthropic.Anthropic(base_url=gateway.url, http_client=http, **wrong) as client,  # type: ignore[arg-type]
        pytest.raises(anthropic.AuthenticationError),
    ):
        client.messages.create(model=MODEL, max_tokens=20, messages=HELLO)

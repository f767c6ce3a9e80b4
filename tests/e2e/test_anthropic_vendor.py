"""Anthropic's own package, with Anthropic behind the gateway: nothing is translated, and nothing is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import anthropic
import pytest

from console.demo.vendor import SimulatedVendor, serve_vendor
from tests.e2e.running import Gateway, new_key
from tests.e2e.test_anthropic_client import HELLO, TOOL

MODEL = "claude-sonnet-4-5"
THINKING = {"type": "enabled", "budget_tokens": 1024}


@pytest.fixture
async def vendor() -> AsyncIterator[SimulatedVendor]:
    """Anthropic, simulated."""
    async with serve_vendor(key="sk-ant-x") as vendor:
        yield vendor


@pytest.fixture
async def claude(gateway: Gateway, vendor: SimulatedVendor) -> AsyncIterator[anthropic.AsyncAnthropic]:
    """The client with the gateway's key, and an account of Anthropic's behind `@claude`."""
    where = {"custom_host": vendor.url}
    body = {"name": "C", "slug": "claude", "ai_provider_id": "anthropic", "key": "sk-ant-x", "configurations": where}
    gateway.admin.post("/v1/integrations", json=body).raise_for_status()
    http = anthropic.DefaultAsyncHttpxClient(trust_env=False)
    async with anthropic.AsyncAnthropic(
        base_url=gateway.url, auth_token=new_key(gateway.admin), api_key=None, max_retries=0, http_client=http
    ) as client:
        yield client
    gateway.admin.delete("/v1/integrations/claude").raise_for_status()


async def test_request_goes_as_it_is(claude: anthropic.AsyncAnthropic, vendor: SimulatedVendor) -> None:
    """The vendor gets what the client said and its own key; what the gateway has no name for is carried."""
    told: Any = {"max_tokens": 2000, "messages": HELLO, "system": "Be brief.", "thinking": THINKING}

    message = await claude.messages.create(model=f"@claude/{MODEL}", extra_body={"new_this_morning": 1}, **told)

    asked = next(each for each in vendor.requests if each.method == "POST")
    assert message.id.startswith("msg_")
    assert (asked.path, asked.headers["x-api-key"]) == ("/v1/messages", "sk-ant-x")
    assert asked.body == told | {"model": MODEL, "new_this_morning": 1}


async def test_stream_adds_up_to_the_whole(claude: anthropic.AsyncAnthropic) -> None:
    """The events of a stream make the whole message, and its usage."""
    asked: Any = {"model": f"@claude/{MODEL}", "max_tokens": 200, "messages": HELLO}
    whole = await claude.messages.create(**asked)

    async with claude.messages.stream(**asked) as stream:
        final = await stream.get_final_message()

    assert [block.to_dict() for block in final.content] == [block.to_dict() for block in whole.content]
    assert (final.stop_reason, final.usage.output_tokens) == ("end_turn", whole.usage.output_tokens)


async def test_tool_is_called(claude: anthropic.AsyncAnthropic) -> None:
    """A tool's input comes piece by piece and is whole at the end."""
    asked: Any = [{"role": "user", "content": "What does get_toll say?"}]

    async with claude.messages.stream(model=f"@claude/{MODEL}", max_tokens=200, messages=asked, tools=[TOOL]) as stream:
        final = await stream.get_final_message()

    (call,) = final.content
    assert (final.stop_reason, call.to_dict()["name"]) == ("tool_use", "get_toll")
    assert call.to_dict()["input"].keys() == {"road"}  # type: ignore[attr-defined]


async def test_vendor_counts_its_tokens(claude: anthropic.AsyncAnthropic, vendor: SimulatedVendor) -> None:
    """Tokens are counted by the vendor."""
    counted = await claude.messages.count_tokens(model=f"@claude/{MODEL}", messages=HELLO)

    assert counted.input_tokens > 0
    assert vendor.requests[-1].path == "/v1/messages/count_tokens"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, anthropic.BadRequestError),
        (403, anthropic.PermissionDeniedError),
        (404, anthropic.NotFoundError),
        (429, anthropic.RateLimitError),
        (500, anthropic.InternalServerError),
        (529, anthropic.APIStatusError),
    ],
)
async def test_errors_are_the_packages_own(
    claude: anthropic.AsyncAnthropic, status: int, kind: type[anthropic.APIStatusError]
) -> None:
    """A status of the vendor's is the package's exception for it."""
    with pytest.raises(kind) as caught:
        await claude.messages.create(model=f"@claude/demo-error-{status}", max_tokens=9, messages=HELLO)

    assert caught.value.status_code == status
    assert str(status) in caught.value.message


async def test_broken_stream_raises(claude: anthropic.AsyncAnthropic) -> None:
    """A vendor that breaks off makes the package raise."""
    with pytest.raises(anthropic.APIStatusError):
        async with claude.messages.stream(model="@claude/demo-cut", max_tokens=200, messages=HELLO) as stream:
            await stream.get_final_message()

"""LiteLLM as a client, in both dialects; only where it is installed, for it is too large for the tests' own lock."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest
from openai import APIError

from tests.e2e.running import Gateway

pytestmark = [
    pytest.mark.skipif(find_spec("litellm") is None, reason="LiteLLM is not installed"),
    pytest.mark.filterwarnings("ignore"),  # LiteLLM's own code warns
]

HELLO = [{"role": "user", "content": "Hello"}]
PARAMETERS = {"type": "object", "properties": {"road": {"type": "string"}}}
TOOL = {"type": "function", "function": {"name": "get_toll", "description": "The toll", "parameters": PARAMETERS}}
DIALECTS = ["openai", "anthropic"]
"""What stands before a model's name: in whose words LiteLLM is to ask."""


class Client:
    """LiteLLM with the gateway as its only vendor."""

    def __init__(self, package: Any, address: str, key: str) -> None:
        self.package = package
        # As `x-api-key`, in which LiteLLM sends an Anthropic key, the gateway's own would be taken for a vendor's.
        headers = {"x-portkey-api-key": key}
        self._where = {"api_key": "none", "extra_headers": headers, "num_retries": 0, "max_retries": 0, "timeout": 20}
        self._addresses = {"openai": f"{address}/v1", "anthropic": address}

    def chat(self, dialect: str, model: str = "@demo/gpt-4o", **more: Any) -> Any:
        """Ask for a completion."""
        wanted = {"messages": HELLO, "max_tokens": 200} | more
        where = self._where | {"api_base": self._addresses[dialect]}
        return self.package.completion(model=f"{dialect}/{model}", **where, **wanted)

    def embed(self, texts: list[str]) -> Any:
        """Ask for vectors."""
        where = self._where | {"api_base": self._addresses["openai"]}
        return self.package.embedding(model="openai/@demo/text-embedding-3-small", input=texts, **where)


@pytest.fixture(scope="module")
def package() -> Iterator[Any]:
    """LiteLLM, which otherwise fetches its prices when it is imported."""
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        litellm: Any = import_module("litellm")
        litellm.suppress_debug_info = True
        litellm.telemetry = False
        yield litellm


@pytest.fixture
def litellm(package: Any, gateway: Gateway, app_key: str) -> Client:
    """A client with an application's key."""
    return Client(package, gateway.url, app_key)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_stream_says_what_the_whole_answer_says(litellm: Client, dialect: str) -> None:
    """An answer has its text, reason and usage, and its stream adds up to it."""
    whole = litellm.chat(dialect)

    chunks = list(litellm.chat(dialect, stream=True))

    (choice,) = whole.choices
    assert (choice.finish_reason, whole.usage.completion_tokens > 0) == ("stop", True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == choice.message.content
    assert chunks[-1].choices[0].finish_reason == "stop"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_tool_round_trip(litellm: Client, dialect: str) -> None:
    """A tool is called, and its result goes back."""
    asked = [{"role": "user", "content": "What does get_toll say?"}]
    first = litellm.chat(dialect, messages=asked, tools=[TOOL]).choices[0]
    (call,) = first.message.tool_calls
    result = {"role": "tool", "tool_call_id": call.id, "content": "4 pence"}

    second = litellm.chat(dialect, messages=[*asked, first.message.model_dump(), result], tools=[TOOL])

    assert (first.finish_reason, call.function.name) == ("tool_calls", "get_toll")
    assert second.choices[0].message.content


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("model", "kind"),
    [
        ("@demo/demo-error-429", "RateLimitError"),
        ("@demo/demo-none", "NotFoundError"),
        ("@nobody/gpt-4o", "NotFoundError"),
        ("@demo/demo-error-500", "InternalServerError"),
    ],
)
def test_errors_are_the_packages_own(litellm: Client, dialect: str, model: str, kind: str) -> None:
    """A refusal becomes LiteLLM's own exception, by which its router decides."""
    with pytest.raises(getattr(litellm.package, kind)):
        litellm.chat(dialect, model)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_broken_stream_raises(litellm: Client, dialect: str) -> None:
    """A vendor that breaks off makes LiteLLM raise, and never looks like an answer."""
    chunks = litellm.chat(dialect, "@demo/demo-cut", stream=True)

    with pytest.raises(APIError):
        list(chunks)


def test_embeddings(litellm: Client) -> None:
    """Every text has its vector."""
    found = litellm.embed(["one", "two"])

    assert [len(row["embedding"]) for row in found.data] == [8, 8]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_wrong_key_is_told(package: Any, gateway: Gateway, dialect: str) -> None:
    """A key that is not known is LiteLLM's own authentication error."""
    client = Client(package, gateway.url, "th-wrong")

    with pytest.raises(package.AuthenticationError):
        client.chat(dialect)

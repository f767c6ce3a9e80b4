"""Portkey's own package, pointed at the gateway: a base URL is all that changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from portkey_ai import Portkey
from portkey_ai.api_resources.apis.logger import Logger

from tests.e2e.running import Gateway, eventually

HELLO = [{"role": "user", "content": "Hello"}]


@pytest.fixture
def client(gateway: Gateway, app_key: str) -> Iterator[Callable[..., Any]]:
    """Clients that ask the gateway instead of api.portkey.ai, set up by a test's own words."""
    with ExitStack() as clients:

        def made(**words: Any) -> Any:
            http = clients.enter_context(httpx.Client(base_url=f"{gateway.url}/v1", trust_env=False, timeout=20))
            return Portkey(base_url=f"{gateway.url}/v1", api_key=app_key, http_client=http, **words)

        yield made


@pytest.fixture
def portkey(client: Callable[..., Any]) -> Any:
    """A client with a provider of the catalog."""
    return client(provider="@demo")


def test_whole_answer_with_its_story(portkey: Any) -> None:
    """A completion has its text, and the headers that say how it came about."""
    answer = portkey.chat.completions.create(model="gpt-4o", messages=HELLO)

    told = answer.get_headers()
    assert answer.choices[0].message.content
    assert (told["provider"], told["retry-attempt-count"], told["last-used-option-index"]) == ("openai", "0", "config")
    assert told["trace-id"]


def test_stream(portkey: Any) -> None:
    """A stream comes chunk by chunk."""
    chunks = list(portkey.chat.completions.create(model="gpt-4o", messages=HELLO, stream=True))

    assert len(chunks) > 5
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_model_with_its_provider_in_front(client: Callable[..., Any]) -> None:
    """A model slug says it all."""
    answer = client().chat.completions.create(model="@demo/gpt-4o", messages=HELLO)

    assert answer.choices[0].message.content


@pytest.mark.parametrize("is_saved", [False, True])
def test_config_fails_over(gateway: Gateway, client: Callable[..., Any], is_saved: bool) -> None:
    """A config, inline or saved, goes on to its second target, and the answer says so."""
    config: dict[str, Any] = {
        "strategy": {"mode": "fallback"},
        "targets": [
            {"provider": "@demo", "override_params": {"model": "demo-error"}},
            {"provider": "@demo", "override_params": {"model": "gpt-4o"}},
        ],
    }
    wanted: Any = config
    if is_saved:
        made = gateway.admin.post("/v1/configs", json={"name": "failover", "config": config}).raise_for_status()
        wanted = made.json()["data"]["slug"]

    answer = client(config=wanted).chat.completions.create(model="any", messages=HELLO)

    assert answer.get_headers()["last-used-option-index"] == "config.targets[1]"


def test_embeddings_and_pictures(portkey: Any) -> None:
    """Other endpoints are reached in the same way."""
    vectors = portkey.embeddings.create(model="text-embedding-3-small", input="Hello")
    pictures = portkey.images.generate(model="gpt-image-1", prompt="a toll house")

    assert vectors.data[0].embedding
    assert pictures.data[0].b64_json


def test_metadata_and_trace(gateway: Gateway, portkey: Any) -> None:
    """Metadata and trace are filed with the request."""
    portkey.with_options(metadata={"team": "sales"}, trace_id="t-portkey").chat.completions.create(
        model="gpt-4o", messages=HELLO
    )

    def filed() -> Any:
        return gateway.admin.get("/v1/logs", params={"trace_id": "t-portkey"}).raise_for_status().json()["data"]

    assert "sales" in json.dumps(eventually(filed))


def test_feedback(gateway: Gateway, portkey: Any) -> None:
    """Feedback is given, several at once too, and changed."""
    options = portkey.with_options(trace_id="t-feedback")
    options.chat.completions.create(model="gpt-4o", messages=HELLO)

    one = portkey.feedback.create(trace_id="t-feedback", value=5, weight=0.5, metadata={"from": "a test"})
    more = portkey.feedback.bulk_create(feedbacks=[{"trace_id": "t-feedback", "value": 1}] * 2)
    changed = portkey.feedback.update(feedback_id=one.feedback_ids[0], value=7)

    listed = gateway.admin.get("/v1/feedback", params={"trace_id": "t-feedback"}).raise_for_status().json()["data"]
    assert [one.status, more.status, changed.status] == ["success"] * 3
    assert [(row["value"], row["weight"]) for row in listed] == [(7, 0.5), (1, 1), (1, 1)]


def test_logger(gateway: Gateway) -> None:
    """The package's logger reports a request that went past the gateway."""
    body = {"name": "logger", "scopes": ["logs.write"]}
    made = gateway.admin.post("/v1/api-keys/workspace/service", json=body).raise_for_status().json()
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    told = {
        "request": {
            "url": "https://api.openai.com/v1/chat/completions",
            "body": {"model": "gpt-4o", "messages": HELLO},
        },
        "response": {"status": 200, "body": {"model": "gpt-4o", "choices": [], "usage": usage}, "response_time": 12},
        "metadata": {"trace_id": "t-logger", "span_name": "past the gateway"},
    }

    logger: Any = Logger(api_key=made["key"], base_url=f"{gateway.url}/v1")
    answer = logger.log(told)

    def filed() -> Any:
        return gateway.admin.get("/v1/logs", params={"trace_id": "t-logger"}).raise_for_status().json()["data"]

    assert answer.status_code == 200
    assert [(row["total_units"], row["span_name"]) for row in eventually(filed)] == [(15, "past the gateway")]


def test_exports(gateway: Gateway) -> None:
    """An export is made, started, followed and downloaded."""
    body = {"name": "exporter", "scopes": ["logs.export", "logs.list"]}
    key = gateway.admin.post("/v1/api-keys/workspace/service", json=body).raise_for_status().json()["key"]
    with httpx.Client(base_url=f"{gateway.url}/v1", trust_env=False, timeout=20) as http:
        portkey: Any = Portkey(base_url=f"{gateway.url}/v1", api_key=key, http_client=http)
        made = portkey.logs.exports.create(filters={"trace_id": "t-nowhere"}, requested_data=["id", "cost"])
        portkey.logs.exports.start(export_id=made.id)
        done = eventually(lambda: (e := portkey.logs.exports.retrieve(export_id=made.id)).status == "success" and e)
        link = portkey.logs.exports.download(export_id=made.id).signed_url
        text = http.get(link).raise_for_status().text
        listed = portkey.logs.exports.list(workspace_id=None)

    assert (done.total_records, done.requested_data, text) == (0, ["id", "cost"], "")
    assert made.id in {each["id"] for each in listed.data}

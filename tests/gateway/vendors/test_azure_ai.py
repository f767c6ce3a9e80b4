"""Foundry is asked at the place of each API: OpenAI's, everybody's, and Anthropic's for Claude."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from gateway.functions import Function
from gateway.vendors.azure.ai import AZURE_AI
from gateway.vendors.vendor import Asked, Login, Sent
from store.records import Usage

FOUNDRY = {"azure_foundry_url": "https://acme.services.ai.azure.com/"}
SERVERLESS = {"azure_foundry_url": "https://phi.eastus2.models.ai.azure.com"}


def sent(settings: dict[str, str], model: str, function: Function = Function.CHAT, **said: Any) -> Sent:
    """What Foundry is asked."""
    fields = {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in ({"model": model} | said).items()}
    asked = Asked(function=function, model=model, fields=fields, login=Login("KEY", settings), path="files")
    return AZURE_AI.functions[function].encode(asked)


@pytest.mark.parametrize(
    ("settings", "function", "path"),
    [
        (FOUNDRY, Function.CHAT, "/openai/v1/chat/completions"),
        (
            FOUNDRY | {"azure_api_version": "2024-05-01-preview"},
            Function.CHAT,
            "/models/chat/completions?api-version=2024-05-01-preview",
        ),
        (
            FOUNDRY | {"azure_api_version": "2024-05-01-preview"},
            Function.GENERATE_IMAGE,
            "/openai/v1/images/generations",
        ),
        (FOUNDRY | {"azure_api_version": "preview"}, Function.RESPOND, "/openai/v1/responses?api-version=preview"),
        (FOUNDRY, Function.RELAY, "/openai/v1/files"),
        (SERVERLESS, Function.CHAT, "/chat/completions"),
        (
            SERVERLESS | {"azure_api_version": "2024-05-01-preview"},
            Function.EMBED,
            "/embeddings?api-version=2024-05-01-preview",
        ),
    ],
)
def test_foundry_has_places_for_every_api(settings: dict[str, str], function: Function, path: str) -> None:
    """An account has its APIs below paths of their own, an endpoint at its root."""
    assert sent(settings, "Phi-4", function).path == path


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        (FOUNDRY, {"api-key": "KEY", "extra-parameters": "drop"}),
        (SERVERLESS, {"authorization": "Bearer KEY", "extra-parameters": "drop"}),
        (
            SERVERLESS | {"azure_extra_params": "pass-through"},
            {"authorization": "Bearer KEY", "extra-parameters": "pass-through"},
        ),
        (
            SERVERLESS | {"azure_deployment_name": "d"},
            {"authorization": "Bearer KEY", "extra-parameters": "drop", "azureml-model-deployment": "d"},
        ),
    ],
)
def test_foundry_logs_in_as_the_address_wants(settings: dict[str, str], wanted: dict[str, str]) -> None:
    """An account takes its key in a header of Azure's own, an endpoint as a bearer."""
    assert AZURE_AI.headers(Login("KEY", settings)) == wanted


HI = [{"role": "user", "content": "hi"}]


@pytest.mark.parametrize(
    ("settings", "function", "path"),
    [
        (FOUNDRY, Function.CHAT, "/anthropic/v1/messages"),
        (FOUNDRY, Function.MESSAGE, "/anthropic/v1/messages"),
        (FOUNDRY, Function.COUNT_TOKENS, "/anthropic/v1/messages/count_tokens"),
        ({}, Function.MESSAGE, "/v1/messages"),
    ],
)
def test_claude_is_asked_in_anthropics_words(settings: dict[str, str], function: Function, path: str) -> None:
    """Chat and messages with Claude go by Anthropic's wire, whose version is said."""
    found = sent(settings, "claude-sonnet-4-5", function, messages=HI, max_tokens=5)

    assert found.path == path
    assert found.headers["anthropic-version"] == "2023-06-01"
    assert json.loads(found.body)["model"] == "claude-sonnet-4-5"


def test_a_deployment_of_claude_is_called_by_its_name() -> None:
    """The deployment takes the place of the model, and decides on the wire."""
    found = sent(FOUNDRY | {"azure_deployment_name": "claude-eu"}, "any", messages=HI, max_tokens=5)

    assert (found.path, json.loads(found.body)["model"]) == ("/anthropic/v1/messages", "claude-eu")


def test_answers_and_usage_are_read_in_the_models_dialect() -> None:
    """Claude's answer becomes OpenAI's, Phi's passes; what each used is counted."""
    wire = AZURE_AI.functions[Function.CHAT]
    claude = {"content": [{"type": "text", "text": "yes"}], "model": "c", "stop_reason": "end_turn", "type": "message"}
    asked = {
        name: Asked(function=Function.CHAT, model=name, login=Login("KEY", FOUNDRY)) for name in ("claude-x", "Phi-4")
    }
    phi = {"choices": [{"message": {"content": "yes"}}], "usage": {"prompt_tokens": 3, "completion_tokens": 1}}

    by_claude = wire.decode(
        json.dumps(claude | {"usage": {"input_tokens": 2, "output_tokens": 1}}).encode(), asked["claude-x"]
    )
    by_phi = wire.decode(json.dumps(phi).encode(), asked["Phi-4"])

    assert json.loads(by_claude.body)["choices"][0]["message"]["content"] == "yes"
    assert json.loads(by_phi.body) == phi
    assert (wire.usage(by_claude.usage), wire.usage(by_phi.usage)) == (
        Usage(input_tokens=2, output_tokens=1),
        Usage(input_tokens=3, output_tokens=1),
    )


def test_only_claude_speaks_messages_natively() -> None:
    """Other models get messages by way of chat."""
    speaks = AZURE_AI.functions[Function.MESSAGE].speaks
    assert speaks is not None

    assert (speaks("claude-opus-4-1"), speaks("Phi-4")) == (True, False)

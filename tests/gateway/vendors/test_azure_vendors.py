"""Azure is asked at its own paths, under the names of deployments, with a key or a token."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.functions import Function
from gateway.vendors.azure.ai import AZURE_AI
from gateway.vendors.azure.openai import AZURE_OPENAI
from gateway.vendors.vendor import Asked, Login, Sent, Unspoken, Upload, Vendor

NOW = datetime(2026, 11, 25, tzinfo=UTC)
DATED = {"azure_resource_name": "res", "azure_deployment_id": "dep", "azure_api_version": "2024-10-21"}
FOUNDRY = {"azure_foundry_url": "https://acme.services.ai.azure.com/"}
SERVERLESS = {"azure_foundry_url": "https://phi.eastus2.models.ai.azure.com"}
LIST = json.dumps(
    [
        {"alias": "smart", "azure_deployment_name": "gpt5-eu", "azure_api_version": "2025-04-01-preview"},
        {"azure_model_slug": "gpt-4o", "azure_deployment_name": "four", "is_default": True},
        {"alias": "new", "deploymentName": "five", "apiVersion": "v1"},
    ]
)


def sent(
    vendor: Vendor, settings: dict[str, str], model: str = "gpt-4o", function: Function = Function.CHAT, **said: Any
) -> Sent:
    """What a vendor is asked."""
    fields = {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in ({"model": model} | said).items()}
    asked = Asked(function=function, model=model, fields=fields, login=Login("KEY", settings))
    return vendor.functions[function].encode(asked)


@pytest.mark.parametrize(
    ("settings", "function", "path", "model"),
    [
        (DATED, Function.CHAT, "/deployments/dep/chat/completions?api-version=2024-10-21", "gpt-4o"),
        (DATED, Function.EMBED, "/deployments/dep/embeddings?api-version=2024-10-21", "gpt-4o"),
        (DATED, Function.SPEAK, "/deployments/dep/audio/speech?api-version=2024-10-21", "gpt-4o"),
        (DATED, Function.RESPOND, "/responses?api-version=2024-10-21", "dep"),
        ({"azure_api_version": "v1"}, Function.CHAT, "/v1/chat/completions", "gpt-4o"),
        ({"azure_api_version": "preview"}, Function.RESPOND, "/v1/responses?api-version=preview", "gpt-4o"),
        ({"azure_deployment_id": "dep"}, Function.CHAT, "/v1/chat/completions", "dep"),
        (
            {"azure_api_version": "2024-10-21"},
            Function.CHAT,
            "/deployments/gpt-4o/chat/completions?api-version=2024-10-21",
            "gpt-4o",
        ),
    ],
)
def test_path_has_deployment_and_version(settings: dict[str, str], function: Function, path: str, model: str) -> None:
    """Dated versions have a deployment in the path, `v1` in the body, and no version means `v1`."""
    found = sent(AZURE_OPENAI, settings, function=function)

    assert found.path == path
    assert json.loads(found.body)["model"] == model


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("smart", "/deployments/gpt5-eu/chat/completions?api-version=2025-04-01-preview"),
        ("gpt-4o", "/deployments/four/chat/completions?api-version=2024-10-21"),
        ("four", "/deployments/four/chat/completions?api-version=2024-10-21"),
        ("unknown", "/deployments/four/chat/completions?api-version=2024-10-21"),
        ("new", "/v1/chat/completions"),
    ],
)
def test_models_find_their_deployments(model: str, path: str) -> None:
    """An alias, a slug or a deployment's name leads to its deployment and version, every other name to the default."""
    found = sent(AZURE_OPENAI, {"azure_deployments": LIST, "azure_api_version": "2024-10-21"}, model)

    assert found.path == path


def test_a_form_keeps_its_files() -> None:
    """A recording goes to the deployment as the form it came in."""
    upload = Upload(fields={"model": ["whisper"]}, files=(("file", "a.wav", "audio/wav", b"RIFF"),))
    asked = Asked(function=Function.TRANSCRIBE, model="whisper", upload=upload, login=Login("KEY", DATED))

    found = AZURE_OPENAI.functions[Function.TRANSCRIBE].encode(asked)

    assert found.path == "/deployments/dep/audio/transcriptions?api-version=2024-10-21"
    assert found.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert b"RIFF" in found.body


@pytest.mark.parametrize(
    ("path", "settings", "wanted"),
    [
        ("files?purpose=batch", DATED, "/files?purpose=batch&api-version=2024-10-21"),
        ("batches", {"azure_api_version": "v1"}, "/v1/batches"),
        ("files?api-version=2024-12-01", DATED, "/files?api-version=2024-12-01"),
    ],
)
def test_all_else_is_passed_on_with_a_version(path: str, settings: dict[str, str], wanted: str) -> None:
    """Files and batches get the version that Azure insists on, unless the client said one."""
    asked = Asked(function=Function.RELAY, model="", path=path, method="GET", login=Login("KEY", settings))

    found = AZURE_OPENAI.functions[Function.RELAY].encode(asked)

    assert (found.path, found.method) == (wanted, "GET")


@pytest.mark.parametrize("name", ["a/b", "..", "a?b", "a#b", ""])
def test_a_deployment_is_only_a_name(name: str) -> None:
    """A model's name cannot lead to another path."""
    with pytest.raises(Unspoken):
        sent(AZURE_OPENAI, {"azure_api_version": "2024-10-21"}, name)


@pytest.mark.parametrize("said", ["nonsense", "{}", '[{"alias": "a"}]'])
def test_a_list_that_cannot_be_read_is_said(said: str) -> None:
    """The message names the setting."""
    with pytest.raises(Unspoken, match="azure_deployments"):
        sent(AZURE_OPENAI, {"azure_deployments": said})


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ({}, {"api-key": "KEY"}),
        ({"azure_ad_token": "Bearer T"}, {"authorization": "Bearer T"}),
        ({"azure_auth_mode": "entra"}, {"authorization": "Bearer KEY"}),
        ({"azure_auth_mode": "entra", "azure_ad_token": "T"}, {"authorization": "Bearer T"}),
    ],
)
def test_login_is_by_key_or_token(settings: dict[str, str], wanted: dict[str, str]) -> None:
    """A key has a header of Azure's own; a token is a bearer."""
    assert AZURE_OPENAI.headers(Login("KEY", settings)) == wanted


def test_an_application_gets_its_token_from_its_tenant() -> None:
    """The request is Entra's client-credentials grant."""
    entra = {"azure_entra_tenant_id": "t-1", "azure_entra_client_id": "c", "azure_entra_client_secret": "s"}
    assert AZURE_OPENAI.token is not None

    wanted = AZURE_OPENAI.token(Login("", entra | {"azure_auth_mode": "entra"}), NOW)

    assert wanted is not None
    assert wanted.url == "https://login.microsoftonline.com/t-1/oauth2/v2.0/token"
    assert wanted.form == {
        "grant_type": "client_credentials",
        "client_id": "c",
        "client_secret": "s",
        "scope": "https://cognitiveservices.azure.com/.default",
    }


@pytest.mark.parametrize("settings", [{}, {"azure_ad_token": "T"}, {"azure_auth_mode": "entra", "azure_ad_token": "T"}])
def test_no_token_is_got_for_who_has_one(settings: dict[str, str]) -> None:
    """A key, or a token that was given, is enough."""
    assert AZURE_OPENAI.token is not None

    assert AZURE_OPENAI.token(Login("KEY", settings), NOW) is None


@pytest.mark.parametrize(
    "settings", [{"azure_auth_mode": "workload"}, {"azure_auth_mode": "entra", "azure_entra_tenant_id": "a/../b"}]
)
def test_a_login_that_cannot_work_is_said(settings: dict[str, str]) -> None:
    """The message names the setting to change."""
    assert AZURE_OPENAI.token is not None

    with pytest.raises(Unspoken, match="azure_"):
        AZURE_OPENAI.token(Login("", settings), NOW)


@pytest.mark.parametrize(
    ("vendor", "settings", "wanted"),
    [
        (AZURE_OPENAI, {"azure_resource_name": "res"}, "https://res.openai.azure.com/openai"),
        (
            AZURE_OPENAI,
            {"azure_resource_name": "res.cognitiveservices.azure.com"},
            "https://res.cognitiveservices.azure.com/openai",
        ),
        (AZURE_OPENAI, {"azure_resource_name": "evil.com/x"}, ""),
        (AZURE_OPENAI, {"azure_resource_name": "evil.com"}, "https://evil.com.openai.azure.com/openai"),
        (AZURE_OPENAI, {}, ""),
        (AZURE_AI, FOUNDRY, "https://acme.services.ai.azure.com"),
        (
            AZURE_AI,
            {"azure_foundry_url": "https://acme.services.ai.azure.com/models"},
            "https://acme.services.ai.azure.com",
        ),
        (AZURE_AI, {"azure_foundry_url": "https://acme.openai.azure.com/openai/v1/"}, "https://acme.openai.azure.com"),
        (AZURE_AI, SERVERLESS, "https://phi.eastus2.models.ai.azure.com"),
        (
            AZURE_AI,
            {"azure_endpoint_name": "phi", "azure_region": "eastus2"},
            "https://phi.eastus2.models.ai.azure.com",
        ),
        (
            AZURE_AI,
            {"azure_endpoint_name": "phi", "azure_region": "eastus2", "azure_deployment_type": "managed"},
            "https://phi.eastus2.inference.ml.azure.com",
        ),
        (AZURE_AI, {"azure_foundry_url": "http://acme.services.ai.azure.com"}, ""),
        (AZURE_AI, {"azure_foundry_url": "https://169.254.169.254/.services.ai.azure.com"}, ""),
        (AZURE_AI, {"azure_foundry_url": "https://evil.com#.services.ai.azure.com"}, ""),
        (AZURE_AI, {"azure_foundry_url": "https://evil.com\\.services.ai.azure.com"}, ""),
        (AZURE_AI, {"azure_foundry_url": "https://a:b@evil.com:1/.services.ai.azure.com"}, ""),
    ],
)
def test_addresses_are_azures(vendor: Vendor, settings: dict[str, str], wanted: str) -> None:
    """No setting leads a credential to a host that is not Azure's."""
    assert vendor.address(Login("KEY", settings)) == wanted


VECTORS = Path(__file__).parents[4] / "shared/vectors/request-vectors.json"
RECORDED = [
    case
    for case in (json.loads(VECTORS.read_text()) if VECTORS.exists() else ())
    if case["provider"] in ("azure-openai", "azure-ai") and "upstream" in case and case["path"] != "/v1/messages"
]
"""Without the messages to Phi-4: the reference sends it Anthropic's words, ours asks it by chat."""
CARRIED = {
    ("azure-openai", "chat-toolchoice-required"): {"parallel_tool_calls": False},
    ("azure-openai", "chat-thinking"): {"thinking": {"type": "enabled", "budget_tokens": 2030}},
    ("azure-openai", "responses"): {"model": "dep"},
    ("azure-ai", "chat-toolchoice-required"): {"parallel_tool_calls": False},
    ("azure-ai", "embeddings"): {"dimensions": 8, "encoding_format": "float"},
}
"""What the reference drops and ours carries; and a response's deployment, which Azure finds by the body's model."""


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: f"{case['provider']}:{case['case']}")
def test_recorded_requests(case: dict[str, Any]) -> None:
    """What Portkey sent is what ours sends, but for what it drops."""
    vendor = {"azure-openai": AZURE_OPENAI, "azure-ai": AZURE_AI}[case["provider"]]
    prefix = "x-portkey-azure-"
    settings = {
        name.removeprefix("x-portkey-").replace("-", "_"): value
        for name, value in case["request_headers"].items()
        if name.startswith(prefix)
    }
    function, upstream = Function(case["path"].removeprefix("/v1/")), case["upstream"]
    fields = {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in case["request"].items()}
    model, stream = case["request"]["model"], case["request"].get("stream", False)
    login = Login("KEY", settings)

    found = vendor.functions[function].encode(
        Asked(function=function, model=model, fields=fields, login=login, stream=stream)
    )

    assert found.path == upstream["path"]
    assert json.loads(found.body) == upstream["body"] | CARRIED.get((case["provider"], case["case"]), {})
    assert vendor.headers(login) == upstream["headers"]

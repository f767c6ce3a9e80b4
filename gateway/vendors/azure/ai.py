"""Azure AI Foundry: models of many makers behind one account, or one model at an endpoint of its own.

An account speaks OpenAI's wire at `/openai/v1` (or, with a dated version, at `/models`) and Anthropic's at
`/anthropic`; an endpoint has the functions at its root.

Sources: learn.microsoft.com/azure/ai-foundry/foundry-models/how-to/inference,
learn.microsoft.com/rest/api/aifoundry/modelinference and docs.claude.com/en/api/claude-on-microsoft-foundry.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from msgspec.structs import replace

from gateway.functions import Function
from gateway.vendors.azure import claude as azure_claude
from gateway.vendors.azure import login as azure_login
from gateway.vendors.azure.claude import either, model_of
from gateway.vendors.azure.login import ACCOUNTS, ENDPOINTS, UNDATED, host_of, is_account
from gateway.vendors.azure.openai import versioned
from gateway.vendors.openai import wire
from gateway.vendors.openai.accounts import NOWHERE, named
from gateway.vendors.openai.quirks import ROLES
from gateway.vendors.vendor import Asked, Login, Sent, Setting, Vendor, Wire, bearer

OFFERED = (
    Function.CHAT,
    Function.COMPLETE,
    Function.EMBED,
    Function.RESPOND,
    Function.GENERATE_IMAGE,
    Function.EDIT_IMAGE,
    Function.SPEAK,
    Function.TRANSCRIBE,
    Function.TRANSLATE,
    Function.RELAY,
)
INFERENCE = frozenset({Function.CHAT, Function.COMPLETE, Function.EMBED})
"""What is at `/models` for every maker's models; the rest is OpenAI's alone."""
PLACES = ("/models", "/anthropic", "/openai", "/anthropic/v1", "/openai/v1")
"""Ends of an account's address that people copy along with it."""
APIS = ("/models/", "/anthropic/", "/openai/", "/api/")
"""Paths of an account that are passed on as they are; any other is one of OpenAI's, such as `/files`."""
REGIONS = {"serverless": "models.ai.azure.com", "managed": "inference.ml.azure.com"}


def address(login: Login) -> str:
    """The root of an account or of an endpoint; nowhere for a host that is not Azure's."""
    url = login.get("azure_foundry_url").rstrip("/")
    if host := host_of(url, ACCOUNTS):
        path = urlsplit(url).path
        return f"https://{host}{'' if path in PLACES else path}"
    if host := host_of(url, ENDPOINTS):
        return f"https://{host}{urlsplit(url).path}"
    return NOWHERE if url else endpoint(login)


def endpoint(login: Login) -> str:
    """Where a model that was deployed alone is, by its name and region."""
    name, region = named(login, "azure_endpoint_name"), named(login, "azure_region")
    domain = REGIONS.get(login.get("azure_deployment_type", "serverless"))
    return f"https://{name}.{region}.{domain}" if name and region and domain else NOWHERE


def place(asked: Asked, path: str) -> str:
    """The path of one of OpenAI's functions."""
    version = asked.login.get("azure_api_version")
    if not is_account(asked.login):
        return versioned(path, version) if version not in UNDATED or version == "preview" else path
    if asked.function is Function.RELAY and path.startswith(APIS):
        return path
    if version not in UNDATED and asked.function in INFERENCE:
        return versioned(f"/models{path}", version)
    below = f"/openai/v1{path}"
    return versioned(below, version) if version == "preview" else below


def at_foundry(function: Function) -> Wire:
    """A function on OpenAI's wire, as Foundry has it."""
    spoken = wire(function, ROLES)

    def encode(asked: Asked) -> Sent:
        sent = spoken.encode(replace(asked, model=model_of(asked)))
        return replace(sent, path=place(asked, sent.path))

    return replace(spoken, encode=encode)


def headers(login: Login) -> dict[str, str]:
    """An account has its key in `api-key`, an endpoint as a bearer, which may say which deployment it wants."""
    extra = login.get("azure_extra_params") or login.get("azure_extra_parameters") or "drop"
    said = {"extra-parameters": extra}
    if is_account(login):
        return azure_login.headers(login) | said
    if deployment := login.get("azure_deployment_name"):
        said["azureml-model-deployment"] = deployment
    return (azure_login.headers(login) if login.get("azure_ad_token") else bearer(login)) | said


FUNCTIONS: Mapping[Function, Wire] = {
    **{function: at_foundry(function) for function in OFFERED},
    Function.CHAT: either(azure_claude.CHAT, at_foundry(Function.CHAT)),
    Function.COMPLETE: either(azure_claude.COMPLETE, at_foundry(Function.COMPLETE)),
    Function.MESSAGE: azure_claude.MESSAGE,
    Function.COUNT_TOKENS: azure_claude.COUNT_TOKENS,
}

AZURE_AI = Vendor(
    id="azure-ai",
    name="Azure AI Foundry",
    base_url=address,
    priced_as="azure",
    functions=FUNCTIONS,
    headers=headers,
    token=azure_login.token,
    is_machine=azure_login.is_machine,
    models_path=None,
    aliases=("azure-ai-inference", "azure-ai-foundry"),
    settings=(
        Setting(name="azure_foundry_url", what="the account, such as https://my-company.services.ai.azure.com"),
        Setting(name="azure_deployment_name", what="the deployment; the model's name if nothing is said"),
        Setting(name="azure_endpoint_name", what="instead of the account: the endpoint of a model of its own"),
        Setting(name="azure_region", what="the endpoint's region, such as eastus2"),
        Setting(name="azure_deployment_type", what="the endpoint's kind: `serverless` or `managed`"),
        Setting(
            name="azure_extra_params", what="`drop`, `error` or `pass-through`: what becomes of unknown parameters"
        ),
        *azure_login.SETTINGS,
    ),
)

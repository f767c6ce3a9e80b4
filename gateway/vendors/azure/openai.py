"""OpenAI's models at Azure: OpenAI's wire, at other paths and under the names of deployments.

Source: learn.microsoft.com/azure/ai-foundry/openai/reference (dated versions) and
learn.microsoft.com/azure/ai-foundry/openai/latest (`v1`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec.structs import replace

from gateway.functions import Function
from gateway.vendors.azure.login import ACCOUNTS, SETTINGS, UNDATED, headers, is_machine, token
from gateway.vendors.openai import wire
from gateway.vendors.openai.accounts import NOWHERE, named
from gateway.vendors.openai.models import OWN_MODELS, as_wanted
from gateway.vendors.vendor import Asked, Login, Sent, Setting, Unspoken, Vendor, Wire

DEPLOYED = frozenset(
    {
        Function.CHAT,
        Function.COMPLETE,
        Function.EMBED,
        Function.GENERATE_IMAGE,
        Function.EDIT_IMAGE,
        Function.SPEAK,
        Function.TRANSCRIBE,
        Function.TRANSLATE,
    }
)
"""Functions of a deployment, which dated versions have below its name."""
OFFERED = (*sorted(DEPLOYED), Function.RESPOND, Function.RELAY)


@dataclass(frozen=True, slots=True)
class Deployment:
    """A model as it was deployed."""

    name: str
    version: str
    """Of the API."""
    names: tuple[str, ...] = ()
    """Under which clients ask for it."""
    is_default: bool = False


def deployment(asked: Asked) -> Deployment:
    """Where a model is deployed: by its alias or slug in the list, else at the default one.

    Raises Unspoken for a list that cannot be read.
    """
    login = asked.login
    version = login.get("azure_api_version") or login.get("api_version")
    listed = deployments(login, version)
    for each in listed:
        if asked.model in each.names:
            return each
    single = login.get("azure_deployment_id") or login.get("azure_deployment_name") or login.get("deployment_id")
    return next((each for each in listed if each.is_default), Deployment(single or asked.model, version))


def deployments(login: Login, version: str) -> list[Deployment]:
    """The list of an account. Raises Unspoken."""
    said = login.get("azure_deployments") or login.get("azure_deployment_config") or login.get("deployments") or "[]"
    try:
        rows = msgspec.json.decode(said, type=list[dict[str, Any]])
    except msgspec.DecodeError as error:
        raise Unspoken("`azure_deployments` is no JSON list of objects", "azure_deployments") from error
    return [deployed(row, version) for row in rows]


def deployed(row: dict[str, Any], version: str) -> Deployment:
    """One of the list, in Portkey's words of today or of its virtual keys. Raises Unspoken."""
    name = row.get("azure_deployment_name") or row.get("deploymentName")
    if not isinstance(name, str):
        raise Unspoken("`azure_deployments` has a row without `azure_deployment_name`", "azure_deployments")
    names = (row.get("alias"), row.get("azure_model_slug"), name)
    own = row.get("azure_api_version") or row.get("apiVersion") or version
    return Deployment(name, str(own), tuple(n for n in names if n), row.get("is_default") is True)


def at_azure(usual: Wire) -> Wire:
    """A wire of OpenAI's, as Azure has it."""

    def encode(asked: Asked) -> Sent:
        where, fields = deployment(asked), dict(asked.fields)
        as_wanted(asked, fields)  # the name that clients have for it may say which model it is, or the deployment's
        sent = usual.encode(replace(asked, fields=fields, model=model_for(where, asked)))
        return replace(sent, path=path_for(sent.path, where, asked.function))

    return replace(usual, encode=encode)


def model_for(where: Deployment, asked: Asked) -> str:
    """What the body calls the model: the deployment where Azure looks for it there, else as the client does."""
    in_path = asked.function in DEPLOYED and where.version not in UNDATED
    return asked.model if in_path and asked.model else where.name


def path_for(path: str, where: Deployment, function: Function) -> str:
    """The path below `/openai`."""
    if where.version in UNDATED:
        return f"/v1{path}" if where.version != "preview" else versioned(f"/v1{path}", "preview")
    return versioned(f"/deployments/{quoted(where.name)}{path}" if function in DEPLOYED else path, where.version)


def versioned(path: str, version: str) -> str:
    """A path with the version of the API in its query, unless the client said one."""
    if "api-version=" in path:
        return path
    return f"{path}{'&' if '?' in path else '?'}api-version={quoted(version)}"


def quoted(name: str) -> str:
    """A name as a part of a path or query. Raises Unspoken where it could be more than that."""
    if not name or not all(sign.isascii() and (sign.isalnum() or sign in "-_.") for sign in name) or set(name) == {"."}:
        raise Unspoken(f"`{name}` is no name of a deployment or of a version at Azure", "model")
    return name


def address(login: Login) -> str:
    """The resource's; a whole host may be said too, such as name.cognitiveservices.azure.com."""
    resource = named(login, "azure_resource_name") or named(login, "resource_name")
    host = resource if resource.endswith(ACCOUNTS) else f"{resource}.openai.azure.com"
    return f"https://{host}/openai" if resource else NOWHERE


AZURE_OPENAI = Vendor(
    id="azure-openai",
    name="Azure OpenAI",
    base_url=address,
    priced_as="azure",
    functions={function: at_azure(wire(function, OWN_MODELS)) for function in OFFERED},
    headers=headers,
    token=token,
    is_machine=is_machine,
    models_path=None,  # it lists what could be deployed, not what is
    aliases=("azure",),
    settings=(
        Setting(
            name="azure_resource_name",
            is_needed=True,
            what="the resource, such as my-company of my-company.openai.azure.com",
        ),
        Setting(name="azure_deployment_id", what="the deployment; the model's name if nothing is said"),
        Setting(
            name="azure_deployments",
            what="several: a JSON list of {alias, azure_deployment_name, azure_api_version, is_default}",
        ),
        *SETTINGS,
    ),
)

"""How to log in at Azure, and which hosts are Azure's.

Sources: learn.microsoft.com/azure/ai-foundry/openai/reference and
learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow and
learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode, urlsplit

from gateway.vendors.openai.accounts import named
from gateway.vendors.vendor import Login, Setting, TokenRequest, Unspoken, bearer

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SCOPE = "https://cognitiveservices.azure.com/.default"
ACCOUNTS = (".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com", ".openai.azure.us")
"""Hosts of a whole account, which serve every API of Azure's below paths of their own."""
ENDPOINTS = (".models.ai.azure.com", ".inference.ai.azure.com", ".inference.ml.azure.com")
"""Hosts of one deployed model."""
RESOURCE = "https://cognitiveservices.azure.com/"
MACHINE = "http://169.254.169.254/metadata/identity/oauth2/token"
"""Where a machine at Azure gets tokens for its own identity."""
WORKLOADS_FILE = "/var/run/secrets/azure/tokens/azure-identity-token"
"""Where Kubernetes at Azure puts a workload's own token."""
IDENTITIES = ("managed", "workload")
UNDATED = ("", "v1", "latest", "preview")
"""Versions of the API that is below `/openai/v1`; every other is a date."""
SETTINGS = (
    Setting(name="azure_api_version", what="`v1`, `preview`, or a date such as 2024-10-21; `v1` if nothing is said"),
    Setting(
        name="azure_auth_mode",
        what="`default` for a key, `entra` for a client secret, `managed` or `workload` at Azure",
    ),
    Setting(name="azure_ad_token", is_secret=True, what="a token of Microsoft Entra, instead of a key"),
    Setting(name="azure_entra_tenant_id", what="the tenant, for `entra`"),
    Setting(name="azure_entra_client_id", what="the application, for `entra`"),
    Setting(name="azure_entra_client_secret", is_secret=True, what="the application's secret, for `entra`"),
    Setting(name="azure_entra_scope", what=f"what the token is for, if not {SCOPE}"),
    Setting(name="azure_managed_client_id", what="for `managed`: which identity, where the machine has several"),
    Setting(name="azure_workload_client_id", what="for `workload`: the application"),
    Setting(name="azure_workload_token_file", what=f"for `workload`: the file of its token, if not {WORKLOADS_FILE}"),
)


def headers(login: Login) -> dict[str, str]:
    """A token if there is one or is to be got, else the key."""
    if given := login.get("azure_ad_token"):
        return {"authorization": f"Bearer {given.removeprefix('Bearer ').strip()}"}
    if is_by_token(login):
        return bearer(login)
    return {"api-key": login.secret} if login.secret else {}


def is_by_token(login: Login) -> bool:
    """Whether a token is to be got for the login."""
    return login.get("azure_auth_mode") in ("entra", *IDENTITIES) and not login.get("azure_ad_token")


def is_machine(login: Login) -> bool:
    """Whether it is the identity of the machine that the gateway runs on."""
    return login.get("azure_auth_mode") in IDENTITIES


def token(login: Login, _now: datetime) -> TokenRequest | None:
    """Where an application, or a machine at Azure, gets its token; None where the login is by a key or has its token.

    Raises Unspoken for a tenant that is no name.
    """
    if not is_by_token(login):
        return None
    mode = login.get("azure_auth_mode")
    if mode == "managed":
        asked = {"api-version": "2018-02-01", "resource": RESOURCE}
        if client := login.get("azure_managed_client_id"):
            asked["client_id"] = client
        return TokenRequest(url=f"{MACHINE}?{urlencode(asked)}", headers={"metadata": "true"})
    if not (tenant := named(login, "azure_entra_tenant_id")):
        raise Unspoken("`azure_entra_tenant_id` is missing, or is no tenant's id", "azure_entra_tenant_id")
    url = f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
    form = {"grant_type": "client_credentials", "scope": login.get("azure_entra_scope", SCOPE)}
    if mode == "workload":
        client = login.get("azure_workload_client_id") or login.get("azure_entra_client_id")
        form |= {"client_id": client, "client_assertion_type": ASSERTION}
        file = login.get("azure_workload_token_file", WORKLOADS_FILE)
        return TokenRequest(url=url, form=form, files={"client_assertion": file})
    secret = login.get("azure_entra_client_secret")
    return TokenRequest(url=url, form=form | {"client_id": login.get("azure_entra_client_id"), "client_secret": secret})


def is_account(login: Login) -> bool:
    """Whether the login is for a whole account at Foundry, and not for the endpoint of one model."""
    return bool(host_of(login.get("azure_foundry_url"), ACCOUNTS))


def host_of(url: str, suffixes: tuple[str, ...]) -> str:
    """The host of an HTTPS address, if it ends so; else empty, and also where anything hides in the address."""
    try:
        parts = urlsplit(url)
        plain = parts.scheme == "https" and parts.port is None and not parts.username and not parts.query
    except ValueError:
        return ""
    host = parts.netloc.lower()
    whole = not parts.fragment and all(sign.isascii() and (sign.isalnum() or sign in ".-") for sign in host)
    return host if plain and whole and host.endswith(suffixes) else ""

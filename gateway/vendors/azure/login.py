"""How to log in at Azure, and which hosts are Azure's.

Sources: learn.microsoft.com/azure/ai-foundry/openai/reference and
learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from gateway.vendors.openai.accounts import named
from gateway.vendors.vendor import Login, Setting, TokenRequest, Unspoken, bearer

SCOPE = "https://cognitiveservices.azure.com/.default"
ACCOUNTS = (".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com", ".openai.azure.us")
"""Hosts of a whole account, which serve every API of Azure's below paths of their own."""
ENDPOINTS = (".models.ai.azure.com", ".inference.ai.azure.com", ".inference.ml.azure.com")
"""Hosts of one deployed model."""
NO_IDENTITY = ("managed", "workload")
UNDATED = ("", "v1", "latest", "preview")
"""Versions of the API that is below `/openai/v1`; every other is a date."""
SETTINGS = (
    Setting(name="azure_api_version", what="`v1`, `preview`, or a date such as 2024-10-21; `v1` if nothing is said"),
    Setting(name="azure_auth_mode", what="`default` for a key, `entra` for a client secret of Microsoft Entra"),
    Setting(name="azure_ad_token", is_secret=True, what="a token of Microsoft Entra, instead of a key"),
    Setting(name="azure_entra_tenant_id", what="the tenant, for `entra`"),
    Setting(name="azure_entra_client_id", what="the application, for `entra`"),
    Setting(name="azure_entra_client_secret", is_secret=True, what="the application's secret, for `entra`"),
    Setting(name="azure_entra_scope", what=f"what the token is for, if not {SCOPE}"),
)


def headers(login: Login) -> dict[str, str]:
    """A token if there is one or is to be got, else the key."""
    if given := login.get("azure_ad_token"):
        return {"authorization": f"Bearer {given.removeprefix('Bearer ').strip()}"}
    if is_entra(login):
        return bearer(login)
    return {"api-key": login.secret} if login.secret else {}


def is_entra(login: Login) -> bool:
    """Whether a token is to be got for the login."""
    return login.get("azure_auth_mode") == "entra" and not login.get("azure_ad_token")


def token(login: Login, _now: datetime) -> TokenRequest | None:
    """Where an application gets its token; None where the login is by a key, or has its token already.

    Raises Unspoken for a login by the identity of a machine at Azure, and for a tenant that is no name.
    """
    if (mode := login.get("azure_auth_mode")) in NO_IDENTITY:
        raise Unspoken(
            f"`azure_auth_mode` `{mode}` needs a machine at Azure; use `default` or `entra`", "azure_auth_mode"
        )
    if not is_entra(login):
        return None
    if not (tenant := named(login, "azure_entra_tenant_id")):
        raise Unspoken("`azure_entra_tenant_id` is missing, or is no tenant's id", "azure_entra_tenant_id")
    form = {
        "grant_type": "client_credentials",
        "client_id": login.get("azure_entra_client_id"),
        "client_secret": login.get("azure_entra_client_secret"),
        "scope": login.get("azure_entra_scope", SCOPE),
    }
    return TokenRequest(url=f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token", form=form)


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

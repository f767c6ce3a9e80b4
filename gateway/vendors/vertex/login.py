"""Where an account with Vertex AI is, and how a token is got for it.

Sources: cloud.google.com/vertex-ai/docs/reference/rest and
developers.google.com/identity/protocols/oauth2/service-account.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from gateway.vendors import rsa
from gateway.vendors.vendor import Json, Login, Setting, TokenRequest, Unspoken, bearer

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
GOOGLES = re.compile(r"https://([a-z0-9-]+\.)*google(apis)?\.com/[\w/.-]*")
"""Where tokens may come from: a key file can be sent along with a request, and must not lead anywhere else."""
TOKEN_URI = "https://oauth2.googleapis.com/token"
LIFETIME_SECONDS = 3600
MULTI_REGIONS = ("us", "eu")
REGION = re.compile(r"[a-z0-9-]{2,40}")
USUAL_REGION = "us-central1"
API_KEYS = ("AIza", "AQ.")
"""How keys of express mode begin: they need no project and are no tokens."""
ACCOUNT = "vertex_service_account_json"
SETTINGS = (
    Setting(name="vertex_region", is_needed=True, what="the region, such as us-central1, or global"),
    Setting(name="vertex_project_id", what="the project; that of the service account if nothing is said"),
    Setting(name="vertex_storage_bucket_name", what="the bucket through which batches go"),
    Setting(name=ACCOUNT, is_secret=True, what="the service account's key file; instead of an access token as the key"),
)


class Account(msgspec.Struct, frozen=True):
    """A key file of Google's: of a service account, or of a person who logged in with gcloud."""

    type: str = ""
    project_id: str = ""
    client_email: str = ""
    private_key: str = ""
    private_key_id: str = ""
    token_uri: str = TOKEN_URI
    client_id: str = ""
    client_secret: str = ""
    refresh_token: str = ""
    quota_project_id: str = ""


def account(login: Login) -> Account | None:
    """The key file of a login, which may stand in the place of the key too; None if there is none.

    Raises Unspoken for a text that is no key file.
    """
    said = login.get(ACCOUNT) or (login.secret if login.secret.lstrip().startswith("{") else "")
    if not said:
        return None
    try:
        return msgspec.json.decode(said, type=Account)
    except msgspec.DecodeError as error:
        raise Unspoken(f"`{ACCOUNT}` is no key file of a service account: {error}", ACCOUNT) from error


def address(login: Login) -> str:
    """The base URL of a region; the global one for a name that is none, for that could lead elsewhere."""
    region = login.get("vertex_region", "global" if is_express(login) else USUAL_REGION)
    if region == "global" or not REGION.fullmatch(region):
        return "https://aiplatform.googleapis.com/v1"
    if region in MULTI_REGIONS:
        return f"https://aiplatform.{region}.rep.googleapis.com/v1"
    return f"https://{region}-aiplatform.googleapis.com/v1"


def region_of(login: Login) -> str:
    """The region. Raises Unspoken for a name that is none."""
    region = login.get("vertex_region", USUAL_REGION)
    if not REGION.fullmatch(region):
        raise Unspoken("`vertex_region` is no region: use a name such as `us-central1`, or `global`", "vertex_region")
    return region


def is_express(login: Login) -> bool:
    """Whether the secret is an API key."""
    return login.secret.startswith(API_KEYS)


def location(login: Login) -> str:
    """What stands before everything of a project: `/projects/p/locations/us-central1`, empty in express mode."""
    if is_express(login):
        return ""
    found = account(login)
    project = login.get("vertex_project_id") or (found.project_id or found.quota_project_id if found else "")
    if not project:
        raise Unspoken("Vertex AI needs `vertex_project_id`, or a service account that names it", "vertex_project_id")
    if not re.fullmatch(r"[A-Za-z0-9:.-]+", project):
        raise Unspoken("`vertex_project_id` is no id of a project", "vertex_project_id")
    return f"/projects/{project}/locations/{region_of(login)}"


def headers(login: Login) -> dict[str, str]:
    """An access token, or the key of express mode."""
    return {"x-goog-api-key": login.secret} if is_express(login) else bearer(login)


def token(login: Login, now: datetime) -> TokenRequest | None:
    """How an access token is got; None where the secret is one already, or an API key."""
    if (found := account(login)) is None:
        return None
    if not GOOGLES.fullmatch(found.token_uri):
        raise Unspoken("`token_uri` of the key file must be an address of Google's", ACCOUNT)
    if found.refresh_token:
        renewed = {"client_id": found.client_id, "client_secret": found.client_secret}
        form = renewed | {"refresh_token": found.refresh_token, "grant_type": "refresh_token"}
        return TokenRequest(url=found.token_uri, form=form)
    grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    return TokenRequest(url=found.token_uri, form={"grant_type": grant, "assertion": assertion(found, now)})


def assertion(found: Account, now: datetime) -> str:
    """A JWT signed by the service account. Raises Unspoken where its key cannot be used."""
    issued = int(now.timestamp())
    head = {"alg": "RS256", "typ": "JWT"} | ({"kid": found.private_key_id} if found.private_key_id else {})
    claims = {
        "iss": found.client_email,
        "scope": SCOPE,
        "aud": found.token_uri,
        "iat": issued,
        "exp": issued + LIFETIME_SECONDS,
    }
    signed = f"{encoded(head)}.{encoded(claims)}"
    return f"{signed}.{base64(rsa.signature(private_key(found), signed))}"


def private_key(found: Account) -> RSAPrivateKey:
    """The key of a service account."""
    try:
        key = rsa.private_key(found.private_key)
    except rsa.NoRSAKey as error:
        raise Unspoken(f"`{ACCOUNT}` lacks an RSA `private_key`", ACCOUNT) from error
    except rsa.NoKey as error:
        raise Unspoken(f"`private_key` in `{ACCOUNT}` is no key in PEM: paste the file unchanged", ACCOUNT) from error
    if not found.client_email:
        raise Unspoken(f"`{ACCOUNT}` lacks a `client_email`", ACCOUNT)
    return key


def encoded(said: Json) -> str:
    """A part of a JWT."""
    return base64(msgspec.json.encode(said))


def base64(raw: bytes) -> str:
    """Base64 for URLs, without the padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()

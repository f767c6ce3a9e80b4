"""How AWS wants a request signed with an access key (Signature Version 4). No I/O.

Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, urlsplit

from gateway.vendors.aws.account import region_of
from gateway.vendors.vendor import Login, Sent

ALGORITHM = "AWS4-HMAC-SHA256"
UNRESERVED = "-_.~"
STORE = "s3"
"""The one service that wants a path encoded once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """For whom, when and where a signature holds."""

    key_id: str
    secret: str = field(repr=False)
    region: str
    service: str
    now: datetime

    @property
    def stamp(self) -> str:
        """The moment, as `x-amz-date` says it."""
        return self.now.strftime("%Y%m%dT%H%M%SZ")

    @property
    def text(self) -> str:
        """The credential scope."""
        return f"{self.stamp[:8]}/{self.region}/{self.service}/aws4_request"

    @property
    def key(self) -> bytes:
        """The key of a day, a region and a service."""
        key = b"AWS4" + self.secret.encode()
        for part in self.text.split("/"):
            key = keyed(key, part)
        return key


def sign(sent: Sent, url: str, login: Login, now: datetime, *, service: str = "bedrock") -> dict[str, str]:
    """The headers that prove who asks; none where the login has an API key, which is its own proof, or no access key.

    `now` is aware and in UTC. A session token is signed with the rest.
    """
    settings = login.get
    if login.secret or not (settings("aws_access_key_id") and settings("aws_secret_access_key")):
        return {}
    scope = Scope(
        key_id=settings("aws_access_key_id"),
        secret=settings("aws_secret_access_key"),
        region=region_of(login),
        service=service if service == STORE else settings("aws_service", service),
        now=now,
    )
    proven = proven_headers(sent, scope, settings("aws_session_token"))
    host = {"host": urlsplit(url).netloc.rpartition("@")[2]}
    return proven | {"authorization": authorization(sent.method, url, proven | host, sent.body, scope)}


def proven_headers(sent: Sent, scope: Scope, session_token: str) -> dict[str, str]:
    """The headers under the signature, except for the host's, which the connection writes.

    Of the request's own only those that AWS insists on: others may be changed on their way.
    """
    headers = {"x-amz-date": scope.stamp, "x-amz-content-sha256": hashlib.sha256(sent.body).hexdigest()}
    said = {name.lower(): value for name, value in sent.headers.items()}
    headers |= {name: value for name, value in said.items() if name == "content-type" or name.startswith("x-amz")}
    if sent.body:
        headers.setdefault("content-type", "application/json")
    if session_token:
        headers["x-amz-security-token"] = session_token
    return headers


def authorization(method: str, url: str, headers: Mapping[str, str], body: bytes, scope: Scope) -> str:
    """The `authorization` header for exactly these headers; `host` and `x-amz-date` must be among them."""
    asked, names = canonical_request(method, url, headers, body, scope.service)
    to_sign = "\n".join((ALGORITHM, scope.stamp, scope.text, hashlib.sha256(asked.encode()).hexdigest()))
    signature = keyed(scope.key, to_sign).hex()
    return f"{ALGORITHM} Credential={scope.key_id}/{scope.text}, SignedHeaders={names}, Signature={signature}"


def canonical_request(
    method: str, url: str, headers: Mapping[str, str], body: bytes, service: str = ""
) -> tuple[str, str]:
    """A request in the one spelling that is signed, and the names of the signed headers."""
    parts = urlsplit(url)
    lines = sorted((name.lower(), " ".join(value.split())) for name, value in headers.items())
    names = ";".join(name for name, _ in lines)
    said = "".join(f"{name}:{value}\n" for name, value in lines)
    digest = hashlib.sha256(body).hexdigest()
    # The path is in percent-encoding already and encoded once more: every service but S3 wants it twice.
    path = parts.path or "/"
    path = path if service == STORE else quote(path, safe="/" + UNRESERVED)
    return "\n".join((method, path, canonical_query(parts.query), said, names, digest)), names


def canonical_query(query: str) -> str:
    """A query, percent-encoded already, with its parameters in order and none without a value."""
    pairs = (part.partition("=") for part in query.split("&") if part)
    return "&".join(f"{name}={value}" for name, value in sorted((name, value) for name, _, value in pairs))


def keyed(key: bytes, text: str) -> bytes:
    """HMAC-SHA256."""
    return hmac.digest(key, text.encode(), "sha256")

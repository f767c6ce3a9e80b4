"""How an account logs in at Vertex AI, and where it is."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime
from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.functions import Function
from gateway.vendors.vendor import Json, Login, Unspoken
from gateway.vendors.vertex import VERTEX
from tests.gateway.vendors.test_vertex_vendor import HI, SETTINGS, at_vertex

NOW = datetime(2026, 11, 25, tzinfo=UTC)
CHAT = VERTEX.functions[Function.CHAT]


@pytest.mark.parametrize(
    ("region", "address"),
    [
        ("us-east5", "https://us-east5-aiplatform.googleapis.com/v1"),
        ("global", "https://aiplatform.googleapis.com/v1"),
        ("eu", "https://aiplatform.eu.rep.googleapis.com/v1"),
        ("evil.example/#", "https://aiplatform.googleapis.com/v1"),
    ],
)
def test_each_region_has_its_address(region: str, address: str) -> None:
    """No name of a region leads away from Google."""
    assert VERTEX.address(Login("KEY", {"vertex_region": region})) == address


@pytest.mark.parametrize(
    ("settings", "param"),
    [
        ({"vertex_region": "us-central1"}, "vertex_project_id"),
        ({"vertex_project_id": "../x"}, "vertex_project_id"),
        (SETTINGS | {"vertex_region": "evil.example/#"}, "vertex_region"),
        ({"vertex_service_account_json": "not json"}, "vertex_service_account_json"),
    ],
)
def test_a_login_that_lacks_something_is_told(settings: dict[str, str], param: str) -> None:
    """What is missing or wrong is named before anything is sent."""
    with pytest.raises(Unspoken) as refused:
        CHAT.encode(at_vertex(HI, "gemini-2.5-flash", login=Login("KEY", settings)))

    assert refused.value.param == param


def test_express_mode_needs_no_project() -> None:
    """An API key stands in its own header, and the path names no project."""
    login = Login("AIzaKEY")

    sent = CHAT.encode(at_vertex(HI, "gemini-2.5-flash", login=login))

    assert VERTEX.headers(login) == {"x-goog-api-key": "AIzaKEY"}
    assert VERTEX.address(login) == "https://aiplatform.googleapis.com/v1"
    assert sent.path == "/publishers/google/models/gemini-2.5-flash:generateContent"


@cache
def private_key() -> RSAPrivateKey:
    """A key, made once."""
    return generate_private_key(public_exponent=65537, key_size=2048)


def key_file() -> str:
    """A service account's key file."""
    pem = private_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    named = {"type": "service_account", "project_id": "theirs", "private_key_id": "kid", "client_email": "a@b.c"}
    return json.dumps(named | {"private_key": pem, "token_uri": "https://oauth2.googleapis.com/token"})


def part(encoded: str) -> bytes:
    """A part of a JWT."""
    return urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))


@pytest.mark.parametrize("as_secret", [True, False])
def test_a_service_account_signs_for_its_token(as_secret: bool) -> None:
    """The key file makes a JWT that Google can verify, whether it is the secret or a setting; it names the project."""
    login = Login(key_file()) if as_secret else Login("", {"vertex_service_account_json": key_file()})
    assert VERTEX.token is not None

    wanted = VERTEX.token(login, NOW)

    assert wanted is not None
    assert wanted.url == "https://oauth2.googleapis.com/token"
    assert wanted.form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    head, claims, signature = wanted.form["assertion"].split(".")
    private_key().public_key().verify(part(signature), f"{head}.{claims}".encode(), PKCS1v15(), SHA256())
    assert json.loads(part(head)) == {"alg": "RS256", "typ": "JWT", "kid": "kid"}
    assert json.loads(part(claims)) == {
        "iss": "a@b.c",
        "scope": "https://www.googleapis.com/auth/cloud-platform",
        "aud": "https://oauth2.googleapis.com/token",
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 3600,
    }
    assert CHAT.encode(at_vertex(HI, "gemini-3", login=login)).path.startswith(
        "/projects/theirs/locations/us-central1/"
    )


def test_a_person_renews_a_token() -> None:
    """The file that gcloud keeps for a person works too."""
    kept = {"type": "authorized_user", "client_id": "i", "client_secret": "s", "refresh_token": "r"}
    assert VERTEX.token is not None

    wanted = VERTEX.token(Login("", {"vertex_service_account_json": json.dumps(kept)}), NOW)

    assert wanted is not None
    assert wanted.form["refresh_token"] == "r"
    assert wanted.form["grant_type"] == "refresh_token"


@pytest.mark.parametrize("secret", ["ya29.token", "AIzaKEY"])
def test_a_token_needs_no_other(secret: str) -> None:
    """An access token or an API key is used as it is."""
    assert VERTEX.token is not None

    assert VERTEX.token(Login(secret, SETTINGS), NOW) is None


@pytest.mark.parametrize("found", [{"private_key": "no key"}, {"client_email": ""}])
def test_a_key_that_cannot_sign_is_told(found: Json) -> None:
    """A damaged key file is named as such, without its content."""
    assert VERTEX.token is not None
    damaged = json.dumps(json.loads(key_file()) | found)

    with pytest.raises(Unspoken, match="vertex_service_account_json"):
        VERTEX.token(Login("", {"vertex_service_account_json": damaged}), NOW)

"""Open WebUI's signed word for who asks, at keys that believe nothing else."""

import base64
import hmac
import json
import time
from typing import Any

import pytest

from tests.gateway.running import Gateway, ask, client

SECRET = "a secret of the tests, 32 bytes or more"
CLAIMS = {"sub": "u-1", "email": "bob@example.org", "name": "Bob Ünicode", "role": "user", "iss": "open-webui"}


async def key_id_and_key(gateway: Gateway, **defaults: object) -> tuple[str, str]:
    """A key that wants tokens, and its id."""
    said = {"open_webui": "signed", "open_webui_secret": SECRET} | defaults
    body = {"name": "signed", "scopes": ["completions.write"], "defaults": said}
    made = (await gateway.admin.post("/v1/api-keys/workspace/service", json=body)).raise_for_status().json()
    return made["id"], made["key"]


def token(secret: str = SECRET, algorithm: str = "HS256", lasts: float = 300, **changes: Any) -> str:
    """A token as Open WebUI signs it."""
    now = int(time.time())
    claims = CLAIMS | {"iat": now, "exp": now + lasts} | changes
    signed = f"{part({'alg': algorithm, 'typ': 'JWT'})}.{part(claims)}"
    return f"{signed}.{encoded(hmac.digest(secret.encode(), signed.encode(), 'sha' + algorithm[2:]))}"


def part(said: dict[str, Any]) -> str:
    """A part of a token."""
    return encoded(json.dumps({name: value for name, value in said.items() if value is not None}).encode())


def encoded(raw: bytes) -> str:
    """As a token has it."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


async def asked(gateway: Gateway, key: str, headers: dict[str, str]) -> tuple[int, dict[str, Any], str]:
    """The status, and the metadata and trace of the record."""
    async with client(gateway.url, key) as app:
        answer = await app.post("/v1/chat/completions", json=ask(), headers=headers)
    row = (await gateway.logs())[0]
    return answer.status_code, row["metadata"], row["trace_id"]


async def test_signed_word_says_who_asks(gateway: Gateway) -> None:
    """A token of the right secret names the user and lets the chat be the trace, whatever the request says itself."""
    _, key = await key_id_and_key(gateway)
    headers = {"x-openwebui-user-jwt": token(), "x-openwebui-chat-id": "chat-7"}
    forged = {"x-openwebui-user-id": "root", "x-portkey-metadata": '{"_user": "root", "team": "a"}'}

    status, metadata, trace = await asked(gateway, key, headers | forged)

    assert (status, trace) == (200, "chat-7")
    assert (metadata["_user"], metadata["webui_name"], metadata["team"]) == ("u-1", "Bob Ünicode", "a")


@pytest.mark.parametrize(
    "false",
    [
        token("another secret, and just as long as that"),
        token(lasts=-60),
        token(exp=None),
        token(iss="somebody"),
        token(algorithm="HS512"),
        token().rpartition(".")[0] + ".",
        part({"alg": "none"}) + "." + token().split(".")[1] + ".",
        "nonsense",
        "a.b.c",
    ],
    ids=["stranger's", "old", "endless", "of another", "HS512", "unsigned", "none", "nonsense", "letters"],
)
async def test_false_word_is_refused(gateway: Gateway, false: str) -> None:
    """A token that proves nothing is refused with a sentence, and no vendor is asked."""
    _, key = await key_id_and_key(gateway)

    async with client(gateway.url, key) as app:
        answer = await app.post(
            "/v1/chat/completions",
            json=ask(),
            headers={"x-openwebui-user-jwt": false},
        )

    assert answer.status_code == 401
    assert "`X-OpenWebUI-User-Jwt`" in answer.json()["error"]["message"]


async def test_without_a_token_it_is_nobody(gateway: Gateway) -> None:
    """Headers that anybody could write count for nothing at a key that wants tokens, and the request is served."""
    _, key = await key_id_and_key(gateway)

    status, metadata, trace = await asked(gateway, key, {"x-openwebui-user-id": "root", "x-openwebui-chat-id": "c"})

    assert (status, "_user" in metadata, trace == "c") == (200, False, False)


async def test_secret_is_never_shown_and_stays(gateway: Gateway) -> None:
    """The secret is kept sealed and shown masked; who sends the mask back, or leaves it out, changes nothing."""
    key_id, key = await key_id_and_key(gateway)
    seen = (await gateway.admin.get(f"/v1/api-keys/{key_id}")).json()["defaults"]
    for defaults in (seen, {"open_webui": "signed"}):
        (await gateway.admin.put(f"/v1/api-keys/{key_id}", json={"defaults": defaults})).raise_for_status()

    status, metadata, _ = await asked(gateway, key, {"x-openwebui-user-jwt": token()})

    kept = b"".join(file.read_bytes() for file in gateway.plant.settings.home.rglob("*.db*"))
    assert (status, metadata["_user"]) == (200, "u-1")
    assert SECRET not in str(seen)
    assert kept
    assert SECRET.encode() not in kept


async def test_signed_takes_a_secret(gateway: Gateway) -> None:
    """A key cannot want tokens that it could not read."""
    body = {"name": "k", "scopes": ["completions.write"], "defaults": {"open_webui": "signed"}}

    answer = await gateway.admin.post("/v1/api-keys/workspace/service", json=body)

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "defaults.open_webui_secret")

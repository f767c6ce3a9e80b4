"""Requests that cannot be served: each is told what is wrong, and each is in the log."""

from pathlib import Path
from typing import Any

import pytest

from console.demo.vendor import SimulatedVendor
from tests.gateway.running import Gateway, add_demo, ask, client, gateway_in

HELLO = [{"role": "user", "content": "Hello"}]


@pytest.mark.parametrize("headers", [{}, {"authorization": "Basic abc"}, {"authorization": "Bearer"}])
async def test_missing_key_is_401(gateway: Gateway, headers: dict[str, str]) -> None:
    """A request without a key is told how to send one."""
    async with client(gateway.url, "") as nobody:
        nobody.headers.pop("authorization")
        answer = await nobody.post("/v1/chat/completions", json=ask(), headers=headers)

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_api_key")
    assert "Authorization: Bearer" in answer.json()["error"]["message"]


@pytest.mark.parametrize("key", ["th-wrong", "' OR 1=1 --", "é" * 10, "x" * 100_000, "OPENAI_API_KEY"])
async def test_wrong_key_is_401(gateway: Gateway, key: str) -> None:
    """A key that is not known is refused, whatever it consists of, and does not come back in the answer."""
    headers = {b"x-portkey-api-key": key.encode()}

    answer = await gateway.app.post("/v1/chat/completions", json=ask(), headers=headers)

    assert answer.status_code == 401
    assert key not in answer.text


async def test_key_without_the_scope_is_403(gateway: Gateway) -> None:
    """A key that may do something else is told which scope it lacks."""
    made = await gateway.admin.post("/v1/api-keys/workspace/service", json={"name": "viewer", "scopes": ["logs.list"]})
    async with client(gateway.url, made.json()["key"]) as viewer:
        answer = await viewer.post("/v1/chat/completions", json=ask())

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "missing_scope")
    assert "`completions.write`" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        (b"", None),
        (b"{nonsense", None),
        (b"[1]", None),
        (b"\xff\xfe", None),
        (ask() | {"model": 7}, "model"),
        ({"messages": HELLO}, "model"),
        ({"model": "", "messages": HELLO}, "model"),
        ({"model": "@demo/", "messages": HELLO}, "model"),
        ({"model": "@demo/gpt-4o"}, "messages"),
        (ask() | {"messages": "Hello"}, "messages"),
        (ask() | {"messages": []}, "messages"),
        (ask() | {"messages": [*HELLO, {"content": "x"}]}, "messages[1].role"),
        (ask() | {"stream": "yes"}, "stream"),
        (ask() | {"stream": True, "stream_options": []}, "stream_options"),
        (ask() | {"temperature": "hot"}, "temperature"),
        (ask() | {"max_tokens": 1.5}, "max_tokens"),
    ],
)
async def test_bad_body_is_400_naming_the_field(
    gateway: Gateway, vendor: SimulatedVendor, body: bytes | dict[str, Any], param: str | None
) -> None:
    """What is no JSON, or misses or mistypes a field, is refused before any vendor is asked, the field named."""
    sent = {"content": body} if isinstance(body, bytes) else {"json": body}

    answer = await gateway.app.post("/v1/chat/completions", **sent)

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)
    assert (answer.json()["error"]["fault"], vendor.requests) == ("caller", [])


@pytest.mark.parametrize(
    ("model", "code", "named"),
    [
        ("gpt-4o", "model_not_found", "`@demo/gpt-4o`"),
        ("@dmeo/gpt-4o", "provider_not_found", "`@demo`"),
        ("@nobody/gpt-4o", "provider_not_found", "`@demo`"),
    ],
)
async def test_unknown_name_is_404_with_the_nearest(gateway: Gateway, model: str, code: str, named: str) -> None:
    """A provider or model that there is not is a 404 that proposes what may have been meant."""
    answer = await gateway.chat(model=model)

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, code)
    assert named in answer.json()["error"]["message"]


async def test_model_that_is_switched_off_is_412(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A model the operator has disabled is refused by policy, from the next request on."""
    models = {"models": [{"slug": "gpt-4o", "enabled": False}]}
    (await gateway.admin.put("/v1/integrations/demo/models", json=models)).raise_for_status()

    answer = await gateway.chat()

    assert (answer.status_code, answer.json()["error"]["fault"], vendor.requests) == (412, "policy", [])


async def test_only_what_is_enabled_when_not_all_are_allowed(gateway: Gateway) -> None:
    """With `allow_all_models` off, models nobody enabled are refused as not allowed, with the nearest named."""
    models = {"models": [{"slug": "gpt-4o", "enabled": True}], "allow_all_models": False}
    (await gateway.admin.put("/v1/integrations/demo/models", json=models)).raise_for_status()

    answers = [await gateway.chat(model=f"@demo/{model}") for model in ("gpt-4o", "gpt-4o-mini")]

    assert [answer.status_code for answer in answers] == [200, 412]
    assert "`@demo/gpt-4o`" in answers[1].json()["error"]["message"]


async def test_body_over_the_limit_is_413(tmp_path: Path, vendor: SimulatedVendor) -> None:
    """A body over the limit is refused by size, whether its length was announced or not."""
    async with gateway_in(tmp_path, max_body_mb=1) as gateway:
        await add_demo(gateway.admin, vendor.url)
        text = "x" * 1_100_000

        async def in_pieces() -> Any:
            yield b'{"model":"@demo/gpt-4o","messages":[{"role":"user","content":"' + text.encode() + b'"}]}'

        announced = await gateway.chat(text)
        unannounced = await gateway.app.post("/v1/chat/completions", content=in_pieces())

    assert [answer.status_code for answer in (announced, unannounced)] == [413, 413]
    assert "`max_body_mb`" in announced.json()["error"]["message"]


async def test_get_is_405(gateway: Gateway) -> None:
    """The right path with the wrong method is told so."""
    answer = await gateway.app.get("/v1/chat/completions")

    assert answer.status_code == 405


async def test_unknown_path_is_404_in_our_shape(gateway: Gateway) -> None:
    """A path there is not is answered with the same error shape as everything else."""
    answer = await gateway.app.post("/v1/nonsense", json={})

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize("metadata", ["nonsense", "[1]", '{"a": {"b": 1}}'])
async def test_metadata_that_is_none_is_400(gateway: Gateway, metadata: str) -> None:
    """Metadata must be a JSON object of texts; anything else is refused, not dropped."""
    answer = await gateway.app.post("/v1/chat/completions", json=ask(), headers={"x-portkey-metadata": metadata})

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "x-portkey-metadata")


async def test_every_refusal_is_in_the_log(gateway: Gateway) -> None:
    """Requests that never reached a vendor are logged too, with what the client was told."""
    answer = await gateway.app.post("/v1/chat/completions", json={"model": "@demo/gpt-4o"})

    log = await gateway.log(status="400")
    assert (log["metrics"]["api_key_name"], log["metrics"]["error"]["fault"]) == ("webui", "caller")
    assert log["response"]["body"] == answer.json()

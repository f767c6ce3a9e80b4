"""What Open WebUI sends, as it sends it, and what its users get."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from console.demo.vendor import SimulatedVendor
from tests.gateway.running import Gateway, add_demo, ask, gateway_in

BUSY = {"error": {"message": "Rate limit reached.", "type": "requests", "code": "rate_limit_exceeded"}}
EMBEDDED = {"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": [0.5]}], "model": "e"}
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": f"builtin_{number}",
            "description": "A tool that is always there. " * 18,
            "parameters": {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]},
        },
    }
    for number in range(38)
]
HEADERS = {
    "x-openwebui-auth-type": "jwt",
    "x-openwebui-user-name": "Bob %C3%9Cnicode",
    "x-openwebui-user-id": "7c1f",
    "x-openwebui-user-email": "bob@example.org",
    "x-openwebui-user-role": "user",
    "x-openwebui-user-jwt": "a.b.c",
    "x-openwebui-chat-id": "chat-1",
    "x-openwebui-message-id": "message-1",
    "x-openwebui-task": "title_generation",
    "x-portkey-trace-id": "",
    "x-portkey-metadata": '{"_user":"7c1f","chat":"","task":""}',
    "x-portkey-span-id": "span",
    "user-agent": "Python/3.11 aiohttp/3.14.5",
    "cookie": "token=secret",
    "x-api-key": "mine",
}


def written_down(waits: list[float]) -> Any:
    """Pauses that are only written down."""

    async def pause(seconds: float) -> None:
        waits.append(seconds)

    return pause


async def embed(gateway: Gateway, number: int) -> httpx.Response:
    """One text of a document, as Open WebUI asks for it."""
    body = {"input": [f"text {number}"], "model": "@demo/text-embedding-3-small"}
    return await gateway.app.post("/v1/embeddings", json=body)


async def test_burst_of_embeddings_is_absorbed(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Of hundreds of texts at once none is lost, although the vendor sends most of them away at first."""
    waits: list[float] = []
    gateway.plant.pause = written_down(waits)
    vendor.will(429, BUSY, retry_after=1, times=120)
    vendor.will(json=EMBEDDED, times=200)

    answers = await asyncio.gather(*(embed(gateway, number) for number in range(200)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({asked.raw for asked in vendor.requests}) == 200
    assert waits
    assert all(0 < wait <= 1.25 for wait in waits)


async def test_vendor_that_stays_busy_is_not_waited_for_for_ever(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """In the end the client hears what the vendor says, and when to try again."""
    gateway.plant.pause = written_down([])
    vendor.will(429, BUSY, retry_after=2, times=20)

    answer = await embed(gateway, 1)

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
    assert len(vendor.requests) == 8


@pytest.mark.parametrize(
    ("status", "retry_after", "path"), [(400, None, "embeddings"), (429, 3600, "embeddings"), (429, 1, "rerank")]
)
async def test_nothing_is_waited_for_in_vain(
    gateway: Gateway, vendor: SimulatedVendor, status: int, retry_after: int | None, path: str
) -> None:
    """A request that is wrong, a vendor that is busy for an hour, and what comes alone are not asked about again."""
    where = {"custom_host": vendor.url}
    body = {"name": "o", "slug": "own", "ai_provider_id": "openai-compatible", "configurations": where}
    (await gateway.admin.post("/v1/integrations", json=body)).raise_for_status()
    await asyncio.gather(*gateway.plant.errands)
    vendor.forget()
    vendor.will(status, BUSY, retry_after=retry_after)

    answer = await gateway.app.post(f"/v1/{path}", json={"model": "@own/e", "input": "a", "query": "b"})

    assert (answer.status_code, len(vendor.requests)) == (status, 1)


async def test_config_says_where_embeddings_go_instead(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Where a config has another target, that is asked at once, and nobody waits."""
    vendor.will(429, BUSY, retry_after=1)
    vendor.will(json=EMBEDDED)
    targets = [{"provider": "@demo"}, {"provider": "@demo", "override_params": {"model": "other"}}]
    config = httpx.Request("POST", "http://x", json={"strategy": {"mode": "fallback"}, "targets": targets}).content

    answer = await gateway.app.post(
        "/v1/embeddings", json={"model": "e", "input": "a"}, headers={"x-portkey-config": config.decode()}
    )

    assert (answer.status_code, [asked.body["model"] for asked in vendor.requests]) == (200, ["e", "other"])


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1//chat/completions"])
async def test_message_of_the_page_arrives_whole(gateway: Gateway, vendor: SimulatedVendor, path: str) -> None:
    """A word with 38 tools around it goes to the vendor as it came, and none of the headers goes along."""
    body = ask("Hello", stream=True, tools=TOOLS)

    answer = await gateway.app.post(path, json=body, headers=HEADERS)

    sent = vendor.requests[0]
    assert (answer.status_code, answer.text.endswith("data: [DONE]\n\n")) == (200, True)
    assert (len(sent.raw) > 25_000, sent.body["tools"], sent.body["messages"]) == (True, TOOLS, body["messages"])
    assert not sent.headers.keys() & HEADERS.keys() - {"user-agent"}
    assert HEADERS["user-agent"] != sent.headers.get("user-agent")
    assert gateway.app_key not in str(dict(sent.headers))


async def test_pasted_headers_are_kept_from_every_function(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Whatever is asked for, and what is only passed through, goes to the vendor without the client's headers."""
    for path in ("embeddings", "audio/speech", "images/generations", "responses", "completions", "files"):
        vendor.will(json={"ok": True})
        body = {"model": "@demo/m", "input": "a", "prompt": "b", "voice": "alloy"}
        await gateway.app.post(f"/v1/{path}", json=body, headers={**HEADERS, "x-portkey-provider": "@demo"})

    assert len(vendor.requests) == 6
    assert not [name for asked in vendor.requests for name in asked.headers.keys() & HEADERS.keys() - {"user-agent"}]
    assert all(gateway.app_key not in str(dict(asked.headers)) for asked in vendor.requests)


async def test_empty_placeholders_count_as_absent(gateway: Gateway) -> None:
    """A placeholder that Open WebUI has nothing for leaves neither a trace nor metadata."""
    answer = await gateway.app.post("/v1/chat/completions", json=ask(), headers=HEADERS)

    row = (await gateway.logs())[0]
    assert answer.headers["x-portkey-trace-id"] == row["id"]
    assert row["metadata"]["_user"] == "7c1f"
    assert "chat" not in row["metadata"]


async def test_what_lets_in_is_not_in_the_log(gateway: Gateway) -> None:
    """A signed word for a user could be used again by whoever reads it: the log has it masked."""
    await gateway.app.post("/v1/chat/completions", json=ask(), headers=HEADERS)

    assert "a.b.c" not in str(await gateway.log())


async def test_recording_without_a_length_is_written_down(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A form that comes in pieces, its length untold, arrives with every byte of the recording."""
    vendor.will(json={"text": "hello"})
    form = httpx.Request(
        "POST", "http://x", data={"model": "@demo/whisper-1"}, files={"file": ("a.wav", b"RIFF" * 9_000, "audio/wav")}
    )
    whole = form.read()

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(whole), 5_000):
            yield whole[start : start + 5_000]

    answer = await gateway.app.post(
        "/v1/audio/transcriptions", content=pieces(), headers={"content-type": form.headers["content-type"]}
    )

    assert answer.json() == {"text": "hello"}
    assert b"RIFF" * 9_000 in vendor.requests[0].raw
    assert b"whisper-1" in vendor.requests[0].raw


@pytest.mark.parametrize(
    ("key", "model", "status", "words"),
    [
        ("th-nobody", "@demo/gpt-4o", 401, "API key is not known"),
        (None, "@nobody/gpt-4o", 404, "no provider `@nobody`"),
        (None, "@demo/demo-error-429", 429, "openai"),
    ],
)
async def test_refusals_are_sentences_for_people(
    gateway: Gateway, key: str | None, model: str, status: int, words: str
) -> None:
    """All that a user sees of an error is its message, in OpenAI's shape: it says who refuses."""
    headers = {"authorization": f"Bearer {key}"} if key else {}

    answer = await gateway.app.post("/v1/chat/completions", json=ask(model=model), headers=headers)

    error = answer.json()["error"]
    assert answer.status_code == status
    assert {"message", "type", "code", "param"} <= error.keys()
    assert words in error["message"]


async def test_page_of_a_vendor_is_told_as_an_error(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A user never sees the HTML of a vendor's proxy; status and `Retry-After` stay."""
    vendor.will(502, html=True, headers={"retry-after": "9"})

    answer = await gateway.chat()

    assert (answer.status_code, answer.headers["content-type"]) == (502, "application/json")
    assert "<" not in answer.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/v1//models", "/v1/models/"])
async def test_slashes_too_many_are_forgiven(gateway: Gateway, path: str) -> None:
    """A base URL that was saved with a slash at its end still lists the models."""
    answer = await gateway.app.get(path)

    assert (answer.status_code, answer.json()["object"]) == (200, "list")


async def test_browsers_of_a_known_site_may_ask(tmp_path: Path, vendor: SimulatedVendor) -> None:
    """Direct Connections work from the origins that the operator names: preflight, answers, refusals and streams."""
    async with gateway_in(tmp_path, allowed_origins=("https://chat.example.org",)) as gateway:
        await add_demo(gateway.admin, vendor.url)
        page = {"origin": "https://chat.example.org"}
        asking = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,x-a"}
        may = await gateway.app.options("/v1/chat/completions", headers=page | asking)
        answers = [
            await gateway.app.post("/v1/chat/completions", json=ask(), headers=page),
            await gateway.app.post("/v1/chat/completions", json=ask(stream=True), headers=page),
            await gateway.app.post("/v1/chat/completions", json={}, headers=page),
            await gateway.app.get("/v1/models", headers=page),
        ]

    assert (may.status_code, may.headers["access-control-allow-headers"]) == (204, "authorization,x-a")
    assert "POST" in may.headers["access-control-allow-methods"]
    assert [answer.status_code for answer in answers] == [200, 200, 400, 200]
    assert {each.headers["access-control-allow-origin"] for each in (may, *answers)} == {page["origin"]}


@pytest.mark.parametrize("allowed", [(), ("https://chat.example.org",)])
async def test_browsers_of_other_sites_may_not(tmp_path: Path, allowed: tuple[str, ...]) -> None:
    """Nobody else's page may read an answer; without the setting, no page at all."""
    async with gateway_in(tmp_path, allowed_origins=allowed) as gateway:
        page = {"origin": "https://evil.example.org", "access-control-request-method": "POST"}
        may = await gateway.app.options("/v1/chat/completions", headers=page)
        answer = await gateway.app.get("/v1/models", headers=page)

    assert may.status_code == 405
    assert not [name for each in (may, answer) for name in each.headers if name.startswith("access-control")]


async def test_a_date_to_wait_for_is_told_in_seconds(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A `Retry-After` that is a date counts from the vendor's own clock, whatever ours shows."""
    vendor.will(429, headers={"retry-after": "Tue, 24 Nov 2026 08:00:09 GMT"})

    answer = await gateway.chat()

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "9")

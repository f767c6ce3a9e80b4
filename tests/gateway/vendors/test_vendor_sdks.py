"""What reaches a vendor through the gateway is what the vendor's own package sends for the same call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from cohere import AsyncClientV2
from google import genai

from console.demo.request import Asked
from console.demo.vendor import SimulatedVendor
from tests.gateway.running import Gateway, Json, gateway_in

AUTH, REQUESTS = pytest.importorskip("botocore.auth"), pytest.importorskip("botocore.awsrequest")
CREDENTIALS, SESSION = pytest.importorskip("botocore.credentials"), pytest.importorskip("botocore.session")
CONFIG = pytest.importorskip("botocore.config").Config(retries={"max_attempts": 0}, proxies={})
KEY = "a-key-of-the-vendor"
CLAUDE = "anthropic.claude-3-5-sonnet-20240620-v1:0"
AWS = {"aws_access_key_id": "AK", "aws_secret_access_key": "SK", "aws_region": "eu-west-1"}
SIGNED_WITH = CREDENTIALS.Credentials(AWS["aws_access_key_id"], AWS["aws_secret_access_key"])
SCHEMA: Json = {"type": "object", "properties": {"road": {"type": "string"}}, "required": ["road"]}
TOOL: Json = {"type": "function", "function": {"name": "get_toll", "description": "The toll", "parameters": SCHEMA}}
CALL: Json = {"id": "call_1", "type": "function", "function": {"name": "get_toll", "arguments": '{"road":"A1"}'}}
TALK: list[Json] = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "What is the toll?"},
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "call_1", "content": "4 pence"},
]
Call = Callable[[str], Awaitable[Any]]
"""A call that a vendor's package makes at an address."""


def cohere(method: str, **words: Any) -> Call:
    """A call of Cohere's package."""

    async def ask(root: str) -> None:
        async with httpx.AsyncClient(trust_env=False) as http:
            await getattr(AsyncClientV2(api_key=KEY, base_url=root, httpx_client=http), method)(**words)

    return ask


def google(**words: Any) -> Call:
    """A chat by Google's package."""

    async def ask(root: str) -> None:
        async with genai.Client(api_key=KEY, http_options={"base_url": root, "api_version": "v1beta"}).aio as client:
            await client.models.generate_content(**words)

    return ask


def bedrock(**words: Any) -> Call:
    """A chat by AWS's own library."""

    def ask(root: str) -> None:
        session = SESSION.Session()
        session.set_credentials(SIGNED_WITH.access_key, SIGNED_WITH.secret_key)
        client = session.create_client("bedrock-runtime", AWS["aws_region"], endpoint_url=root, config=CONFIG)
        try:
            client.converse(**words)
        finally:
            client.close()

    return lambda root: asyncio.to_thread(ask, root)


COHERE_SAID: Json = {
    "id": "c",
    "finish_reason": "COMPLETE",
    "message": {"role": "assistant", "content": [{"type": "text", "text": "Hi"}]},
    "usage": {"tokens": {"input_tokens": 1, "output_tokens": 1}},
}
COHERE_EMBEDDED: Json = {
    "id": "e",
    "embeddings": {"float": [[1.0]]},
    "texts": ["a"],
    "response_type": "embeddings_by_type",
}
COHERE_RANKED: Json = {"id": "r", "results": [{"index": 0, "relevance_score": 0.5}]}
GOOGLE_SAID: Json = {"candidates": [{"content": {"parts": [{"text": "Hi"}]}, "finishReason": "STOP"}]}
BEDROCK_SAID: Json = {
    "output": {"message": {"role": "assistant", "content": [{"text": "Hi"}]}},
    "stopReason": "end_turn",
    "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
    "metrics": {"latencyMs": 1},
}

CASES = [
    pytest.param(
        "cohere",
        "chat/completions",
        {
            "model": "command-a",
            "messages": TALK,
            "tools": [TOOL],
            "temperature": 0.3,
            "top_p": 0.9,
            "max_tokens": 50,
            "seed": 7,
            "stop": ["END"],
        },
        cohere(
            "chat",
            model="command-a",
            messages=[*TALK[:2], {"role": "assistant", "tool_calls": [CALL]}, TALK[3]],
            tools=[TOOL],
            temperature=0.3,
            p=0.9,
            max_tokens=50,
            seed=7,
            stop_sequences=["END"],
        ),
        COHERE_SAID,
        id="cohere-chat",
    ),
    pytest.param(
        "cohere",
        "embeddings",
        {"model": "embed-v4.0", "input": ["a"], "dimensions": 256, "input_type": "search_query"},
        cohere(
            "embed",
            model="embed-v4.0",
            texts=["a"],
            output_dimension=256,
            input_type="search_query",
            embedding_types=["float"],
        ),
        COHERE_EMBEDDED,
        id="cohere-embed",
    ),
    pytest.param(
        "cohere",
        "rerank",
        {"model": "rerank-v3.5", "query": "toll", "documents": ["a", "b"], "top_n": 1},
        cohere("rerank", model="rerank-v3.5", query="toll", documents=["a", "b"], top_n=1),
        COHERE_RANKED,
        id="cohere-rerank",
    ),
    pytest.param(
        "google",
        "chat/completions",
        {"model": "gemini-2.5-flash", "messages": TALK[1:2], "temperature": 0.3, "max_tokens": 50},
        google(
            model="gemini-2.5-flash", contents="What is the toll?", config={"temperature": 0.3, "max_output_tokens": 50}
        ),
        GOOGLE_SAID,
        id="google-chat",
    ),
    pytest.param(
        "bedrock",
        "chat/completions",
        {"model": CLAUDE, "messages": TALK, "tools": [TOOL], "temperature": 0.3, "max_tokens": 50, "stop": ["END"]},
        bedrock(
            modelId=CLAUDE,
            system=[{"text": "Be brief."}],
            messages=[
                {"role": "user", "content": [{"text": "What is the toll?"}]},
                {
                    "role": "assistant",
                    "content": [{"toolUse": {"toolUseId": "call_1", "name": "get_toll", "input": {"road": "A1"}}}],
                },
                {
                    "role": "user",
                    "content": [{"toolResult": {"toolUseId": "call_1", "content": [{"text": "4 pence"}]}}],
                },
            ],
            inferenceConfig={"temperature": 0.3, "maxTokens": 50, "stopSequences": ["END"]},
            toolConfig={
                "tools": [
                    {"toolSpec": {"name": "get_toll", "description": "The toll", "inputSchema": {"json": SCHEMA}}}
                ]
            },
        ),
        BEDROCK_SAID,
        id="bedrock-converse",
    ),
]
"""(vendor, our path, our request, their call, the vendor's answer to both)."""
BELOW = {"google": "/v1beta"}
"""What belongs to an integration's address, where the package adds it."""
LOGINS: dict[str, Json] = {"cohere": {"key": KEY}, "google": {"key": KEY}, "bedrock": {"configurations": AWS}}


@pytest.fixture
async def gateway(tmp_path: Path, vendor: SimulatedVendor) -> AsyncIterator[Gateway]:
    """A gateway with each of the vendors by its own name, all of them at one address."""
    async with gateway_in(tmp_path) as gateway:
        for name, login in LOGINS.items():
            where = {"custom_host": root_of(vendor) + BELOW.get(name, "")} | login.get("configurations", {})
            body = {"name": name, "slug": name, "ai_provider_id": name} | login | {"configurations": where}
            (await gateway.admin.post("/v1/integrations", json=body)).raise_for_status()
        await asyncio.gather(*gateway.plant.errands)
        vendor.forget()
        yield gateway


def root_of(vendor: SimulatedVendor) -> str:
    """Its address without OpenAI's `/v1`."""
    return vendor.url.removesuffix("/v1")


@pytest.mark.parametrize(("name", "path", "body", "call", "answer"), CASES)
async def test_what_is_sent(
    gateway: Gateway, vendor: SimulatedVendor, name: str, path: str, body: Json, call: Call, answer: Json
) -> None:
    """Method, path, login and body are those of the vendor's own package."""
    vendor.will(200, answer, times=2)

    reply = await gateway.app.post(f"/v1/{path}", json=body | {"model": f"@{name}/{body['model']}"})
    await call(root_of(vendor))

    assert reply.status_code == 200, reply.text
    ours, theirs = vendor.requests
    assert (ours.method, ours.path) == (theirs.method, theirs.path)
    assert login_of(ours) == login_of(theirs)
    assert meant(ours.body) == meant(theirs.body)


def login_of(asked: Asked) -> str | None:
    """The key, or of a signature who signed with it for what; the signature itself is of its second."""
    said = asked.headers.get("x-goog-api-key") or asked.headers.get("authorization", "")
    return said.partition(", ")[0]


def meant(body: Json) -> Json:
    """A body without what says nothing: no stream where none was asked for, a role where only one is possible."""
    kept = {name: value for name, value in body.items() if (name, value) != ("stream", False)}
    return {name: value for name, value in kept.items() if value not in (None, {}, [])}


async def test_signature_that_arrives_is_right(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """AWS's own library makes the same signature of the request as the vendor gets it, host and port included."""
    vendor.will(200, BEDROCK_SAID)

    await gateway.chat(model=f"@bedrock/{CLAUDE}")

    came = vendor.requests[0]
    names = came.headers["authorization"].split("SignedHeaders=")[1].partition(",")[0].split(";")
    request = REQUESTS.AWSRequest(
        came.method, root_of(vendor) + came.path, {name: came.headers[name] for name in names}, came.raw
    )
    request.context["timestamp"] = came.headers["x-amz-date"]
    signer = AUTH.SigV4Auth(SIGNED_WITH, "bedrock", AWS["aws_region"])
    expected = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    assert came.headers["authorization"].endswith(f"Signature={expected}")

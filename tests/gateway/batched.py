"""Batches before Anthropic: a gateway, OpenAI's client at its door, and what the vendor says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import msgspec
import openai
import pytest

from console.demo.vendor import SimulatedVendor
from tests.gateway.running import Gateway, Json, gateway_in

MODEL = "claude-sonnet-4-5"
ENDPOINT: Final = "/v1/chat/completions"


@pytest.fixture
async def gateway(tmp_path: Path, vendor: SimulatedVendor) -> AsyncIterator[Gateway]:
    """A gateway with Anthropic behind `@claude`."""
    async with gateway_in(tmp_path, trusted_custom_hosts=("127.0.0.1",)) as gateway:
        body = {
            "name": "Claude",
            "slug": "claude",
            "ai_provider_id": "anthropic",
            "key": "sk-ant-of-the-tests",
            "configurations": {"custom_host": vendor.url},
        }
        (await gateway.admin.post("/v1/integrations", json=body)).raise_for_status()
        await asyncio.gather(*gateway.plant.errands)
        vendor.forget()
        yield gateway


@pytest.fixture
async def batches(gateway: Gateway) -> AsyncIterator[openai.AsyncOpenAI]:
    """OpenAI's client at our door."""
    async with openai.AsyncOpenAI(
        base_url=f"{gateway.url}/v1",
        api_key=gateway.app_key,
        default_headers={"x-portkey-provider": "@claude"},
        max_retries=0,
    ) as client:
        yield client


def request(custom_id: str, text: str = "hi", **more: Any) -> Json:
    """One line of the file."""
    body = {"model": MODEL, "max_tokens": 9, "messages": [{"role": "user", "content": text}]} | more
    return {"custom_id": custom_id, "method": "POST", "url": ENDPOINT, "body": body}


def jsonl(*lines: Json) -> bytes:
    """Several."""
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


async def upload(batches: openai.AsyncOpenAI, *lines: Json) -> str:
    """A file of requests, by its id."""
    return (await batches.files.create(file=("requests.jsonl", jsonl(*lines)), purpose="batch")).id


def there(status: str = "in_progress", cancelled: bool = False, **counts: int) -> Json:
    """Anthropic's batch."""
    return {
        "id": "msgbatch_1",
        "type": "message_batch",
        "processing_status": status,
        "request_counts": {"processing": 0, "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0} | counts,
        "expires_at": "2030-01-02T00:00:00Z",
        "cancel_initiated_at": "2030-01-01T00:00:00Z" if cancelled else None,
    }


def said(number: int, text: str = "Hello") -> Json:
    """The answer to one request of Anthropic's batch."""
    usage = {"input_tokens": 1000, "output_tokens": 100, "service_tier": "batch"}
    message = {
        "id": f"msg_{number}",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "usage": usage,
    }
    return {"custom_id": f"line-{number}", "result": {"type": "succeeded", "message": message}}


def refused(number: int) -> Json:
    """An error instead of an answer."""
    error = {"type": "error", "error": {"type": "invalid_request_error", "message": "max_tokens is too large"}}
    return {"custom_id": f"line-{number}", "result": {"type": "errored", "error": error}}


async def made(batches: openai.AsyncOpenAI, vendor: SimulatedVendor, *lines: Json) -> str:
    """A batch under way, by its id."""
    vendor.will(json=there(processing=len(lines)))
    file = await upload(batches, *lines)
    return (await batches.batches.create(input_file_id=file, endpoint=ENDPOINT, completion_window="24h")).id


def lines_of(content: bytes) -> list[Json]:
    """A file of results."""
    return [msgspec.json.decode(line) for line in content.splitlines()]

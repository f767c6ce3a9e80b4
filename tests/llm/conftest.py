"""The model, a gateway before it, and a client; all of it skipped where no Python with the model is named."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from openai import DefaultHttpxClient, OpenAI

from tests.e2e.running import Gateway, eventually, gateway_in, new_key
from tests.ports import free_port

PYTHON = os.environ.get("TOLLHOUSE_LLM_PYTHON", "")
PATIENCE_SECONDS = 120.0
"""A small model on a busy machine writes some ten tokens a second."""


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a real model's server."""
    if not PYTHON:
        pytest.skip("no real model here: `make test-llm` installs one and names it in TOLLHOUSE_LLM_PYTHON")
    port, log = free_port(), tmp_path_factory.mktemp("model") / "log"
    words = [PYTHON, str(Path(__file__).with_name("server.py")), str(port)]
    with log.open("wb") as writing, subprocess.Popen(words, stdout=writing, stderr=writing) as process:
        try:
            eventually(lambda: answers(f"http://127.0.0.1:{port}/health") or ended(process, log))
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.kill()  # it has nothing to lose, and does not listen to SIGTERM while it computes


def answers(url: str) -> bool:
    """Whether somebody is ready there."""
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.TransportError:
        return False


def ended(process: subprocess.Popen[bytes], log: Path) -> bool:
    """False while it runs; fails with its last words when it does not."""
    if process.poll() is not None:
        pytest.fail(f"the model's server ended: {log.read_text(errors='replace')[-2000:]}")
    return False


@pytest.fixture(scope="session")
def gateway(model: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway with the model behind `@local`."""
    body = {"name": "Local", "slug": "local", "ai_provider_id": "llama-cpp", "configurations": {"custom_host": model}}
    with gateway_in(tmp_path_factory.mktemp("installation") / "home") as gateway:
        gateway.admin.post("/v1/integrations", json=body).raise_for_status()
        yield gateway


@pytest.fixture
def openai(gateway: Gateway) -> Iterator[OpenAI]:
    """An application."""
    url, key, http = f"{gateway.url}/v1", new_key(gateway.admin), DefaultHttpxClient(trust_env=False)
    with OpenAI(base_url=url, api_key=key, max_retries=0, timeout=PATIENCE_SECONDS, http_client=http) as client:
        yield client

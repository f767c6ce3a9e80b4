"""The demo's throw-away installation: a vendor, a gateway in a home of its own, applications with keys, and traffic."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from console.address import HOST, PORT, Address
from console.demo.traffic import PROVIDER, Plan
from console.launch import Child, NotStarted, child, gateway

if TYPE_CHECKING:
    import httpx

APPLICATIONS = ("Web shop", "Support desk", "Nightly batch", "Ada's laptop")
ROUTED = "Support desk"
SHAKY: dict[str, Any] = {
    "strategy": {"mode": "loadbalance"},
    "targets": [
        {"provider": PROVIDER, "weight": 2},
        {
            "weight": 1,
            "strategy": {"mode": "fallback"},
            "targets": [
                {"provider": PROVIDER, "override_params": {"model": "demo-error-503"}},
                {"provider": PROVIDER},
            ],
        },
    ],
}
"""Sends a third of an application's requests to a model that fails, and on from there: so that routing can be seen."""
TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything is running."""

    gateway: str
    vendor: str
    home: Path
    operator_key: str
    application_key: str
    """A key that anyone at this machine may try the gateway with."""

    def summary(self) -> str:
        """What a newcomer needs to join in."""
        return "\n".join(
            (
                f"Gateway          {self.gateway}/v1",
                f"API key          {self.application_key}",
                f"Models           {PROVIDER}/gpt-4o, {PROVIDER}/demo-fast, {PROVIDER}/demo-error-503, …",
                f"Simulated vendor {self.vendor}",
                f"Throw-away home  {self.home}",
            )
        )


@contextmanager
def throwaway(port: int | None, pace: float) -> Iterator[Stage]:
    """The whole demo for as long as the block runs; nothing of it is left afterwards. Raises NotStarted."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("TOLLHOUSE_")}
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="tollhouse-demo-", ignore_cleanup_errors=True))
        home, address = Path(folder), Address(HOST, port or free_port())
        arguments = ("--port", "0", "--pace", str(pace))
        vendor = stack.enter_context(child("console.demo.vendor", *arguments, environ=ours, stdout=subprocess.PIPE))
        started = stack.enter_context(gateway(address, "--home", folder, environ=ours))
        if not started:
            raise NotStarted(f"A gateway runs at {address.url} already. Give the demo another port with `--port`.")
        operator_key = (home / "operator.key").read_text().strip()
        vendor_url = announced(vendor)
        plan = Plan(address.url, furnish(address.url, operator_key, vendor_url))
        stack.enter_context(traffic(plan, ours))
        yield Stage(address.url, vendor_url, home, operator_key, next(iter(plan.keys.values())))


def free_port() -> int:
    """The usual port, or any when that is taken."""
    for wanted in (PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, wanted))
            except OSError:
                continue
            taken: int = probe.getsockname()[1]
            return taken
    raise NotStarted("This machine has no free port.")


def announced(vendor: Child) -> str:
    """The address that the vendor says it listens at."""
    line = vendor.process.stdout.readline().decode() if vendor.process.stdout else ""
    if not line:
        raise NotStarted(f"The simulated vendor did not start:\n{vendor.last_words()}")
    return line.rpartition(" ")[2].strip()


def furnish(url: str, operator_key: str, vendor_url: str) -> dict[str, str]:
    """Make the integration, its provider and the applications' keys, as anyone may: over the admin API."""
    import httpx

    headers = {"x-portkey-api-key": operator_key}
    with httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT_SECONDS, trust_env=False) as client:
        slug = PROVIDER.removeprefix("@")
        integration = {
            "name": "Simulated vendor",
            "slug": slug,
            "ai_provider_id": "openai",
            "key": "sk-simulated-vendor",
            "description": "Answers like OpenAI from this machine.",
            "configurations": {"custom_host": f"{vendor_url}/v1"},
            "create_default_provider": True,
            "default_provider_slug": slug,
        }
        created(client, "/v1/integrations", integration)
        config = created(client, "/v1/configs", {"name": "Support desk", "config": SHAKY})["data"]["slug"]
        return {name: key_for(client, name, config if name == ROUTED else None) for name in APPLICATIONS}


def key_for(client: httpx.Client, name: str, config: str | None) -> str:
    """An application's key, with a config that its requests go by."""
    defaults = {"defaults": {"config_id": config}} if config else {}
    body = {"name": name, "scopes": ["completions.write"], **defaults}
    key: str = created(client, "/v1/api-keys/workspace/service", body)["key"]
    return key


def created(client: httpx.Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """What the admin API made. Raises NotStarted with its words if it would not."""
    answer = client.post(path, json=body)
    if not answer.is_success:
        raise NotStarted(f"The gateway refused {path} ({answer.status_code}): {answer.text[:300]}")
    made: dict[str, Any] = answer.json()
    return made


@contextmanager
def traffic(plan: Plan, environ: dict[str, str]) -> Iterator[None]:
    """Requests, for as long as the block runs."""
    with child("console.demo.traffic", environ=environ, stdin=subprocess.PIPE) as driver:
        if driver.process.stdin is not None:
            driver.process.stdin.write(msgspec.json.encode(plan))
            driver.process.stdin.close()
        yield


def stay(seconds: float | None) -> None:
    """Do nothing, for some time or until interrupted."""
    deadline = None if seconds is None else time.monotonic() + seconds
    while deadline is None or time.monotonic() < deadline:
        time.sleep(0.2)

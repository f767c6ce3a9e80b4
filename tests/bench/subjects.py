"""What is measured: our gateway, the peers found on this machine, and nothing at all in between for comparison."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from console.commandline.launch import command
from console.demo.furniture import created
from tests.bench.answers import MODELS
from tests.bench.machine import GATEWAY_CORE, await_answer, pinned
from tests.bench.upstream import MODEL

PORT = 18700
VENDOR_KEY = "sk-bench"


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that answers chat requests."""

    name: str
    url: str
    headers: Mapping[str, str]
    model: str
    pid: int = 0
    home: Path | None = None
    start_seconds: float = 0.0
    operator_key: str = ""


def nothing(upstream: str) -> Subject:
    """The upstream itself."""
    headers = {"authorization": f"Bearer {VENDOR_KEY}"}
    return Subject("direct", f"{upstream}/v1/chat/completions", headers, MODEL)


@contextmanager
def tollhouse(upstream: str, log: Path | None = None) -> Iterator[Subject]:
    """Our gateway, in a new home (with a copy of a database, if one is given), with one provider and one API key."""
    root = f"http://127.0.0.1:{PORT}"
    with tempfile.TemporaryDirectory(prefix="tollhouse-bench-") as folder:
        if log is not None:
            copy_database(log, Path(folder) / "tollhouse.db")
        words = command("gateway", "--host", "127.0.0.1", "--port", str(PORT), "--home", folder)
        with pinned(words, GATEWAY_CORE) as process:
            start_seconds = await_answer(f"{root}/v1/health", process)
            operator_key = (Path(folder) / "operator.key").read_text().strip()
            key = furnish(root, operator_key, upstream)
            headers = {"authorization": f"Bearer {key}"}
            yield Subject(
                name="tollhouse",
                url=f"{root}/v1/chat/completions",
                headers=headers,
                model=f"@bench/{MODEL}",
                pid=process.pid,
                home=Path(folder),
                start_seconds=start_seconds,
                operator_key=operator_key,
            )


def copy_database(log: Path, copy: Path) -> None:
    """What is in its write-ahead log included."""
    with closing(sqlite3.connect(log)) as source, closing(sqlite3.connect(copy)) as target:
        source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        source.backup(target)


def furnish(root: str, operator_key: str, upstream: str) -> str:
    """Make a provider for the upstream, and an API key; the key is returned."""
    import httpx

    integration = {
        "name": "bench",
        "slug": "bench",
        "ai_provider_id": "openai",
        "key": VENDOR_KEY,
        "configurations": {"custom_host": f"{upstream}/v1"},
        "create_default_provider": True,
        "default_provider_slug": "bench",
    }
    with httpx.Client(base_url=root, headers={"x-portkey-api-key": operator_key}, trust_env=False) as client:
        created(client, "/v1/integrations", integration)
        for vendor in MODELS:
            named = {"ai_provider_id": vendor, "slug": vendor, "name": vendor, "default_provider_slug": vendor}
            created(client, "/v1/integrations", integration | named)
        body = {"name": "bench", "scopes": ["completions.write"]}
        key: str = created(client, "/v1/api-keys/workspace/service", body)["key"]
    return key


@contextmanager
def portkey(upstream: str) -> Iterator[Subject]:
    """Portkey's gateway from npm. Raises LookupError if it is not installed."""
    script = portkey_script()
    root = f"http://127.0.0.1:{PORT + 1}"
    with pinned(["node", str(script), f"--port={PORT + 1}", "--headless"], GATEWAY_CORE) as process:
        start_seconds = await_answer(f"{root}/", process)
        headers = {
            "authorization": f"Bearer {VENDOR_KEY}",
            "x-portkey-provider": "openai",
            "x-portkey-custom-host": f"{upstream}/v1",
        }
        yield Subject("portkey", f"{root}/v1/chat/completions", headers, MODEL, process.pid, None, start_seconds)


def portkey_script() -> Path:
    """Where npm put it: here, globally, or below `$TOLLHOUSE_BENCH_NODE_MODULES`."""
    places = [Path("node_modules"), Path("/usr/local/lib/node_modules"), Path("/usr/lib/node_modules")]
    if given := os.environ.get("TOLLHOUSE_BENCH_NODE_MODULES"):
        places.insert(0, Path(given))
    for place in places:
        if (script := place / "@portkey-ai" / "gateway" / "build" / "start-server.js").exists() and shutil.which(
            "node"
        ):
            return script
    raise LookupError("npm's @portkey-ai/gateway is not installed")


@contextmanager
def litellm(upstream: str) -> Iterator[Subject]:
    """LiteLLM's proxy. Raises LookupError if it is not installed."""
    if (program := os.environ.get("TOLLHOUSE_BENCH_LITELLM") or shutil.which("litellm")) is None:
        raise LookupError("LiteLLM's proxy is not installed")
    root = f"http://127.0.0.1:{PORT + 2}"
    parameters = f"{{model: openai/{MODEL}, api_base: '{upstream}/v1', api_key: {VENDOR_KEY}}}"
    config = f"model_list:\n  - model_name: {MODEL}\n    litellm_params: {parameters}\n"
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(config)
        file.flush()
        words = [program, "--config", file.name, "--host", "127.0.0.1", "--port", str(PORT + 2), "--num_workers", "1"]
        key = "sk-bench-litellm"
        with pinned(words, GATEWAY_CORE, {**os.environ, "LITELLM_MASTER_KEY": key}) as process:
            start_seconds = await_answer(f"{root}/health/liveliness", process)
            headers = {"authorization": f"Bearer {key}"}
            yield Subject("litellm", f"{root}/v1/chat/completions", headers, MODEL, process.pid, None, start_seconds)


PEERS: Mapping[str, Callable[[str], AbstractContextManager[Subject]]] = {"portkey": portkey, "litellm": litellm}


@contextmanager
def upstream(core: int, gap_ms: float = 0.0) -> Iterator[str]:
    """The vendor; yields its address."""
    words = command("tests.bench.upstream", "--gap-ms", str(gap_ms))
    with pinned(words, core) as process:
        yield announced(process)


def announced(process: subprocess.Popen[bytes]) -> str:
    """The address that a program says it listens at."""
    line = process.stdout.readline().decode() if process.stdout else ""
    if not line:
        sys.exit("The benchmark's upstream did not start.")
    return line.rpartition(" ")[2].strip()

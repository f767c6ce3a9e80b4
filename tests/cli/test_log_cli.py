"""`tollhouse logs export` and `tollhouse reprice`, as processes, on a gateway that runs and on its file."""

from __future__ import annotations

import asyncio
import os
import stat
import subprocess
from pathlib import Path

from console.commandline.launch import command, environment
from tests.gateway.running import OPERATOR_KEY, gateway_in

USAGE = {"prompt_tokens": 1000, "completion_tokens": 500}
TOLD = {
    "request": {"url": "https://api.openai.com/v1/chat/completions", "body": {"model": "gpt-4o"}},
    "response": {"status": 200, "body": {"model": "gpt-4o", "choices": [], "usage": USAGE}},
    "metadata": {"trace_id": "t1"},
}


async def typed(*words: str) -> subprocess.CompletedProcess[str]:
    """What an operator types, while the gateway of this process goes on."""
    environ = environment(os.environ) | {"TOLLHOUSE_OPERATOR_KEY": OPERATOR_KEY}
    line = command("console.cli", *words)
    return await asyncio.to_thread(
        subprocess.run, line, env=environ, capture_output=True, text=True, timeout=60, check=False
    )


async def test_export_and_reprice_from_the_command_line(tmp_path: Path) -> None:
    """A gateway that runs and the file of one that does not give the same; a dry run of prices says the difference."""
    home, online, offline = tmp_path / "home", tmp_path / "online.csv", tmp_path / "offline.csv"
    wanted = ("-f", "trace_id=t1", "--fields", "trace_id,total_units", "--format", "csv")
    async with gateway_in(home) as gateway:
        (await gateway.admin.post("/v1/logs", json=[TOLD] * 3)).raise_for_status()
        assert await gateway.plant.writer.caught_up(20)
        at = ("--gateway", gateway.url)
        first = await typed("logs", "export", *wanted, "-o", str(online), *at)
        again = await typed("logs", "export", *wanted, "-o", str(online), *at)
        wrong = await typed("logs", "export", "-f", "colour=red", "-o", str(tmp_path / "none"), *at)
        priced = await typed("reprice", "--since", "2020-01-01T00:00:00Z", *at)
        held = await typed("logs", "export", *wanted, "-o", str(offline), "--offline", "--home", str(home))
    last = await typed("logs", "export", *wanted, "-o", str(offline), "--offline", "--home", str(home))

    assert (first.returncode, "3 requests" in first.stdout) == (0, True), first.stderr
    assert online.read_bytes() == b"trace_id,total_units\r\n" + b"t1,1500\r\n" * 3
    assert stat.S_IMODE(online.stat().st_mode) == 0o600
    assert (again.returncode, "is there already" in again.stderr) == (1, True)
    assert (wrong.returncode, "`colour` is no filter" in wrong.stderr) == (1, True)
    assert "3 requests looked at; the cost of 0 would change" in priced.stdout, priced.stderr
    assert (held.returncode, "Another gateway uses" in held.stderr) == (1, True)
    assert last.returncode == 0, last.stderr
    assert offline.read_bytes() == online.read_bytes()

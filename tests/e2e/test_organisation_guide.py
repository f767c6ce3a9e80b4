"""What `docs/organisation.md` tells an operator to type does what it says."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.running import CHAT, PATIENCE_SECONDS, ask, client, environ_of, gateway_in

GUIDE = Path(__file__).parents[2] / "docs" / "organisation.md"


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_department_in_four_calls(tmp_path: Path, vendor_url: str) -> None:
    """The page's own commands make a department: its bot is served, its manager invited, its money set."""
    block = GUIDE.read_text().partition("## A department in four calls")[2].partition("The bot asks")[0]
    with gateway_in(tmp_path / "home") as gateway:
        account = {"name": "openai", "ai_provider_id": "openai", "key": "sk-x"}
        configurations = {"custom_host": vendor_url}
        gateway.admin.post("/v1/integrations", json=account | {"configurations": configurations}).raise_for_status()
        script = block.replace("~/.tollhouse", str(gateway.home)).replace("http://127.0.0.1:8787", gateway.url)
        typed = ["bash", "-e", "-c", script.replace("curl ", "curl --noproxy '*' --fail-with-body -sS ")]

        ended = subprocess.run(
            typed, env=environ_of(tmp_path), capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
        )

        assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout
        key = re.search(r'"key":"(th-[^"]+)"', ended.stdout)
        assert key is not None, ended.stdout
        with client(gateway.url, key[1]) as bot:
            served = bot.post(CHAT, json=ask(model="@sales-openai/gpt-4o")).status_code
        limits = gateway.admin.get("/v1/limits", params={"level": "workspace", "owner": "sales"}).json()["data"]

    assert served == 200
    assert [(each["limit"], each["spent"] > 0) for each in limits] == [(200, True)]
    assert '"invite_link"' in ended.stdout

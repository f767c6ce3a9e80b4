"""A gateway that is lost whole comes back from its backup and its master key, in a home where nothing was."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import httpx

from tests.e2e.running import CHAT, Gateway, add_demo, ask, client, gateway_in, new_key, run

LINE = b'{"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": {"model": "claude"}}\n'
CLAUDE = {"x-portkey-provider": "@claude"}


def furnish(gateway: Gateway, vendor_url: str) -> str:
    """Two vendors, one of them with batches of its own kind; the secret of a key."""
    add_demo(gateway.admin, vendor_url)
    body = {"name": "Claude", "slug": "claude", "ai_provider_id": "anthropic", "key": "sk-ant-x"}
    gateway.admin.post(
        "/v1/integrations", json=body | {"configurations": {"custom_host": vendor_url}}
    ).raise_for_status()
    return new_key(gateway.admin)


def upload(app: httpx.Client) -> str:
    """A file of requests for a batch, by its id."""
    files = {"file": ("requests.jsonl", LINE * 1_000)}
    made = app.post("/v1/files", files=files, data={"purpose": "batch"}, headers=CLAUDE).raise_for_status()
    return str(made.json()["id"])


def test_backup_under_load_is_served_from_an_empty_home(tmp_path: Path, vendor_url: str) -> None:
    """What was answered before the backup is in it, with files, keys and credentials; the master key is not."""
    lost, found, file = tmp_path / "lost", tmp_path / "found", tmp_path / "saved.db"
    with gateway_in(lost) as gateway:
        secret = furnish(gateway, vendor_url)
        with client(gateway.url, secret) as app:
            uploaded = upload(app)
            answered = [app.post(CHAT, json=ask(f"zyzzyva {number}")).status_code for number in range(20)]
            is_over = threading.Event()
            others = threading.Thread(target=keep_asking, args=(gateway.url, secret, is_over))
            others.start()
            saved = run("backup", "--home", str(lost), str(file), home=tmp_path)
            is_over.set()
            others.join()
    master = (lost / "master.key").read_bytes()
    restored = run("restore", "--home", str(found), str(file), home=tmp_path)
    shutil.copy(lost / "master.key", found / "master.key")
    with gateway_in(found) as gateway:
        with client(gateway.url, secret) as app:
            again = app.post(CHAT, json=ask("after")).status_code
            content = app.get(f"/v1/files/{uploaded}/content").content
        records = [each for each in gateway.logs(ai_model="gpt-4o") if each["response_status_code"] == 200]
        texts = gateway.admin.get("/v1/logs", params={"words": "zyzzyva", "limit": "100"}).json()["data"]

    assert (answered, saved.returncode, restored.returncode) == ([200] * 20, 0, 0), saved.stderr + restored.stderr
    assert "not in the backup" in saved.stdout
    assert f"no `{found}/master.key`" in restored.stdout
    assert master not in file.read_bytes()
    assert (again, content) == (200, LINE * 1_000)
    assert len(texts) == 20
    assert len({each["id"] for each in records}) == len(records) >= 21


def keep_asking(url: str, secret: str, is_over: threading.Event) -> None:
    """Requests one after the other while a backup is made."""
    with client(url, secret) as app:
        while not is_over.is_set():
            app.post(CHAT, json=ask("meanwhile"))

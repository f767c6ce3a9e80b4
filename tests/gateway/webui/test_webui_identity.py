"""Open WebUI's users and chats, where a key takes its word for them, and its background tasks."""

from typing import Any

import pytest

from console.demo.vendor import SimulatedVendor
from tests.gateway.running import Gateway, ask, client

HEADERS = {
    "x-openwebui-user-id": "u-1",
    "x-openwebui-user-name": "Bob%20%C3%9Cnicode",
    "x-openwebui-user-email": "bob@example.org",
    "x-openwebui-chat-id": "chat-7",
}
TITLE = "### Task:\nGenerate a concise, 3-5 word title with an emoji summarizing the chat history.\n"


async def key_for(gateway: Gateway, **defaults: object) -> str:
    """An application's key with these defaults."""
    body = {"name": "webui-trusted", "scopes": ["completions.write"], "defaults": defaults}
    made = await gateway.admin.post("/v1/api-keys/workspace/service", json=body)
    key: str = made.raise_for_status().json()["key"]
    return key


async def test_trusted_key_takes_user_and_chat(gateway: Gateway) -> None:
    """A key that says so has its requests filed under Open WebUI's user, and traced by its chat."""
    async with client(gateway.url, await key_for(gateway, open_webui="headers")) as app:
        await app.post("/v1/chat/completions", json=ask(), headers=HEADERS)

    log = (await gateway.log())["metrics"]
    assert log["trace_id"] == "chat-7"
    assert (log["metadata"]["_user"], log["metadata"]["webui_name"]) == ("u-1", "Bob Ünicode")


async def test_other_keys_do_not(gateway: Gateway) -> None:
    """Whoever holds any other key cannot write somebody's name under a request."""
    await gateway.app.post("/v1/chat/completions", json=ask(), headers=HEADERS)

    log = (await gateway.log())["metrics"]
    assert log["trace_id"] != "chat-7"
    assert "_user" not in log["metadata"]


async def test_own_words_win(gateway: Gateway) -> None:
    """What a request says itself beats what Open WebUI says about it; empty values count as nothing."""
    own = {"x-portkey-metadata": '{"_user": "mine", "team": ""}', "x-portkey-trace-id": "t-1"}
    async with client(gateway.url, await key_for(gateway, open_webui="headers")) as app:
        await app.post("/v1/chat/completions", json=ask(), headers=HEADERS | own)

    log = (await gateway.log())["metrics"]
    assert (log["trace_id"], log["metadata"]["_user"], "team" in log["metadata"]) == ("t-1", "mine", False)


@pytest.mark.parametrize(
    ("text", "more", "headers", "task"),
    [
        (TITLE, {}, {}, "title_generation"),
        ("Hello", {}, {"x-openwebui-task": "tags_generation"}, "tags_generation"),
        (TITLE, {"stream": True}, {}, None),
        (TITLE, {}, {"x-openwebui-task": ""}, None),
        ("### Task:\nRespond to the user query using the provided context", {}, {}, None),
    ],
)
async def test_background_tasks_are_tagged(
    gateway: Gateway, text: str, more: dict[str, Any], headers: dict[str, str], task: str | None
) -> None:
    """A background task is known by its header, or by its prompt; a person's question about a document is none."""
    await gateway.app.post("/v1/chat/completions", json=ask(text, **more), headers=headers)

    assert (await gateway.log())["metrics"]["metadata"].get("_task") == task


async def test_tasks_can_be_routed(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A config sends background tasks to another model than a person's questions."""
    config = {
        "strategy": {
            "mode": "conditional",
            "conditions": [{"query": {"metadata._task": {"$regex": "_generation$"}}, "then": "cheap"}],
            "default": "usual",
        },
        "targets": [
            {"name": "usual", "provider": "@demo"},
            {"name": "cheap", "provider": "@demo", "override_params": {"model": "gpt-4o-mini"}},
        ],
    }
    made = await gateway.admin.post("/v1/configs", json={"name": "tasks", "config": config})
    slug = made.raise_for_status().json()["data"]["slug"]
    async with client(gateway.url, await key_for(gateway, config_id=slug)) as app:
        for text in (TITLE, "Hello"):
            await app.post("/v1/chat/completions", json=ask(text))

    assert [each.body["model"] for each in vendor.requests] == ["gpt-4o-mini", "gpt-4o"]


async def test_vendors_hear_nothing_of_it(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Who asks, the gateway's own headers and the caller's key stay with the gateway."""
    own = {"x-portkey-metadata": '{"a": "b"}', "x-portkey-trace-id": "t", "x-openwebui-task": "x"}
    await gateway.app.post("/v1/chat/completions", json=ask(), headers=HEADERS | own)

    sent = vendor.requests[0].headers
    assert not [name for name in sent if name.startswith(("x-openwebui-", "x-portkey-"))]
    assert gateway.app_key not in str(sent)

"""Connect: settings that work as they are copied, with a key that is shown as long as one looks."""

import contextlib
import io
import shutil
from asyncio import to_thread
from pathlib import Path

import anyio
import pytest

from console.client import GatewayClient
from console.demo.vendor import serve_vendor
from console.playground.connect import CLIENTS, NO_KEY, Client, hints, knock, root_of, roots_of
from console.wire.connect import Setting
from console.wire.errors import GatewayRefused
from tests.console.driving import operating, paste, seen, unseen, until, until_seen
from tests.console.fake_gateway import FakeGateway
from tests.gateway.running import add_demo, gateway_in

NEW_SECRET = "th-NEW-SECRET-0123456789"
NEEDED = {"openai_python": "openai", "anthropic": "anthropic", "portkey": "portkey_ai"}
"""What has to be installed for a snippet to run."""


async def test_settings_work_as_they_are_copied(tmp_path: Path) -> None:
    """Each snippet for Python and for a shell gets an answer from a real gateway, and so does each client's test."""
    async with serve_vendor() as vendor, gateway_in(tmp_path) as gateway:
        await add_demo(gateway.admin, vendor.url)
        console = GatewayClient(gateway.url, "th-of-the-operator")
        for client in CLIENTS:
            if client.language in ("python", "sh"):
                said = await run(client, client.snippet(gateway.url, gateway.app_key, "@demo/gpt-4o"))
                assert vendor.requests, client.title
                assert len(said.split()) > 5, client.title
                vendor.forget()

            assert await knock(console, client, gateway.app_key, "@demo/gpt-4o")
            with pytest.raises(GatewayRefused, match="this API key is not known here"):
                await knock(console, client, "th-nobody", "@demo/gpt-4o")
        await console.close()


async def run(client: Client, snippet: str) -> str:
    """What a snippet prints."""
    if client.language == "sh":
        assert shutil.which("curl"), "the tests need curl"
        return (await anyio.run_process(["sh", "-c", snippet])).stdout.decode()
    pytest.importorskip(NEEDED[client.name])
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        await to_thread(exec, compile(snippet, client.name, "exec"), {"__name__": client.name})
    return printed.getvalue()


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_snippets_leave_nothing_to_fill_in(client: Client) -> None:
    """Address, key and model stand in every snippet that needs them, and no placeholder is left."""
    text = client.snippet("http://gw:8787", "th-k", "@demo/gpt-4o")

    assert "http://gw:8787" in text
    assert "th-k" in text
    assert "<" not in text.replace("<head", "")
    assert client.name == "open_webui" or "@demo/gpt-4o" in text


async def test_new_key_is_in_the_settings_until_one_leaves() -> None:
    """`n` makes a key that stands in every tab's settings, is copied with them, and is gone when one comes back."""
    gateway = FakeGateway()
    gateway.talk.models = ["@demo/gpt-4o"]
    async with operating(gateway) as pilot:
        await pilot.press("colon")
        await until_seen(pilot, "Enter runs the marked one")
        await paste(pilot, "connect")
        await pilot.press("enter")
        await until_seen(pilot, "http://gateway.test/v1", NO_KEY, "OPENAI_API_BASE_URL=http://gateway.test/v1")
        await pilot.press("n")
        await until_seen(pilot, "New API key for an application", "open-webui")
        await pilot.press("enter")
        await until_seen(pilot, f"API key  {NEW_SECRET}", "It is not shown again")
        body = {"name": "open-webui", "scopes": ["completions.write"]}
        assert gateway.asked == [("POST", "/v1/api-keys/workspace/service", body)]

        await pilot.press("l", "y")
        await until_seen(pilot, f'api_key="{NEW_SECRET}"')
        assert f'api_key="{NEW_SECRET}"' in pilot.app.clipboard
        await pilot.press("question_mark")
        await until_seen(pilot, "Help")
        await pilot.press("escape")
        await until_seen(pilot, NEW_SECRET)
        await pilot.press("4")
        await until_seen(pilot, "Keys")
        await pilot.press("colon")
        await until_seen(pilot, "Enter runs the marked one")
        await paste(pilot, "connect")
        await pilot.press("enter")

        await until_seen(pilot, f'api_key="{NO_KEY}"')
        assert NEW_SECRET not in seen(pilot)
        assert pilot.app.clipboard == ""


async def test_test_asks_once_and_says_what_came() -> None:
    """Enter asks for a model first, then asks it as the client would, and shows the answer or whose fault it was."""
    gateway = FakeGateway()
    gateway.talk.models = ["@demo/gpt-4o"]
    async with operating(gateway) as pilot:
        await pilot.app.run_action("show('connect')")
        await until_seen(pilot, NO_KEY)
        await pilot.press("enter")
        await until_seen(pilot, "Choose a model first: m.")
        await pilot.press("m")
        await until_seen(pilot, "@demo/gpt-4o")
        await pilot.press("enter")
        await unseen(pilot, "Ask whom?")

        await pilot.press("enter")
        await until_seen(pilot, "● Answered in", "with this console's key: “Hello from the model.”")
        gateway.will_refuse(
            "/v1/chat/completions", 412, "nothing left to spend", code="budget_exhausted", fault="policy"
        )
        await pilot.press("enter")

        await until_seen(pilot, "✖ Refused by policy: nothing left to spend. Raise the budget")
        await until(pilot, lambda: len(gateway.talk.chats) == 1)


SETTINGS = [Setting(name="host", value="127.0.0.1"), Setting(name="port", value="8787")]


def test_console_at_its_own_door_names_the_applications_door() -> None:
    """A console that came by the admin API's socket or port shows the address that applications have."""
    own_port = [*SETTINGS, Setting(name="admin_port", value="8788")]

    assert root_of("unix:/run/th.sock", SETTINGS) == "http://127.0.0.1:8787"
    assert root_of("http://127.0.0.1:8788", own_port) == "http://127.0.0.1:8787"
    assert root_of("https://llm.example", own_port) == "https://llm.example"
    assert root_of("http://127.0.0.1:8787", []) == "http://127.0.0.1:8787"


@pytest.mark.parametrize(
    ("root", "listens", "says"),
    [
        ("http://127.0.0.1:8787", "127.0.0.1", "Only this machine reaches 127.0.0.1"),
        ("http://host.docker.internal:8787", "127.0.0.1", "start it with `--host 0.0.0.0`"),
        ("http://host.docker.internal:8787", "0.0.0.0", "--add-host=host.docker.internal:host-gateway"),
        ("http://llm.lan:8787", "0.0.0.0", "in the clear over http"),
        ("https://llm.lan", "127.0.0.1", "must trust the certificate"),
    ],
)
def test_hints_name_what_goes_wrong(root: str, listens: str, says: str) -> None:
    """Each kind of address has the hint that it needs."""
    assert says in "\n".join(hints(root, [Setting(name="host", value=listens)]))


def test_addresses_are_offered_where_others_cannot_come() -> None:
    """A loopback address is offered as containers and other machines say it; any other is what it is."""
    assert roots_of("http://127.0.0.1:8787", "box") == [
        "http://127.0.0.1:8787",
        "http://host.docker.internal:8787",
        "http://box:8787",
    ]
    assert roots_of("https://llm.lan", "box") == ["https://llm.lan"]

"""A newcomer's first minutes, by keys alone: a vendor, a key, a request."""

from __future__ import annotations

import re
from pathlib import Path

from console.commandline.launch import command
from tests.e2e.running import CHAT, ask, client, environ_of
from tests.e2e.terminal import NO_TMUX, Terminal, terminal
from tests.ports import free_port

pytestmark = NO_TMUX


def add_vendor(console: Terminal, base_url: str) -> None:
    """An integration for something that speaks OpenAI's wire at a base URL."""
    console.press("3")
    console.shows("No integrations yet: n adds one.")
    console.press("n")
    console.shows("New integration", "Ctrl+S Save")
    console.press("Enter")
    console.shows("Any other")
    console.press("Down", "Down", "Down", "Down", "Enter")
    console.shows('"openai-compatible"')
    console.press("Tab")
    console.points_at("Name ")
    console.type("My model")
    console.shows("@my-model/")
    console.press("Tab", "Tab", "Tab")
    console.points_at("Base URL ")
    console.type(base_url)
    console.shows(base_url)
    console.press("C-s")
    console.shows_no_more("New integration")
    console.shows("my-model")


def make_key(console: Terminal) -> str:
    """A key for an application, taken by the clipboard."""
    console.press("4")
    console.shows("No keys yet: n makes one.")
    console.press("n")
    console.shows("New API key", "Ctrl+S Save")
    console.type("my-app")
    console.shows("my-app")
    console.press("C-s")
    console.shows("It is not shown again")
    console.press("c")
    console.shows("Sent to your terminal's clipboard")
    return console.clipboard()


def test_from_nothing_to_a_request(tmp_path: Path, vendor_url: str) -> None:
    """By keys alone one adds a vendor, makes a key, whose secret is shown once and copied, and sees a request."""
    home, port = tmp_path / "home", free_port()
    words = command("console.cli", "--home", str(home), "--port", str(port))
    with terminal(words, tmp_path, environ_of(tmp_path)) as console:
        console.shows("● ok", "No requests yet")
        add_vendor(console, vendor_url)
        secret = make_key(console)
        shown = re.findall(r"th-\w[\w-]+", console.screen())
        console.press("Escape")
        console.shows_no_more(secret)
        console.press("2")
        with client(f"http://127.0.0.1:{port}", secret) as app:
            answer = app.post(CHAT, json=ask(model="@my-model/llama"))
        seen = console.shows("@my-model/llama", "Answered by `@my-model`")

    assert answer.status_code == 200
    assert shown == [secret]
    assert [line for line in seen.splitlines() if "my-app" in line and "@my-model/llama" in line and " 200 " in line]

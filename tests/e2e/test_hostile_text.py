"""Nothing that a caller or a vendor wrote steers the operator's terminal."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx

from console.commandline.launch import command
from console.demo.vendor import SimulatedVendor
from tests.e2e.running import (
    CHAT,
    acquainted,
    ask,
    async_client,
    environ_of,
    new_key,
)
from tests.e2e.running import client as admin_of
from tests.e2e.terminal import NO_TMUX, Terminal, at_logs, terminal
from tests.ports import free_port

pytestmark = NO_TMUX

SEQUENCES = (
    "\x1b]0;owned\x07",  # the title
    "\x1b]52;c;b3duZWQ=\x07",  # the clipboard
    "\x1b[31;45;99m",  # colours
    "\x9b31;45;99m",  # the same in one byte
    "\x1b[3;7H",  # the cursor
    "\x1bPtmux;owned\x1b\\",  # through tmux
    "\x1b[5n",  # a question, whose answer would be typed
)
EVIL = "EVIL" + "".join(SEQUENCES) + "!"
EVIL_HEADER = "EVIL\x9b31;45;99m!".encode("latin-1")
"""A header cannot hold an escape, but the same in one byte."""
PAGES = (
    "log id",
    "▌ assistant",
    '"messages": [',
    '"choices": [',
    "Usage as the vendor sent it",
    "user-agent: EVIL",
)
"""A part of each tab of a log."""


async def ask_badly(app: httpx.AsyncClient, vendor: SimulatedVendor) -> None:
    """Write it wherever a caller and a vendor can: a model that there is not, a refusal, an answer."""
    choice, usage = {"message": {"role": "assistant", "content": EVIL}}, {"prompt_tokens": 1, "remark": EVIL}
    vendor.will(400, {"error": {"message": EVIL, "code": EVIL}})
    vendor.will(json={"model": EVIL, "choices": [choice], "usage": usage})
    for model in (f"@{EVIL}/{EVIL}", f"@demo/{EVIL}", f"@demo/{EVIL}"):
        await app.post(CHAT, json=ask(EVIL, model=model, user=EVIL), headers={b"user-agent": EVIL_HEADER})


def look_everywhere(console: Terminal) -> None:
    """Every screen that shows what others wrote."""
    console.shows("EVIL", " 404", " 400", " 200")
    console.press("Enter")
    for page in PAGES:
        console.shows(page, "EVIL")
        console.press("Right")
    console.press("Escape")
    console.shows("following")  # an Esc and a key right after it are another key
    console.press("1")
    console.shows("Models", "EVIL")
    console.press("4")
    console.shows(" Keys", "EVIL")
    console.press("q")
    assert console.exit_status() == 0


async def test_escape_sequences_never_reach_the_terminal(home: Path, vendor: SimulatedVendor, tmp_path: Path) -> None:
    """Model names, prompts, answers, errors and key names are shown without the sequences that are hidden in them."""
    port = free_port()
    words = command("console.cli", "--home", str(home), "--port", str(port))
    with terminal(words, tmp_path, environ_of(tmp_path), (120, 36)) as console:
        await asyncio.to_thread(at_logs, console)
        await acquainted(vendor)
        with admin_of(f"http://127.0.0.1:{port}", (home / "operator.key").read_text().strip()) as admin:
            key = new_key(admin, name=EVIL)
        async with async_client(f"http://127.0.0.1:{port}", key) as app:
            await ask_badly(app, vendor)
        await asyncio.to_thread(look_everywhere, console)
        title = console.about("pane_title")

    written = console.written.read_bytes().decode(errors="replace")
    assert [sequence for sequence in SEQUENCES if sequence.rstrip("\x07") in written] == []
    assert "owned" not in title

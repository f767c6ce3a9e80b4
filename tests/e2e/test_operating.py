"""An operator's day by keys alone, the mouse left to the terminal, before a real gateway."""

from __future__ import annotations

from pathlib import Path

import httpx

from console.commandline.launch import command
from tests.e2e.running import CHAT, ask, client, environ_of
from tests.e2e.terminal import NO_TMUX, Terminal, terminal
from tests.e2e.test_first_run import add_vendor, make_key
from tests.ports import free_port

pytestmark = NO_TMUX
MODEL = "@my-model/gpt-4o-mini"


def set_budget(console: Terminal) -> None:
    """One request a month for the key that there is."""
    console.press("6")
    console.shows("No limits yet")
    console.press("n")
    console.shows("New limit", "my-app", '"type":"cost"')
    console.press("Tab", "Tab", "Tab")
    console.points_at("Amount ")
    console.type("1")
    console.press("Tab", "Enter")
    console.shows(" tokens ")
    console.press("Down", "Down", "Enter")
    console.shows_no_more(" tokens ")
    console.shows(" requests ")
    console.press("C-s")
    console.shows("key my-app", "1 requests monthly")


def exhaust_budget(console: Terminal, app: httpx.Client) -> list[int]:
    """Ask twice, and see that it is used up, and the alert; gives the statuses."""
    statuses = [app.post(CHAT, json=ask(model=MODEL)).status_code for _ in range(2)]
    console.shows("used up")
    console.press("9")
    console.shows("Budget of api key `my-app` is exhausted")
    return statuses


def write_config(console: Terminal) -> None:
    """One from a template, saved as its first version."""
    console.press("5")
    console.shows("No configs yet")
    console.press("n")
    console.shows("New config")
    console.type("Chat")
    console.press("C-s")
    console.shows("new, not saved yet", "can be saved")
    console.press("C-s")
    console.shows("pc-chat  saved")


def break_config(console: Terminal) -> None:
    """A word that makes it no JSON any more is said with its line, and is not saved."""
    console.type("broken")
    console.shows("✖ line 1, column 1: a value is expected")
    console.press("C-s")
    console.shows("changed  ✖ 1 wrong", "✖ line 1, column 1")


def roll_back(console: Terminal) -> None:
    """From the broken text to the versions, and back to what was saved."""
    console.press("F4")
    console.shows("Versions of pc-chat", "now in the editor")
    console.press("Down")
    console.press("b")
    console.shows("Roll pc-chat back to version 1?")
    console.press("Right", "Enter")
    console.shows("pc-chat  saved", "can be saved")
    console.shows_no_more("broken")


def without_mouse(home_folder: Path) -> None:
    """What the operator's own file says."""
    file = home_folder / ".config" / "tollhouse" / "console.toml"
    file.parent.mkdir(parents=True)
    file.write_text("mouse = false\n")


def test_day_of_an_operator(tmp_path: Path, vendor_url: str) -> None:
    """A vendor, a key, a request from the tail, a budget that runs out, its alert, a config broken and rolled back."""
    home, port = tmp_path / "home", free_port()
    words = command("console.cli", "--home", str(home), "--port", str(port))
    without_mouse(tmp_path)
    with terminal(words, tmp_path, environ_of(tmp_path), (120, 36)) as console:
        console.shows("● ok", "No requests yet")
        mouse = console.about("mouse_any_flag")
        add_vendor(console, vendor_url)
        secret = make_key(console)
        console.press("Escape")
        console.shows_no_more(secret)
        with client(f"http://127.0.0.1:{port}", secret) as app:
            console.press("2")
            console.shows("following")
            first = app.post(CHAT, json=ask("A first question", model=MODEL)).status_code
            console.shows(MODEL, "Answered by `@my-model`")
            console.press("Enter")
            console.shows("Try 1", "Timings")
            console.press("Right")
            console.shows("A first question")
            console.press("Escape")
            console.shows("following")
            set_budget(console)
            statuses = exhaust_budget(console, app)
        write_config(console)
        break_config(console)
        roll_back(console)

    assert (first, statuses, mouse) == (200, [200, 412], "0")

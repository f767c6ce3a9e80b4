"""What the console remembers between two runs."""

import json
from pathlib import Path

import pytest

from console.memory import Memory
from tests.console.driving import console_of, until_seen
from tests.console.fake_gateway import FakeGateway
from tests.console.samples import integration, provider

URL = "http://gateway.test"


def furnished() -> FakeGateway:
    """A gateway with two providers."""
    gateway = FakeGateway()
    gateway.integrations = [integration("local")]
    gateway.providers = [provider("groq-prod", "local"), provider("openai-prod", "local")]
    return gateway


async def test_comes_back_as_it_was_left(tmp_path: Path) -> None:
    """The next run begins on the screen, the list, the filter and the theme that the last one ended with."""
    file, gateway = tmp_path / "state" / "console.json", furnished()
    first = console_of(gateway, theme=None, memory=Memory(file))
    async with first.run_test(size=(120, 36)) as pilot:
        await pilot.press("3", "right", "slash", *"groq", "enter")
        await until_seen(pilot, "1 of 2 contain `groq`")
        first.action_theme("textual-light")

    second = console_of(gateway, theme=None, memory=Memory(file))
    async with second.run_test(size=(120, 36)) as pilot:
        await until_seen(pilot, "1 of 2 contain `groq`")
        assert (second.current_mode, second.theme) == ("catalog", "textual-light")

    assert file.stat().st_mode & 0o777 == 0o600


async def test_logs_come_back_narrowed(tmp_path: Path) -> None:
    """The filter of the logs is in force again, and said; one that cannot be used any more is not."""
    memory = Memory(tmp_path / "console.json")
    memory.note(URL, "logs", filter="status:error provider:@groq")
    gateway = furnished()
    async with console_of(gateway, memory=memory).run_test(size=(120, 36)) as pilot:
        await pilot.press("2")
        await until_seen(pilot, "Logs  status:error provider:@groq")
    asked = gateway.filters[-1]

    memory.note(URL, "logs", filter="status:nonsense")
    async with console_of(furnished(), memory=memory).run_test(size=(120, 36)) as pilot:
        await pilot.press("2")
        await until_seen(pilot, "Logs  everything")

    assert asked.get("provider") == "groq"


def test_gateways_are_remembered_apart(tmp_path: Path) -> None:
    """What was noted of one gateway is not taken for another's."""
    memory = Memory(tmp_path / "console.json")
    memory.note(URL, "logs", words="status:error")
    memory.go("http://other", "keys")

    again = Memory(tmp_path / "console.json")

    assert (again.recall(URL, "logs"), again.screen(URL)) == ({"words": "status:error"}, None)
    assert (again.recall("http://other", "logs"), again.screen("http://other")) == ({}, "keys")


@pytest.mark.parametrize(
    "text",
    ["", "{", "[1]", "null", '{"gateways": 3}', '{"gateways": {"u": 1}, "theme": 2}', "[" * 5000, "\x00\xff"],
    ids=["empty", "cut", "list", "null", "number", "kinds", "deep", "binary"],
)
def test_damaged_file_is_forgotten(tmp_path: Path, text: str) -> None:
    """A file that is not as it should be hinders nothing, and is whole again after the next thing to remember."""
    file = tmp_path / "console.json"
    file.write_bytes(text.encode("latin-1"))

    memory = Memory(file)
    memory.note(URL, "logs", words="x")

    assert (memory.theme, Memory(file).recall(URL, "logs")) == (None, {"words": "x"})


@pytest.mark.parametrize("noted", [{"screens": 1}, {"screens": {"catalog": 1}}, {"screen": 1}, {"screen": "gone"}])
async def test_strange_notes_are_passed_over(tmp_path: Path, noted: object) -> None:
    """What a newer console, or a hand, has written into the file opens the first screen as usual."""
    file = tmp_path / "console.json"
    file.write_text(json.dumps({"theme": "gone", "gateways": {URL: noted}}))

    app = console_of(furnished(), theme=None, memory=Memory(file))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("3")
        await until_seen(pilot, "Integrations 1")


def test_place_that_cannot_be_written(tmp_path: Path) -> None:
    """Without a place to write to, the console remembers for as long as it runs."""
    (tmp_path / "file").touch()
    memory = Memory(tmp_path / "file" / "console.json")

    memory.go(URL, "keys")

    assert memory.screen(URL) == "keys"

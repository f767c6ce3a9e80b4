"""A fault of our own: what is written down of it, and what is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from console.app import TollhouseApp
from console.crash import without_secrets
from console.crash_text import told
from tests.console.driving import console_of, paste, unseen, until, until_seen
from tests.console.fake_gateway import FakeGateway

KEY = "th-operator"
"""The one that the console has in `driving.console_of`."""
SAID = (
    "no such thing as https://ops:hunter2@llm.example/v1?api_key=qwertzui "
    "{'authorization': 'Bearer eyJhbGciOi'} x-portkey-api-key: sk-proj-1234567890"
)
SECRETS = (KEY, "hunter2", "qwertzui", "eyJhbGciOi", "1234567890", "local-only-secret")


class Faulty(httpx.AsyncBaseTransport):
    """A network that does what none may."""

    async def handle_async_request(self, _request: httpx.Request) -> httpx.Response:
        """Fail as a mistake of ours would, with secrets about."""
        password = "local-only-secret"
        raise ZeroDivisionError(f"{SAID} {KEY} {len(password)}")


async def test_crash_leaves_a_report_without_secrets(tmp_path: Path) -> None:
    """A fault of our own ends the console with a private report: versions, screen and traceback, and nothing secret."""
    app = console_of(FakeGateway(), at="keys", transport=Faulty())
    with pytest.raises(Exception, match="ZeroDivisionError"):
        async with app.run_test() as pilot:
            await until(pilot, lambda: app.crash)

    (file,) = (tmp_path / "state" / "tollhouse").glob("crash-*.txt")
    told = file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert [
        word
        for word in ("tollhouse ", "textual ", "KeysScreen", "handle_async_request", "ZeroDivisionError: no such thing")
        if word not in told
    ] == []
    assert [secret for secret in SECRETS if secret in told] == []
    assert app.crash is not None
    assert (str(file) in app.crash, "\n" in app.crash, KEY in app.crash) == (True, False, False)


async def test_crash_that_cannot_be_written_down_is_said(tmp_path: Path) -> None:
    """Where no report can be written, the last line says why, and what kind of fault it was."""
    (tmp_path / "state").write_text("a file where the folder should be")
    app = console_of(FakeGateway(), transport=Faulty())
    with pytest.raises(Exception, match="ZeroDivisionError"):
        async with app.run_test() as pilot:
            await until(pilot, lambda: app.crash)

    assert app.crash is not None
    assert "(ZeroDivisionError): no report could be written (Not a directory)" in app.crash


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("GET http://me:pw@host/v1", "GET http://***@host/v1"),
        ("/v1/logs?text=secret&limit=5", "/v1/logs?text=***&limit=***"),
        ("Authorization: Basic abc", "Authorization: ***"),
        ("(b'x-api-key', b'abc')", "(b'x-api-key', b'***')"),
        ('{"password": "abc", "name": "x"}', '{"password": "***", "name": "x"}'),
        ("a bad key sk-ant-api03-abcdefgh", "a bad key ***"),
        ('  File "console/keys.py", line 7, in show', '  File "console/keys.py", line 7, in show'),
        ("KeyError: 'colour'", "KeyError: 'colour'"),
    ],
)
def test_what_looks_secret_is_left_out(text: str, told: str) -> None:
    """What looks like a key, a password or a URL's query is left out of a report; the rest stays."""
    assert without_secrets(text) == told


PROMPT = 'Dismiss "Ann" in June\n市场部 does not know yet'
ANSWER = [{"role": "assistant", "content": "Then tell nobody"}]


class Quoting(httpx.AsyncBaseTransport):
    """A gateway in memory up to the first prompt, at which a mistake of ours quotes all of it."""

    def __init__(self) -> None:
        gateway = FakeGateway()
        gateway.talk.models = ["@openai-prod/gpt-4o"]
        self.gateway = gateway.transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer, or fail."""
        if request.url.path == "/v1/chat/completions":
            asked = json.loads(request.content)["messages"]
            raise ZeroDivisionError(f"cannot send {asked[0]['content']} of {asked}, {PROMPT[:20]!r}, `model`")
        return await self.gateway.handle_async_request(request)


async def say_something(app: TollhouseApp) -> None:
    """Send a prompt from the playground."""
    async with app.run_test() as pilot:
        await pilot.press("escape", "m")
        await until_seen(pilot, "@openai-prod/gpt-4o")
        await pilot.press("enter")
        await unseen(pilot, "Ask whom?")
        await paste(pilot, PROMPT)
        await pilot.press("enter")
        await until(pilot, lambda: app.crash)


async def test_crash_report_has_no_prompt(tmp_path: Path) -> None:
    """A fault that quotes what was asked, in whatever way, leaves a report that says where, and none of the prompt."""
    app = console_of(FakeGateway(), at="playground", transport=Quoting())
    with pytest.raises(Exception, match="ZeroDivisionError"):
        await say_something(app)

    (file,) = (tmp_path / "state" / "tollhouse").glob("crash-*.txt")
    report = file.read_text()
    assert [word for word in ("Dismiss", "Ann", "June", "市场部", "know yet") if word in report] == []
    assert "ZeroDivisionError: cannot send … of […], '…', `model`" in report
    assert "in handle_async_request" in report


def quoting(text: str) -> None:
    """Quote a text that a variable holds."""
    raise LookupError(f"no such thing: {text}")


def in_a_list(said: list[dict[str, Any]]) -> None:
    """Quote a text that is deep in what a variable holds."""
    raise LookupError(f"no such thing: {said[0]['content']}, nor `role`")


def with_a_note(text: str) -> None:
    """Quote it beside the message."""
    error = LookupError("no such thing")
    error.add_note(text)
    raise error


def no_python(text: str) -> None:
    """Have Python quote it, as it does what it cannot read."""
    compile(text, "a text", "exec")


def within(text: str) -> None:
    """Let one fault lead to another."""
    try:
        quoting(text)
    except LookupError as error:
        raise RuntimeError("it went wrong") from error


def together(text: str) -> None:
    """Let it be one of several."""
    try:
        quoting(text)
    except LookupError as error:
        raise ExceptionGroup("two went wrong", [error, KeyError(text)]) from None


@pytest.mark.parametrize(
    ("fail", "given", "said"),
    [
        (quoting, PROMPT, "LookupError: no such thing: …"),
        (quoting, "colour", "LookupError: no such thing: colour"),
        (in_a_list, ANSWER, "LookupError: no such thing: …, nor `role`"),
        (with_a_note, PROMPT, "LookupError: no such thing"),
        (no_python, "Then tell nobody (", "SyntaxError: "),
        (within, PROMPT, "RuntimeError: it went wrong"),
        (within, PROMPT, "LookupError: no such thing: …"),
        (together, PROMPT, "KeyError: '…'"),
        (int, "Then tell nobody", "ValueError: invalid literal for int() with base 10: '…'"),
        (int, "x" * 500, "ValueError: invalid literal for int() with base 10: '…'"),
        ({}.__getitem__, "colour", "KeyError: 'colour'"),
        (json.loads, "Then tell nobody", "JSONDecodeError: Expecting value: line 1 column 1 (char 0)"),
    ],
)
def test_what_a_fault_quotes_is_left_out(fail: Callable[[Any], object], given: object, said: str) -> None:
    """It is told where a fault was and what it says, names too; prompts, answers and bodies in that are left out."""
    lines: list[str] = []
    try:
        fail(given)
    except (ExceptionGroup, LookupError, RuntimeError, SyntaxError, ValueError) as error:
        lines = told(error)

    assert [line for line in lines if line.startswith(said)] != []
    assert any("test_what_a_fault_quotes_is_left_out" in line for line in lines)
    assert [word for word in ("Ann", "市场部", "know yet", "tell nobody", "x" * 80) if word in "\n".join(lines)] == []

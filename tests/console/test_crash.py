"""A fault of our own: what is written down of it, and what is not."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from console.crash import without_secrets
from tests.console.driving import console_of, until
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

"""`curl`, by the command lines that a newcomer types first."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from tests.e2e.running import CHAT, Gateway, ask

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


def curl(*words: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    """What curl printed, and how it ended; a proxy of this machine is none of our business."""
    usual = ("curl", "-sS", "--noproxy", "*", "--max-time", "20")
    return subprocess.run([*usual, *words], input=given, capture_output=True, text=True, check=False)


def bearer(key: str) -> tuple[str, str]:
    """The option that carries a key."""
    return "-H", f"Authorization: Bearer {key}"


def posted(body: object) -> tuple[str, ...]:
    """The options that send JSON."""
    return "-H", "Content-Type: application/json", "-d", json.dumps(body)


def test_whole_answer(gateway: Gateway, app_key: str) -> None:
    """A chat request is answered by one JSON object."""
    done = curl(f"{gateway.url}{CHAT}", *bearer(app_key), *posted(ask()))

    assert json.loads(done.stdout)["choices"][0]["message"]["content"]


def test_stream(gateway: Gateway, app_key: str) -> None:
    """With `-N` and `stream` the answer comes as events, the last of which is `[DONE]`."""
    done = curl("-N", f"{gateway.url}{CHAT}", *bearer(app_key), *posted(ask(stream=True)))

    events = [line.removeprefix("data: ") for line in done.stdout.splitlines() if line]
    assert events[-1] == "[DONE]"
    assert len([json.loads(event)["choices"] for event in events[:-1]]) > 5


def test_key_in_portkeys_header(gateway: Gateway, app_key: str) -> None:
    """`x-portkey-api-key` carries a key as well as `Authorization`."""
    done = curl("-f", f"{gateway.url}{CHAT}", "-H", f"x-portkey-api-key: {app_key}", *posted(ask()))

    assert (done.returncode, done.stderr) == (0, "")


def test_wrong_key(gateway: Gateway) -> None:
    """With `-f` a wrong key is exit status 22, and without it the sentence that says what to do."""
    failed = curl("-f", f"{gateway.url}{CHAT}", *bearer("wrong"), *posted(ask()))
    told = curl(f"{gateway.url}{CHAT}", *bearer("wrong"), *posted(ask()))

    assert (failed.returncode, "401" in failed.stderr) == (22, True)
    assert "the operator makes keys in the console" in json.loads(told.stdout)["error"]["message"]


def test_body_that_is_no_json(gateway: Gateway, app_key: str) -> None:
    """A body with a slip of the pen is 400, and the message says where."""
    done = curl("-w", "\n%{http_code}", f"{gateway.url}{CHAT}", *bearer(app_key), "-d", '{"model": "@demo/gpt-4o",}')

    body, status = done.stdout.rsplit("\n", 1)
    assert (status, "not valid JSON" in json.loads(body)["error"]["message"]) == ("400", True)


def test_body_over_the_limit(gateway: Gateway, app_key: str) -> None:
    """A body that is too large is 413, and the setting that allows more is named."""
    large = json.dumps(ask("x" * 33_000_000))
    done = curl("-w", "\n%{http_code}", f"{gateway.url}{CHAT}", *bearer(app_key), "-d", "@-", given=large)

    body, status = done.stdout.rsplit("\n", 1)
    assert (status, "max_body_mb" in body) == ("413", True)


def test_health_needs_no_key(gateway: Gateway) -> None:
    """`/v1/health` tells anyone that all is well."""
    done = curl("-f", f"{gateway.url}/v1/health")

    said = json.loads(done.stdout)
    assert (said["status"], said["database"]["status"], said["writer"]["status"]) == ("ok", "ok", "ok")


def test_models(gateway: Gateway, app_key: str) -> None:
    """`/v1/models` lists what a request may say."""
    done = curl("-f", f"{gateway.url}/v1/models", *bearer(app_key))

    listed = {model["id"]: model for model in json.loads(done.stdout)["data"]}
    assert listed["@demo/gpt-4o"]["owned_by"] == "openai"
    assert all(model["name"] for model in listed.values())


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/chat/completion", "/v2"])
def test_path_that_is_not_there(gateway: Gateway, app_key: str, path: str) -> None:
    """A path that is not there is a 404 in the same shape as every error."""
    done = curl("-w", "\n%{http_code}", f"{gateway.url}{path}", *bearer(app_key))

    body, status = done.stdout.rsplit("\n", 1)
    assert (status, json.loads(body)["error"]["code"]) == ("404", "not_found")

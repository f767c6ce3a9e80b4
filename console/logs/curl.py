"""A request as a command for a shell, with no secret in it."""

from __future__ import annotations

import shlex
from typing import Any

import msgspec

from console.wire.logs import LogDetail

KEY = "$TOLLHOUSE_API_KEY"
HIDDEN = "•••"
"""Stands in a log record where a secret was."""
OF_THE_CONNECTION = frozenset(
    {"host", "content-length", "connection", "accept-encoding", "transfer-encoding", "user-agent", "accept"}
)
"""Headers that curl makes itself."""
KEY_HEADERS = ("x-portkey-api-key", "authorization", "x-api-key", "api-key")
"""Where an application may have its key; the first that is there has the gateway's."""


def as_curl(url: str, method: str, headers: dict[str, str], body: Any, secrets: dict[str, str]) -> str:
    """The command; the shell puts in the variables of `secrets`, and nothing else that looks like one."""
    lines = [f"curl -sS {shlex.quote(url)}"] if method == "POST" else [f"curl -sS -X {method} {shlex.quote(url)}"]
    lines += [f'-H "{name}: {variable}"' for name, variable in secrets.items()]
    lines += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in headers.items()]
    if body is not None:
        text = body if isinstance(body, str) else msgspec.json.encode(body).decode()
        lines.append(f"-d {shlex.quote(text)}")
    return " \\\n  ".join(lines)


def curl_of_log(log: LogDetail, gateway: str) -> str:
    """A logged request to be sent again."""
    both = (log.request.headers or {}) | (log.request.portkey_headers or {})
    sent = {name: str(value) for name, value in both.items() if name not in OF_THE_CONNECTION}
    key_header = next((name for name in KEY_HEADERS if name in sent), KEY_HEADERS[0])
    secrets = {key_header: f"Bearer {KEY}" if key_header == "authorization" else KEY}
    secrets |= {name: variable(name) for name, value in sent.items() if HIDDEN in value and name != key_header}
    headers = {name: value for name, value in sent.items() if name not in secrets}
    return as_curl(f"{gateway}{log.request.url}", log.request.method or "POST", headers, log.request.body, secrets)


def variable(header: str) -> str:
    """What stands for another secret: `$AUTHORIZATION`."""
    return f"${header.upper().replace('-', '_')}"

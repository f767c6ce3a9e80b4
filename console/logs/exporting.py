"""The filtered log as a file on this machine: prepared and written by the gateway, then fetched. No Textual in here."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import msgspec

from console.client import GatewayClient, segment
from console.wire.answers import Done
from console.wire.errors import GatewayRefused

PATH = "/v1/logs/exports"
FORMATS = {"jsonl": "JSON, a line for each request", "csv": "CSV, for a spreadsheet"}


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """How far it is."""

    id: str
    status: str = ""
    exported_records: int = 0
    error: str | None = None


async def export(
    gateway: GatewayClient,
    filters: dict[str, str],
    kind: str,
    file: Path,
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
) -> int:
    """Write what the filters find to `file`, for this user alone; how many. Raises GatewayError, OSError."""
    made = await gateway.send("POST", PATH, {"filters": filters, "format": kind}, Export)
    path = f"{PATH}/{segment(made.id)}"
    await gateway.send("POST", f"{path}/start", None, Done)
    while (now := await gateway.one(path, Export)).status == "in_progress":
        await sleep(0.3)
    if now.status != "success":
        raise GatewayRefused(500, f"The export ended as `{now.status}`: {now.error or 'the gateway does not say why'}")
    async with gateway.events("GET", f"{path}/file") as come, await anyio.open_file(file, "xb", opener=private) as out:
        async for chunk in come.chunks():
            await out.write(chunk)
    return now.exported_records


def private(file: str, flags: int) -> int:
    """Open a file that nobody else may read: prompts are in it, or could be."""
    return os.open(file, flags, 0o600)


def place(text: str) -> Path:
    """Where a file goes that was typed as in a shell."""
    return Path(text).expanduser()


def file_problem(text: str) -> str | None:
    """What is wrong with a place for the file."""
    file = place(text)
    if file.exists():
        return "is there already"
    return None if file.parent.is_dir() else f"the folder `{file.parent}` is not there"

"""What is left of a fault of our own: a report for whoever mends it, without anything that is secret."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from console.crash_text import told

PACKAGES = ("tollhouse", "textual", "rich", "httpx", "msgspec")
SECRETS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(://)[^/\s@]+@"), r"\1***@"),  # who logs in to a URL
    (re.compile(r"([?&][\w.-]+=)[^&\s'\"#]+"), r"\1***"),  # what a URL asks
    (re.compile(r"(?i)\b((?:bearer|basic|digest)\s+)[^\s'\",]+"), r"\1***"),
    (
        re.compile(r"(?i)([\w-]*(?:authorization|cookie|key|token|secret|password)b?['\"]?\s*[:,]\s*b?['\"])[^'\"]+"),
        r"\1***",
    ),
    (
        re.compile(r"(?i)\b((?:authorization|cookie|[\w-]*(?:key|token|secret|password))\s*:\s*)(?!\*\*\*)[^\r\n]+"),
        r"\1***",
    ),
    (re.compile(r"\b(?:th|sk|pk|rk|gsk|xai|hf|AIza|AKIA)[-_]?[A-Za-z0-9][\w-]{7,}"), "***"),
)
"""How secrets look in what exceptions say, and what stands there instead."""


def last_words(
    error: BaseException, screens: Sequence[str], folder: Path, now: datetime, hide: Callable[[str], str]
) -> str:
    """Write the report; gives the one line that says where it is and what to do."""
    try:
        where = f"`{write_report(error, screens, folder, now, hide)}` says where, without keys or what was asked"
    except OSError as problem:
        where = f"no report could be written ({problem.strerror})"
    kind = type(error).__name__
    return f"The console stopped by a fault of its own ({kind}): {where}. Start it again; tell us if it stays."


def write_report(
    error: BaseException, screens: Sequence[str], folder: Path, now: datetime, hide: Callable[[str], str]
) -> Path:
    """Write what is known of a fault for this user's eyes only; gives the file. Raises OSError.

    `hide` takes out of a text what only the caller knows to be secret.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / f"crash-{now:%Y%m%d-%H%M%S}-{os.getpid()}.txt"
    with open(os.open(file, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w", encoding="utf-8") as writing:
        writing.write(report(error, screens, now, hide))
    return file


def report(error: BaseException, screens: Sequence[str], now: datetime, hide: Callable[[str], str]) -> str:
    """The lines of it. A traceback has no local variables: keys and prompts are among them."""
    trace = "\n".join(told(error))
    facts = {
        "When": f"{now:%Y-%m-%d %H:%M:%S} UTC",
        "Versions": ", ".join([*map(installed, PACKAGES), f"Python {platform.python_version()}"]),
        "System": f"{platform.system()} {platform.release()} {platform.machine()}",
        "Terminal": ", ".join(f"{name}={os.environ[name]}" for name in ("TERM", "COLORTERM") if name in os.environ),
        "Screens": " > ".join(screens) or "none",
    }
    head = "".join(f"{name}: {said}\n" for name, said in facts.items())
    return f"The console of Tollhouse stopped by a fault of its own.\n\n{head}\n{without_secrets(hide(trace))}\n"


def without_secrets(text: str) -> str:
    """A text with *** for whatever looks like a key, a password or what a URL carries."""
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


def installed(package: str) -> str:
    """A package with its version."""
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"{package} (not installed)"

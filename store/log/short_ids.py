"""Ids as the log keeps them: those that are numbers as bytes, all others as they are."""

import re

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
HEX = re.compile(r"[0-9a-f]{32}|[0-9a-f]{16}")
"""A trace or a span, as OpenTelemetry writes them."""
UUID_BYTES, MARK = 16, b"h"
"""At the end of what is written without hyphens."""


def short(id: str) -> str | bytes:
    """The id as it is kept; those that are made from a time are in its order."""
    if UUID.fullmatch(id):
        return bytes.fromhex(id.replace("-", ""))
    return bytes.fromhex(id) + MARK if HEX.fullmatch(id) else id


def short_or_none(id: str | None) -> str | bytes | None:
    """The same of one that may be missing."""
    return None if id is None else short(id)


def whole(kept: str | bytes) -> str:
    """The id as it was."""
    if isinstance(kept, str):
        return kept
    if kept.endswith(MARK) and len(kept) != UUID_BYTES:
        return kept[:-1].hex()
    digits = kept.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def order(id: str) -> tuple[bool, str | bytes]:
    """What ids are sorted by, in Python as in SQLite."""
    kept = short(id)
    return isinstance(kept, bytes), kept

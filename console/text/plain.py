"""Make text from outside safe to draw: nothing a caller or a vendor wrote may steer the operator's terminal."""

import re
from typing import Any

STEERING = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 without tab and newline, delete, C1: ESC, CSI, OSC and friends
    "\u00ad\u034f\u061c\u115f\u1160\u180e"  # invisible, or turns the writing direction
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # zero width, line separators, bidi overrides
    "\ufe00-\ufe0f\U0001f3fb-\U0001f3ff"  # make the sign before them wider on some terminals and not on others
    "\ud800-\udfff"  # lone surrogates cannot be written to a terminal at all
    "\U000e0000-\U000e0fff"  # tags: text that is there and cannot be seen
    "]"
)
"""What a terminal obeys or hides instead of showing."""
ESCAPE = re.compile(rb"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
ASCII = bytes(range(128))


def plain(text: str) -> str:
    """`text` without anything that steers a terminal; newlines stay, a tab becomes four spaces."""
    if text.isascii() and text.isprintable():
        return text  # as most of a long list is
    return STEERING.sub("", text.replace("\r\n", "\n")).replace("\t", "    ")


def plain_line(text: str) -> str:
    """As `plain`, on one line, for a table cell or a notice."""
    return plain(text).replace("\n", " ")


def is_plain(raw: bytes) -> bool:
    """Whether JSON has nothing in any string that `plain_json` would change; it may say no where it has not.

    Control characters stand in JSON as escapes only, delete excepted. A live tail of 2,000 events a second needs this.
    """
    if b"\x7f" in raw or (b"\\" in raw and not all(map(is_plain_escape, set(ESCAPE.findall(raw))))):
        return False
    if raw.isascii():
        return True
    try:
        return STEERING.search(raw.translate(None, delete=ASCII).decode()) is None
    except UnicodeDecodeError:
        return False


def is_plain_escape(escape: bytes) -> bool:
    """Whether what stands behind a backslash in JSON is no sign that steers; half of a pair of surrogates may be."""
    if len(escape) == len(b"u2026"):
        sign = chr(int(escape[1:], 16))
        return sign != "\t" and STEERING.match(sign) is None
    return escape in (b"n", b'"', b"\\", b"/")


def plain_json(value: Any) -> Any:
    """The same JSON value with every string in it made plain, keys included."""
    match value:
        case str():
            return plain(value)
        case list():
            return [plain_json(item) for item in value]
        case dict():
            return {plain(key): plain_json(item) for key, item in value.items()}
        case _:
            return value

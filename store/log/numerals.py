"""A text parted into what it says and the numbers in it, so that texts that differ in nothing else are kept once."""

import re

NUMBER = re.compile(rb"(:\s?)([1-9][0-9.eE+-]*|0\.[0-9eE+-]*)(?=[\s,\]}])")
"""A number behind a name in JSON; a plain 0 belongs to the text."""
GAP = b"#"
LONGEST = 19
"""Digits of a number that may not fit into 64 bits."""

Numbers = tuple[int | bytes, ...]


def parted(text: bytes) -> tuple[bytes, Numbers]:
    """The text with gaps, and what is missing in them."""
    if GAP in text:
        return text, ()
    parts = NUMBER.split(text)
    numbers = parts[2::3]
    if not numbers:
        return text, ()
    parts[2::3] = [GAP] * len(numbers)
    return b"".join(parts), tuple(map(int, numbers)) if are_plain(numbers) else tuple(map(compact, numbers))


def joined(form: bytes, numbers: Numbers) -> bytes:
    """The text as it was."""
    if not numbers:
        return form
    said = [b"%d" % number if isinstance(number, int) else number for number in numbers]
    first, *rest = form.split(GAP)
    return first + b"".join(number + text for number, text in zip(said, rest, strict=True))


def are_plain(numbers: list[bytes]) -> bool:
    """Whether all are digits that any column holds, and so come back as they were: what `NUMBER` finds begins with
    another than 0, or has a point. Asked of all at once, for nearly always all are."""
    digits = b"".join(numbers)
    return digits.isdigit() and (len(digits) < LONGEST or max(map(len, numbers)) < LONGEST)


def compact(digits: bytes) -> int | bytes:
    """A number that comes back as it was; all others stay text."""
    return int(digits) if len(digits) < LONGEST and digits.isdigit() and digits[0] != ord("0") else digits

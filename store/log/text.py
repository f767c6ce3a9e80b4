"""The words of prompts and answers, for finding a request by what was said in it."""

import re
import unicodedata
from collections.abc import Iterator

import msgspec

from store.records import LogRecord

SAID = re.compile(
    rb'"(?:content|text|input|prompt|query|delta|arguments|partial_json|transcript|thinking|reasoning_content)"'
    rb'\s*:\s*"([^"\\]*(?:\\.[^"\\]*)*)"'
)
"""Where text stands in every dialect, streamed or not. By a pattern, for parsing each event takes ten times as long."""
WORD = re.compile(r"[^\W_]+|[\u2190-\u2bff\U0001f000-\U0001faff]")
"""Letters and digits, or one sign such as an arrow or an emoji."""
PARTED = {sign: " " for sign in range(128) if not chr(sign).isalnum()}
"""What parts words in plain English; everything else is looked at sign by sign, which takes ten times as long."""
FOREIGN = re.compile(r"[^\x00-\x7f]")
APART = re.compile(r"([぀-ヿ㐀-鿿가-힯豈-﫿\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\U00020000-\U0003ffff])")
"""Scripts that do not part words: each sign is one."""
LONGEST_BYTES = 4_096
"""Of a prompt and of an answer: more is not looked through. A long prompt's end counts, for it is the newest turn."""


def words(text: str) -> list[str]:
    """The words of a text, in small letters and without accents."""
    if text.isascii():
        return text.lower().translate(PARTED).split()
    plain = FOREIGN.sub(without_accents, unicodedata.normalize("NFKD", text.casefold()))
    plain = unicodedata.normalize("NFC", plain)  # Korean syllables, which came apart with the accents
    return WORD.findall(APART.sub(r" \1 ", plain))


def without_accents(sign: re.Match[str]) -> str:
    """A sign; an accent that stands behind its letter is none."""
    return "" if unicodedata.combining(sign[0]) else sign[0]


def text_of(request_body: bytes, response_body: bytes) -> str:
    """What was asked and answered, as words with spaces between."""
    asked = b" ".join(SAID.findall(request_body))[-LONGEST_BYTES:]
    glue = b"" if response_body.startswith((b"data:", b"event:")) else b" "
    answered = glue.join(SAID.findall(response_body))[:LONGEST_BYTES]
    return " ".join(words(" ".join(unescaped(part) for part in (asked, answered))))


def unescaped(quoted: bytes) -> str:
    """The text of a JSON string; of one that was cut, the part that is whole."""
    for text in shortened(quoted):
        try:
            return msgspec.json.decode(b'"' + text + b'"', type=str)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    return quoted.decode(errors="replace")


def shortened(quoted: bytes) -> Iterator[bytes]:
    """A text, and without the few bytes at either end that a cut may have left of a sign."""
    yield quoted
    for cut in range(1, 12):
        yield quoted[cut:]
        yield quoted[:-cut]


def has_words(wanted: str, record: LogRecord) -> bool:
    """Whether every word is in what was asked or answered."""
    there, looked_for = set(text_of(record.request_body, record.response_body).split()), words(wanted)
    return bool(looked_for) and all(word in there for word in looked_for)

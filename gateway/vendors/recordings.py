"""What vendors of speech have in common: a recording in, and OpenAI's transcription out.

Source: platform.openai.com/docs/api-reference/audio.
"""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.vendors.pictures import fields_in
from gateway.vendors.vendor import Answered, Asked, Json, Unspoken
from store.records import Usage

WRITTEN = ("json", "verbose_json", "text")
"""Formats of a transcription that need no captions."""
text = msgspec.json.Encoder().encode


def recording(asked: Asked) -> tuple[str, str, str, bytes]:
    """The file to be heard, as (field, name, type, content). Raises Unspoken, also for captions."""
    files = asked.upload.files if asked.upload else ()
    found = next((file for file in files if file[0] == "file"), None)
    if found is None:
        raise Unspoken("there is no recording: send a form with the file `file`", "file")
    if (wanted := format_of(asked)) not in WRITTEN:
        raise Unspoken(f"it writes no `{wanted}`: ask for {', '.join(WRITTEN)}", "response_format")
    return found


def format_of(asked: Asked) -> str:
    """How a transcription is wanted."""
    return str(fields_in(asked).get("response_format") or WRITTEN[0])


def heard(asked: Asked, said: str, seconds: float, language: str | None, words: list[Json]) -> Answered:
    """A transcription in the format that was asked for, with its length as what is paid for."""
    usage = {"type": "duration", "seconds": seconds}
    counted = text(usage) if seconds else b"null"
    if format_of(asked) == "text":
        return Answered(said.encode() + b"\n", asked.model, counted, {"content-type": "text/plain; charset=utf-8"})
    body: Json = {"text": said} | ({"usage": usage} if seconds else {})
    if format_of(asked) == "verbose_json":
        body |= {"task": "transcribe", "language": language, "duration": seconds, "words": words}
    return Answered(text(body), asked.model, counted, {"content-type": "application/json"})


def seconds_used(raw: bytes) -> Usage | None:
    """What is paid for, from a transcription's usage."""
    said: Any = msgspec.json.decode(raw)
    return Usage(audio_ms=round(said["seconds"] * 1000)) if isinstance(said, dict) and said.get("seconds") else None


def spoken_text(asked: Asked) -> str:
    """What is to be spoken. Raises Unspoken where there is nothing."""
    said = asked.json().get("input")
    if not isinstance(said, str) or not said:
        raise Unspoken("there is nothing to speak: send `input`, a text", "input")
    return said


def as_sound(body: bytes, asked: Asked) -> Answered:
    """A recording as it came."""
    return Answered(body, asked.model)


def sound_format(asked: Asked, known: dict[str, str]) -> str:
    """The vendor's name for the format that is wanted. Raises Unspoken for one that it has not."""
    wanted = str(asked.json().get("response_format") or "mp3")
    if wanted not in known:
        raise Unspoken(f"it speaks no `{wanted}`: ask for {', '.join(known)}", "response_format")
    return known[wanted]

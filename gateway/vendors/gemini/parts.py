"""What a message is made of, as Gemini's parts: text, pictures, sound, files.

Source: ai.google.dev/api/caching#Part.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from gateway.vendors.vendor import Json, Unspoken


def content_parts(content: Any) -> list[Json]:
    """The parts of a message's `content`, which is a text or a list. Raises Unspoken for a part of another kind."""
    if isinstance(content, str):
        return [{"text": content}] if content else []
    if not isinstance(content, list):
        return []
    return [part for said in content if isinstance(said, dict) if (part := content_part(said)) is not None]


def content_part(said: Json) -> Json | None:
    """One part; None for one without content."""
    kind = said.get("type", "text")
    if (part := PARTS.get(kind)) is None:
        known = ", ".join(f"`{name}`" for name in PARTS)
        raise Unspoken(f"a part of type `{kind}` cannot be said to Gemini; known are {known}", "messages")
    return part(said)


def text_of(said: Any) -> str:
    """The text of a part, empty for another kind."""
    if not isinstance(said, dict):
        return str(said)
    return str(said.get("text") or said.get("refusal") or "")


def text_part(said: Json) -> Json | None:
    """A text, with the signature it came with."""
    return {"text": text} | signature(said) if (text := text_of(said)) or said.get("signature") else None


def signature(said: Json) -> Json:
    """The signature of a part, if it has one."""
    return {"thoughtSignature": said["signature"]} if said.get("signature") else {}


def linked(name: str, usual: str) -> Callable[[Json], Json]:
    """What reads the parts that have a URL in an object of their name; `usual` is the type if nothing tells it."""

    def part(said: Json) -> Json:
        link = said.get(name)
        link = {"url": link} if isinstance(link, str) else link or {}
        return at_url(link.get("url") or "", link.get("mime_type") or link.get("format"), usual)

    return part


def at_url(url: str, mime_type: str | None, usual: str) -> Json:
    """Content at a URL: carried along if the URL is `data:`, else named for the vendor to fetch."""
    if url.startswith("data:"):
        head, _, data = url[5:].partition(",")
        return inline(mime_type or head.split(";")[0] or usual, data)
    return {"fileData": {"mimeType": mime_type or guessed(urlsplit(url).path) or usual, "fileUri": url}}


def inline(mime_type: str, data: str) -> Json:
    """Content carried along, in base64."""
    return {"inlineData": {"mimeType": mime_type, "data": data}}


def guessed(path: str) -> str | None:
    """The type that the end of a file's name stands for."""
    return mimetypes.guess_type(path)[0]


def audio_part(said: Json) -> Json:
    """Sound, of OpenAI's `mp3` or `wav`, or any other format of that name."""
    audio = said.get("input_audio") or {}
    form = audio.get("format") or "wav"
    return inline(form if "/" in form else f"audio/{form}", audio.get("data") or "")


def file_part(said: Json) -> Json:
    """A file: carried along, or by the URI that Google's Files API gave it."""
    file = said.get("file") or {}
    data, name = file.get("file_data") or "", file.get("filename") or ""
    usual = file.get("mime_type") or guessed(name) or "application/pdf"
    if data and not data.startswith("data:"):
        return inline(usual, data)
    return at_url(data or file.get("file_url") or file.get("file_id") or "", file.get("mime_type"), usual)


PARTS: Mapping[str, Callable[[Json], Json | None]] = {
    "text": text_part,
    "image_url": linked("image_url", "image/jpeg"),
    "input_audio": audio_part,
    "file": file_part,
    "video_url": linked("video_url", "video/mp4"),
    "refusal": text_part,
    "thinking": lambda _: None,
    "redacted_thinking": lambda _: None,
}
"""By the part's `type`. Thoughts are not given back: Gemini wants the signatures of calls and texts alone, and refuses
those of other vendors."""

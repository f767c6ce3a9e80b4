"""The parts of a message as Anthropic's content blocks: text, pictures, documents.

Source: platform.claude.com/docs/en/build-with-claude/vision and …/pdf-support.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NoBase64
from typing import Any

from gateway.vendors.vendor import Json, Unspoken

UNHEARD = "Claude takes no audio: send a transcript of it as text"


def block_of_part(part: Json) -> Json | None:
    """One part as a block with its mark for the cache; None for an empty text, which Anthropic refuses."""
    match part.get("type"):
        case "text" | "input_text" | "output_text":
            block = text_block(part["text"]) if part.get("text") else None
        case "refusal":
            block = text_block(part["refusal"]) if part.get("refusal") else None
        case "image_url" | "input_image":
            block = image(part)
        case "file" | "input_file":
            block = document(part.get("file") or part)
        case "input_audio":
            raise Unspoken(UNHEARD, "messages")
        case str():
            return part  # Anthropic's own blocks: image, document, search_result …
        case _:
            raise Unspoken("a part of a message has no `type`: use `text`, `image_url` or `file`", "messages")
    return block and block | {name: part[name] for name in ("cache_control", "citations") if part.get(name)}


def text_block(text: str) -> Json:
    """A text."""
    return {"type": "text", "text": text}


def image(part: Json) -> Json:
    """A picture, by its address or as data."""
    named = part.get("image_url")
    url = named.get("url") if isinstance(named, dict) else named
    if not isinstance(url, str) or not url:
        raise Unspoken("a picture has no `image_url.url`", "messages")
    return {"type": "image", "source": source(url)}


def document(file: Any) -> Json:
    """A file: a PDF as data or by its address, a text, or one that lies with Anthropic."""
    if not isinstance(file, dict):
        raise Unspoken("`file` is no object", "messages")
    title = {"title": file["filename"]} if file.get("filename") else {}
    found = file.get("file_data") or file.get("file_url")
    if isinstance(found, str) and found:
        return {"type": "document", "source": source(found, file.get("mime_type") or "application/pdf")} | title
    if file_id := file.get("file_id"):
        return {"type": "document", "source": {"type": "file", "file_id": file_id}} | title
    raise Unspoken("a file has neither `file_data` nor `file_url` nor `file_id`", "messages")


def source(said: str, media_type: str = "application/octet-stream") -> Json:
    """Where content comes from: a URL, a data URL, or base64 of a kind that was named beside it."""
    if said.startswith(("https://", "http://")):
        return {"type": "url", "url": said}
    if said.startswith("data:"):
        head, _, said = said[5:].partition(",")
        media_type = head.partition(";")[0] or media_type
        if not head.endswith("base64"):
            return {"type": "text", "media_type": "text/plain", "data": said}
    if media_type.startswith("text/"):
        return {"type": "text", "media_type": "text/plain", "data": decoded(said)}
    return {"type": "base64", "media_type": media_type, "data": said}


def decoded(data: str) -> str:
    """A text of base64. Raises Unspoken if it is none."""
    try:
        return b64decode(data, validate=True).decode()
    except (NoBase64, UnicodeDecodeError) as error:
        raise Unspoken("a file that says it is text is no base64 of UTF-8", "messages") from error

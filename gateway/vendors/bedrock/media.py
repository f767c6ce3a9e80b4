"""Pictures, documents, films and sound in a message, as Converse has them: carried along, or in S3. No I/O.

Source: docs.aws.amazon.com/bedrock/latest/APIReference, ImageBlock, DocumentBlock, VideoBlock and AudioBlock.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from gateway.vendors.vendor import Json, Unspoken

DOCUMENTS = {
    "application/pdf": "pdf",
    "text/csv": "csv",
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "text/html": "html",
    "text/plain": "txt",
    "text/markdown": "md",
}
"""What Converse calls a document's type."""
ENDINGS = {"jpg": "jpeg", "3gp": "three_gp", "3gpp": "three_gp", "quicktime": "mov", "x-matroska": "mkv", "htm": "html"}
"""Types and endings that Converse has another word for."""
NO_NAME = re.compile(r"[^A-Za-z0-9\s()\[\]-]+|\s{2,}")
"""What the name of a document may not have in it."""


def image(part: Json) -> Json:
    """An `image_url` part."""
    source, form = sourced(url_in(part, "image_url"), "an image")
    return {"image": {"format": form or "jpeg", "source": source}}


def video(part: Json) -> Json:
    """A `video_url` part."""
    source, form = sourced(url_in(part, "video_url"), "a video")
    return {"video": {"format": form or "mp4", "source": source}}


def audio(part: Json) -> Json:
    """An `input_audio` part."""
    said = part.get("input_audio") or {}
    return {"audio": {"format": said.get("format") or "wav", "source": {"bytes": said.get("data") or ""}}}


def document(part: Json) -> Json:
    """A `file` part. Raises Unspoken for the id of a file, for Bedrock keeps none."""
    file = part.get("file") or {}
    name, data = str(file.get("filename") or ""), file.get("file_data") or file.get("file_url") or ""
    if not data:
        raise Unspoken("Bedrock keeps no files: send `file_data`, or `file_url` with an `s3://` address", "messages")
    if ":" not in data:
        data = f"data:{file.get('mime_type') or ''};base64,{data}"
    source, form = sourced(data, "a file")
    form = form or ending(name) or "pdf"
    stem = name.rpartition(".")[0] or name or "document"
    return {"document": {"format": form, "name": NO_NAME.sub(" ", stem)[:150], "source": source}}


def url_in(part: Json, name: str) -> str:
    """The URL of a part, whether it stands in an object or alone."""
    said: Any = part.get(name)
    return str((said.get("url") if isinstance(said, dict) else said) or "")


def sourced(url: str, what: str) -> tuple[Json, str]:
    """Where the content is, and its format if the URL tells. Raises Unspoken for an address on the web."""
    if url.startswith("data:"):
        head, _, data = url[5:].partition(",")
        if not head.endswith(";base64"):
            raise Unspoken(f"{what} in a `data:` URL has to be in base64", "messages")
        return {"bytes": data}, format_of(head.partition(";")[0])
    if url.startswith("s3://"):
        return {"s3Location": {"uri": url}}, ending(url)
    raise Unspoken(f"Bedrock fetches nothing from the web: give {what} as a `data:` URL or `s3://` address", "messages")


def format_of(mime_type: str) -> str:
    """Converse's word for a type, empty if the type is not told."""
    last = mime_type.rpartition("/")[2].lower()
    return DOCUMENTS.get(mime_type.lower()) or ENDINGS.get(last, last)


def ending(name: str) -> str:
    """Converse's word for the type that the end of a name stands for."""
    last = name.rpartition(".")[2].lower() if "." in name.rpartition("/")[2] else ""
    return ENDINGS.get(last, last)


MEDIA: Mapping[str, Callable[[Json], Json]] = {
    "image_url": image,
    "file": document,
    "input_audio": audio,
    "video_url": video,
}
"""By the part's `type`."""

"""Multipart bodies. Sources: RFC 7578; the HTML standard, section 4.10.21.8, for how names are escaped."""

from __future__ import annotations

import secrets

from gateway.vendors.vendor import Upload

ESCAPES = str.maketrans({"\r": "%0D", "\n": "%0A", '"': "%22"})
"""What would end a name early, or begin a header of the sender's choosing."""
PLAIN_TYPE = "application/octet-stream"


def form(upload: Upload, boundary: str | None = None) -> tuple[bytes, str]:
    """The body and its content type; fields first, then files, both in order.

    The boundary is drawn at random unless it is given.
    """
    edge = boundary or secrets.token_hex(16)
    texts = [text_part(name, value) for name, values in upload.fields.items() for value in values]
    files = [file_part(*file) for file in upload.files]
    line = f"--{edge}\r\n".encode()
    body = b"".join(line + part + b"\r\n" for part in texts + files) + f"--{edge}--\r\n".encode()
    return body, f"multipart/form-data; boundary={edge}"


def text_part(name: str, value: str) -> bytes:
    """A field's part, without the line of the boundary."""
    return f'content-disposition: form-data; name="{quoted(name)}"\r\n\r\n'.encode() + value.encode()


def file_part(name: str, file_name: str, content_type: str, content: bytes) -> bytes:
    """A file's part, without the line of the boundary."""
    named = f'content-disposition: form-data; name="{quoted(name)}"; filename="{quoted(file_name)}"'
    kind = content_type if content_type and not set(content_type) & {"\r", "\n"} else PLAIN_TYPE
    return f"{named}\r\ncontent-type: {kind}\r\n\r\n".encode() + content


def quoted(name: str) -> str:
    """A name as it stands between quotes."""
    return name.translate(ESCAPES)

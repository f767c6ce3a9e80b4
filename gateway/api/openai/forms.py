"""Multipart bodies of OpenAI's API: pictures to be edited, speech to be written down; with a length or without."""

from __future__ import annotations

import io

import multipart

from gateway.api.openai.bodies import OpenAIJson
from gateway.domain import Headers, InferenceRequest
from gateway.errors import BadRequest
from gateway.vendors.vendor import Upload

FORM = "multipart/form-data"
IN_MEMORY = 1_000_000_000
"""The door's own limit is what counts; nothing is written to a disk."""


class OpenAIForm(OpenAIJson):
    """How a client of a function that takes a form is spoken with; some send JSON all the same."""

    def read(self, body: bytes, headers: Headers) -> InferenceRequest:
        """The request in a body. Raises BadRequest."""
        kind, options = multipart.parse_options_header(headers.get("content-type", ""))
        if kind != FORM:
            return super().read(body, headers)
        upload = upload_in(body, options.get("boundary", ""))
        said = upload.fields
        return InferenceRequest(
            function=self._function,
            model=first(said.get("model")),
            stream=first(said.get("stream")).lower() == "true",
            upload=upload,
        )


def first(values: list[str] | None) -> str:
    """A field that is sent once."""
    return values[0] if values else ""


def upload_in(body: bytes, boundary: str) -> Upload:
    """A form taken apart. Raises BadRequest."""
    if not boundary:
        raise BadRequest("Tollhouse: the form's `content-type` names no boundary.", param="content-type")
    fields: dict[str, list[str]] = {}
    files = []
    try:
        for part in multipart.MultipartParser(
            io.BytesIO(body), boundary, content_length=len(body), memory_limit=IN_MEMORY, spool_limit=IN_MEMORY
        ):
            if part.filename is None:
                fields.setdefault(part.name, []).append(part.value)
            else:
                files.append((part.name, part.filename, part.content_type, part.raw))
    except (multipart.MultipartError, UnicodeDecodeError, LookupError) as error:
        raise BadRequest(f"Tollhouse: the form cannot be read: {error}.") from error
    return Upload(fields=fields, files=tuple(files))

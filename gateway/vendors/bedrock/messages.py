"""Anthropic's messages as they are, for Claudes on Bedrock: by InvokeModel, and with its stream. No I/O.

Source: docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html and
docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModelWithResponseStream.html.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from urllib.parse import quote

import msgspec
from msgspec.structs import replace

from gateway.vendors.anthropic.native import (
    MessagesStream,
    decode_native,
    native_length,
    read_event,
    usage_of_native,
)
from gateway.vendors.aws.events import EventStreamFrames, is_failure
from gateway.vendors.bedrock.models import at, name_of, speaks_messages
from gateway.vendors.bedrock.request import beta_names
from gateway.vendors.translated import read, text, translated
from gateway.vendors.vendor import Asked, Json, Sent, Wire

VERSION = "bedrock-2023-05-31"
UNKNOWN_HERE = ("model", "stream", "service_tier")
"""Fields of Anthropic's own API that Bedrock refuses in a body."""

place = at("invoke", "invoke-with-response-stream")


def encode(asked: Asked) -> Sent:
    """The client's request, but for what Bedrock wants elsewhere."""
    return Sent(place(asked), text(body_of(asked)))


def body_of(asked: Asked) -> dict[str, msgspec.Raw]:
    """The body of an InvokeModel; what the client sent keeps its bytes."""
    fields = {name: value for name, value in asked.fields.items() if name not in UNKNOWN_HERE}
    given = fields.pop("anthropic_beta", msgspec.Raw(b"[]"))
    betas = [*beta_names(asked.headers.get("anthropic-beta")), *beta_names(msgspec.json.decode(given))]
    own: Json = {"anthropic_version": VERSION, "max_tokens": native_length(fields, name_of(asked))}
    own |= {"anthropic_beta": list(dict.fromkeys(betas))} if betas else {}
    return {name: msgspec.Raw(text(value)) for name, value in own.items()} | fields


class InvokedMessages(MessagesStream):
    """A binary stream of Anthropic's events as the server-sent events that Anthropic itself sends: a `Reader`."""

    __slots__ = ("_frames",)

    def __init__(self, asked: Asked) -> None:
        super().__init__(asked)
        self._frames = EventStreamFrames()

    def feed(self, chunk: bytes) -> bytes:
        """The events that `chunk` completes. Raises DamagedStream."""
        return super().feed(b"".join(self._event(name, data) for name, data in self._frames.feed(chunk)))

    def _event(self, name: str, data: bytes) -> bytes:
        """An event, or a failure of Bedrock's, as Anthropic sends it."""
        try:
            said = read(data)
            if is_failure(name):
                failure = {"type": name, "message": said.get("message") or name}
                return served("error", text({"type": "error", "error": failure}))
            event = b64decode(said["bytes"])
            return served(read_event(event).type, event)
        except (ValueError, LookupError, TypeError, AttributeError):
            self.skipped += 1
            return b""


def served(kind: str, event: bytes) -> bytes:
    """A server-sent event."""
    return b"event: " + kind.encode() + b"\ndata: " + event + b"\n\n"


def counted_at(asked: Asked) -> str:
    """Where tokens are counted: by the model itself, not by a profile that spreads requests over regions."""
    return f"/model/{quote(name_of(asked), safe='')}/count-tokens"


def encode_count(_: Json, asked: Asked) -> Json:
    """The body of a CountTokens: what would be sent, in base64."""
    return {"input": {"invokeModel": {"body": b64encode(text(body_of(asked))).decode()}}}


def decode_count(answer: Json, _: Asked) -> Json:
    """Anthropic's count."""
    return {"input_tokens": answer.get("inputTokens") or 0}


MESSAGES = Wire(
    encode=encode, decode=decode_native, reader=InvokedMessages, usage=usage_of_native, speaks=speaks_messages
)
COUNTS = replace(
    translated(path=counted_at, encode=encode_count, decode=decode_count, usage=lambda _: None), speaks=speaks_messages
)

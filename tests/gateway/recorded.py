"""What the reference gateway was seen to send, and how far ours differs from it.

The recordings lie beside the project (`../shared/vectors`); without them there is nothing to check.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import msgspec
import pytest

from gateway.functions import Function
from gateway.vendors.vendor import Asked, Fields, Json, Login, Sent, Vendor

VECTORS = Path(__file__).parents[3] / "shared" / "vectors" / "request-vectors.json"
fields_of = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


@dataclass(frozen=True, slots=True)
class Recording:
    """One request, and what the reference made of it."""

    provider: str
    case: str
    path: str
    request: Json = field(repr=False)
    upstream: Json = field(repr=False)

    def asked(self, login: Login | None = None) -> Asked:
        """The request as the gateway hands it to a vendor."""
        function = Function(self.path.removeprefix("/v1/"))
        model, stream = str(self.request.get("model", "")), bool(self.request.get("stream"))
        return Asked(
            function=function, model=model, fields=raw(self.request), stream=stream, login=login or Login("KEY")
        )


def raw(request: Json) -> Fields:
    """A request's fields as they come from the network."""
    return fields_of(msgspec.json.encode(request))


def recordings(*providers: str) -> list[Recording]:
    """Those of some providers that led to a request upstream; none where the recordings are not at hand."""
    if not VECTORS.exists():
        return []
    every = cast(list[Json], msgspec.json.decode(VECTORS.read_bytes()))
    return [
        Recording(each["provider"], each["case"], each["path"], each["request"], each["upstream"])
        for each in every
        if each["provider"] in providers and each.get("upstream")
    ]


def as_parameters(*providers: str) -> list[object]:
    """Recordings as parameters of a test."""
    return [pytest.param(each, id=f"{each.provider}-{each.case}") for each in recordings(*providers)]


def spoken(vendor: Vendor, recording: Recording, login: Login | None = None) -> Sent:
    """What our vendor would send."""
    asked = recording.asked(login)
    return vendor.functions[asked.function].encode(asked)


def differences(sent: Sent, recording: Recording) -> set[str]:
    """The fields in which we differ from the reference; what it drops and we carry as it came is no difference."""
    ours = cast(Json, msgspec.json.decode(sent.body))
    theirs = cast(Json, recording.upstream["body"])
    return {
        name
        for name in ours.keys() | theirs.keys()
        if ours.get(name) != theirs.get(name) and (name in theirs or ours.get(name) != recording.request.get(name))
    }

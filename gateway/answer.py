"""What a vendor's answer means: an answer, a refusal in the vendor's own words, or nothing that can be used."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from gateway.errors import VendorBroke, VendorFailed, VendorRefused
from gateway.headers import passed_on, story
from gateway.vendors.openai import Spoken, error_message, spoken

if TYPE_CHECKING:
    from gateway.domain import Call, Target
    from gateway.snapshot import Snapshot
    from gateway.upstream import Reply

EXCERPT = 200
"""Characters of what a vendor said instead of an answer."""
MARKUP = re.compile(r"<(style|script)\b.*?</\1>|<[^>]*>", re.S | re.I)


def take_whole(call: Call, reply: Reply, body: bytes, target: Target, snapshot: Snapshot) -> None:
    """An answer in one piece. Raises VendorFailed unless it is one."""
    if reply.status >= 300:
        raise refusal(reply, body, target, snapshot)
    try:
        said = spoken(body)
    except msgspec.ValidationError:
        said = Spoken()  # JSON of another shape is not ours to judge
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise no_json(reply, body, target.vendor.id) from error
    call.response_model = said.model
    if said.usage is not msgspec.UNSET:
        call.usage_received = bytes(said.usage)
    take_head(call, reply)
    call.response = [body]


def take_head(call: Call, reply: Reply) -> None:
    """Status and headers, as the client is to have them."""
    call.status, call.response_headers = reply.status, passed_on(reply.headers) + story(call)


def refusal(reply: Reply, body: bytes, target: Target, snapshot: Snapshot) -> VendorFailed:
    """A vendor's own error, as an exception; one that is no JSON, or a redirect, is a broken answer."""
    said = json_object(body)
    if said is None or reply.status < 400:
        return no_json(reply, body, target.vendor.id)
    refused = refused_by(target.vendor.id, reply.status, said, body)
    refused.retry_after = retry_after(reply)
    if target.provider is not None:
        refused.message = refused.message.rstrip(".") + hint(reply.status, target, snapshot)
    return refused


def hint(status: int, target: Target, snapshot: Snapshot) -> str:
    """What to do about a vendor's refusal, as the end of its sentence."""
    if status == 404:
        return snapshot.nearest(f"@{target.provider}/{target.model}")
    if status in (401, 403):
        return f". The vendor key of `@{target.provider}` was refused: the operator can renew it in the catalog."
    return "."


def refused_by(vendor: str, status: int, body: dict[str, Any], raw: bytes) -> VendorRefused:
    """A vendor's error body as an exception."""
    return VendorRefused(vendor, status, body, error_message(body) or excerpt(raw))


def no_json(reply: Reply, body: bytes, vendor: str) -> VendorBroke:
    """What to say of a page where an answer should be; a vendor's own error status is kept."""
    what = "a redirect, which is not followed" if reply.status in range(300, 400) else "something that is no JSON"
    broken = VendorBroke(vendor, f"it answered {reply.status} with {what}: {excerpt(body)}")
    broken.status = reply.status if reply.status >= 500 else 502
    broken.retry_after = retry_after(reply)
    return broken


def json_object(body: bytes) -> dict[str, Any] | None:
    """A body as a JSON object, None if it is none."""
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return said if isinstance(said, dict) else None


def retry_after(reply: Reply) -> int | None:
    """What the vendor says about trying again, in whole seconds."""
    found = next((value for name, value in reply.headers if name == "retry-after"), "")
    return int(found) if found.isdigit() and len(found) < 9 else None


def excerpt(body: bytes) -> str:
    """The beginning of what a vendor said, without its markup."""
    words = MARKUP.sub(" ", body[:4000].decode(errors="replace")).split()
    return f"“{' '.join(words)[:EXCERPT]}”" if words else "nothing"

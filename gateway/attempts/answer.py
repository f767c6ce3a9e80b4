"""What a vendor's answer means: an answer, a refusal in the vendor's own words, or nothing that can be used."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from gateway.errors import LAST_WORDS, VendorBroke, VendorFailed, VendorRefused
from gateway.vendors.frames import BOM
from gateway.vendors.vendor import BadAnswer, VendorSaysNo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.attempts.attempting import Try
    from gateway.catalog.catalog import Catalog
    from gateway.domain import Target
    from gateway.upstream import Reply
    from gateway.vendors.vendor import Answered

EXCERPT = 200
"""Characters of what a vendor said instead of an answer."""
NUMBER = re.compile(r"\d{1,9}(\.\d{1,9})?", re.A)
WAITS = {"retry-after-ms": 1000, "x-ms-retry-after-ms": 1000, "retry-after": 1}
"""Headers that say when to try again, and how many of their units a second has."""
LONGEST_WAIT_SECONDS = 86_400
MARKUP = re.compile(r"<(style|script)\b.*?</\1>|<[^>]*>", re.S | re.I)


def understood(reply: Reply, body: bytes, attempt: Try) -> Answered:
    """A whole answer, for the client. Raises VendorBroke unless it is one, and VendorRefused for an error within it."""
    try:
        return attempt.answered(body)
    except VendorSaysNo as error:
        raise refused_event(attempt.target, error.said) from error
    except BadAnswer as error:
        raise VendorBroke(attempt.target.vendor.id, f"it answered {error}: {excerpt(body)}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        if body.startswith(BOM):  # which a reader of JSON may pass over (RFC 8259, section 8.1)
            return understood(reply, body.removeprefix(BOM), attempt)
        raise no_json(reply, body, attempt.target.vendor.id) from error
    except (KeyError, TypeError, IndexError, AttributeError, ValueError) as error:
        vendor = attempt.target.vendor.id
        raise VendorBroke(vendor, f"it answered with JSON of an unknown shape: {excerpt(body)}") from error


def content_type(reply: Reply) -> str:
    """What the body claims to be."""
    return next((value for name, value in reply.headers if name == "content-type"), "")


def refused_event(target: Target, event: bytes) -> VendorRefused:
    """An error that a vendor sent in the midst of a stream."""
    said = json_object(event) or {}
    return refused_by(target.vendor.id, status_in(said), said, event)


def status_in(said: dict[str, Any]) -> int:
    """The status that an error event would have had as an answer, as far as it says."""
    error = said.get("error")
    code = error.get("code") if isinstance(error, dict) else None
    if code in LAST_WORDS:
        return 400
    return code if isinstance(code, int) and code in range(400, 600) else 502


def refusal(reply: Reply, body: bytes, target: Target, catalog: Catalog) -> VendorFailed:
    """A vendor's own error, as an exception; one that is no JSON, or a redirect, is a broken answer."""
    said = json_object(body)
    if said is None or reply.status < 400:
        return no_json(reply, body, target.vendor.id)
    refused = refused_by(target.vendor.id, reply.status, said, body)
    refused.retry_after = retry_after(reply)
    if target.provider is not None:
        refused.message = refused.message.rstrip(".") + hint(reply.status, refused.message, target, catalog)
    return refused


def hint(status: int, said: str, target: Target, catalog: Catalog) -> str:
    """What to do about a vendor's refusal, as the end of its sentence."""
    if status == 404 and "model" in said:
        return catalog.nearest(f"@{target.provider}/{target.model}")
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
        said = msgspec.json.decode(body.removeprefix(BOM))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if isinstance(said, list) and said:
        said = said[0]  # Google wraps the errors of its streams
    return said if isinstance(said, dict) else None


def retry_after(reply: Reply) -> int | None:
    """What the vendor says about trying again, in whole seconds; those of OpenAI and Azure say milliseconds first.

    A date (RFC 9110, section 10.2.3) counts from the vendor's own clock where it says what that shows.
    """
    said = dict(reply.headers)
    for name, scale in WAITS.items():
        found = said.get(name, "")
        if NUMBER.fullmatch(found):
            return math.ceil(float(found) / scale)
    until = moment(said.get("retry-after", ""))
    now = moment(said.get("date", "")) or datetime.now(UTC)
    return None if until is None else min(max(math.ceil((until - now).total_seconds()), 0), LONGEST_WAIT_SECONDS)


def moment(said: str) -> datetime | None:
    """A date in a header; None where there is none that can be read."""
    if not said:
        return None
    from email.utils import parsedate_to_datetime

    try:
        found = parsedate_to_datetime(said)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def excerpt(body: bytes) -> str:
    """The beginning of what a vendor said, without its markup."""
    words = MARKUP.sub(" ", body[:4000].decode(errors="replace")).split()
    return f"“{' '.join(words)[:EXCERPT]}”" if words else "nothing"


def error_message(body: Mapping[str, object]) -> str | None:
    """The sentence in a vendor's error body: OpenAI's shape, and the shorter ones that others use."""
    error, detail, several = body.get("error"), body.get("detail"), body.get("errors")
    for place in (error, detail, body):
        if isinstance(place, dict):
            for name in ("message", "detail", "msg", "Message", "err_msg"):
                if isinstance(said := place.get(name), str) and said:
                    return said
    if isinstance(several, list) and several:
        return "; ".join(str(each.get("message", each) if isinstance(each, dict) else each) for each in several)
    return error if isinstance(error, str) else None

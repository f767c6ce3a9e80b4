"""Stage 1: which key, and what it may do."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from gateway.errors import Forbidden, Unauthenticated
from store.ids import ApiSecret

if TYPE_CHECKING:
    from gateway.domain import Caller, Headers
    from gateway.snapshot import Snapshot

HOW = "Send one as `Authorization: Bearer KEY` or `x-portkey-api-key: KEY`; the operator makes keys in the console."


def authenticate(headers: Headers, snapshot: Snapshot, *scopes: str) -> Caller:
    """Whose key a request carries, which must hold one of `scopes` if any are named.

    Raises Unauthenticated and Forbidden.
    """
    secret = presented(headers)
    if secret is None:
        raise Unauthenticated(f"Tollhouse: this request carries no API key. {HOW}")
    caller = snapshot.callers.get(snapshot.hash_key(secret))
    if caller is None:
        raise Unauthenticated(f"Tollhouse: this API key is not known here, or was revoked. {HOW}")
    if caller.expires_at_ms is not None and caller.expires_at_ms <= time.time_ns() // 1_000_000:
        raise Unauthenticated("Tollhouse: this API key has expired. Ask the operator for a new one.")
    if caller.is_paused:
        raise Unauthenticated("Tollhouse: this API key is paused. The operator can let it go on.")
    if scopes and caller.scopes.isdisjoint(scopes):
        raise Forbidden(
            f"Tollhouse: the API key `{caller.name}` lacks the scope `{scopes[0]}`; the operator can add it."
        )
    return caller


def presented(headers: Headers) -> ApiSecret | None:
    """The gateway's key in a request: its own header first, for beside it `Authorization` carries a vendor's key."""
    if secret := headers.get("x-portkey-api-key", "").strip():
        return ApiSecret(secret)
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    return ApiSecret(secret.strip()) if scheme.lower() == "bearer" and secret.strip() else None

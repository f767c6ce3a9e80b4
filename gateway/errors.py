"""Everything that can go wrong with a request, and whose fault it is.

GatewayError
    Refused                 the caller can mend it
        BadRequest          400
        Unauthenticated     401
        Forbidden           403
        NotFound            404
            UnknownModel
            UnknownProvider
        MethodNotAllowed    405
        Conflict            409
        TooLarge            413
        TooMuch             422, a question that takes too long
        HungUp              499, for the log alone: nobody is there to read it
    ModelNotAllowed         412, a rule of the operator's
    LimitReached            a limit of the operator's
        BudgetExhausted     412
        RateLimited         429
    VendorFailed            the vendor's, and another target may do better
        VendorRefused       the vendor's own status and words
        VendorBroke         502, no answer that can be used
        VendorUnreachable   503
        VendorSlow          504
        TimedOut            408, the time that the request or its config allowed
    NotOffered              500, the vendor has no such function
    NotSpoken               400, the vendor has it, but not what this request wants of it
    Broken                  500, ours
        StoreBusy           503
        Draining            503
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

Fault = Literal["caller", "policy", "provider", "gateway"]
LAST_WORDS = frozenset({"content_filter", "content_policy_violation", "context_length_exceeded"})
"""Codes of a vendor that is right wherever the request is sent, whatever the status."""


class GatewayError(Exception):
    """A request came to nothing. The class says status, code and fault; the message what to do."""

    status: int = 500
    code: str = "internal_error"
    kind: ClassVar[str] = "gateway_error"
    """OpenAI's `type`."""
    fault: Fault = "gateway"
    vendor: str | None = None
    """The vendor whose words these are, if they are one's."""

    def __init__(self, message: str, *, param: str | None = None, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        """The field at fault, as a path: `messages[0].role`."""
        self.retry_after = retry_after
        """Seconds after which trying again may help."""
        self.headers: list[tuple[bytes, bytes]] = []
        """What else the answer says, set where a call is known."""

    def body(self) -> dict[str, Any]:
        """OpenAI's error object, with whose fault it was."""
        error = {"message": self.said(), "type": self.kind, "param": self.param, "code": self.code}
        named = {"provider": self.vendor} if self.vendor else {}
        return {"error": error | {"fault": self.fault}} | named

    def said(self) -> str:
        """The message for whoever reads no other field: it names who speaks."""
        return self.message


class Refused(GatewayError):
    """The caller can mend it."""

    status, code, kind, fault = 400, "invalid_request", "invalid_request_error", "caller"


class BadRequest(Refused):
    """A request that cannot be understood; `param` names the field."""


class Unauthenticated(Refused):
    """No key, or one that is not known or not valid any more."""

    status, code, kind = 401, "invalid_api_key", "authentication_error"


class Forbidden(Refused):
    """A key without the scope this takes."""

    status, code, kind = 403, "missing_scope", "permission_error"


class NotFound(Refused):
    """Nothing has that name."""

    status, code, kind = 404, "not_found", "not_found_error"


class UnknownModel(NotFound):
    """No provider offers the model."""

    code = "model_not_found"


class UnknownProvider(NotFound):
    """No provider has the slug."""

    code = "provider_not_found"


class MethodNotAllowed(Refused):
    """The path is right, the method is not."""

    status, code = 405, "method_not_allowed"


class Conflict(Refused):
    """The name is taken, or the thing is in use."""

    status, code = 409, "conflict"


class TooLarge(Refused):
    """A body over the limit."""

    status, code = 413, "request_too_large"


class TooMuch(Refused):
    """The answer would take too long to find."""

    status, code = 422, "query_too_large"


class HungUp(Refused):
    """The client closed the connection before it had its answer."""

    status, code = 499, "client_hung_up"


class ModelNotAllowed(GatewayError):
    """The operator has not enabled the model."""

    status, code, kind, fault = 412, "model_not_allowed", "model_not_allowed_error", "policy"


class LimitReached(GatewayError):
    """A limit that the operator has set leaves no room for the request."""

    status, code, fault = 429, "limit_reached", "policy"

    def __init__(
        self, message: str, *, kind: str, wire_code: str | None = None, retry_after: int | None = None
    ) -> None:
        super().__init__(message, retry_after=retry_after)
        self._kind, self._wire_code = kind, wire_code

    def body(self) -> dict[str, Any]:
        """OpenAI's error object, with the type and the code that Portkey gives to limits."""
        said = super().body()
        said["error"] |= {"type": self._kind, "code": self._wire_code or self.code}
        return said


class BudgetExhausted(LimitReached):
    """What is left of a budget does not pay for the request."""

    status, code = 412, "budget_exhausted"


class RateLimited(LimitReached):
    """Too much within too short a time, or too many at once."""

    status, code = 429, "rate_limit_exceeded"


class VendorFailed(GatewayError):
    """The vendor gave no answer that is of use."""

    status, code, kind = 502, "vendor_failed", "vendor_error"
    fault: Fault = "provider"

    def __init__(self, vendor: str, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message, retry_after=retry_after)
        self.vendor = vendor

    def said(self) -> str:
        """Open WebUI and its like show this sentence alone."""
        return f"{self.vendor} error: {self.message}"


class VendorRefused(VendorFailed):
    """The vendor answered with an error of its own; its words and unknown fields are kept."""

    code = "vendor_refused"

    def __init__(self, vendor: str, status: int, body: dict[str, Any], message: str) -> None:
        super().__init__(vendor, message)
        self.status = status
        self.fault = fault_of(status)
        self.vendor_body = body
        self.code = str(self._error.get("code") or self.code)

    @property
    def _error(self) -> dict[str, Any]:
        error = self.vendor_body.get("error")
        return error if isinstance(error, dict) else {}

    def body(self) -> dict[str, Any]:
        """The vendor's error object, its message with the vendor's name in front."""
        usual = {"type": self.kind, "param": None, "code": self.code}
        error = usual | self._error | {"message": self.said(), "fault": self.fault}
        return self.vendor_body | {"error": error, "provider": self.vendor}


class VendorBroke(VendorFailed):
    """The connection broke, or what came over it is no answer."""

    code = "vendor_broke"


class VendorUnreachable(VendorFailed):
    """Nobody is there, as far as the network can tell."""

    status, code = 503, "vendor_unreachable"


class VendorSlow(VendorFailed):
    """Nothing came in the time that was given."""

    status, code = 504, "vendor_timeout"


class TimedOut(VendorFailed):
    """The vendor took longer than the request, or its config, allowed."""

    status, code, kind = 408, "request_timeout", "timeout_error"

    def said(self) -> str:
        """As Portkey says it."""
        return self.message


class NotOffered(GatewayError):
    """The vendor has no such function; a target that has it may be tried."""

    status, code, kind, fault = 500, "function_not_offered", "invalid_request_error", "caller"


class NotSpoken(Refused):
    """The vendor has the function, but not what this request wants of it; another target may."""

    code = "not_offered_by_vendor"


class Broken(GatewayError):
    """Our own failure."""


class StoreBusy(Broken):
    """The database cannot be written now; nothing was changed."""

    status, code = 503, "database_unavailable"


class Draining(Broken):
    """The gateway is ending, and takes nothing new."""

    status, code = 503, "shutting_down"


def fault_of(status: int) -> Fault:
    """Whose fault a vendor's own error is: a credential it refuses is ours, a request it refuses is the caller's."""
    if status in (401, 403):
        return "gateway"
    if status in (400, 404, 405, 409, 413, 415, 422):
        return "caller"
    return "provider"

"""What can go wrong when one asks the gateway."""


class GatewayError(Exception):
    """Asking the gateway did not work.

    GatewayUnreachable   nobody answered, or something that is no Tollhouse gateway
    GatewayRefused       the gateway answered with an error of its own

    `short` is what happened without the technical reason, for where there is little room.
    """

    def __init__(self, short: str, reason: str = "") -> None:
        super().__init__(f"{short} ({reason})" if reason else short)
        self.short = short


class GatewayUnreachable(GatewayError):
    """Nobody answered; trying again may help."""


class GatewayRefused(GatewayError):
    """The gateway said no, and why; `param` names the field at fault where there is one."""

    def __init__(
        self, status: int, message: str, param: str | None = None, *, code: str | None = None, fault: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.param = param
        self.code = code
        self.fault = fault

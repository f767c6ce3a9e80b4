"""What the gateway answered: decoded, every string in it made plain, and of the shape that was expected."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from console.text.plain import is_plain, plain_json, plain_line
from console.wire.answers import OURS, ErrorAnswer
from console.wire.errors import GatewayError, GatewayRefused, GatewayUnreachable

T = TypeVar("T")


def read(raw: bytes, kind: type[T]) -> T:
    """Decode JSON into `kind`, every string in it made plain. Raises GatewayUnreachable if it is something else."""
    try:
        if is_plain(raw):
            return msgspec.json.decode(raw, type=kind)
        value = msgspec.json.decode(raw)
    except msgspec.ValidationError as error:
        raise unexpected(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise GatewayUnreachable("The answer is not JSON: is this address a Tollhouse gateway?") from error
    return convert(plain_json(value), kind)


def convert(value: Any, kind: type[T]) -> T:
    """A decoded JSON value as `kind`."""
    try:
        converted: T = msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise unexpected(error) from error
    return converted


def unexpected(error: msgspec.ValidationError) -> GatewayUnreachable:
    """The answer is JSON, but not such as a Tollhouse gateway gives."""
    return GatewayUnreachable(f"The gateway's answer is not as expected: {plain_line(str(error))}")


def refusal(status: int, body: bytes) -> GatewayError:
    """What the gateway's error body says, or that it was none of the gateway's."""
    try:
        answer = read(body, ErrorAnswer)
    except GatewayUnreachable:
        return GatewayUnreachable(f"Status {status} from something that is no Tollhouse gateway")
    said = answer.error
    message = (said.message or f"refused with status {status}").removeprefix(OURS)
    return GatewayRefused(status, message, said.param, code=said.code, fault=said.fault)

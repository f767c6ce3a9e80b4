"""A log record as bytes: MessagePack, by field name, so that a record of another version can be read."""

from typing import Any

import msgspec

from store.records import LogRecord

BIGGEST = 2**63 - 1
"""What SQLite keeps."""

encoder = msgspec.msgpack.Encoder()
decode = msgspec.msgpack.Decoder(LogRecord).decode
"""The record; fields it lacks have their defaults. Raises `msgspec.MsgspecError`, `UnicodeDecodeError` for rubbish."""


def encode(record: LogRecord) -> bytes:
    """The record as bytes; what no file could hold is changed into something near it."""
    try:
        return encoder.encode(record)
    except (UnicodeEncodeError, OverflowError):
        return encoder.encode(storable(msgspec.to_builtins(record, builtin_types=(bytes,))))


def storable(value: Any) -> Any:
    """A value without half characters (a vendor's JSON may hold them) and without endless numbers."""
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode()
        case dict():
            return {storable(name): storable(inner) for name, inner in value.items()}
        case list() | tuple():
            return [storable(inner) for inner in value]
        case int() if not isinstance(value, bool):
            return max(-BIGGEST, min(value, BIGGEST))
    return value

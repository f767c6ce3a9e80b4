"""Log records for tests: small ones, and ones in which every field is set by chance."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from store.ids import LogId, new_id
from store.log.short_ids import whole
from store.records import LogRecord
from store.spool.drain import Drain
from store.spool.spool import Spool

PATIENCE_SECONDS = 20.0
"""How long a drain waits for the database: the process of a writer that was killed may be at its last transaction."""
LETTERS = "abcXYZ019 _%\\\"'äÄßıİ語😀\n\x00"


def log_record(**fields: Any) -> LogRecord:
    """A request that went well, but for what is given."""
    plain = {"id": new_id(), "created_at_ms": 1_000, "trace_id": "t", "method": "POST", "path": "/v1/chat/completions"}
    return msgspec.convert({**plain, "status": 200, "total_ms": 12.5, **fields}, LogRecord)


def any_record(chance: Random) -> LogRecord:
    """Every field set, or None where it may be, as its type allows."""
    record: LogRecord = any_value(LogRecord, chance)
    return msgspec.structs.replace(record, id=LogId(new_id()))


def any_value(wanted: Any, chance: Random) -> Any:
    """A value of a type."""
    return made(msgspec.inspect.type_info(wanted), chance)


def made(kind: msgspec.inspect.Type, chance: Random) -> Any:
    """A value of an inspected type."""
    match kind:
        case msgspec.inspect.StructType(cls=cls, fields=fields):
            return cls(**{field.name: made(field.type, chance) for field in fields})
        case msgspec.inspect.UnionType(types=types):
            return made(chance.choice(types), chance)
        case msgspec.inspect.DictType(key_type=key, value_type=value):
            return {made(key, chance): made(value, chance) for _ in range(chance.randint(1, 3))}
        case msgspec.inspect.VarTupleType(item_type=item):
            return tuple(made(item, chance) for _ in range(chance.randint(1, 3)))
    return made_plain(kind, chance)


def made_plain(kind: msgspec.inspect.Type, chance: Random) -> Any:
    """A value without parts."""
    match kind:
        case msgspec.inspect.StrType():
            return "".join(chance.choices(LETTERS, k=chance.randint(1, 12)))
        case msgspec.inspect.BytesType():
            return chance.randbytes(chance.randint(1, 300))
        case msgspec.inspect.BoolType():
            return chance.random() < 0.5
        case msgspec.inspect.IntType():
            return chance.choice([0, 1, chance.randint(-(2**63) + 1, 2**63 - 1)])
        case msgspec.inspect.FloatType():
            return round(chance.uniform(-1e9, 1e9), 3)  # durations are kept to the microsecond
        case msgspec.inspect.NoneType():
            return None
    raise AssertionError(kind)


def small_spool(folder: Path, **more: Any) -> Spool:
    """A spool that takes little room."""
    return Spool(folder, **{"reserve_bytes": 4096} | more)


def drain(file: Path, spool: Spool) -> None:
    """Bring all of a spool into the database, as the writer's thread does."""
    drain = Drain(file, patience_seconds=PATIENCE_SECONDS)
    try:
        more = True
        while more:
            outcome = drain.step(spool.standing())
            spool.settle(outcome)
            more = outcome.more
    finally:
        drain.close()


def put(file: Path, records: Iterable[LogRecord]) -> None:
    """Write records into the database, all the way through the spool."""
    spool = small_spool(file.parent / "spool")
    for record in records:
        spool.append(msgspec.msgpack.encode(record))
    drain(file, spool)
    spool.close()


def ids(file: Path) -> list[str]:
    """The records in the database, in the order they came in."""
    with closing(sqlite3.connect(file)) as connection:
        return [whole(id) for (id,) in connection.execute("SELECT id FROM logs ORDER BY number")]

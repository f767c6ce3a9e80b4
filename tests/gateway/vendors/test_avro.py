"""Avro files, as the package fastavro writes them."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from importlib import import_module
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from gateway.vendors.avro import AvroRecords
from gateway.vendors.vendor import BadAnswer, Json

AVRO: Any = import_module("fastavro")
SCHEMA: Json = {
    "type": "record",
    "name": "tests.result",
    "fields": [
        {"name": "id", "type": "string"},
        {"name": "count", "type": "long"},
        {"name": "small", "type": "int"},
        {"name": "yes", "type": "boolean"},
        {"name": "half", "type": "float"},
        {"name": "whole", "type": ["null", "double"], "default": None},
        {"name": "vector", "type": {"type": "array", "items": "double"}},
        {"name": "names", "type": {"type": "array", "items": ["null", "string"]}},
        {"name": "by_name", "type": {"type": "map", "values": "long"}},
        {"name": "kind", "type": {"type": "enum", "name": "tests.kind", "symbols": ["A", "B"]}},
        {"name": "again", "type": "tests.kind"},
        {"name": "within", "type": ["null", "tests.result"], "default": None},
    ],
}


def record(number: int, within: Json | None = None) -> Json:
    """One of them."""
    return {
        "id": f"Größe {number}",
        "count": -(number**5),
        "small": number,
        "yes": bool(number % 2),
        "half": number / 2,
        "whole": None if number % 3 else number * 1.5,
        "vector": [number / 3, -1e300],
        "names": ["a", None, "b" * number],
        "by_name": {"a": number, "b": -1},
        "kind": "AB"[number % 2],
        "again": "A",
        "within": within,
    }


RECORDS = [record(number, record(0) if number % 4 else None) for number in range(500)]


def written(codec: str) -> bytes:
    """A file of several blocks."""
    file = io.BytesIO()
    AVRO.writer(file, SCHEMA, RECORDS, codec=codec, sync_interval=4000)
    return file.getvalue()


def read(pieces: Iterator[bytes]) -> list[Json]:
    """Every record of a file that comes in pieces."""
    file = AvroRecords()
    found = [each for piece in pieces for each in file.feed(piece)]
    return [msgspec.json.decode(each) for each in (*found, *file.end())]


@pytest.mark.parametrize("codec", ["null", "deflate"])
@pytest.mark.parametrize("longest", [1, 700, 1_000_000])
def test_every_type_in_pieces_of_any_size(codec: str, longest: int) -> None:
    """A file reads as what was written, however the network cuts it."""
    data, cuts = written(codec), [0]
    draw = random.Random(longest)
    while cuts[-1] < len(data):
        cuts.append(cuts[-1] + draw.randint(1, longest))

    found = read(data[begin:end] for begin, end in pairwise(cuts))

    assert found == RECORDS


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<html>not found</html>", id="web-page"),
        pytest.param(written("null")[:-3], id="cut-short"),
        pytest.param(written("deflate").replace(b"deflate", b"snapped"), id="unknown-packing"),
        pytest.param(written("null")[:-1] + b"\xff", id="wrong-mark"),
    ],
)
def test_what_is_no_whole_file_is_told_apart(data: bytes) -> None:
    """A file that broke off, is damaged, or is none at all never passes for one with fewer records."""
    with pytest.raises(BadAnswer):
        read(iter([data]))

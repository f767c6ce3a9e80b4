"""When Python looks for garbage, and through what."""

import gc
import subprocess
import sys

import msgspec
import pytest

from console import garbage
from console.wire.catalog import Model
from console.wire.keys import ApiKey
from console.wire.logs import LogSummary, Started
from console.wire.reading import read
from tests.console.samples import api_key, log, started

A_START = """
import gc
from console import garbage

garbage.wait()
assert not gc.isenabled()
kept = [[] for _ in range(1000)]
garbage.spare_what_stays()
assert gc.isenabled()
assert gc.get_freeze_count() > 1000
"""


def test_start_sets_aside_what_it_made() -> None:
    """A console looks for no garbage while it starts, then it does, but not through what it made so far."""
    done = subprocess.run([sys.executable, "-c", A_START], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_process_that_looks_already_is_left_alone() -> None:
    """A console inside another program, such as this test, sets nothing of it aside."""
    before = gc.get_freeze_count()

    garbage.spare_what_stays()

    assert (gc.isenabled(), gc.get_freeze_count()) == (True, before)


MODEL = {"slug": "gpt-4o", "enabled": True, "price": {"input": 2.5, "output": 10.0}, "context_window": 128_000}


@pytest.mark.parametrize(
    ("kind", "said"),
    [(LogSummary, log(1)), (Started, started(1)), (ApiKey, api_key("key-1", "app")), (Model, MODEL)],
    ids=["settled", "started", "key", "model"],
)
def test_what_comes_by_the_thousand_is_not_looked_through(kind: type[msgspec.Struct], said: object) -> None:
    """Of rows there may be a hundred thousand: the garbage collector goes through none, nor the lists in them."""
    row = read(msgspec.json.encode(said), kind)

    gc.collect()

    held = [value for name in row.__struct_fields__ if not isinstance(value := getattr(row, name), dict)]
    assert [value for value in (row, *held) if gc.is_tracked(value)] == []

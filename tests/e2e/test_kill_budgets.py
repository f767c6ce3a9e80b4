"""Counters equal the ledger, also after `kill -9` in the middle of it all."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from store.limits.rate_journal import RateJournal
from store.log.columns import READ
from store.log.whole import record_from
from tests.e2e.running import CHAT, Gateway, add_demo, ask, client, eventually, gateway_in
from tests.e2e.test_kill import CLIENTS, killed
from tests.ports import free_port

KILLS, ANSWERS = 2, 60


def key_with_budget(gateway: Gateway) -> str:
    """The secret of a key whose budget is never used up."""
    body = {
        "name": "team",
        "scopes": ["completions.write"],
        "usage_limits": {"credit_limit": 1000, "type": "cost", "periodic_reset": "monthly"},
        "rate_limits": [{"type": "concurrent", "value": CLIENTS}],
    }
    made = gateway.admin.post("/v1/api-keys/workspace/service", json=body).raise_for_status().json()
    key: str = made["key"]
    return key


@dataclass(frozen=True, slots=True)
class Sums:
    """What counters and records say."""

    counters: list[int]
    """Nanodollars."""
    billed: int
    estimated: int
    priced: int
    """Records with a cost."""


def sums_in(home: Path) -> Sums:
    """Everything the database has of the key `team`."""
    with closing(sqlite3.connect(home / "tollhouse.db")) as connection:
        counters = [spent for (spent,) in connection.execute("SELECT nanodollars FROM counters")]
        records = [record_from(row) for row in connection.execute(f"SELECT {READ} FROM logs")]
    theirs = [record for record in records if record.api_key_name == "team"]
    costs = [record.cost for record in theirs if record.cost is not None]
    return Sums(counters, sum(costs), sum(record.estimated_cost or 0 for record in theirs), len(costs))


async def test_counters_equal_the_log_after_kills(tmp_path: Path, vendor_url: str) -> None:
    """After several kills under load a budget has been charged what its key's records cost, no more and no less.

    What has no bill is charged an estimate, which its record names.
    """
    home, port = tmp_path / "home", free_port()
    with gateway_in(home, port=port) as gateway:
        add_demo(gateway.admin, vendor_url)
        key = key_with_budget(gateway)

    for kill in range(KILLS):
        with gateway_in(home, port=port) as gateway:
            await killed(gateway, key, f"kill-{kill}", ANSWERS)

    with gateway_in(home, port=port) as gateway:
        gateway.logs()
    sums = sums_in(home)
    assert sums.priced >= KILLS * ANSWERS // 3
    assert sums.counters == [sums.billed + sums.estimated]


def test_rate_outlives_a_kill(tmp_path: Path, vendor_url: str) -> None:
    """A rate that was used up before `kill -9`, and written down, is used up after it."""
    home, port = tmp_path / "home", free_port()
    with gateway_in(home, port=port) as first:
        add_demo(first.admin, vendor_url)
        limits = {"rate_limits": [{"type": "requests", "unit": "rph", "value": 2}]}
        body = {"name": "k", "scopes": ["completions.write"]} | limits
        key = first.admin.post("/v1/api-keys/workspace/service", json=body).raise_for_status().json()["key"]
        with client(first.url, key) as app:
            before = [app.post(CHAT, json=ask()).status_code for _ in range(3)]
        eventually(
            lambda: sum(amount for each in RateJournal(home / "rates").read() for _, amount in each.entries) == 2
        )
        first.process.kill()
        first.process.wait()

    with gateway_in(home, port=port) as second, client(second.url, key) as app:
        after = app.post(CHAT, json=ask()).status_code

    assert (before, after) == ([200, 200, 429], 429)

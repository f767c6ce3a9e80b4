"""What rates have counted outlives the process."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.demo.vendor import SimulatedVendor
from gateway.limits.book import Book
from gateway.limits.kept_rates import save
from gateway.limits.rules import Applied, RateLimit
from store.limits.rate_journal import LONG, RateJournal, RateWindow
from tests.gateway.limited import chat, limited
from tests.gateway.limits.test_rate_limits import rate
from tests.gateway.running import Gateway, Json, add_demo, client, gateway_in

HOURLY = RateLimit(counter="k:requests:rph", name="k", level="api_key", owner="k", used="requests", unit="rph", value=4)
APPLIED = [Applied(HOURLY, HOURLY.counter)]


class Machine:
    """A machine with a clock, on which one gateway after the other runs."""

    def __init__(self, home: Path) -> None:
        self.now = 1_700_000_000.0
        self.uptime = 0.0
        self.file = home / "rates"

    def started(self) -> Book:
        """A gateway's counters after its start; its ticks begin somewhere."""
        began = self.now - self.uptime - 7
        book = Book(lambda: self.now, lambda: self.uptime + began % 1000)
        book.memory.recall(RateJournal(self.file).read())
        return book

    def wait(self, seconds: float) -> None:
        """Time goes by."""
        self.now += seconds
        self.uptime += seconds

    def save(self, book: Book) -> None:
        """What happens every second."""
        save(book, RateJournal(self.file))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A new one."""
    return Machine(tmp_path)


def asked(book: Book, times: int) -> int:
    """How many of so many requests are let through."""
    served = 0
    for _ in range(times):
        wanted = [(tally, 1) for tally in book.opened(APPLIED)]
        if book.shortage(wanted) is None:
            book.reserve(wanted)
            served += 1
    return served


def test_no_hour_holds_more_across_a_restart(machine: Machine) -> None:
    """What was counted before a restart counts after it, and for as long as it would have."""
    book = machine.started()
    served = [asked(book, 3)]
    machine.wait(1800)
    machine.save(book)

    book = machine.started()
    served += [asked(book, 3)]
    machine.save(book)
    machine.wait(1799)
    book = machine.started()
    served += [asked(book, 3)]
    machine.wait(60)
    served += [asked(book, 9)]

    assert served == [3, 1, 0, 3]


def test_kill_forgets_what_was_not_written_yet_and_nothing_else(machine: Machine) -> None:
    """After `kill -9` as many more are let through as came since the last second's writing."""
    book = machine.started()
    asked(book, 2)
    machine.save(book)
    asked(book, 1)

    assert asked(machine.started(), 9) == 2


def test_clock_that_goes_back_lets_no_more_through(machine: Machine) -> None:
    """By a clock that was set back, what was counted has happened at the start at the latest."""
    book = machine.started()
    asked(book, 4)
    machine.save(book)
    machine.now -= 7200

    book = machine.started()
    at_once = asked(book, 1)
    machine.wait(3599)
    later = asked(book, 1)
    machine.wait(60)

    assert (at_once, later, asked(book, 9)) == (0, 0, 4)


def test_reset_holds_after_a_restart(machine: Machine) -> None:
    """A rate that an operator let begin anew does not come back."""
    book = machine.started()
    asked(book, 4)
    machine.save(book)
    book.forget(HOURLY.counter)
    machine.save(book)

    assert asked(machine.started(), 9) == 4


def test_rate_nobody_asked_for_since_the_start_is_kept(machine: Machine) -> None:
    """It outlives a second restart, also when the file is written anew meanwhile."""
    book = machine.started()
    asked(book, 4)
    machine.save(book)
    book = machine.started()
    other = RateLimit(counter="other", name="o", level="api_key", owner="o", used="requests", unit="rpm", value=9)
    book.reserve([(book.tally(Applied(other, "other")), 1)])
    with machine.file.open("ab") as padding:
        padding.write(b"\0" * (LONG + 1))

    machine.save(book)

    assert machine.file.stat().st_size < 1000
    assert {each.counter for each in RateJournal(machine.file).read()} == {HOURLY.counter, "other"}
    assert asked(machine.started(), 1) == 0


def test_file_that_was_cut_off_or_damaged_says_what_it_can(machine: Machine) -> None:
    """What lies before a cut, and around damage, is read; a frame that means nothing is passed over."""
    journal = RateJournal(machine.file)
    for number in range(3):
        journal.add([RateWindow(f"c{number}", 60, [(1, number)])])
    whole = machine.file.read_bytes()

    machine.file.write_bytes(whole[:-3])
    cut = {each.counter for each in journal.read()}
    machine.file.write_bytes(whole[:20] + b"\xff" + whole[21:])
    damaged = {each.counter for each in journal.read()}

    assert (cut, damaged) == ({"c0", "c1"}, {"c1", "c2"})
    assert machine.file.stat().st_mode & 0o777 == 0o600


async def requests_left(gateway: Gateway) -> list[Json]:
    """Every rate as the API tells it."""
    listed = (await gateway.admin.get("/v1/limits")).json()["data"]
    return [each for each in listed if each["kind"] == "rate"]


async def test_rates_are_there_after_a_restart(tmp_path: Path, vendor: SimulatedVendor) -> None:
    """A key that has used up its rate is refused by the next gateway too; what was under way is not counted as such."""
    limits = [*rate(2, unit="rph"), {"type": "concurrent", "value": 1}]
    async with gateway_in(tmp_path) as first:
        await add_demo(first.admin, vendor.url)
        async with limited(first, rate_limits=limits) as app:
            before = [(await chat(app)).status_code for _ in range(2)]
            key = app.headers["authorization"].removeprefix("Bearer ")

    async with gateway_in(tmp_path) as second, client(second.url, key) as app:
        states = await requests_left(second)
        after = await chat(app)

    assert before == [200, 200]
    assert {each["type"]: each["spent"] + each["reserved"] for each in states} == {"requests": 2, "concurrent": 0}
    assert (after.status_code, int(after.headers["retry-after"]) > 3000) == (429, True)

"""Logs: the live tail, what narrows it, and how it survives a gateway that goes away."""

from tests.console.driving import operating, paste, seen, unseen, until, until_seen
from tests.console.fake_gateway import FakeGateway
from tests.console.samples import failed_log, log, log_id, started


async def test_request_is_seen_while_it_is_answered() -> None:
    """A request under way stands in the list before there is an answer, and is completed in the same row."""
    gateway = FakeGateway()
    async with operating(gateway) as pilot:
        gateway.send("started", started(1))
        await until_seen(pilot, "14:00:01.204", "under way")

        gateway.send("log", log(1))

        await until_seen(pilot, "200", "812/  214", "$0.0041")
        assert seen(pilot).count("14:00:01.204") == 1
        assert "under way" not in seen(pilot)


async def test_pausing_counts_what_waits() -> None:
    """While paused nothing new is painted, what waits is counted, and Space brings it all."""
    gateway = FakeGateway()
    gateway.logs = [log(1)]
    async with operating(gateway) as pilot:
        await until_seen(pilot, "14:00:01.204", "following")
        await pilot.press("space")

        for number in (2, 3, 4):
            gateway.send("log", log(number))
        await until_seen(pilot, "paused, 3 waiting")

        assert "14:00:02.204" not in seen(pilot)
        await pilot.press("space")
        await until_seen(pilot, "14:00:04.204", "following", "4 rows")


async def test_looking_at_older_rows_is_not_following() -> None:
    """Moving up leaves following, so that new requests do not move the cursor; `f` follows again."""
    gateway = FakeGateway()
    gateway.logs = [log(2), failed_log(1, 412, "budget spent", "policy")]
    async with operating(gateway) as pilot:
        await until_seen(pilot, "14:00:02.204")
        await pilot.press("k")
        await until_seen(pilot, "staying (f follows)", "Refused by policy: budget spent")

        gateway.send("log", log(3))
        await until_seen(pilot, "14:00:03.204")

        assert "Refused by policy: budget spent" in seen(pilot)
        await pilot.press("f")
        await until_seen(pilot, "following", "Answered by `@openai-prod`")


async def test_filter_narrows_what_is_here_and_what_is_asked() -> None:
    """A filter narrows the rows that are here, the question to the gateway, and what arrives later; Esc ends it."""
    gateway = FakeGateway()
    gateway.logs = [log(2), failed_log(1, 429, "slow down", "provider")]
    async with operating(gateway) as pilot:
        await until_seen(pilot, "14:00:02.204", "14:00:01.204")
        await pilot.press("slash")
        await paste(pilot, "status:error")
        await pilot.press("enter")
        await unseen(pilot, "14:00:02.204")

        gateway.send("log", log(3))
        gateway.send("log", failed_log(4, 500, "broken", "gateway"))
        await until_seen(pilot, "14:00:04.204", "14:00:01.204", "status:error")

        assert "14:00:03.204" not in seen(pilot)
        assert {"status": "error"} in gateway.filters
        await pilot.press("escape")
        await until_seen(pilot, "14:00:02.204", "everything")


async def test_what_a_filter_finds_is_shown_also_while_paused() -> None:
    """Narrowing a paused list shows the newest of what the gateway finds, with the cursor on it; the pause stays."""
    gateway = FakeGateway()
    found = [log(number) for number in range(60, 0, -1)]
    gateway.logs = found[:20]
    async with operating(gateway) as pilot:
        await until_seen(pilot, "20 rows")
        await pilot.press("space")
        gateway.logs = found

        await pilot.press("t")
        await until_seen(pilot, "How far back?")
        await pilot.press("g", "enter")

        await until_seen(pilot, "60 rows", "paused", "14:01:00.204", "14:00:35.204")


async def test_wrong_filter_is_said_while_it_is_typed() -> None:
    """An unknown word in the filter is named under the line, and Enter does not apply it."""
    async with operating(FakeGateway()) as pilot:
        await pilot.press("slash")
        await paste(pilot, "vendro:openai")
        await until_seen(pilot, "`vendro:` is not a filter")

        await pilot.press("enter")

        assert "`vendro:` is not a filter" in seen(pilot)


async def test_older_logs_come_on_the_way_up() -> None:
    """Going up past the oldest row asks the gateway for the page before it."""
    gateway = FakeGateway()
    gateway.logs = [log(number) for number in range(230, 0, -1)]
    async with operating(gateway) as pilot:
        await until_seen(pilot, "200 rows")
        await pilot.press("g", "k")

        await until_seen(pilot, "230 rows")

        await pilot.press("g")
        await until_seen(pilot, "14:00:01.204")


async def test_gateway_that_goes_away_is_said_and_its_rows_stay() -> None:
    """A gateway that goes away is said in the status line, what was seen stays, and it comes back by itself."""
    gateway = FakeGateway()
    gateway.logs = [log(1)]
    async with operating(gateway) as pilot:
        await until_seen(pilot, "14:00:01.204", "● ok")
        gateway.trouble = "connection refused"
        gateway.hang_up()
        await until_seen(pilot, "✖ No answer from http://gateway.test", "not live, trying again")
        assert "14:00:01.204" in seen(pilot)

        gateway.trouble = None
        gateway.logs.insert(0, log(2))

        await until_seen(pilot, "● ok", "14:00:02.204")
        assert "not live" not in seen(pilot)


async def test_request_whose_end_was_missed_says_so() -> None:
    """A request under way when the tail breaks is not shown as still under way for ever."""
    gateway = FakeGateway()
    async with operating(gateway) as pilot:
        gateway.send("started", started(1))
        await until_seen(pilot, "under way")

        gateway.trouble = "connection refused"
        gateway.hang_up()

        await until_seen(pilot, "no news since")


async def test_hole_in_the_list_is_never_shown_as_complete() -> None:
    """After a break in which more happened than a page holds, rows older than the hole go until one asks for them."""
    gateway = FakeGateway()
    gateway.logs = [log(1)]
    async with operating(gateway) as pilot:
        await until_seen(pilot, "14:00:01.204")
        gateway.logs = [log(number) for number in range(300, 0, -1)]

        gateway.hang_up()

        await until_seen(pilot, "200 rows")
        await pilot.press("g", "k")
        await until_seen(pilot, "300 rows")


async def test_what_the_tail_dropped_is_counted() -> None:
    """Events that the gateway dropped for a slow reader are counted on the screen until the list is read again."""
    gateway = FakeGateway()
    async with operating(gateway) as pilot:
        gateway.send("dropped", {"missed": 12})
        await until_seen(pilot, "12 not shown")

        await pilot.press("r")

        await unseen(pilot, "not shown")


async def test_copying_the_id_does_not_show_it_in_the_notice() -> None:
    """`y` puts the log id on the clipboard, and the notice says what was copied, not the text."""
    gateway = FakeGateway()
    gateway.logs = [log(1)]
    async with operating(gateway) as pilot:
        await until_seen(pilot, "14:00:01.204")

        await pilot.press("y")

        await until_seen(pilot, "Copied the log id, 11 characters.")
        assert pilot.app.clipboard == log_id(1)


async def test_first_start_says_where_to_send_requests() -> None:
    """Without any request yet, the screen says where applications send theirs."""
    async with operating(FakeGateway()) as pilot:
        await until_seen(pilot, "No requests yet. Applications send theirs to http://gateway.test/v1")


async def test_quitting_leaves_no_connection() -> None:
    """`q` at the top ends the program."""
    gateway = FakeGateway()
    async with operating(gateway) as pilot:
        await pilot.press("q")

        await until(pilot, lambda: pilot.app._exit)


async def test_what_is_copied_can_be_chosen() -> None:
    """`c` offers what one copies of a request, moved through with the keys of every list."""
    gateway = FakeGateway()
    gateway.logs = [log(1)]
    async with operating(gateway) as pilot:
        await until_seen(pilot, "14:00:01.204")
        await pilot.press("c")
        await until_seen(pilot, "key name", "trace-1")

        await pilot.press("j", "j", "k", "enter")

        await until(pilot, lambda: pilot.app.clipboard == "trace-1")

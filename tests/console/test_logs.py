"""Logs: the live tail and its detail."""

from tests.console.driving import operating, seen, until_seen
from tests.console.fake_gateway import FakeGateway
from tests.console.samples import detail, log, log_id, started


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


async def test_enter_tells_the_story() -> None:
    """Enter opens the log under the cursor with one sentence, and its conversation a key away."""
    gateway = FakeGateway()
    gateway.logs = [log(1)]
    gateway.details[log_id(1)] = detail(1, question="Who are you?", answer="A toll collector.")
    async with operating(gateway) as pilot:
        await until_seen(pilot, "14:00:01.204")

        await pilot.press("enter")
        await until_seen(pilot, "Answered by `@openai-prod` in 2.1s", "trace-1")
        await pilot.press("l")

        await until_seen(pilot, "Who are you?", "A toll collector.")

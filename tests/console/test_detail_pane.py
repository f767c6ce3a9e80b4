"""The pane that tells what the row under the cursor is, where a terminal has room for it."""

import pytest

from tests.console.driving import operating, seen, unseen, until_seen
from tests.console.fake_gateway import FakeGateway
from tests.console.samples import api_key, attempt, failed_log, integration, log, provider


def furnished() -> FakeGateway:
    """Two of each."""
    gateway = FakeGateway()
    gateway.integrations = [integration("openai-prod"), integration("openai-eu")]
    gateway.providers = [provider("openai-prod", "openai-prod"), provider("openai-eu", "openai-eu")]
    gateway.keys = [api_key("key-1", "webui"), api_key("key-2", "night shift")]
    return gateway


@pytest.mark.parametrize(("width", "height"), [(120, 36), (200, 60)])
async def test_cursor_tells_what_each_row_is(width: int, height: int) -> None:
    """Below the list or beside it stands what is known of the row, another as soon as the cursor is elsewhere."""
    async with operating(furnished(), width, height, at="keys") as pilot:
        await until_seen(pilot, "Key webui", "A key of", "Limits of its own")

        await pilot.press("j")

        await until_seen(pilot, "Key night shift")
        await unseen(pilot, "Key webui")
        await pilot.press("3")
        await until_seen(pilot, "An account at openai")
        await pilot.press("l")
        await until_seen(pilot, "Requests that say `@openai-prod/MODEL`")


async def test_small_terminal_is_for_the_list_alone() -> None:
    """At 80x24 nothing is said of a row until Enter opens it."""
    async with operating(furnished(), 80, 24, at="keys") as pilot:
        await until_seen(pilot, "night shift")
        assert "A key of" not in seen(pilot)

        await pilot.press("enter")

        await until_seen(pilot, "A key of")


async def test_room_that_is_made_is_used_at_once() -> None:
    """A terminal that grows has the pane, filled, and one that shrinks loses it."""
    async with operating(furnished(), 80, 24, at="keys") as pilot:
        await until_seen(pilot, "night shift")

        await pilot.resize_terminal(160, 40)
        await until_seen(pilot, "Key webui", "A key of")

        await pilot.resize_terminal(80, 24)
        await unseen(pilot, "A key of")


async def test_wide_terminal_has_the_story_beside_the_logs() -> None:
    """At 200x60 the whole story of the row under the cursor stands beside the tail, without opening it."""
    gateway = FakeGateway()
    gateway.logs = [log(2, attempts=[attempt(status=429), attempt()]), failed_log(1, 412, "nothing left", "policy")]
    async with operating(gateway, 200, 60) as pilot:
        await until_seen(pilot, "Try 1: @openai-prod", "Try 2: @openai-prod", "Timeline", "log id")

        await pilot.press("k")

        await until_seen(pilot, "Status 412 to the client")
        await unseen(pilot, "Try 2")


async def test_last_line_has_as_many_keys_as_there_is_room_for() -> None:
    """At 80 columns the main keys of Logs stand there, from 200 on every key that Logs has, and a click presses it."""
    async with operating(FakeGateway(), 80, 24) as pilot:
        assert "Space Pause" in seen(pilot)
        assert "X Export" not in seen(pilot)

        await pilot.resize_terminal(200, 40)

        await until_seen(pilot, "t Time", "X Export", "O Columns", "T Trace", "c Copy", "r Reload", "? Help")
        await pilot.click("KeyBar", offset=(seen(pilot).splitlines()[-1].index("O Columns"), 0))
        await until_seen(pilot, "Columns; a narrow terminal leaves some out")

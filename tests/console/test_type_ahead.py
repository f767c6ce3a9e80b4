"""Keys that come in one piece, as over a slow line, go where they were meant to go."""

from textual.events import Key

from console.widgets.line_input import LineInput
from tests.console.driving import Operator, operating, until, until_seen
from tests.console.fake_gateway import FakeGateway
from tests.console.samples import failed_log, log

SPELLED = {"/": "slash", ":": "colon", "\t": "tab", "\r": "enter", "-": "minus", " ": "space"}


def type_at_once(pilot: Operator, text: str) -> None:
    """All of it before the console has done anything about the first."""
    for character in text:
        pilot.app.post_message(Key(SPELLED.get(character, character), character))


async def test_filter_gets_what_is_typed_right_behind_the_slash() -> None:
    """`/gpt` in one piece narrows the list; none of its letters is taken for a key of the list."""
    gateway = FakeGateway()
    gateway.logs = [failed_log(2, 500, "it broke", "provider"), log(1)]
    async with operating(gateway) as pilot:
        await until_seen(pilot, "2 rows")

        type_at_once(pilot, "/broke\r")

        await until_seen(pilot, "Logs  broke", "1 rows")


async def test_jump_gets_what_is_typed_right_behind_the_colon() -> None:
    """`:keys` and Enter in one piece lead to Keys."""
    async with operating(FakeGateway()) as pilot:
        type_at_once(pilot, ":keys")
        await until_seen(pilot, ": keys")

        type_at_once(pilot, "\r")

        await until_seen(pilot, "No keys yet: n makes one.")


async def test_field_gets_what_is_typed_right_behind_the_tab() -> None:
    """A secret that is typed fast never stands, readable, in the field above its own."""
    async with operating(FakeGateway(), at="catalog") as pilot:
        await pilot.press("n")
        await until_seen(pilot, "New integration")

        type_at_once(pilot, "\tLab\t\tsk-secret")

        await until_seen(pilot, '"name":"Lab"', '"key":"•••"', "•••••••••")


async def test_terminals_cursor_goes_with_its_line() -> None:
    """What grows in a form moves its lines, and the terminal's own cursor with the one that is typed into."""
    async with operating(FakeGateway(), at="catalog") as pilot:
        await pilot.press("n")
        await until_seen(pilot, "New integration")
        await pilot.press("tab")
        line = pilot.app.focused
        assert isinstance(line, LineInput)
        before = line.region.y

        line.value = "a long name that makes what is sent take two lines more than it took before it" * 2

        await until(pilot, lambda: line.region.y != before)
        await until(pilot, lambda: pilot.app.cursor_position == line.cursor_screen_offset)


async def test_slash_and_colon_are_characters_in_a_text() -> None:
    """In the filter bar they are typed; they open nothing."""
    async with operating(FakeGateway()) as pilot:
        await pilot.press("slash", *"a", "slash", "colon", *"b")

        await until_seen(pilot, "/ a/:b")

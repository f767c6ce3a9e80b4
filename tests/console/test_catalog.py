"""Catalog: what its lists have in common."""

from tests.console.driving import operating, paste, seen, until, until_seen
from tests.console.fake_gateway import FakeGateway
from tests.console.furnished import furnished
from tests.console.samples import integration, model, provider


async def test_words_narrow_a_list_while_they_are_typed() -> None:
    """`/` keeps the rows that contain every word, says how many of how many, and Esc shows all again."""
    async with operating(furnished()) as pilot:
        await pilot.press("3", "h")
        await until_seen(pilot, "gpt-5", "qwen3")
        await pilot.press("slash")
        await paste(pilot, "gpt openai")
        await until_seen(pilot, "2 of 3 contain `gpt openai`")
        assert "qwen3" not in seen(pilot)

        await pilot.press("enter", "escape")

        await until_seen(pilot, "qwen3")


async def test_second_page_of_a_list_is_fetched() -> None:
    """A list longer than a page is fetched whole, the first page being 0."""
    gateway = FakeGateway()
    gateway.integrations = [integration("local", "ollama")]
    gateway.providers = [provider(f"team-{number:03d}", "local") for number in range(101)]
    async with operating(gateway) as pilot:
        await pilot.press("3", "l")
        await until_seen(pilot, "Providers 101", "@team-000")

        await pilot.press("G")

        await until_seen(pilot, "@team-100")
        assert "/v1/providers?current_page=0&page_size=100" in gateway.looked
        assert "/v1/providers?current_page=1&page_size=100" in gateway.looked


async def test_five_thousand_models_are_scrolled_to_the_last() -> None:
    """Thousands of models are one list whose last row is a key away, and the list reads again in place."""
    gateway = FakeGateway()
    gateway.integrations = [integration("router")]
    gateway.models = {"router": [model(f"vendor/model-{number:04d}") for number in range(5_000)]}
    async with operating(gateway) as pilot:
        await pilot.press("3", "h")
        await until_seen(pilot, "Models 5,000")

        await pilot.press("G")
        await until_seen(pilot, "vendor/model-4999")
        await pilot.press("r")

        await until(pilot, lambda: sum("/models" in path for path in gateway.looked) == 2)
        assert "vendor/model-4999" in seen(pilot)


async def test_rows_stay_while_the_gateway_is_away() -> None:
    """What was loaded stays when the gateway goes away, with how old it is, and is loaded again when it is back."""
    gateway = furnished()
    async with operating(gateway) as pilot:
        await pilot.press("3")
        await until_seen(pilot, "openai-prod")
        gateway.trouble = "connection refused"
        await pilot.press("r")
        await until_seen(pilot, "No answer from http://gateway.test (connection refused) ─ what you see is of 15:00:00")
        assert "openai-prod" in seen(pilot)

        gateway.trouble = None
        gateway.integrations.append(integration("fresh"))
        gateway.hang_up()

        await until_seen(pilot, "fresh")
        assert "No answer" not in seen(pilot)


async def test_nothing_to_name_is_said() -> None:
    """A provider cannot be made without an integration, and the console says what to do first."""
    async with operating(FakeGateway()) as pilot:
        await pilot.press("3", "l")
        await until_seen(pilot, "No providers yet")

        await pilot.press("n")

        await until_seen(pilot, "There is no integration yet.")

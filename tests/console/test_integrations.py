"""Catalog: integrations are added, changed and removed by short forms."""

from tests.console.driving import fill, operating, paste, seen, unseen, until, until_seen
from tests.console.fake_gateway import FakeGateway
from tests.console.furnished import furnished


async def test_integration_is_added_by_a_short_form() -> None:
    """A vendor and a key are enough: name and slug follow from the vendor, and a provider comes with it."""
    gateway = FakeGateway()
    async with operating(gateway) as pilot:
        await pilot.press("3")
        await until_seen(pilot, "No integrations yet: n adds one.")
        await pilot.press("n")
        await until_seen(pilot, "New integration", "Requests will say model `@openai/…`.")

        await fill(pilot, key="sk-very-secret")
        await pilot.press("ctrl+s")

        await until_seen(pilot, "sk-a…wxyz")
        body = {"ai_provider_id": "openai", "name": "OpenAI", "slug": "openai", "key": "sk-very-secret"}
        assert gateway.asked == [("POST", "/v1/integrations", body | {"create_default_provider": True})]


async def test_secret_is_never_on_screen() -> None:
    """A vendor's key is masked while it is typed, and left out of the preview."""
    async with operating(FakeGateway()) as pilot:
        await pilot.press("3", "n")
        await until_seen(pilot, "New integration")

        await fill(pilot, key="sk-very-secret")

        await until_seen(pilot, '"key":"•••"', "••••••••••••••")
        assert "sk-very-secret" not in seen(pilot)


async def test_slug_follows_the_name_until_it_is_written() -> None:
    """The slug shown and sent is made from the name, unless one was written."""
    gateway = FakeGateway()
    async with operating(gateway) as pilot:
        await pilot.press("3", "n")
        await until_seen(pilot, "New integration")

        await fill(pilot, name="Team Ä, prod", key="k")
        await until_seen(pilot, "`@team-prod/…`")
        await fill(pilot, slug="mine")
        await pilot.press("enter")

        await until(pilot, lambda: gateway.asked)
        assert gateway.asked[0][2]["slug"] == "mine"


async def test_base_url_is_needed_where_the_vendor_has_none() -> None:
    """Choosing a vendor without a base URL makes that field needed and the key not."""
    gateway = FakeGateway()
    async with operating(gateway) as pilot:
        await pilot.press("3", "n")
        await until_seen(pilot, "New integration")
        await pilot.press("enter", "down", "enter")
        await until_seen(pilot, "this vendor needs none")

        await pilot.press("ctrl+s")
        await until_seen(pilot, "Base URL is needed")
        await paste(pilot, "127.0.0.1:11434")
        await until_seen(pilot, "begins with http:// or https://")
        await fill(pilot, custom_host="http://127.0.0.1:11434/v1")
        await pilot.press("enter")

        await until(pilot, lambda: gateway.asked)
        assert gateway.asked[0][2]["configurations"] == {"custom_host": "http://127.0.0.1:11434/v1"}
        assert "key" not in gateway.asked[0][2]


async def test_refusal_stands_under_the_field_it_names() -> None:
    """What the gateway refuses is said under the field at fault, which gets the cursor; nothing typed is lost."""
    gateway = FakeGateway()
    gateway.will_refuse("/v1/integrations", 409, "There is one already.", "default_provider_slug")
    async with operating(gateway) as pilot:
        await pilot.press("3", "n")
        await until_seen(pilot, "New integration")
        await fill(pilot, name="Mine", key="k")

        await pilot.press("enter")

        await until_seen(pilot, "There is one already.", "Mine")
        assert pilot.app.focused is not None
        assert pilot.app.focused.id == "slug"


async def test_refusal_without_a_field_is_said_all_the_same() -> None:
    """A refusal that names no field of the form stands above the buttons."""
    gateway = FakeGateway()
    gateway.will_refuse("/v1/integrations", 403, "Your key may not do that.")
    async with operating(gateway) as pilot:
        await pilot.press("3", "n")
        await until_seen(pilot, "New integration")
        await fill(pilot, key="k")

        await pilot.press("enter")

        await until_seen(pilot, "Your key may not do that.", "New integration")


async def test_editing_sends_only_what_was_changed() -> None:
    """A key left empty stays as it is, and other configurations are sent back as they were."""
    gateway = furnished()
    gateway.integrations[0]["configurations"] = {"custom_host": "https://old/v1", "custom_headers": {"x-team": "•••"}}
    async with operating(gateway) as pilot:
        await pilot.press("3")
        await until_seen(pilot, "https://old/v1")
        await pilot.press("e")
        await until_seen(pilot, "unchanged: sk-a…wxyz")

        await fill(pilot, custom_host="https://new/v1")
        await pilot.press("enter")

        await until_seen(pilot, "https://new/v1")
        changed = {"configurations": {"custom_host": "https://new/v1", "custom_headers": {"x-team": "•••"}}}
        assert gateway.asked == [("PUT", "/v1/integrations/openai-prod", changed)]


async def test_edit_without_a_change_asks_nothing() -> None:
    """Saving a form in which nothing was changed sends nothing."""
    gateway = furnished()
    async with operating(gateway) as pilot:
        await pilot.press("3")
        await until_seen(pilot, "openai-prod")
        await pilot.press("e")
        await until_seen(pilot, "Integration openai-prod")

        await pilot.press("ctrl+s")

        await unseen(pilot, "Integration openai-prod")
        assert gateway.asked == []


async def test_deleting_names_what_goes_too() -> None:
    """Before an integration goes, its providers are named, and a stray Enter does nothing."""
    gateway = furnished()
    async with operating(gateway) as pilot:
        await pilot.press("3")
        await until_seen(pilot, "openai-prod")
        await pilot.press("d")
        await until_seen(pilot, "Delete integration `openai-prod`?", "@openai-prod, @team-ml")
        await pilot.press("enter")
        await unseen(pilot, "Delete integration")
        assert gateway.asked == []

        await pilot.press("d")
        await until_seen(pilot, "Delete integration")
        await pilot.press("right", "enter")

        await until(pilot, lambda: gateway.asked)
        assert gateway.asked[0][:2] == ("DELETE", "/v1/integrations/openai-prod")
        await unseen(pilot, "openai-prod")


async def test_vendor_is_asked_for_what_it_wants_beside_a_key() -> None:
    """Settings stand in the form of the vendor that has them, and nowhere else; they are sent as configurations."""
    gateway = FakeGateway()
    async with operating(gateway) as pilot:
        await pilot.press("3", "n")
        await until_seen(pilot, "New integration")
        await unseen(pilot, "AWS region")
        await pilot.press("enter", "down", "down", "down", "enter")
        await until_seen(pilot, "AWS region")

        await pilot.press("ctrl+s")
        await until_seen(pilot, "AWS region is needed")
        await fill(pilot, aws_region="eu-west-1", aws_secret_access_key="very-secret")
        await pilot.press("ctrl+s")

        await until(pilot, lambda: gateway.asked)
        settings = {"aws_region": "eu-west-1", "aws_secret_access_key": "very-secret"}
        assert gateway.asked[0][2]["configurations"] == settings
        assert "very-secret" not in seen(pilot)

"""Catalog: integrations, providers and models are added, changed and removed by forms."""

from tests.console.driving import fill, operating, paste, seen, unseen, until, until_seen
from tests.console.fake_gateway import FakeGateway
from tests.console.samples import integration, model, provider


def furnished() -> FakeGateway:
    """A gateway with two integrations, three providers and some models."""
    gateway = FakeGateway()
    gateway.integrations = [integration("openai-prod"), integration("local", "ollama", masked_key=None)]
    gateway.providers = [
        provider("openai-prod", "openai-prod"),
        provider("team-ml", "openai-prod"),
        provider("local", "local"),
    ]
    gateway.models = {"openai-prod": [model("gpt-4o"), model("gpt-5", enabled=False)], "local": [model("qwen3")]}
    return gateway


async def test_integration_is_added_by_a_short_form() -> None:
    """A vendor and a key are enough: name and slug follow from the vendor, and a provider comes with it."""
    gateway = FakeGateway()
    async with operating(gateway) as pilot:
        await pilot.press("2")
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
        await pilot.press("2", "n")
        await until_seen(pilot, "New integration")

        await fill(pilot, key="sk-very-secret")

        await until_seen(pilot, '"key":"•••"', "••••••••••••••")
        assert "sk-very-secret" not in seen(pilot)


async def test_slug_follows_the_name_until_it_is_written() -> None:
    """The slug shown and sent is made from the name, unless one was written."""
    gateway = FakeGateway()
    async with operating(gateway) as pilot:
        await pilot.press("2", "n")
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
        await pilot.press("2", "n")
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
        await pilot.press("2", "n")
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
        await pilot.press("2", "n")
        await until_seen(pilot, "New integration")
        await fill(pilot, key="k")

        await pilot.press("enter")

        await until_seen(pilot, "Your key may not do that.", "New integration")


async def test_editing_sends_only_what_was_changed() -> None:
    """A key left empty stays as it is, and other configurations are sent back as they were."""
    gateway = furnished()
    gateway.integrations[0]["configurations"] = {"custom_host": "https://old/v1", "custom_headers": {"x-team": "•••"}}
    async with operating(gateway) as pilot:
        await pilot.press("2")
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
        await pilot.press("2")
        await until_seen(pilot, "openai-prod")
        await pilot.press("enter")
        await until_seen(pilot, "Integration openai-prod")

        await pilot.press("ctrl+s")

        await unseen(pilot, "Integration openai-prod")
        assert gateway.asked == []


async def test_deleting_names_what_goes_too() -> None:
    """Before an integration goes, its providers are named, and a stray Enter does nothing."""
    gateway = furnished()
    async with operating(gateway) as pilot:
        await pilot.press("2")
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


async def test_provider_is_added_with_an_end() -> None:
    """A provider takes an integration, a name, and a number of days counted from now."""
    gateway = furnished()
    async with operating(gateway) as pilot:
        await pilot.press("2", "l", "n")
        await until_seen(pilot, "New provider")

        await fill(pilot, name="Summer school", expires_at="30")
        await pilot.press("ctrl+s")

        await until_seen(pilot, "@summer-school")
        asked = {"integration_id": "openai-prod", "name": "Summer school", "slug": "summer-school"}
        assert gateway.asked == [("POST", "/v1/providers", asked | {"expires_at": "2026-12-24T15:00:00Z"})]


async def test_provider_is_edited_and_deleted() -> None:
    """`e` changes a provider and `d` removes it, its integration staying."""
    gateway = furnished()
    async with operating(gateway) as pilot:
        await pilot.press("2", "l")
        await until_seen(pilot, "@team-ml")
        await pilot.press("j", "e")
        await until_seen(pilot, "Provider @team-ml")
        await fill(pilot, name="ML", expires_at="2027-01-31")
        await pilot.press("ctrl+s")
        await until_seen(pilot, "ML  ")

        await pilot.press("d")
        await until_seen(pilot, "Delete provider `@team-ml`?")
        await pilot.press("right", "enter")

        await unseen(pilot, "team-ml")
        assert [(method, path) for method, path, _ in gateway.asked] == [
            ("PUT", "/v1/providers/team-ml"),
            ("DELETE", "/v1/providers/team-ml"),
        ]
        assert gateway.asked[0][2] == {"name": "ML", "expires_at": "2027-01-31T00:00:00Z"}


async def test_expired_provider_says_so() -> None:
    """A provider whose time is over is shown as expired, whatever the gateway calls it."""
    gateway = furnished()
    gateway.providers[1]["expires_at"] = "2026-01-01T00:00:00Z"
    async with operating(gateway) as pilot:
        await pilot.press("2", "l")

        await until_seen(pilot, "expired", "2026-01-01 00:00")


async def test_space_enables_a_model() -> None:
    """Space on a disabled model enables it, and nothing else."""
    gateway = furnished()
    async with operating(gateway) as pilot:
        await pilot.press("2", "h")
        await until_seen(pilot, "gpt-5", "off")
        await pilot.press("j", "space")

        await unseen(pilot, " off ")

        change = {"models": [{"slug": "gpt-5", "enabled": True}]}
        assert gateway.asked == [("PUT", "/v1/integrations/openai-prod/models", change)]


async def test_model_is_added_by_name_and_removed() -> None:
    """A custom model is added to an integration, gets the cursor, and can be deleted again."""
    gateway = furnished()
    async with operating(gateway) as pilot:
        await pilot.press("2", "h")
        await until_seen(pilot, "gpt-5")
        await pilot.press("n")
        await until_seen(pilot, "New model")
        await fill(pilot, slug="ft:gpt-4o:acme")
        await pilot.press("enter")
        await until_seen(pilot, "ft:gpt-4o:acme", "custom")

        await pilot.press("d")
        await until_seen(pilot, "Delete model `ft:gpt-4o:acme`?")
        await pilot.press("right", "enter")

        await unseen(pilot, "ft:gpt-4o:acme")
        added = {"models": [{"slug": "ft:gpt-4o:acme", "enabled": True, "is_custom": True}]}
        assert gateway.asked[0] == ("PUT", "/v1/integrations/openai-prod/models", added)
        assert gateway.asked[1] == ("DELETE", "/v1/integrations/openai-prod/models", {"slugs": "ft:gpt-4o:acme"})


async def test_vendors_own_model_is_not_deleted() -> None:
    """Deleting a model that comes with its vendor is refused with what to do instead."""
    gateway = furnished()
    async with operating(gateway) as pilot:
        await pilot.press("2", "h")
        await until_seen(pilot, "gpt-5")

        await pilot.press("d")

        await until_seen(pilot, "comes with its vendor; Space disables it.")
        assert gateway.asked == []


async def test_y_copies_what_a_request_says() -> None:
    """`y` copies an integration's slug, a provider as `@slug`, a model as `@provider/model`."""
    async with operating(furnished()) as pilot:
        await pilot.press("2")
        await until_seen(pilot, "openai-prod")
        await pilot.press("y")
        await until(pilot, lambda: pilot.app.clipboard == "openai-prod")

        await pilot.press("l", "y")
        await until(pilot, lambda: pilot.app.clipboard == "@openai-prod")
        await pilot.press("l")
        await until_seen(pilot, "gpt-4o")
        await pilot.press("y")

        await until(pilot, lambda: pilot.app.clipboard == "@openai-prod/gpt-4o")


async def test_words_narrow_a_list_while_they_are_typed() -> None:
    """`/` keeps the rows that contain every word, says how many of how many, and Esc shows all again."""
    async with operating(furnished()) as pilot:
        await pilot.press("2", "h")
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
        await pilot.press("2", "l")
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
        await pilot.press("2", "h")
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
        await pilot.press("2")
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
        await pilot.press("2", "l")
        await until_seen(pilot, "No providers yet")

        await pilot.press("n")

        await until_seen(pilot, "There is no integration yet.")

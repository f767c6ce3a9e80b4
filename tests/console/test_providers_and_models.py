"""Catalog: providers and models."""

from datetime import UTC

from console.catalog.catalog import Catalog, provider_rows
from console.wire.catalog import Provider
from console.wire.reading import convert
from tests.console.driving import NOW, fill, operating, unseen, until, until_seen
from tests.console.furnished import furnished
from tests.console.samples import model, provider


async def test_provider_is_added_with_an_end() -> None:
    """A provider takes an integration, a name, and a number of days counted from now."""
    gateway = furnished()
    async with operating(gateway) as pilot:
        await pilot.press("3", "l", "n")
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
        await pilot.press("3", "l")
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


def test_expired_provider_says_so() -> None:
    """A provider whose time is over is shown as expired, whatever the gateway calls it."""
    over = convert(provider("old", "openai-prod", expires_at="2026-11-24T14:59:59Z"), Provider)

    rows = provider_rows(Catalog(providers={"old": over}), UTC, NOW)

    assert rows["old"] == ("@old", "old", "openai-prod", "default", "–", "–", "expired", "2026-11-24 14:59")


async def test_p_enables_a_model() -> None:
    """`P` on a disabled model enables it, and nothing else."""
    gateway = furnished()
    async with operating(gateway) as pilot:
        await pilot.press("3", "h")
        await until_seen(pilot, "gpt-5", "off")
        await pilot.press("j", "P")

        await unseen(pilot, " off ")

        change = {"models": [{"slug": "gpt-5", "enabled": True}]}
        assert gateway.asked == [("PUT", "/v1/integrations/openai-prod/models", change)]


async def test_model_is_added_by_name_and_removed() -> None:
    """A custom model is added to an integration, gets the cursor, and can be deleted again."""
    gateway = furnished()
    async with operating(gateway) as pilot:
        await pilot.press("3", "h")
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
        await pilot.press("3", "h")
        await until_seen(pilot, "gpt-5")

        await pilot.press("d")

        await until_seen(pilot, "comes with its vendor; P disables it.")
        assert gateway.asked == []


async def test_y_copies_what_a_request_says() -> None:
    """`y` copies an integration's slug, a provider as `@slug`, a model as `@provider/model`."""
    async with operating(furnished()) as pilot:
        await pilot.press("3")
        await until_seen(pilot, "openai-prod")
        await pilot.press("y")
        await until(pilot, lambda: pilot.app.clipboard == "openai-prod")

        await pilot.press("l", "y")
        await until(pilot, lambda: pilot.app.clipboard == "@openai-prod")
        await pilot.press("l")
        await until_seen(pilot, "gpt-4o")
        await pilot.press("y")

        await until(pilot, lambda: pilot.app.clipboard == "@openai-prod/gpt-4o")


async def test_model_gets_a_price_a_base_and_defaults_of_its_own() -> None:
    """Dollars per million become cents a token, beside the prices of what the form does not ask, which stay."""
    gateway = furnished()
    cached = {"cache_read_input_token": {"price": 0.0001}}
    gateway.models["openai-prod"] = [model("gpt-4o", pricing_config={"type": "static", "pay_as_you_go": cached})]
    async with operating(gateway) as pilot:
        await pilot.press("3", "h")
        await until_seen(pilot, "gpt-4o")
        await pilot.press("e")
        await until_seen(pilot, "Own price in")
        await fill(
            pilot, price_in="$3", price_out="12", base_model_slug="gpt-4.1", default_params='{"max_tokens": 900}'
        )
        await pilot.press("ctrl+s")

        await until(pilot, lambda: gateway.asked)
        paid = cached | {"request_token": {"price": 0.0003}, "response_token": {"price": 0.0012}}
        change = {
            "slug": "gpt-4o",
            "enabled": True,
            "pricing_config": {"type": "static", "pay_as_you_go": paid},
            "base_model_slug": "gpt-4.1",
            "is_finetune": True,
            "configurations": {"default_params": {"max_tokens": 900}},
        }
        assert gateway.asked == [("PUT", "/v1/integrations/openai-prod/models", {"models": [change]})]


async def test_prices_of_an_account_are_multiplied() -> None:
    """The discount of an account is one number, beside what was said of single kinds of tokens; emptied it goes."""
    gateway = furnished()
    gateway.integrations[0]["pricing_adjustments"] = {"multiplier": {"default": 0.8, "request_token": 0.7}}
    async with operating(gateway) as pilot:
        await pilot.press("3")
        await until_seen(pilot, "openai-prod")
        for text, said in (("0.5", {"default": 0.5, "request_token": 0.7}), ("", {"request_token": 0.7})):
            await pilot.press("e")
            await until_seen(pilot, "Prices times")
            await fill(pilot, default=text)
            await pilot.press("ctrl+s")
            await unseen(pilot, "Prices times")

            assert gateway.asked[-1][2] == {"pricing_adjustments": {"multiplier": said}}

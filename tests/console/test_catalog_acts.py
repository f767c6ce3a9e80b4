"""Catalog: keys tried, workspaces provisioned, limits set, models switched in one go, and pages of what uses what."""

from tests.console.driving import fill, operating, seen, unseen, until, until_seen
from tests.console.furnished import furnished
from tests.console.samples import api_key, limit, model
from tests.console.test_commands import jump


async def test_key_is_tried_and_its_failure_explained() -> None:
    """`T` says that a key works; of one that does not, whose fault it is and what to do, on a page of its own."""
    gateway = furnished()
    async with operating(gateway) as pilot:
        await pilot.press("3")
        await until_seen(pilot, "openai-prod")
        await pilot.press("T")
        await until_seen(pilot, "The key of `openai-prod` works: it lists 34")
        gateway.trial = {
            "works": False,
            "asked": "GET https://llm.example/v1/models",
            "said": "Incorrect API key provided",
            "advice": "Put in a key that the vendor accepts.",
            "fault": "gateway",
            "status": 401,
            "took_ms": 80,
        }
        await pilot.press("T")

        await until_seen(pilot, "The key of openai-prod does not work", "Put in a key that the vendor accepts.")
        await until_seen(pilot, "Incorrect API key provided", "401", "ours: the key or the address that was put in")
        assert gateway.asked == [("POST", "/v1/integrations/openai-prod/test", {})] * 2


async def test_page_of_an_integration_says_what_uses_it() -> None:
    """Enter says in a sentence what it is and lists its providers, the configs that go there and the keys of those; an
    act of the page comes back to it."""
    gateway = furnished()
    gateway.integrations[0]["workspace_count"] = 3
    gateway.configs.add("pc-chat", "Chat", {"provider": "@team-ml", "override_params": {"model": "gpt-4o"}})
    gateway.keys = [api_key("key-1", "mkt-webui", defaults={"config_id": "pc-chat"}), api_key("key-2", "eng-ci")]
    async with operating(gateway) as pilot:
        await pilot.press("3")
        await until_seen(pilot, "openai-prod")
        await pilot.press("enter")
        await until_seen(pilot, "An account at openai at https://llm.example/v1, for 3 workspaces")
        await until_seen(pilot, "@team-ml", "config pc-chat", "key mkt-webui", "goes by config pc-chat")
        assert "eng-ci" not in seen(pilot)

        await pilot.press("e")
        await until_seen(pilot, "API key")
        await pilot.press("escape")
        await until_seen(pilot, "An account at openai", "T Test")
        await pilot.press("escape")
        await until_seen(pilot, "base URL")


async def test_workspace_is_provisioned_with_a_budget() -> None:
    """`p` lets a workspace use an integration and gives it a budget there beside the limits it has."""
    gateway = furnished()
    rate = {"type": "requests", "unit": "rpm", "value": 60}
    gateway.limits.accesses["openai-prod"] = [
        {"id": "default", "enabled": True},
        {"id": "marketing", "enabled": False, "usage_limits": None, "rate_limits": [rate]},
    ]
    async with operating(gateway) as pilot:
        await pilot.press("3")
        await until_seen(pilot, "openai-prod")
        await pilot.press("p")
        await until_seen(pilot, "Who may use openai-prod", "default (may)")
        await pilot.press("enter", "down", "enter", "tab", "tab", "enter", "down", "enter")
        await until_seen(pilot, "marketing may use `openai-prod`", "Begins anew")
        await fill(pilot, credit_limit="50")
        await pilot.press("ctrl+s")

        await until(pilot, lambda: gateway.asked)
        budget = {"type": "cost", "credit_limit": 50, "periodic_reset": "monthly"}
        said = {"id": "marketing", "enabled": True, "usage_limits": [budget]}
        assert gateway.asked == [("PUT", "/v1/integrations/openai-prod/workspaces", {"workspaces": [said]})]


async def test_provider_says_what_is_left_and_gets_a_limit() -> None:
    """The list shows what a provider has spent and has left, its page the bar, and `b` changes its limits or adds."""
    gateway = furnished()
    gateway.limits.rows = [limit("l-1", "provider", "team-ml")]
    async with operating(gateway) as pilot:
        await pilot.press("3", "l")
        await until_seen(pilot, "$12.50", "$37.50")
        await pilot.press("j", "enter")
        await until_seen(
            pilot, "Requests that say `@team-ml/MODEL` go by the account openai-prod", "$50.00 monthly  ████"
        )

        await pilot.press("b")
        await until_seen(pilot, "Limits of provider @team-ml", "Change $50.00 monthly", "Set another budget")
        await pilot.press("up", "up", "enter")

        await until_seen(pilot, "New limit", "a provider", "@team-ml")


async def test_all_models_that_are_shown_are_enabled_in_one_go() -> None:
    """`A` asks, then switches every model that the filter leaves, and no other, with one request an integration."""
    gateway = furnished()
    gateway.models["openai-prod"] += [model("gpt-5-mini", enabled=False)]
    async with operating(gateway) as pilot:
        await pilot.press("3", "h")
        await until_seen(pilot, "gpt-5-mini")
        await pilot.press("slash", *"gpt-5", "enter")
        await unseen(pilot, "qwen3")
        await pilot.press("A")
        await until_seen(pilot, "Enable the 2 models that the list shows?")
        await pilot.press("right", "enter")

        await until(pilot, lambda: gateway.asked)
        models = [{"slug": name, "enabled": True} for name in ("gpt-5", "gpt-5-mini")]
        assert gateway.asked == [("PUT", "/v1/integrations/openai-prod/models", {"models": models})]


async def test_models_say_what_they_cost_and_read() -> None:
    """A model has its prices per million tokens and its context window; of one nobody knows, a dash and never 0."""
    gateway = furnished()
    price = {"input": 2.5, "output": 10.0}
    gateway.models["openai-prod"] = [model("gpt-4o", price=price, context_window=128_000)]
    async with operating(gateway) as pilot:
        await pilot.press("3", "h")
        await until_seen(pilot, "$/M in", "2.50", "10.00", "128k")
        lines = seen(pilot).splitlines()
        assert "–" in next(line for line in lines if "qwen3" in line)

        await pilot.press("enter")

        await until_seen(pilot, "may be asked for, as `@openai-prod/gpt-4o`", "$2.50 in, $10.00 out per million tokens")


async def test_ten_thousand_models_are_one_list() -> None:
    """All models of all integrations are one list, which a filter narrows with every letter."""
    gateway = furnished()
    gateway.models["local"] = [model(f"model-{number:05d}") for number in range(10_000)]
    async with operating(gateway) as pilot:
        await pilot.press("3", "h")
        await until_seen(pilot, "Models 10,002")

        await pilot.press("slash", *"9999")

        await until_seen(pilot, "model-09999", "1 of 10,002 contain")


async def test_command_tries_an_integration_from_anywhere() -> None:
    """`:test integration` goes to the integrations from whatever list one left, and asks the vendor of the first."""
    gateway = furnished()
    async with operating(gateway) as pilot:
        await pilot.press("3", "h")
        await until_seen(pilot, "qwen3")
        await pilot.press("2")

        await jump(pilot, "test integration")

        await until_seen(pilot, "The key of `openai-prod` works", "base URL")


async def test_page_offers_the_acts_of_its_list_alone() -> None:
    """The page of a provider offers a limit, and neither a test nor a switch, which are of other lists."""
    async with operating(furnished()) as pilot:
        await pilot.press("3", "l")
        await until_seen(pilot, "@team-ml")
        await pilot.press("enter")

        await until_seen(pilot, "b Limit")

        assert "T Test" not in seen(pilot)
        assert "P On/off" not in seen(pilot)

"""The admin API: integrations, providers, models; what is changed holds for the next request."""

import asyncio
from typing import Any

import pytest

from console.demo.vendor import SimulatedVendor
from gateway.app import OURS
from gateway.framework import framework
from tests.gateway.running import Gateway, ask, client

LLM = {
    "name": "My LLM",
    "ai_provider_id": "openai-compatible",
    "configurations": {"custom_host": "http://127.0.0.1:1/v1"},
}


async def test_integration_comes_with_a_provider(gateway: Gateway) -> None:
    """A new integration gets a slug from its name and a provider of the same slug, both listed."""
    made = (await gateway.admin.post("/v1/integrations", json=LLM)).json()

    providers = (await gateway.admin.get("/v1/providers")).json()
    assert made["slug"] == "my-llm"
    assert [row["slug"] for row in providers["data"]] == ["demo", "my-llm"]
    assert providers["data"][1]["integration_id"] == "my-llm"


async def test_integration_shows_no_secret(gateway: Gateway) -> None:
    """Neither the key nor a header's value is readable once it is kept."""
    headers = {"custom_headers": {"x-auth": "hush-hush-hush"}, "custom_host": "http://127.0.0.1:1/v1"}
    await gateway.admin.post("/v1/integrations", json=LLM | {"key": "sk-very-secret-key", "configurations": headers})

    answer = await gateway.admin.get("/v1/integrations/my-llm")

    assert "secret" not in answer.text
    assert "hush" not in answer.text
    assert (answer.json()["masked_key"], answer.json()["configurations"]["custom_headers"]) == (
        "sk-…key",
        {"x-auth": "•••"},
    )


async def test_headers_sent_back_masked_stay_as_they_were(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Editing an integration whose headers were shown masked does not overwrite them with the mask."""
    path = "/v1/integrations/demo"
    await gateway.admin.put(
        path, json={"configurations": {"custom_host": vendor.url, "custom_headers": {"x-a": "one"}}}
    )
    shown = (await gateway.admin.get(path)).json()["configurations"]

    await gateway.admin.put(path, json={"configurations": shown})

    await gateway.chat()
    assert vendor.requests[-1].headers["x-a"] == "one"


async def test_changed_key_holds_for_the_next_request(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A new vendor key is used by the next request."""
    await gateway.admin.put("/v1/integrations/demo", json={"key": "sk-renewed-0123456789"})

    await gateway.chat()

    assert vendor.requests[-1].headers["authorization"] == "Bearer sk-renewed-0123456789"


async def test_deleting_an_integration_names_the_providers_that_go(gateway: Gateway) -> None:
    """What goes along is said, and a request to it is a 404 from then on."""
    answer = await gateway.admin.delete("/v1/integrations/demo")

    assert answer.json() == {"removed_providers": ["demo"]}
    assert (await gateway.chat()).status_code == 404


@pytest.mark.parametrize(
    ("change", "params"),
    [
        ({"name": " "}, ["name"]),
        ({"slug": "a b"}, ["slug"]),
        ({"ai_provider_id": "acme"}, ["ai_provider_id"]),
        ({"ai_provider_id": "openai", "key": None}, ["key"]),
        ({"configurations": None}, ["configurations.custom_host"]),
        ({"configurations": {"custom_host": "ftp://x"}}, ["configurations.custom_host"]),
        (
            {"configurations": {"custom_host": "http://x", "custom_headers": {"a b": "c"}}},
            ["configurations.custom_headers"],
        ),
        ({"name": "", "slug": "%", "ai_provider_id": "acme"}, ["name", "slug", "ai_provider_id"]),
        ({"name": 7}, ["name"]),
    ],
)
async def test_wrong_integration_is_told_everything_at_once(
    gateway: Gateway, change: dict[str, Any], params: list[str]
) -> None:
    """All that is wrong is said in one answer, the first field named; nothing is kept."""
    answer = await gateway.admin.post("/v1/integrations", json=LLM | change)

    error = answer.json()["error"]
    assert (answer.status_code, error["param"]) == (400, params[0])
    assert all(f"`{param}`" in error["message"] for param in params)
    assert (await gateway.admin.get("/v1/integrations")).json()["total"] == 1


async def test_taken_slug_is_409(gateway: Gateway) -> None:
    """A slug that is taken is refused by name, and the integration that has it is untouched."""
    answer = await gateway.admin.post("/v1/integrations", json=LLM | {"slug": "demo"})

    assert (answer.status_code, answer.json()["error"]["param"]) == (409, "slug")


async def test_provider_is_another_name_for_an_integration(gateway: Gateway) -> None:
    """A second provider of an integration is addressed by its own slug, until it is deleted."""
    await gateway.admin.post("/v1/providers", json={"name": "Team B", "integration_id": "demo"})

    before = await gateway.chat(model="@team-b/gpt-4o")
    await gateway.admin.delete("/v1/providers/team-b")
    after = await gateway.chat(model="@team-b/gpt-4o")

    assert (before.status_code, after.status_code) == (200, 404)


async def test_provider_that_has_expired_serves_nobody(gateway: Gateway) -> None:
    """A provider past its day is refused with the reason, and shown as expired."""
    body = {"name": "Trial", "integration_id": "demo", "expires_at": "2020-01-01T00:00:00Z"}
    await gateway.admin.post("/v1/providers", json=body)

    answer = await gateway.chat(model="@trial/gpt-4o")

    assert (answer.status_code, "expired" in answer.json()["error"]["message"]) == (404, True)
    assert (await gateway.admin.get("/v1/providers/trial")).json()["status"] == "expired"


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"name": "x", "integration_id": "nobody"}, "integration_id"),
        ({"name": "", "integration_id": "demo"}, "name"),
        ({"name": "x", "integration_id": "demo", "usage_limits": {"budget": 5}}, "usage_limits.credit_limit"),
    ],
)
async def test_wrong_provider_is_refused(gateway: Gateway, body: dict[str, Any], param: str) -> None:
    """An unknown integration, an empty name, or a limit that nobody would enforce is refused by field."""
    answer = await gateway.admin.post("/v1/providers", json=body)

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


async def test_lists_are_paged_from_zero(gateway: Gateway) -> None:
    """`current_page` counts from 0, `total` counts everything."""
    await gateway.admin.post("/v1/integrations", json=LLM)

    pages = [
        (await gateway.admin.get("/v1/integrations", params={"current_page": page, "page_size": 1})).json()
        for page in (0, 1, 2)
    ]

    assert [[row["slug"] for row in page["data"]] for page in pages] == [["demo"], ["my-llm"], []]
    assert {page["total"] for page in pages} == {2}


@pytest.mark.parametrize(
    "path",
    ["/v1/integrations", "/v1/providers", "/v1/api-keys", "/v1/logs", "/v1/logs/tail", "/v1/stats", "/v1/vendors"],
)
async def test_admin_routes_are_closed_to_applications(gateway: Gateway, path: str) -> None:
    """An application's key opens no admin route, and no key opens none."""
    async with client(gateway.url, "th-nobody") as nobody:
        answers = [await gateway.app.get(path), await nobody.get(path)]

    assert [answer.status_code for answer in answers] == [403, 401]


async def test_vendors_are_listed_for_forms(gateway: Gateway) -> None:
    """Every vendor says whether it needs a key, has an address of its own, and what else it wants and offers."""
    rows = {row["id"]: row for row in (await gateway.admin.get("/v1/vendors")).json()["data"]}

    assert (rows["openai"]["name"], rows["openai"]["base_url"], rows["openai"]["needs_key"]) == (
        "OpenAI",
        "https://api.openai.com/v1",
        True,
    )
    assert rows["openai-compatible"]["base_url"] is None
    assert "aws_region" in {setting["name"] for setting in rows["bedrock"]["settings"]}
    assert "chat/completions" in rows["anthropic"]["functions"]


async def test_custom_model_is_listed_and_removed(gateway: Gateway) -> None:
    """A model the vendor does not list can be added, is in `/v1/models`, and goes again."""
    path = "/v1/integrations/demo/models"
    await gateway.admin.put(path, json={"models": [{"slug": "ft:mine", "enabled": True, "is_custom": True}]})

    def ids(answer: Any) -> list[str]:
        return [model["id"] for model in answer.json()["data"]]

    before = ids(await gateway.app.get("/v1/models"))
    await gateway.admin.delete(path, params={"slugs": "ft:mine"})
    after = ids(await gateway.app.get("/v1/models"))

    assert ("@demo/ft:mine" in before, "@demo/ft:mine" in after) == (True, False)


ORDERS = ("/resend", "/reset", "/collect", "/cancel", "/start", "/test")
"""Ends of routes that say it all, and take no body."""


async def test_openapi_describes_every_route(gateway: Gateway) -> None:
    """The OpenAPI document has each route with a summary, the shape of what is sent, and of what is answered."""
    document = (await gateway.app.get("/v1/openapi.json")).json()

    operations = {
        f"{method} {path}": operation for path, item in document["paths"].items() for method, operation in item.items()
    }
    assert "post /v1/chat/completions" in operations
    assert len(operations) >= 24
    for name, operation in operations.items():
        assert operation.get("summary"), name
        assert operation["responses"], name
        takes_anything = "{path}" in name or name.endswith(ORDERS)
        assert "requestBody" in operation or takes_anything or not name.startswith(("post", "put")), name


async def test_request_in_flight_ends_as_it_began(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Deleting what a request uses does not disturb the request that is already under way."""
    gate = asyncio.Event()
    vendor.will(gate=gate)
    asking = asyncio.create_task(gateway.app.post("/v1/chat/completions", json=ask(stream=True)))
    await vendor.asked()

    await gateway.admin.delete("/v1/integrations/demo")
    gate.set()

    assert (await asking).text.endswith("data: [DONE]\n\n")


async def test_no_path_of_ours_is_passed_on(gateway: Gateway) -> None:
    """Whatever the framework serves below `/v1` is asked there, and never sent on to a vendor."""
    routes = {
        route.path.split("/")[2] for route in framework(gateway.plant.version).routes if route.path.startswith("/v1/")
    }

    assert routes <= OURS

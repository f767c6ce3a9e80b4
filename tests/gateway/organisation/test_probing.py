"""Trying an integration: does this key work, whose fault is it if not, and what is to be done."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from console.demo.vendor import SimulatedVendor, serve_vendor
from tests.gateway.running import Furnished, Gateway, add_demo, client

Json = dict[str, Any]
KEY = "sk-vendor-secret-0123456789"


@pytest.fixture
async def vendor(furnished: Furnished) -> AsyncIterator[SimulatedVendor]:
    """A vendor that wants its key."""
    async with serve_vendor(port=furnished.vendor_port, key=KEY) as vendor:
        yield vendor


async def tried(gateway: Gateway, slug: str = "demo") -> Json:
    """What came of it."""
    answer = await gateway.admin.post(f"/v1/integrations/{slug}/test")
    assert answer.status_code == 200, answer.text
    told: Json = answer.json()
    return told


async def test_key_that_works_and_keys_that_do_not(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A list of models that only the key gets proves it; a wrong key, an empty account, a wrong address and a closed
    door are each told with whose fault they are and what to do, and nothing of it is a request of the log."""
    good = await tried(gateway)
    assert (good["works"], good["status"], good["fault"]) == (True, 200, None)
    assert good["models"] > 3
    assert good["asked"] == f"GET {vendor.url}/models"
    assert [request.method for request in vendor.requests] == ["GET", "GET"]  # with the key, and without
    vendor.will(429, {"error": {"message": "You exceeded your current quota"}})
    busy = await tried(gateway)
    assert (busy["works"], busy["fault"], busy["said"]) == (False, "provider", "You exceeded your current quota")
    assert "quota" in busy["advice"]

    await gateway.admin.put("/v1/integrations/demo", json={"key": "sk-wrong"})
    wrong = await tried(gateway)
    assert (wrong["works"], wrong["status"], wrong["fault"]) == (False, 401, "gateway")
    assert wrong["advice"] == "Put in a key that the vendor accepts."

    for address, status in ((vendor.url.removesuffix("/v1") + "/v2", 404), ("http://127.0.0.1:9/v1", None)):
        await gateway.admin.put("/v1/integrations/demo", json={"key": KEY, "configurations": {"custom_host": address}})
        lost = await tried(gateway)
        assert (lost["works"], lost["status"]) == (False, status)
        assert "base URL" in lost["advice"]
    assert await gateway.logs() == []


async def test_list_that_anybody_gets_proves_nothing(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Where the list needs no key, the cheapest chat model is asked for one token, and that answer counts."""
    vendor.will(200, {"object": "list", "data": [{"id": "gpt-4o"}]}, times=2)

    told = await tried(gateway)

    assert (told["works"], told["models"]) == (True, 1)
    assert told["asked"] == f"POST {vendor.url}/chat/completions"
    assert vendor.requests[-1].body["max_tokens"] == 1
    assert vendor.requests[-1].body["model"] in told["said"]


async def test_only_who_may_change_it_may_try_it(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A key that may only look is refused before the vendor is asked, and an integration that is not there is said."""
    body = {"name": "looker", "scopes": ["organisation_integrations.read", "workspace_integrations.read"]}
    made = await gateway.admin.post("/v1/api-keys/organisation/service", json=body)
    async with client(gateway.url, made.json()["key"]) as looker:
        refused = await looker.post("/v1/integrations/demo/test")

    assert refused.status_code == 403
    assert vendor.requests == []
    assert (await gateway.admin.post("/v1/integrations/nowhere/test")).status_code == 404


async def test_account_without_a_list_is_asked_for_a_word(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A vendor that has no such list is asked for one token in its own words, the request signed as it wants it."""
    login = {"aws_region": "us-east-1", "aws_access_key_id": "AKIATEST", "aws_secret_access_key": "secret"}
    body = {"slug": "aws", "ai_provider_id": "bedrock", "key": None, "configurations": login}
    body["configurations"] = login | {"custom_host": vendor.url}
    await add_demo(gateway.admin, vendor.url, **body)
    model = {"slug": "amazon.nova-micro-v1:0", "enabled": True, "is_custom": True}
    await gateway.admin.put("/v1/integrations/aws/models", json={"models": [model]})
    vendor.will(200, {"output": {"message": {"role": "assistant", "content": [{"text": "Hi"}]}}, "stopReason": "end"})

    told = await tried(gateway, "aws")

    assert told["works"], told
    assert vendor.requests[-1].body["inferenceConfig"] == {"maxTokens": 1}
    assert vendor.requests[-1].headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIATEST/")

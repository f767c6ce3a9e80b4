"""`GET /v1/models`: what an application may choose from."""

import asyncio
from pathlib import Path

from console.demo.knobs import MODELS
from console.demo.vendor import SimulatedVendor
from tests.gateway.running import Gateway, add_demo, gateway_in


async def test_models_the_vendor_lists_are_listed(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """What the vendor offers is offered on, as `@provider/model`, each once, without asking the vendor again."""
    vendor.forget()

    rows = (await gateway.app.get("/v1/models")).json()["data"]

    assert sorted(row["id"] for row in rows) == sorted(f"@demo/{name}" for name in MODELS)
    assert {(row["object"], row["owned_by"]) for row in rows} == {("model", "openai")}
    assert all(row["name"] for row in rows)
    assert vendor.requests == []


async def test_one_model_is_found_by_its_id(gateway: Gateway) -> None:
    """A model is described by its id, slashes and all; one that is not there is a 404 with the nearest."""
    found = await gateway.app.get("/v1/models/@demo/gpt-4o")
    missing = await gateway.app.get("/v1/models/@demo/gpt-4oo")

    assert (found.json()["id"], missing.status_code) == ("@demo/gpt-4o", 404)
    assert "`@demo/gpt-4o`" in missing.json()["error"]["message"]


async def test_model_that_is_switched_off_is_not_listed(gateway: Gateway) -> None:
    """What may not be used is not offered."""
    models = {"models": [{"slug": "gpt-4o", "enabled": False}]}
    await gateway.admin.put("/v1/integrations/demo/models", json=models)

    ids = [row["id"] for row in (await gateway.app.get("/v1/models")).json()["data"]]

    assert "@demo/gpt-4o" not in ids
    assert "@demo/gpt-4o-mini" in ids


async def test_vendor_that_lists_nothing_offers_what_has_a_price(tmp_path: Path) -> None:
    """OpenAI's models are offered from the price list as long as OpenAI itself has not answered."""
    async with gateway_in(tmp_path) as gateway:
        body = {"name": "OpenAI", "ai_provider_id": "openai", "key": "sk-x"}
        (await gateway.admin.post("/v1/integrations", json=body)).raise_for_status()

        rows = (await gateway.app.get("/v1/models")).json()["data"]

    ids = [row["id"] for row in rows]
    assert "@openai/gpt-4o" in ids
    assert len(ids) == len(set(ids))


async def test_new_models_of_a_vendor_appear(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A vendor is asked again after a change; models that are gone go, new ones come, decided ones stay."""
    decided = {"models": [{"slug": "o4-mini", "enabled": True}]}
    await gateway.admin.put("/v1/integrations/demo/models", json=decided)
    vendor.will(json={"object": "list", "data": [{"id": "brand-new"}]})

    await gateway.admin.put("/v1/integrations/demo", json={"description": "again"})
    await asyncio.gather(*gateway.plant.errands)

    ids = {row["id"] for row in (await gateway.app.get("/v1/models")).json()["data"]}
    assert ids == {"@demo/brand-new", "@demo/o4-mini"}


async def test_vendor_that_cannot_be_asked_keeps_its_models(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A vendor that is down for a moment does not empty the catalog."""
    vendor.will(503)

    await gateway.admin.put("/v1/integrations/demo", json={"description": "down"})
    await asyncio.gather(*gateway.plant.errands)

    assert len((await gateway.app.get("/v1/models")).json()["data"]) == len(MODELS)


async def test_catalog_of_an_earlier_start_is_there_at_once(tmp_path: Path, vendor: SimulatedVendor) -> None:
    """After a restart the models are listed from the store, before any vendor is asked."""
    async with gateway_in(tmp_path) as first:
        await add_demo(first.admin, vendor.url)
        await asyncio.gather(*first.plant.errands)
    vendor.will(503, times=9)

    async with gateway_in(tmp_path) as second:
        rows = (await second.app.get("/v1/models")).json()["data"]

    assert len(rows) == len(MODELS)


async def test_a_tuned_model_is_deleted_at_its_vendor(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """The catalog deletes nothing by itself: the request goes on as it is, colons and all."""
    tuned = "ft:gpt-4o:acme::x1"
    vendor.forget()
    vendor.will(json={"id": tuned, "object": "model", "deleted": True})

    answer = await gateway.app.delete(f"/v1/models/{tuned}", headers={"x-portkey-provider": "@demo"})

    assert (answer.status_code, answer.json()["deleted"]) == (200, True)
    assert [(each.method, each.path) for each in vendor.requests] == [("DELETE", f"/v1/models/{tuned}")]

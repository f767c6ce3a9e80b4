"""Repricing through the front door: what would change, the change itself, once, and what it leaves alone."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from console.demo.vendor import SimulatedVendor, serve_vendor
from gateway.log.repricing import step
from gateway.moments import now_ms
from store.ids import new_id
from store.log.repricings import RepricingRow
from tests.gateway.departments import made
from tests.gateway.running import PATIENCE_SECONDS, Gateway, add_demo, ask, client, gateway_in

Json = dict[str, Any]
RECORDS = 120
"""More than two batches."""
LONG_AGO = {"time_of_generation_min": "2020-01-01T00:00:00Z"}
OLD = (1000 * 2500 + 500 * 10000) / 1e9
NEW = (1000 * 5000 + 500 * 20000) / 1e9
"""Dollars of one request, by the list and by twice of it."""
TWICE = {"pay_as_you_go": {"request_token": {"price": 0.0005}, "response_token": {"price": 0.002}}, "currency": "USD"}


async def fill(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Requests of a provider of the catalog, and two of somebody whose prices nobody knows."""
    await add_demo(gateway.admin, vendor.url)
    await asyncio.gather(*gateway.plant.errands)
    usage = {"prompt_tokens": 1000, "completion_tokens": 500}
    told = {
        "request": {"url": "https://x/v1/chat/completions", "provider": "@demo", "body": {"model": "gpt-4o"}},
        "response": {"status": 200, "body": {"model": "gpt-4o", "choices": [], "usage": usage}},
        "metadata": {"team": "red"},
    }
    stranger = told | {"request": {"url": "https://llm.example/v1/chat/completions", "body": {"model": "own"}}}
    (await gateway.admin.post("/v1/logs", json=[told] * RECORDS + [stranger] * 2)).raise_for_status()
    assert await gateway.plant.writer.caught_up(PATIENCE_SECONDS)


async def correct_price(gateway: Gateway) -> None:
    """The operator's own price, twice the list's."""
    body = {"models": [{"slug": "gpt-4o", "enabled": True, "pricing_config": TWICE}]}
    (await gateway.admin.put("/v1/integrations/demo/models", json=body)).raise_for_status()


async def repriced(gateway: Gateway, **body: Any) -> Json:
    """A repricing that has come to its end."""
    answer = await gateway.admin.post("/v1/logs/reprice", json={"filters": LONG_AGO} | body)
    found = await ended(gateway, answer.raise_for_status().json()["id"])
    assert found["status"] == "success", found["error"]
    return found


async def ended(gateway: Gateway, repricing_id: str) -> Json:
    """A repricing once it is under way no more."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            found: Json = (await gateway.admin.get(f"/v1/logs/reprice/{repricing_id}")).raise_for_status().json()
            if found["status"] != "in_progress":
                return found
            await asyncio.sleep(0.02)


async def summed(gateway: Gateway) -> tuple[float, float, float]:
    """Dollars by the graph, by a metadata group and by the log itself: three ways to the same sum."""
    graph = (await gateway.admin.get("/v1/analytics/graphs/cost")).json()["summary"]["total"]
    teams = (await gateway.admin.get("/v1/analytics/groups/metadata/team")).json()["data"]
    said = {"total_units_min": "1"}
    records = (await gateway.admin.get("/v1/analytics/graphs/cost", params=said)).json()["summary"]["total"]
    found = (graph / 100, sum(row["cost"] for row in teams) / 100, records / 100)
    return tuple(round(each, 9) for each in found)


async def test_a_wrong_price_is_corrected_once(tmp_path: Path) -> None:
    """A dry run says what would change and changes nothing; applied, log and every sum change, and once only."""
    async with serve_vendor() as vendor, gateway_in(tmp_path) as gateway:
        await fill(gateway, vendor)
        before = await summed(gateway)
        await correct_price(gateway)

        dry = await repriced(gateway)
        unchanged = await summed(gateway)
        applied = await repriced(gateway, apply=True)
        after = await summed(gateway)
        again = await repriced(gateway, apply=True)
        record = await gateway.log(ai_model="gpt-4o")
        audit = (await gateway.admin.get("/v1/audit-logs")).json()["records"]

    assert before == unchanged == (round(RECORDS * OLD, 9),) * 3
    assert after == (round(RECORDS * NEW, 9),) * 3
    for report in (dry, applied):
        total = report["total"]
        assert (report["looked_at"], report["still_unpriced"], total["requests"]) == (RECORDS + 2, 2, RECORDS)
        assert (round(total["before"], 9), round(total["after"], 9)) == (before[0], after[0])
        assert [row["name"] for row in report["by_model"]] == ["openai__gpt-4o"]
        assert [row["name"] for row in report["by_provider"]] == ["demo"]
    assert again["total"]["requests"] == 0
    assert record["price"]["input"] == 5_000_000_000
    assert sum(line["nanodollars"] for line in record["bill"]) == record["metrics"]["cost_nanodollars"]
    assert {entry["action"] for entry in audit} >= {"create", "reprice"}


async def test_what_today_cost_is_right_at_once(tmp_path: Path) -> None:
    """The running numbers have what was reported, and the new cost, before any restart; a restart changes nothing."""
    async with serve_vendor() as vendor:
        async with gateway_in(tmp_path) as gateway:
            await fill(gateway, vendor)
            before = await today(gateway)
            await correct_price(gateway)
            await repriced(gateway)
            unchanged = await today(gateway)
            await repriced(gateway, apply=True)
            after = await today(gateway)
        async with gateway_in(tmp_path) as gateway:
            again = await today(gateway)

    assert before == unchanged == (RECORDS + 2, round(RECORDS * OLD, 9), 2)
    assert after == again == (RECORDS + 2, round(RECORDS * NEW, 9), 2)


async def today(gateway: Gateway) -> tuple[int, float, int]:
    """Requests, dollars and unpriced requests of today, as the console's first line has them."""
    stats = (await gateway.admin.get("/v1/stats")).raise_for_status().json()
    return stats["requests_today"], round(stats["cost_today_nanodollars"] / 1e9, 9), stats["unpriced_today"]


async def test_what_was_unpriced_is_priced(tmp_path: Path) -> None:
    """A request that nobody knew the price of gets its cost once somebody does, and is unpriced no more."""
    async with serve_vendor() as vendor, gateway_in(tmp_path) as gateway:
        await fill(gateway, vendor)
        usage = {"prompt_tokens": 1000, "completion_tokens": 500}
        told = {
            "request": {"url": "https://x/v1/chat/completions", "provider": "@demo", "body": {"model": "home-made"}},
            "response": {"status": 200, "body": {"model": "home-made", "choices": [], "usage": usage}},
        }
        await gateway.admin.post("/v1/logs", json=told)
        body = {"models": [{"slug": "home-made", "is_custom": True, "enabled": True, "pricing_config": TWICE}]}
        (await gateway.admin.put("/v1/integrations/demo/models", json=body)).raise_for_status()

        report = await repriced(gateway, apply=True, filters=LONG_AGO | {"ai_model": "home-made"})
        free = (await gateway.admin.get("/v1/analytics/graphs/unpriced_requests")).json()["summary"]["value"]
        row = (await gateway.logs(ai_model="home-made"))[0]

    assert (report["looked_at"], report["newly_priced"], round(report["total"]["after"], 9)) == (1, 1, round(NEW, 9))
    assert (free, row["is_priced"]) == (2, True)


async def test_it_goes_on_after_a_crash_where_it_was(tmp_path: Path) -> None:
    """A repricing that ended in the middle is finished by the next start, and no request is corrected twice."""
    async with serve_vendor() as vendor:
        async with gateway_in(tmp_path) as gateway:
            await fill(gateway, vendor)
            await correct_price(gateway)
            row = RepricingRow(
                id=new_id(),
                workspace="",
                status="in_progress",
                filters='{"time_of_generation_min":"2020-01-01T00:00:00Z"}',
                is_applied=True,
                with_budgets=False,
                until_ms=now_ms() + 1,
                created_by="test",
                created_at_ms=now_ms(),
                updated_at_ms=now_ms(),
            )
            async with gateway.plant.change() as session:
                session.add(row)
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not (await gateway.admin.get(f"/v1/logs/reprice/{row.id}")).json()["looked_at"]:
                    assert await step(gateway.plant, row.id)
            half = await summed(gateway)
        async with gateway_in(tmp_path) as gateway:
            await ended(gateway, row.id)
            whole = await summed(gateway)

    assert half == (round(48 * NEW + (RECORDS - 48) * OLD, 9),) * 3  # fifty, two of which have no price
    assert whole == (round(RECORDS * NEW, 9),) * 3


async def test_budgets_follow_only_where_asked(tmp_path: Path) -> None:
    """What a running budget has counted stays, unless it is to be corrected too; then it holds after a restart."""
    async with serve_vendor() as vendor:
        async with gateway_in(tmp_path) as gateway:
            await add_demo(gateway.admin, vendor.url)
            await asyncio.gather(*gateway.plant.errands)
            limits = [{"credit_limit": 50, "type": "cost"}]
            body = {"name": "poor", "scopes": ["completions.write"], "usage_limits": limits}
            key = await made(gateway, "/api-keys/workspace/service", body)
            async with client(gateway.url, key["key"]) as app:
                (await app.post("/v1/chat/completions", json=ask())).raise_for_status()
            cost = (await gateway.logs())[0]["cost"] / 100
            await correct_price(gateway)

            await repriced(gateway, apply=True)
            spent = [await spent_by(gateway, key["id"])]
            doubled = {"pay_as_you_go": {"request_token": {"price": 0.001}, "response_token": {"price": 0.004}}}
            body = {"models": [{"slug": "gpt-4o", "enabled": True, "pricing_config": doubled}]}
            (await gateway.admin.put("/v1/integrations/demo/models", json=body)).raise_for_status()
            report = await repriced(gateway, apply=True, budgets=True)
            spent.append(await spent_by(gateway, key["id"]))
        async with gateway_in(tmp_path) as gateway:
            spent.append(await spent_by(gateway, key["id"]))

    assert [round(each, 9) for each in spent] == [round(cost * times, 9) for times in (1, 3, 3)]
    assert round(report["budgets_difference"], 9) == round(2 * cost, 9)


async def spent_by(gateway: Gateway, key_id: str) -> float:
    """Dollars that the budget of a key has counted."""
    rows = (await gateway.admin.get("/v1/limits")).raise_for_status().json()["data"]
    return float(next(row["spent"] for row in rows if row["owner"] == key_id))


async def test_it_takes_a_period_and_the_right(gateway: Gateway) -> None:
    """Without a period, or with budgets in a dry run, it is a 400; an application gets a 403."""
    whole = await gateway.admin.post("/v1/logs/reprice", json={"filters": {}})
    odd = await gateway.admin.post("/v1/logs/reprice", json={"filters": LONG_AGO, "budgets": True})
    foreign = await gateway.app.post("/v1/logs/reprice", json={"filters": LONG_AGO})

    assert [each.status_code for each in (whole, odd, foreign)] == [400, 400, 403]
    assert (whole.json()["error"]["param"], odd.json()["error"]["param"]) == ("filters", "budgets")

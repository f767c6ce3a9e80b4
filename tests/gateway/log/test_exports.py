"""Exports of the log through the front door: whole, narrowed, stopped, gone on with after a crash, and for whom."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sqlite3
import stat
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.gateway.departments import key_in, workspace
from tests.gateway.running import PATIENCE_SECONDS, Gateway, gateway_in

Json = dict[str, Any]
RECORDS = 230
"""More than two batches."""


def told(number: int) -> Json:
    """A reported request; its text would be a formula in a table."""
    usage = {"prompt_tokens": number, "completion_tokens": 1}
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": f"question {number}"}]}
    return {
        "request": {"url": "https://api.openai.com/v1/chat/completions", "body": body},
        "response": {"status": 200, "body": {"model": "=1+1", "choices": [], "usage": usage}, "response_time": 5},
        "metadata": {"trace_id": f"t{number}", "team": "ab"[number % 2]},
    }


async def fill(gateway: Gateway) -> None:
    """Put the records into the log."""
    (await gateway.admin.post("/v1/logs", json=[told(number) for number in range(RECORDS)])).raise_for_status()
    assert await gateway.plant.writer.caught_up(PATIENCE_SECONDS)


@pytest.fixture(scope="module")
async def full(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    """A gateway whose log has something to export."""
    async with gateway_in(tmp_path_factory.mktemp("home")) as gateway:
        await fill(gateway)
        yield gateway


async def made(someone: httpx.AsyncClient, **body: Any) -> str:
    """The id of a new export."""
    return str((await someone.post("/v1/logs/exports", json=body)).raise_for_status().json()["id"])


async def settled(someone: httpx.AsyncClient, export_id: str) -> Json:
    """An export that is being written no more."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            found: Json = (await someone.get(f"/v1/logs/exports/{export_id}")).raise_for_status().json()
            if found["status"] != "in_progress":
                return found
            await asyncio.sleep(0.01)


async def written(someone: httpx.AsyncClient, **body: Any) -> tuple[Json, str]:
    """An export, all of it, and what is in the file."""
    export_id = await made(someone, **body)
    (await someone.post(f"/v1/logs/exports/{export_id}/start")).raise_for_status()
    found = await settled(someone, export_id)
    link = (await someone.get(f"/v1/logs/exports/{export_id}/download")).raise_for_status().json()["signed_url"]
    async with httpx.AsyncClient(trust_env=False) as anybody:
        return found, (await anybody.get(link)).raise_for_status().text


async def test_json_lines_have_everything(full: Gateway) -> None:
    """Every request is one line, newest first, with the fields that were asked for in their order, bodies too."""
    fields = ["trace_id", "id", "request", "total_units", "metadata", "mode", "cost"]

    found, text = await written(full.admin, filters={}, requested_data=fields)

    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["trace_id"] for line in lines] == [f"t{number}" for number in reversed(range(RECORDS))]
    assert all(list(line) == fields for line in lines)
    assert lines[0]["request"]["body"]["messages"][0]["content"] == f"question {RECORDS - 1}"
    assert (lines[0]["total_units"], lines[0]["mode"]) == (RECORDS, "chat")
    assert (found["status"], found["total_records"], found["exported_records"]) == ("success", RECORDS, RECORDS)
    assert (found["progress"], found["bytes"]) == (1, len(text.encode()))


async def test_csv_is_a_table_without_formulas(full: Gateway) -> None:
    """CSV has a head and a row for each request; no text of a stranger's is reckoned with by a spreadsheet."""
    fields = ["trace_id", "response_model", "total_units", "metadata"]

    _, text = await written(full.admin, filters={"metadata": {"team": "a"}}, requested_data=fields, format="csv")

    head, *rows = csv.reader(io.StringIO(text))
    assert head == fields
    assert len(rows) == RECORDS / 2
    assert rows[0] == [f"t{RECORDS - 2}", "'=1+1", str(RECORDS - 1), '{"team":"a"}']


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"total_units_min": 101, "total_units_max": 110, "page_size": 5, "prompt_slug": None}, 10),
        ({"status_code": [200, 429], "ai_org_model": "openai__gpt-4o"}, RECORDS),
        ({"words": "question 7"}, 1),
        ({"workspace_slug": "elsewhere"}, 0),
    ],
)
async def test_filters_are_those_of_the_list(full: Gateway, filters: Json, count: int) -> None:
    """Numbers, lists, words and the rest narrow an export as they narrow the list."""
    found, text = await written(full.admin, filters=filters)

    assert (len(text.splitlines()), found["exported_records"]) == (count, count)
    assert not text or "request" not in json.loads(text.splitlines()[0])


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"filters": {"colour": "red"}}, "colour"),
        ({"requested_data": ["id", "secret"]}, "requested_data"),
        ({"requested_data": []}, "requested_data"),
    ],
)
async def test_senseless_exports_are_told(full: Gateway, body: Json, param: str) -> None:
    """A filter or a field that is none is a 400 that names it."""
    answer = await full.admin.post("/v1/logs/exports", json=body)

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


async def test_draft_can_be_changed_and_no_other(full: Gateway) -> None:
    """Until it is started an export can be changed; then it is what it is, until it is deleted with its file."""
    export_id = await made(full.admin, filters={"words": "nothing"})
    path = f"/v1/logs/exports/{export_id}"
    early = await full.admin.get(f"{path}/download")
    await full.admin.put(path, json={"filters": {"trace_id": "t3"}, "requested_data": ["id"], "description": "Three"})
    await full.admin.post(f"{path}/start")

    found = await settled(full.admin, export_id)
    late = await full.admin.put(path, json={"description": "Four"})
    again = await full.admin.post(f"{path}/start")
    idle = await full.admin.post(f"{path}/cancel")
    file = full.plant.settings.home / "exports" / f"{export_id}.jsonl"
    mode = stat.S_IMODE(file.stat().st_mode)
    gone = await full.admin.delete(path)

    assert (found["description"], found["exported_records"], mode) == ("Three", 1, 0o600)
    assert (early.status_code, late.status_code, again.status_code, idle.status_code) == (409, 409, 409, 409)
    assert gone.status_code == 200
    assert not file.exists()
    assert (await full.admin.get(path)).status_code == 404


async def test_link_is_for_this_file_and_this_hour(full: Gateway) -> None:
    """A link that was changed, or is old, opens nothing; with a key no link is needed."""
    first, _ = await written(full.admin, filters={"trace_id": "t1"})
    other, _ = await written(full.admin, filters={"trace_id": "t2"})
    link = (await full.admin.get(f"/v1/logs/exports/{first['id']}/download")).json()["signed_url"]

    async with httpx.AsyncClient(trust_env=False) as anybody:
        moved = await anybody.get(link.replace(first["id"], other["id"]))
        longer = await anybody.get(link.replace("expires=", "expires=9"))
        bare = await anybody.get(link.partition("?")[0])
    keyed = await full.admin.get(link.partition("?")[0])

    assert (moved.status_code, longer.status_code, bare.status_code, keyed.status_code) == (403, 403, 401, 200)
    assert "attachment" in keyed.headers["content-disposition"]


async def test_workspace_exports_its_own(full: Gateway) -> None:
    """A workspace's key exports no request of another, and reaches no export but its own workspace's."""
    slug = (await workspace(full, "Apart"))["slug"]
    whole, _ = await written(full.admin, filters={})
    async with await key_in(full, slug, "logs.export", "logs.list") as other:
        found, text = await written(other, filters={"workspace_slug": "default"})
        reached = [
            (await other.get(f"/v1/logs/exports/{whole['id']}{end}")).status_code for end in ("", "/download", "/file")
        ]
        listed = (await other.get("/v1/logs/exports")).json()["total"]

    assert (found["exported_records"], text, reached, listed) == (0, "", [404, 404, 404], 1)


@pytest.mark.parametrize("form", ["jsonl", "csv"])
async def test_crash_loses_and_doubles_nothing(tmp_path: Path, form: str) -> None:
    """An export that a crash cut off, wherever, goes on with the next start, and is what it would have been."""
    async with gateway_in(tmp_path) as gateway:
        await fill(gateway)
        found, text = await written(gateway.admin, filters={}, requested_data=["trace_id", "id"], format=form)
    lines, file = text.splitlines(keepends=True), tmp_path / "exports" / f"{found['id']}.{form}"
    for done in (0, 100):
        kept = "".join(lines[: done + (form == "csv")]) if done else ""
        cursor = json.loads(lines[done - 1])["id"] if form == "jsonl" else lines[done].strip().split(",")[1]
        file.write_text(kept + "torn of\nthe next batch")
        with closing(sqlite3.connect(tmp_path / "tollhouse.db")) as connection:
            said = (done, len(kept), cursor if done else None, found["id"])
            connection.execute("UPDATE exports SET status='in_progress', records=?, bytes=?, cursor=? WHERE id=?", said)
            connection.commit()

        async with gateway_in(tmp_path) as gateway:
            again = await settled(gateway.admin, found["id"])

        assert (again["status"], again["exported_records"]) == ("success", RECORDS)
        assert file.read_bytes().decode() == text


async def test_old_exports_go(full: Gateway) -> None:
    """An export that nobody touched for as long as they are kept is deleted with its file; a newer one stays."""
    found, _ = await written(full.admin, filters={"trace_id": "t5"})
    file = full.plant.settings.home / "exports" / f"{found['id']}.jsonl"
    now = 2_000_000_000_000

    await full.plant.desk.forget_old(full.plant, 0, now)
    assert file.exists()
    await full.plant.desk.forget_old(full.plant, 7, now)

    assert not file.exists()
    assert (await full.admin.get(f"/v1/logs/exports/{found['id']}")).status_code == 404


def denying(*fields: str) -> Json:
    """Defaults that keep fields out of exports."""
    return {"defaults": {"export_settings": {"deniedFields": list(fields)}}}


async def test_key_exports_nothing_that_is_denied_to_it(full: Gateway) -> None:
    """A denied field is refused where it is asked for, is not in what is exported by default, and cannot be fetched."""
    async with await key_in(full, "default", "logs.export", "logs.list") as other:
        whole, _ = await written(other, filters={"trace_id": "t1"}, requested_data=["id", "request"])
    async with await key_in(full, "default", "logs.export", "logs.list", **denying("request", "metadata")) as key:
        refused = await key.post("/v1/logs/exports", json={"requested_data": ["id", "request"]})
        told = (await key.get("/v1/logs/exports/field-restrictions", params={"workspace_id": "default"})).json()
        _, text = await written(key, filters={"trace_id": "t1"})
        fetched = [
            (await key.get(f"/v1/logs/exports/{whole['id']}/{what}")).status_code for what in ("download", "file")
        ]

    assert (refused.status_code, "`request`" in refused.json()["error"]["message"]) == (403, True)
    assert set(told["deniedFields"]) == {"request", "metadata"}
    assert "request" not in told["allowedFields"]
    assert (json.loads(text)["trace_id"], "metadata" in json.loads(text)) == ("t1", False)
    assert fetched == [403, 403]


@pytest.mark.parametrize("name", ["transformedRequest", "sent"])
async def test_denied_request_is_not_exported_as_it_was_sent(full: Gateway, name: str) -> None:
    """Who may not export `request` cannot have it as it went to the vendor either, nor fetch another's file with it."""
    async with await key_in(full, "default", "logs.export", "logs.list") as other:
        whole, text = await written(other, filters={"trace_id": "t1"}, requested_data=["id", name])
    async with await key_in(full, "default", "logs.export", "logs.list", **denying("request")) as key:
        refused = await key.post("/v1/logs/exports", json={"requested_data": ["id", name]})
        told = (await key.get("/v1/logs/exports/field-restrictions", params={"workspace_id": "default"})).json()
        fetched = await key.get(f"/v1/logs/exports/{whole['id']}/download")

    assert name in json.loads(text)
    assert (refused.status_code, fetched.status_code, name in told["allowedFields"]) == (403, 403, False)


async def test_workspace_keeps_fields_out_of_every_export(full: Gateway) -> None:
    """What a workspace denies is empty in the organisation's exports too, for that workspace's requests alone."""
    slug = (await workspace(full, "Discreet", **denying("metadata", "request")))["slug"]
    async with await key_in(full, slug, "logs.write") as key:
        (await key.post("/v1/logs", json=told(7))).raise_for_status()
    fields = ["workspace_slug", "metadata", "request"]

    _, text = await written(full.admin, filters={"trace_id": "t7"}, requested_data=fields)
    refused = await full.admin.post(
        "/v1/logs/exports", json={"filters": {"workspace_slug": slug}, "requested_data": fields}
    )
    told_of_it = (await full.admin.get(f"/v1/logs/exports/field-restrictions?workspace_id={slug}")).json()
    told_of_all = (await full.admin.get("/v1/logs/exports/field-restrictions")).json()

    lines = {line["workspace_slug"]: line for line in map(json.loads, text.splitlines())}
    assert (lines[slug]["metadata"], lines[slug]["request"]) == (None, None)
    assert (lines["default"]["metadata"], bool(lines["default"]["request"])) == ({"team": "b"}, True)
    assert refused.status_code == 403
    assert (sorted(told_of_it["deniedFields"]), told_of_all["deniedFields"]) == (["metadata", "request"], [])


async def test_denial_reaches_an_export_that_was_prepared_before(full: Gateway) -> None:
    """Whatever an export was made with, it is written by what holds when it is written."""
    slug = (await workspace(full, "Later"))["slug"]
    async with await key_in(full, slug, "logs.write", "logs.export", "logs.list") as key:
        (await key.post("/v1/logs", json=told(8))).raise_for_status()
        export_id = await made(key, requested_data=["trace_id", "request"])
        (await full.admin.put(f"/v1/admin/workspaces/{slug}", json=denying("request"))).raise_for_status()
        (await key.post(f"/v1/logs/exports/{export_id}/start")).raise_for_status()
        await settled(key, export_id)
    file = full.plant.settings.home / "exports" / f"{export_id}.jsonl"

    assert json.loads(file.read_text()) == {"trace_id": "t8", "request": None}


async def test_denied_field_that_is_none_is_told(full: Gateway) -> None:
    """A field that the log does not have is a 400 that names it and says which there are."""
    answer = await full.admin.put("/v1/admin/workspaces/default", json=denying("secrets"))

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "defaults.export_settings.deniedFields")
    assert "`secrets`" in answer.json()["error"]["message"]

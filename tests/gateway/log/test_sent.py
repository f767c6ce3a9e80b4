"""What was sent to each vendor stands in the log beside the client's request: what differs, once, no credentials."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
import zstandard
from sqlmodel import col, select

from console.demo.vendor import SimulatedVendor
from store.log.columns import Bodies
from store.log.compressing import Compressor, bodies_in, dictionary
from store.log.reading import LogBodyRow
from store.records import LogRecord
from tests.gateway.routed import another, demo, fallback, headers, through
from tests.gateway.running import Gateway, ask, client

Json = dict[str, Any]
SECRET = "sk-vendor-secret-0123456789"
CLAUDE = "claude-sonnet-4-20250514"
WORD = "wombats-are-private"


def claude(**more: Any) -> Json:
    """A target that speaks another dialect than the client."""
    return demo(CLAUDE, provider="@claude", **more)


async def recorded(gateway: Gateway, defaults: Json, config: Json, said: Json | None = None) -> Json:
    """The record, whole, of one request by a config with a new key that has these defaults."""
    body = {"name": "k", "scopes": ["completions.write"], "defaults": defaults}
    made = (await gateway.admin.post("/v1/api-keys/workspace/service", json=body)).raise_for_status().json()
    async with client(gateway.url, made["key"]) as app:
        await app.post("/v1/chat/completions", json=ask(WORD, user="ada"), headers=headers(config) | (said or {}))
    return await gateway.log(api_key_id=made["id"])


async def test_other_dialect_is_kept_whole(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """What a vendor of another dialect got is in the record as it arrived there, under Portkey's name, credentials
    masked."""
    await another(gateway, vendor, "claude", ai_provider_id="anthropic")

    await through(gateway, claude(), text="Hello", max_tokens=7)
    log = await gateway.log()

    (sent,) = log["sent"]
    arrived = vendor.requests[-1]
    assert (sent["form"], sent["body"]) == ("whole", arrived.body)
    assert sent["body"]["max_tokens"] == 7
    assert sent["url"] == f"{vendor.url}/messages"
    assert (sent["headers"]["anthropic-version"], sent["headers"]["x-api-key"]) == ("2023-06-01", "•••")
    assert SECRET not in json.dumps(log)
    assert log["transformedRequest"] == {name: sent[name] for name in ("url", "method", "headers", "body")}


async def test_each_attempt_has_its_own(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Of a fallback over two vendors, both requests are there, each as its vendor got it; a retry is not kept twice."""
    await another(gateway, vendor, "claude", ai_provider_id="anthropic")
    vendor.will(500, times=2)

    await through(gateway, fallback(claude(retry={"attempts": 1, "on_status_codes": [500]}), demo("gpt-4o-mini")))
    log = await gateway.log()

    assert [(each["attempt"], each["body"]) for each in log["sent"]] == [
        (place, asked.body) for place, asked in enumerate(vendor.requests)
    ]
    assert [each.form for each in (await newest_bodies(gateway)).sent] == ["whole", "repeat", "model"]
    assert log["transformedRequest"]["body"]["model"] == "gpt-4o-mini"


async def test_overrides_are_kept_by_field(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Where a config changes some parameters the record names them, and its body is what the vendor got."""
    target = {
        "provider": "@demo",
        "override_params": {"model": "gpt-4o", "temperature": 0.25},
        "default_params": {"max_tokens": 9},
        "drop_params": ["user"],
    }

    await through(gateway, target, user="ada", temperature=1)
    (sent,) = (await gateway.log())["sent"]

    assert sent["body"] == vendor.requests[-1].body
    assert (sent["form"], set(sent["changed_fields"])) == ("fields", {"model", "temperature", "max_tokens", "user"})


async def test_passed_through_request_is_not_kept_twice(gateway: Gateway) -> None:
    """Where nothing but the model's name differs, the record grows by a mark and not by another body."""
    text = "".join(f"{number:x}" for number in range(20_000))
    await gateway.chat(text)
    log = await gateway.log()

    (sent,) = log["sent"]
    kept = await newest_bodies(gateway)
    assert (sent["form"], sent["changed_fields"], sent["body"]["model"]) == ("model", ["model"], "gpt-4o")
    assert sent["body"]["messages"] == log["request"]["body"]["messages"]
    assert [each.body for each in kept.sent] == [b""]


async def newest_bodies(gateway: Gateway) -> Bodies:
    """As the file has them."""
    async with gateway.plant.database.session() as session:
        newest = select(LogBodyRow.body).order_by(col(LogBodyRow.log).desc()).limit(1)
        return bodies_in((await session.exec(newest)).one())


@pytest.mark.parametrize(
    ("defaults", "said"),
    [({"log_bodies": "off"}, None), ({"log_bodies": "metadata"}, None), ({}, {"x-portkey-debug": "false"})],
    ids=["off", "metadata", "header"],
)
async def test_nothing_is_kept_where_bodies_are_not(
    gateway: Gateway, vendor: SimulatedVendor, defaults: Json, said: Json | None
) -> None:
    """Whoever keeps bodies out of the log keeps out what was sent as well, whatever dialect it was in."""
    await another(gateway, vendor, "claude", ai_provider_id="anthropic")

    log = await recorded(gateway, defaults, claude(), said)

    assert (log["sent"], log["transformedRequest"]) == ([], None)
    assert WORD not in json.dumps(log)


@pytest.mark.parametrize(
    ("rule", "form"),
    [("regex:wombats-[a-z-]+", "whole"), ("/messages/*/content", "redacted"), ("content", "redacted")],
)
async def test_redaction_reaches_what_was_sent(gateway: Gateway, vendor: SimulatedVendor, rule: str, form: str) -> None:
    """Patterns are masked in every dialect; what a rule about fields hides has another place in another dialect, so
    that body is not kept."""
    await another(gateway, vendor, "claude", ai_provider_id="anthropic")

    log = await recorded(gateway, {"redact": [rule]}, claude())

    assert [each["form"] for each in log["sent"]] == [form]
    assert WORD not in json.dumps(log["sent"])
    assert vendor.requests[-1].body["messages"][0]["content"] != "•••"


async def test_redacted_field_is_hidden_under_no_new_name(gateway: Gateway) -> None:
    """Of the client's own dialect a field that a rule names is masked in what differs too, and so is one that only the
    config brought."""
    target = demo(override_params={"model": "gpt-4o", "user": "somebody-hidden", "seed": 4711})

    log = await recorded(gateway, {"redact": ["user"]}, target)

    (sent,) = log["sent"]
    assert (sent["form"], sent["body"]["user"], sent["body"]["seed"]) == ("fields", "•••", "•••")
    assert "somebody-hidden" not in json.dumps(log["sent"])


async def test_of_an_upload_only_size_and_kind_are_kept(gateway: Gateway) -> None:
    """A form with a file in it is told by its content type and its length."""
    form = {"file": ("a.wav", b"RIFF" * 100, "audio/wav")}
    await gateway.app.post("/v1/audio/transcriptions", data={"model": "@demo/whisper-1"}, files=form)

    (sent,) = (await gateway.log())["sent"]

    assert (sent["form"], sent["body"]) == ("binary", None)
    assert sent["content_type"].startswith("multipart/form-data")
    assert sent["size"] > 400


async def test_long_body_of_another_dialect_is_told_by_its_size(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """More than a megabyte is not kept beside the client's own."""
    await another(gateway, vendor, "claude", ai_provider_id="anthropic")

    await through(gateway, claude(), text="word " * 220_000)
    (sent,) = (await gateway.log())["sent"]

    assert (sent["form"], sent["body"]) == ("long", None)
    assert sent["size"] > 1_000_000


def test_bodies_of_before_are_read() -> None:
    """What was kept before there was anything of what was sent is read as ever."""
    old = msgspec.msgpack.encode((b"asked", b"answered", {"a": "b"}, {}))
    squeezed = zstandard.ZstdCompressor(dict_data=dictionary()).compress(old)

    assert bodies_in(squeezed) == Bodies(b"asked", b"answered", {"a": "b"}, {}, ())


def test_record_with_nothing_to_keep_has_no_row() -> None:
    """A record without bodies takes no row among them."""
    record = LogRecord(id="x", created_at_ms=0, trace_id="t", method="GET", path="/", status=200, total_ms=1)  # type: ignore[arg-type]

    assert Compressor().body(record) == b""

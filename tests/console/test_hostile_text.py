"""Text from outside: whatever callers, vendors and other operators wrote, it only ever stands on the screen."""

import json
import unicodedata
from typing import Any

import pytest
from rich.cells import cell_len

from console.text.plain import is_plain, plain, plain_line
from tests.console.driving import Operator, fill, operating, paste, seen, until, until_seen
from tests.console.fake_gateway import FakeGateway
from tests.console.samples import (
    api_key,
    detail,
    failed_log,
    integration,
    log,
    log_id,
    model,
    provider,
    started,
    stats,
)

HOSTILE = "x\x1b[31mR\x1b]52;c;ZXZpbA==\x07C\x9b5mQ\u202eB\u2066I\u200bZ\x00N\x7fD\rY[b]m[/b]"
"""Colours, a clipboard write, C1, bidi overrides, invisible characters, and markup of Textual's own."""
KEPT = {
    "id",
    "_id",
    "object",
    "created_at",
    "expires_at",
    "status",
    "integration_id",
    "ai_provider_id",
    "slug",
    "fault",
}
"""Fields whose form the gateway guarantees."""


def poisoned(value: Any) -> Any:
    """The same JSON with hostile text in every string."""
    match value:
        case str():
            return f"{value}{HOSTILE}"
        case list():
            return [poisoned(item) for item in value]
        case dict():
            return {name: item if name in KEPT else poisoned(item) for name, item in value.items()}
        case _:
            return value


def steering(text: str) -> set[str]:
    """The characters that steer a terminal or cannot be seen."""
    return {character for character in text if unicodedata.category(character) in ("Cc", "Cf", "Cs")} - {"\n"}


def hostile_gateway() -> FakeGateway:
    """A gateway that has been told nothing but hostile text."""
    gateway = FakeGateway()
    gateway.stats = stats(status="degraded", reason=f"disk{HOSTILE}", version=f"0{HOSTILE}")
    gateway.logs = [poisoned(failed_log(2, 500, "broken", "provider")), poisoned(log(1))]
    gateway.details[log_id(2)] = poisoned(detail(2)) | {"metrics": gateway.logs[0]}
    gateway.integrations = [poisoned(integration("one"))]
    gateway.integrations[0]["configurations"] = {"custom_host": f"https://x{HOSTILE}"}
    gateway.providers = [poisoned(provider("p", "one", note="n"))]
    gateway.providers[0]["integration_id"] = "one"
    gateway.models = {"one": [model(f"m{HOSTILE}", is_custom=True)]}
    gateway.keys = [poisoned(api_key("key-1", "k", description="d"))]
    return gateway


async def look(pilot: Operator, *texts: str) -> None:
    """Wait for this to stand there, and see that nothing on the whole screen steers."""
    await until_seen(pilot, *texts)
    assert steering(seen(pilot)) == set()


async def test_logs_show_hostile_text_harmlessly() -> None:
    """No control character of a log, its bodies or the gateway's state reaches the screen, on any tab."""
    gateway = hostile_gateway()
    async with operating(gateway) as pilot:
        await look(pilot, "14:00:02.204", "degraded: disk", "mkt-webuix")
        gateway.send("started", poisoned(started(3)))
        await look(pilot, "under way")
        await pilot.press("k", "enter")
        await look(pilot, "The vendor failed: broken", "Timings")

        for shown in ("Hello?", "messages", "choices", "Prices", "user-agent"):
            await pilot.press("l")
            await look(pilot, shown)

        await pilot.press("c")
        await look(pilot, "Copy", "log id")


async def test_catalog_shows_hostile_text_harmlessly() -> None:
    """No control character of a name, a slug or a base URL reaches the screen: in lists, forms, questions, notices."""
    gateway = hostile_gateway()
    async with operating(gateway) as pilot:
        await pilot.press("3")
        await look(pilot, "one", "https://x")
        for shown in ("Edit", "Integration one"), ("Delete", "Delete integration `one"):
            await pilot.press(shown[0][0].lower())
            await look(pilot, shown[1])
            await pilot.press("escape")
        await pilot.press("l", "e")
        await look(pilot, "Provider @p", "px")
        await pilot.press("escape", "l")

        await look(pilot, "mx", "custom")


async def test_keys_and_refusals_show_hostile_text_harmlessly() -> None:
    """No control character of a key's name, or of what the gateway says about it, reaches the screen."""
    gateway = hostile_gateway()
    gateway.will_refuse("/v1/api-keys/key-1", 400, f"bad{HOSTILE}", "name")
    async with operating(gateway, width=130) as pilot:
        await pilot.press("4")
        await look(pilot, "kx", "completions.writex")
        await pilot.press("e")
        await look(pilot, "Key kx")
        await fill(pilot, name=f"new{HOSTILE}")
        await pilot.press("enter")
        await look(pilot, "badx")

        gateway.will_refuse("/v1/api-keys/key-1", 400, f"worse{HOSTILE}")
        await pilot.press("escape", "right", "enter", "d", "right", "enter")

        await look(pilot, "Not done", "worsex")


async def test_pasted_text_cannot_steer_either() -> None:
    """What is pasted into a line, from a log for example, is made plain before it is drawn."""
    async with operating(FakeGateway()) as pilot:
        await pilot.press("slash")

        await paste(pilot, f"key:a{HOSTILE}")

        await look(pilot, "key:ax[31mR")


async def test_wide_characters_keep_the_columns() -> None:
    """Names in Chinese or with emoji move no column: what stands right of them stays where the heading is."""
    gateway = FakeGateway()
    wide = {"api_key_name": "市场部的聊天机器人应用程序", "ai_model": "模型🎉模型模型模型模型模型模型模型"}
    gateway.logs = [log(2, **wide), log(1)]
    gateway.keys = [api_key("key-1", "市场部的聊天机器人应用程序"), api_key("key-2", "plain")]
    async with operating(gateway, 80, 24) as pilot:
        await until_seen(pilot, "14:00:02.204")
        assert len(columns_of(pilot, "2.1s")) == 1

        await pilot.press("4")

        await until(pilot, lambda: "市场部" in seen(pilot))
        assert len(columns_of(pilot, "th-a")) == 1


def columns_of(pilot: Operator, text: str) -> set[int]:
    """The cells at which a text begins in the two rows of a list that have it."""
    lines = [line.partition(text) for line in seen(pilot).splitlines()[2:-5]]
    found = [cell_len(before) for before, there, _ in lines if there]
    assert len(found) == 2
    return set(found)


def test_plain_text_keeps_what_people_write() -> None:
    """Newlines, tabs as spaces, accents and other scripts stay; only what steers or hides goes."""
    assert plain("a\r\nb\tc é 市 🎉") == "a\nb    c é 市 🎉"
    assert plain_line("a\nb") == "a b"
    assert steering(plain(HOSTILE)) == set()


def test_what_is_taken_as_it_is_holds_nothing_that_steers() -> None:
    """JSON that the client takes without looking through it has nothing that making it plain would change.

    Every character of the first plane and of that with the tags, as itself and as an escape, between backslashes.
    """
    for sign in map(chr, (*range(0x10000), *range(0xE0000, 0xF0000))):
        value = f'\\{sign}\\"'
        if plain(value) == value:
            continue
        for text in (json.dumps({value: [value]}), json.dumps({value: [value]}, ensure_ascii=False)):
            assert (sign, is_plain(text.encode(errors="surrogatepass"))) == (sign, False)


@pytest.mark.parametrize("value", ["x", "a\nb", 'a"b', "a\\b", "é", "th-a…wxyz", "模型", "\\u202e"])
def test_usual_text_is_taken_as_it_is(value: str) -> None:
    """Nobody looks through the strings of an answer in which none can steer, in whatever script it is written."""
    raw = json.dumps({value: [value]}, ensure_ascii=False).encode()

    assert is_plain(raw)


def test_broken_json_is_not_taken_as_it_is() -> None:
    """An escape that is none, or bytes that are no text, are left to the decoder to refuse."""
    assert [is_plain(raw) for raw in (b'"\\u12"', b'"\\x"', b'"\xff"')] == [False] * 3

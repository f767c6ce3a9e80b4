"""Configs: the list, and the editor that checks, completes, draws and saves."""

import json
import stat
from pathlib import Path

import pytest

from console.configs.drafts import MASK, Draft, Drafts
from console.configs.outside import NoEditor, edited_outside, editor_of
from console.configs.words import fitted, tree
from console.places import state_folder
from console.widgets.json_area import JsonArea
from tests.console.driving import Operator, operating, paste, seen, unseen, until, until_seen
from tests.console.fake_gateway import FakeGateway
from tests.console.samples import Json, detail, log, provider

FALLBACK: Json = {
    "strategy": {"mode": "fallback", "on_status_codes": [429]},
    "targets": [{"provider": "@openai-prod", "retry": {"attempts": 2}}, {"provider": "@anthropic"}],
}
SINGLE: Json = {"provider": "@openai-prod"}


def configured() -> FakeGateway:
    """Two configs, one of them in use, the other saved twice."""
    gateway = FakeGateway()
    gateway.providers = [provider("openai-prod", "openai"), provider("anthropic", "anthropic")]
    gateway.talk.models = ["@openai-prod/gpt-4o", "@openai-prod/gpt-4o-mini", "@anthropic/claude-sonnet-4-5"]
    gateway.configs.add("pc-chat", "Chat", FALLBACK)
    gateway.configs.add("pc-plain", "Plain", SINGLE, SINGLE | {"retry": {"attempts": 1}})
    gateway.configs.used_by = {"pc-chat": ["API key `mkt-webui`", "config `pc-outer`"]}
    return gateway


def area(pilot: Operator) -> JsonArea:
    """The text of the editor."""
    return pilot.app.screen.query_one(JsonArea)


async def edit(pilot: Operator, slug: str = "pc-chat") -> None:
    """Into the editor of a config."""
    await pilot.press("5")
    await until_seen(pilot, slug)
    await pilot.press(*([] if slug == "pc-chat" else ["j"]), "enter")
    await until_seen(pilot, "Ctrl+Space Complete", "can be saved")


async def write(pilot: Operator, config: object) -> None:
    """Replace the whole text."""
    area(pilot).select_all()
    await paste(pilot, config if isinstance(config, str) else json.dumps(config, indent=2))


def changes(gateway: FakeGateway, method: str) -> list[tuple[str, Json]]:
    """What was really changed."""
    return [(path, body) for how, path, body in gateway.asked if how == method and "validate" not in path]


async def test_list_says_what_each_config_does_and_who_uses_it() -> None:
    """Name, slug, strategy in words, targets, version and users stand in a row; the name stays at 80 columns."""
    async with operating(configured(), width=160) as pilot:
        await pilot.press("5")
        await until_seen(pilot, "Configs 2")

        rows = [" ".join(line.split()) for line in seen(pilot).splitlines()[3:5]]

    shared = "default 2026-11-24 14:00 ok"
    assert rows[0] == f"Chat pc-chat one after the other @openai-prod, @anthropic 1 mkt-webui +1 {shared}"
    assert rows[1] == f"Plain pc-plain one target @openai-prod 2 nobody {shared}"


async def test_config_in_use_is_not_deleted_and_one_learns_by_whom() -> None:
    """`d` names the users before and the gateway after; another one goes."""
    gateway = configured()
    async with operating(gateway) as pilot:
        await pilot.press("5")
        await until_seen(pilot, "pc-chat")
        await pilot.press("d")
        await until_seen(pilot, "Delete config `pc-chat`?", "API key `mkt-webui`, config `pc-outer`")
        await pilot.press("right", "enter")
        await until_seen(pilot, "is in use by API key")
        await pilot.press("j", "d")
        await until_seen(pilot, "Delete config `pc-plain`?", "2 version(s)")

        await pilot.press("right", "enter")

        await until_seen(pilot, "Configs 1")


async def test_name_and_state_have_a_form() -> None:
    """`e` changes what is not in the text, and sends only that."""
    gateway = configured()
    async with operating(gateway) as pilot:
        await pilot.press("5")
        await until_seen(pilot, "pc-chat")
        await pilot.press("e")
        await until_seen(pilot, "Config pc-chat", "PUT /v1/configs/pc-chat")
        await pilot.press("end", *" desk", "ctrl+s")

        await until_seen(pilot, "Chat desk")
        assert changes(gateway, "PUT") == [("/v1/configs/pc-chat", {"name": "Chat desk"})]


async def test_new_config_begins_as_a_template_with_real_names() -> None:
    """`:new config` asks for a name and a beginning, the editor saves it, and from then on it is in the list."""
    gateway = configured()
    async with operating(gateway) as pilot:
        await pilot.press("colon", *"new config", "enter")
        await until_seen(pilot, "New config", "POST /v1/configs")
        await pilot.press(*"Desk")
        await until_seen(pilot, '"slug":"pc-desk"')
        await pilot.press("ctrl+s")
        await until_seen(pilot, "Desk  pc-desk  new, not saved yet", "├─ @openai-prod", "└─ @anthropic", "can be saved")

        await pilot.press("ctrl+s")

        await until_seen(pilot, "Desk  pc-desk  saved")
        config = {
            "strategy": {"mode": "fallback"},
            "targets": [{"provider": "@openai-prod"}, {"provider": "@anthropic"}],
        }
        assert changes(gateway, "POST") == [("/v1/configs", {"name": "Desk", "slug": "pc-desk", "config": config})]
        await pilot.press("escape")
        await until_seen(pilot, "Configs 3")


async def test_broken_config_says_what_where_and_takes_one_there() -> None:
    """Each fault stands under the text with its path, in the tree where it is, and F8 puts the cursor on it."""
    async with operating(configured()) as pilot:
        await edit(pilot)
        await write(pilot, {"strategy": {"mode": "x"}, "targets": [{"provider": "@openai", "weight": -1}, SINGLE]})
        await until_seen(
            pilot,
            "✖ strategy.mode: must be one of: single",
            "✖ targets[0].weight: must be ≥ 0",
            "did you mean `@openai-prod`?",
            "│ ✖ strategy.mode: must be",
            "✖ weight: must be ≥ 0",
        )

        await pilot.press("f8", "f8", "f8")

        line, _ = area(pilot).cursor_location
        assert '"weight": -1' in area(pilot).document.get_line(line)
        await until_seen(pilot, "targets[0].weight: its share in a load balance")


async def test_text_that_is_no_json_says_where_it_ends_to_be() -> None:
    """While a bracket is missing the tree stays as it was, and saving goes to the place instead."""
    gateway = configured()
    async with operating(gateway) as pilot:
        await edit(pilot)
        await write(pilot, '{\n  "provider": "@openai-prod"\n  "retry": {}\n}')
        await until_seen(
            pilot, "✖ line 3, column 3: a comma is missing before this", "No JSON at the moment", "@anthropic"
        )

        await pilot.press("ctrl+s")

        await until(pilot, lambda: area(pilot).cursor_location == (2, 2))
        assert changes(gateway, "PUT") == []


async def test_what_may_stand_at_the_cursor_is_completed() -> None:
    """Fields that are missing, words of the schema and the models of that provider are offered and written."""
    async with operating(configured()) as pilot:
        await edit(pilot)
        await write(pilot, '{"provider": "@anthropic", }')
        await pilot.press("left", "ctrl+@")
        await until_seen(pilot, "strategy  how one of several targets is chosen")
        await pilot.press(*"overr")
        await until_seen(pilot, "override_params  fields that take")
        await pilot.press("enter")
        await pilot.press(*'"model": "', "ctrl+@")
        await until_seen(pilot, "claude-sonnet-4-5  @anthropic")
        assert "gpt-4o" not in seen(pilot)

        await pilot.press("tab")

        assert area(pilot).text == '{"provider": "@anthropic", "override_params": {"model": "claude-sonnet-4-5"}}'
        await until_seen(pilot, "@anthropic · → claude-sonnet-4-5")
        await write(pilot, '{"strategy": {"mode": ""}}')
        area(pilot).move_cursor((0, 23))
        await pilot.press("ctrl+@")
        await until_seen(pilot, "least_busy  the one with the fewest requests under way")
        await pilot.press(*"cond", "escape")
        await unseen(pilot, "the target of the first condition")
        await until_seen(pilot, "strategy.mode: how targets are chosen (string)")


async def test_what_somebody_else_saved_meanwhile_is_not_overwritten_unasked() -> None:
    """A conflict says so and keeps the text; saving over it is a choice."""
    gateway = configured()
    async with operating(gateway) as pilot:
        await edit(pilot)
        gateway.configs.save("pc-chat", SINGLE)
        await write(pilot, FALLBACK | {"request_timeout": 5000})
        await pilot.press("ctrl+s")
        await until_seen(pilot, "was changed by somebody else meanwhile", "Your text stays here")
        await pilot.press("escape")
        await until_seen(pilot, "Chat  pc-chat  changed", '"request_timeout": 5000')
        assert gateway.configs.versions["pc-chat"][0]["config"] == SINGLE
        await pilot.press("ctrl+s")
        await until_seen(pilot, "Save mine")

        await pilot.press("right", "enter")

        await until_seen(pilot, "Chat  pc-chat  saved")
        assert gateway.configs.versions["pc-chat"][0]["config"] == FALLBACK | {"request_timeout": 5000}


async def test_leaving_asks_and_a_closed_terminal_loses_nothing() -> None:
    """Esc asks while something is unsaved; an edit that was cut off is offered again, without its credentials."""
    gateway, key = configured(), "sk-secret-0123"
    async with operating(gateway) as pilot:
        await edit(pilot)
        await write(pilot, {"provider": "openai", "api_key": key})
        await until(pilot, lambda: Drafts(state_folder(), "http://gateway.test").find("pc-chat"))
        await pilot.press("escape")
        await until_seen(pilot, "Leave Chat without saving?")
    kept = next((state_folder() / "drafts").iterdir())

    async with operating(gateway) as pilot:
        await pilot.press("5")
        await until_seen(pilot, "pc-chat")
        await pilot.press("enter")
        await until_seen(pilot, "Go on with the unsaved edit of Chat?")
        await pilot.press("right", "enter")
        await until_seen(pilot, f'"api_key": "{MASK}"', "Chat  pc-chat  changed")
        await pilot.press("escape")
        await until_seen(pilot, "Leave Chat without saving?")
        await pilot.press("right", "enter")
        await until_seen(pilot, "Configs 2")

    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert not kept.exists()


async def test_draft_of_a_new_config_is_offered_by_n() -> None:
    """What nobody ever saved is found again where one would begin it anew, and forgotten when it is not wanted."""
    drafts = Drafts(state_folder(), "http://gateway.test")
    drafts.keep(Draft(slug="pc-half", name="Half", text='{"provider": "@ope'))
    drafts.keep(Draft(slug="pc-half", name="Half", text='{"api_key": "sk-secret", "provider": "@ope'))
    async with operating(configured()) as pilot:
        await pilot.press("5", "n")
        await until_seen(pilot, "New config")

    assert drafts.find("pc-half") is not None
    assert "sk-secret" not in drafts.file("pc-half").read_text()
    assert stat.S_IMODE(drafts.file("pc-half").stat().st_mode) == 0o600


async def test_small_terminal_has_the_tree_on_a_key() -> None:
    """At 80x24 the text has the whole width, and Ctrl+T turns to the tree and back."""
    async with operating(configured(), width=80, height=24) as pilot:
        await edit(pilot)
        assert "fallback one after the other" not in seen(pilot)

        await pilot.press("ctrl+t")
        await until_seen(pilot, "fallback one after the other, after 429", "├─ @openai-prod · retry 2×")
        await pilot.press("ctrl+t")

        await until_seen(pilot, '"mode": "fallback"')


async def test_no_editor_is_said() -> None:
    """F2 without `$EDITOR` says what to do and leaves the text."""
    async with operating(configured()) as pilot:
        await edit(pilot)

        await pilot.press("f2")

        await until_seen(pilot, "No editor is set")


async def test_explanation_shows_the_way_the_attempts_and_what_is_sent() -> None:
    """The text as it stands is explained; the sample can be changed, and is told anew."""
    gateway = configured()
    choice = {"path": "config", "mode": "conditional", "why": "Its condition holds.", "order": [], "considered": []}
    attempt: Json = {"number": 0, "path": "config.targets[0]", "provider": "openai-prod", "vendor": "openai"}
    attempt |= {"model": "gpt-4o", "request": {"method": "POST", "url": "https://api.openai.com/v1/chat/completions"}}
    attempt["request"]["body"] = {"model": "gpt-4o", "max_tokens": 5}
    attempt |= {"exits": [{"on_status_codes": [429], "except_status_codes": [], "except_codes": [], "to": 1}]}
    attempt["estimate"] = {"input_tokens": 8, "cost_at_most": 4_100_000, "input_cost": 1}
    gateway.configs.explanation = {
        "choices": [choice | {"condition": {"metadata.plan": {"$in": ["pro", "team"]}}}],
        "attempts": [attempt],
        "attempts_in_all": 1,
    }
    async with operating(gateway) as pilot:
        await edit(pilot)
        await pilot.press("f5")
        await until_seen(
            pilot,
            "Explain Chat",
            "✔ metadata.plan is one of “pro”, “team”",
            "1  openai-prod/gpt-4o",
            "at most $0.0041, 8 tokens in",
            "after 429 → 2",
            "POST https://api.openai.com/v1/chat/completions",
            '"max_tokens": 5',
        )
        await pilot.press("tab", "tab", "tab", *"plan")
        await until_seen(pilot, "Metadata is written `name=value`")

        await pilot.press(*"=pro")

        asked = [body for path, body in changes(gateway, "POST") if path.endswith("explain")]
        await until(pilot, lambda: changes(gateway, "POST")[-1][1]["metadata"] == {"plan": "pro"})
        assert asked[0]["config"] == FALLBACK
        assert asked[0]["request"] == {
            "model": "@openai-prod/gpt-4o",
            "messages": [{"role": "user", "content": "Hello"}],
        }


async def test_versions_are_compared_and_rolled_back_to() -> None:
    """Who saved what when, the difference with signs against the editor or another version, and back after asking."""
    gateway = configured()
    async with operating(gateway) as pilot:
        await edit(pilot, "pc-plain")
        await pilot.press("f4")
        await until_seen(pilot, "Versions of pc-plain", "operator", "+2 −1", "first", "Both say the same.")
        await pilot.press("j")
        await until_seen(
            pilot, "From version 1 to now in the editor", '+  "retry": {"attempts": 1}', '-  "provider": "@openai-prod"'
        )
        await pilot.press("space", "k")
        await until_seen(pilot, "From version 2 to version 1", '-  "retry": {"attempts": 1}')
        await pilot.press("j", "b")
        await until_seen(pilot, "Roll pc-plain back to version 1?", "as version 3")

        await pilot.press("right", "enter")

        await until_seen(pilot, "Plain  pc-plain  saved")
        assert changes(gateway, "POST") == [("/v1/configs/pc-plain/rollback", {"version_id": "pc-plain-v1"})]
        assert json.loads(area(pilot).text) == SINGLE


@pytest.mark.parametrize("ruled", [None, "pc-chat"])
async def test_logged_request_is_explained(ruled: str | None) -> None:
    """`x` on a log asks what the config that ruled it, by its header or its key, makes of the same request now."""
    gateway = configured()
    gateway.logs, gateway.details = [log(1)], {log(1)["id"]: detail(1)}
    headers = {} if ruled else {"x-portkey-config": "pc-chat"}
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}], "temperature": 0.2}
    kept = gateway.details[gateway.logs[0]["id"]]
    kept["metrics"] = kept["metrics"] | {"metadata": {"plan": "pro plus"}, "config": ruled}
    kept["request"] = kept["request"] | {"portkeyHeaders": headers, "body": body}
    async with operating(gateway) as pilot:
        await until_seen(pilot, "gpt-4o")
        await pilot.press("enter")
        await until_seen(pilot, "Timings")
        await pilot.press("x")

        await until_seen(pilot, "Explain pc-chat for log", "Nobody would be asked.")

    asked = changes(gateway, "POST")[-1][1]
    assert (asked["config"], asked["request"], asked["metadata"]) == ("pc-chat", body, {"plan": "pro plus"})


def test_editor_of_ones_own_gets_a_private_file(tmp_path: Path) -> None:
    """`$EDITOR` sees the text in a file of mode 0600 named after the config, and what it leaves there comes back."""
    script = tmp_path / "editor"
    script.write_text(
        '#!/bin/sh\nstat -c "%a %n" "$2" > "$1"\nstat -c %a "$(dirname "$2")" >> "$1"\necho "{}" > "$2"\n'
    )
    script.chmod(0o700)
    command = editor_of({"EDITOR": f"'{script}' {tmp_path / 'seen'}"})

    text = edited_outside('{"provider": "@a"}', "pc-chat", command)

    file, folder = (tmp_path / "seen").read_text().split("\n")[:2]
    assert text == "{}\n"
    assert file.startswith("600 ")
    assert file.endswith("/pc-chat.json")
    assert folder == "700"
    assert not Path(file.removeprefix("600 ")).exists()


@pytest.mark.parametrize("command", [["false"], ["/nowhere/vim"]], ids=["fails", "is missing"])
def test_editor_that_fails_takes_nothing_over(command: list[str]) -> None:
    """What it left is not taken over, and one is told why."""
    with pytest.raises(NoEditor, match=r"nothing was taken over|could not be started"):
        edited_outside("{}", "pc-chat", command)


def test_tree_goes_on_below_where_it_is_too_long() -> None:
    """Every line fits its width, and the bars of the tree go on beside what was folded."""
    lines = fitted(tree(FALLBACK | {"targets": [{"provider": "@" + "long words " * 6}, SINGLE]}, {}), 30)

    texts = ["".join(text for _, text in line) for line in lines]
    assert max(map(len, texts)) <= 30
    assert texts[2].startswith("├─ @long words")
    assert texts[3].startswith("│  ")

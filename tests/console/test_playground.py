"""Playground: ask, watch it come, stop it, ask two at once, and take it along."""

import asyncio

import pytest

from console.logs.curl import curl_of_log
from console.playground.sides import replayed
from console.playground.transcript import Transcript
from console.screens.playground.settings import Wrong, parameters_of
from console.wire.logs import LogDetail
from console.wire.reading import convert
from tests.console.driving import Operator, fill, operating, paste, seen, unseen, until, until_seen
from tests.console.fake_gateway import FakeGateway
from tests.console.samples import Json, config, detail, log


def stocked() -> FakeGateway:
    """A gateway with two models and a config."""
    gateway = FakeGateway()
    gateway.talk.models = ["@demo/gpt-4o", "@demo/qwen3"]
    gateway.configs.rows = [config("pc-desk", name="Support desk"), config("pc-old", status="archived")]
    return gateway


async def at_playground(pilot: Operator, target: str = "gpt-4o", shown: str = "@demo/gpt-4o") -> None:
    """Go there and choose a model."""
    await pilot.press("0")
    await until_seen(pilot, "no model yet")
    await pilot.press("escape", "m")
    await until_seen(pilot, "@demo/qwen3", "pc-desk  Support desk")
    await paste(pilot, target)
    await pilot.press("enter")
    await until_seen(pilot, shown)


async def say(pilot: Operator, prompt: str) -> None:
    """Type a prompt and send it."""
    await paste(pilot, prompt)
    await pilot.press("enter")


async def test_answer_comes_in_pieces_with_what_it_took() -> None:
    """The first piece is there before the second exists; tokens come with the answer, the cost from the log."""
    gateway = stocked()
    gateway.logs, gateway.talk.held = [log(1)], asyncio.Event()
    async with operating(gateway) as pilot:
        await at_playground(pilot)
        await say(pilot, "Who are you?")
        await until_seen(pilot, "Who are you?", "Hello", "Esc stops it")
        assert "from the model" not in seen(pilot)

        gateway.talk.held.set()

        await until_seen(pilot, "Hello from the model.", "7 tokens in, 48 out · cost $0.0041 · first token", "total")
        assert {"trace_id": "trace-of-the-chat"} in gateway.filters
        _, body = gateway.talk.chats[0]
        assert body == {
            "model": "@demo/gpt-4o",
            "messages": [{"role": "user", "content": "Who are you?"}],
            "stream": True,
            "stream_options": {"include_usage": True},
        }


async def test_conversation_goes_on() -> None:
    """The second question carries the first one and its answer; `r` asks the same again, Ctrl+L begins anew."""
    gateway = stocked()
    async with operating(gateway) as pilot:
        await at_playground(pilot)
        await say(pilot, "One")
        await until_seen(pilot, "total")
        await say(pilot, "Two")
        await until(pilot, lambda: seen(pilot).count("total") == 2)
        turns = [(turn["role"], turn["content"]) for turn in gateway.talk.chats[1][1]["messages"]]
        assert turns == [("user", "One"), ("assistant", "Hello from the model."), ("user", "Two")]

        await pilot.press("escape", "r")
        await until(pilot, lambda: len(gateway.talk.chats) == 3 and seen(pilot).count("total") == 2)
        assert gateway.talk.chats[2] == gateway.talk.chats[1]
        await pilot.press("ctrl+l")

        await unseen(pilot, "Hello from the model.")


async def test_escape_stops_an_answer() -> None:
    """Esc ends the answer under way where it is, and says that it was the operator's doing."""
    gateway = stocked()
    gateway.talk.held = asyncio.Event()
    async with operating(gateway) as pilot:
        await at_playground(pilot)
        await say(pilot, "Tell me everything")
        await until_seen(pilot, "Hello")

        await pilot.press("escape")

        await until_seen(pilot, "stopped by you")
        gateway.talk.held.set()
        await pilot.press("escape", "k")
        assert "from the model" not in seen(pilot)


async def test_two_sides_hear_the_same_prompt() -> None:
    """`b` adds a second model beside the first, both get the prompt, and `b` takes it away again."""
    gateway = stocked()
    async with operating(gateway) as pilot:
        await at_playground(pilot)
        await pilot.press("escape", "b")
        await until_seen(pilot, "Ask whom?", "pc-desk")
        await paste(pilot, "desk")
        await pilot.press("enter")
        await until_seen(pilot, "A @demo/gpt-4o", "B pc-desk")

        await say(pilot, "Same to both")
        await until(pilot, lambda: seen(pilot).count("Hello from the model.") == 2)

        asked = {(config, body["model"], body["messages"][-1]["content"]) for config, body in gateway.talk.chats}
        assert asked == {(None, "@demo/gpt-4o", "Same to both"), ("pc-desk", "from-the-config", "Same to both")}
        await pilot.press("escape", "b")
        await unseen(pilot, "B pc-desk")


async def test_parameters_go_with_every_question() -> None:
    """System prompt, temperature and any other field are sent as the form says, which says what is wrong with them."""
    gateway = stocked()
    async with operating(gateway) as pilot:
        await at_playground(pilot)
        await pilot.press("escape", "p")
        await until_seen(pilot, "System prompt")
        await paste(pilot, "Be brief.")
        await fill(pilot, temperature="warm", max_tokens="64", extras='{"top_p": 0.9}')
        await pilot.press("ctrl+s")
        await until_seen(pilot, "Temperature must be a number from 0, not `warm`.")
        await fill(pilot, temperature="0")
        await pilot.press("ctrl+s")
        await until_seen(pilot, "temperature 0.0  max_tokens 64  top_p 0.9  system “Be brief.”")
        await pilot.press("i")

        await say(pilot, "Hi")

        await until_seen(pilot, "total")
        body = gateway.talk.chats[0][1]
        assert body["messages"][0] == {"role": "system", "content": "Be brief."}
        assert (body["temperature"], body["max_tokens"], body["top_p"]) == (0, 64, 0.9)


async def test_refusal_says_whose_fault_and_what_to_do() -> None:
    """A key without the scope is told which one it lacks and where to add it."""
    gateway = stocked()
    async with operating(gateway) as pilot:
        await at_playground(pilot)
        message = "the API key `ops` lacks the scope `completions.write`."
        gateway.will_refuse("/v1/chat/completions", 403, message, code="missing_scope", fault="caller")

        await say(pilot, "Hi")

        await until_seen(
            pilot, "The caller's mistake: the API key `ops` lacks the scope", "Add `completions.write` in Keys"
        )


async def test_copies_hold_no_secret() -> None:
    """`y` copies the answer; `c` offers the request as curl, with a variable where the key goes."""
    gateway = stocked()
    async with operating(gateway) as pilot:
        await at_playground(pilot)
        await say(pilot, "It's me")
        await until_seen(pilot, "total")
        await pilot.press("escape", "y")
        await until(pilot, lambda: pilot.app.clipboard == "Hello from the model.")

        await pilot.press("c")
        await until_seen(pilot, "request JSON", "answer JSON")
        await pilot.press("enter")

        await until(pilot, lambda: pilot.app.clipboard.startswith("curl -sS http://gateway.test/v1/chat/completions"))
        assert '-H "x-portkey-api-key: $TOLLHOUSE_API_KEY"' in pilot.app.clipboard
        assert "th-operator" not in pilot.app.clipboard


CONFIGURED: Json = {"x-portkey-config": "pc-desk"}
BY_PROVIDER: Json = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}
SPOKEN: Json = BY_PROVIDER | {
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "One"},
        {"role": "assistant", "content": "Two"},
        {"role": "user", "content": "Three"},
    ],
    "temperature": 0.2,
    "stream": True,
}
ANTHROPIC: Json = {"system": [{"type": "text", "text": "Be kind."}], "max_tokens": 9, "thinking": {"type": "enabled"}}


@pytest.mark.parametrize(
    ("url", "body", "headers", "target", "system", "parameters", "said", "prompt"),
    [
        ("/v1/chat/completions", BY_PROVIDER, {}, "@openai-prod/gpt-4o", "", {}, [], "Hi"),
        ("/v1/chat/completions", BY_PROVIDER, CONFIGURED, "pc-desk gpt-4o", "", {}, [], "Hi"),
        (
            *("/v1/chat/completions", SPOKEN, {}, "@openai-prod/gpt-4o", "Be brief.", {"temperature": 0.2}),
            *(["One", "Two"], "Three"),
        ),
        ("/v1/messages", BY_PROVIDER | ANTHROPIC, {}, "@openai-prod/gpt-4o", "Be kind.", {"max_tokens": 9}, [], "Hi"),
    ],
    ids=["by provider", "by config", "a conversation", "Anthropic's words"],
)
def test_logged_request_stands_as_it_was_sent(
    url: str, body: Json, headers: Json, target: str, system: str, parameters: Json, said: list[str], prompt: str
) -> None:
    """A replay has the request's model or config, system prompt, parameters and turns, and its last prompt to send."""
    record = detail(1)
    record["request"] |= {"url": url, "body": body, "portkeyHeaders": headers}

    found = replayed(convert(record, LogDetail))

    assert found is not None
    ground, rest = found
    side = ground.sides[0]
    assert (side.target, ground.system, ground.parameters, rest) == (target, system, parameters, prompt)
    assert [turn["content"] for turn in side.messages()] == said


def test_what_is_no_chat_is_not_replayed() -> None:
    """A request without messages, as for embeddings, gives nothing."""
    record = detail(1)
    record["request"]["body"] = {"model": "x", "input": "text"}

    assert replayed(convert(record, LogDetail)) is None


def test_curl_of_a_log_needs_the_callers_own_secrets() -> None:
    """A logged request becomes a command that quotes what a shell would expand, with variables for what is hidden."""
    record = detail(1, question="It's `$HOME`")
    record["request"] |= {
        "headers": {"authorization": "•••", "host": "gateway", "x-mark": 'a "$b"', "content-type": "application/json"},
        "portkeyHeaders": {"x-portkey-api-key": "•••"},
    }

    command = curl_of_log(convert(record, LogDetail), "http://gw")

    assert command.splitlines() == [
        "curl -sS http://gw/v1/chat/completions \\",
        '  -H "x-portkey-api-key: $TOLLHOUSE_API_KEY" \\',
        '  -H "authorization: $AUTHORIZATION" \\',
        """  -H 'x-mark: a "$b"' \\""",
        "  -H 'content-type: application/json' \\",
        '  -d \'{"model":"@openai-prod/gpt-4o","messages":[{"role":"user","content":"It\'"\'"\'s `$HOME`"}]}\'',
    ]


@pytest.mark.parametrize(
    ("temperature", "most", "extras"), [("-1", "", ""), ("", "1.5", ""), ("", "", "[1]"), ("", "", '{"model": "x"}')]
)
def test_wrong_parameters_are_not_sent(temperature: str, most: str, extras: str) -> None:
    """What no request may have is refused before it is one."""
    with pytest.raises(Wrong):
        parameters_of(temperature, most, extras)


def test_only_the_newest_entry_is_laid_out_again() -> None:
    """Laying out a conversation that grew by a piece gives the very lines of before for all but the last entry."""
    record = detail(1)
    record["request"]["body"] = SPOKEN
    found = replayed(convert(record, LogDetail))
    assert found is not None
    side, transcript = found[0].sides[0], Transcript()
    before = transcript.lines(side, 40)

    side.entries.append({"role": "user", "content": "more"})
    after = transcript.lines(side, 40)

    assert all(one is other for one, other in zip(before[:3], after[:3], strict=True))
    assert [("text", "more")] in after

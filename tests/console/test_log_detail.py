"""One log: opened before, while and after it is written."""

from tests.console.driving import operating, seen, until, until_seen
from tests.console.fake_gateway import FakeGateway
from tests.console.samples import detail, failed_log, log, log_id, started


async def test_enter_tells_the_story() -> None:
    """Enter opens the log under the cursor with one sentence, and its conversation a key away."""
    gateway = FakeGateway()
    gateway.logs = [log(1)]
    gateway.details[log_id(1)] = detail(1, question="Who are you?", answer="A toll collector.")
    async with operating(gateway) as pilot:
        await until_seen(pilot, "14:00:01.204")

        await pilot.press("enter")
        await until_seen(pilot, "Answered by `@openai-prod` in 2.1s", "trace-1")
        await pilot.press("l")

        await until_seen(pilot, "Who are you?", "A toll collector.")


async def test_log_is_read_from_its_beginning_in_a_small_terminal() -> None:
    """At 80x24 each page of a log begins at the top, whatever was open before, and a bar has its time behind it."""
    gateway = FakeGateway()
    gateway.logs, gateway.details = [log(1)], {log_id(1): detail(1)}
    async with operating(gateway, 80, 24) as pilot:
        await until_seen(pilot, "14:00:01.204")

        await pilot.press("enter")
        await until_seen(pilot, "Try 1", "Timeline")
        (bar,) = (line for line in seen(pilot).splitlines() if "1. @openai-prod" in line)
        await pilot.press("l", "h")

        assert bar.rstrip().endswith("s")
        await until_seen(pilot, "Try 1", "Timeline")


async def test_record_that_is_not_written_yet_fills_in() -> None:
    """A log opened before its record is written shows the record as soon as it is there."""
    gateway = FakeGateway()
    gateway.logs = [log(1)]
    async with operating(gateway) as pilot:
        await until_seen(pilot, "14:00:01.204")
        await pilot.press("enter")
        await until_seen(pilot, "not written yet")

        gateway.details[log_id(1)] = detail(1)

        await until_seen(pilot, "trace-1", "Timings")


async def test_request_under_way_fills_in_when_it_settles() -> None:
    """The detail of a request under way becomes the whole record when the answer is there, paused or not."""
    gateway = FakeGateway()
    async with operating(gateway) as pilot:
        gateway.send("started", started(1))
        await until_seen(pilot, "under way")
        await pilot.press("space", "enter")
        await until_seen(pilot, "Under way for key `mkt-webui`", "is still answering")

        gateway.details[log_id(1)] = detail(1)
        gateway.send("log", log(1))

        await until_seen(pilot, "Answered by `@openai-prod` in 2.1s", "Timings")


async def test_detail_left_before_the_answer_is_no_fault() -> None:
    """A detail that was left, by `q` or by a number, does not hinder its request from settling."""
    gateway = FakeGateway()
    async with operating(gateway) as pilot:
        gateway.send("started", started(1))
        await until_seen(pilot, "under way")
        await pilot.press("enter")
        await until_seen(pilot, "still answering")
        await pilot.press("q")

        gateway.send("log", log(1))

        await until_seen(pilot, "14:00:01.204", "$0.0041")


async def test_screens_keep_what_is_open() -> None:
    """Going to Keys and back finds the log that was open."""
    gateway = FakeGateway()
    gateway.logs = [failed_log(1, 401, "no such key", "caller")]
    gateway.details[log_id(1)] = detail(1)
    async with operating(gateway) as pilot:
        await until_seen(pilot, "14:00:01.204")
        await pilot.press("enter")
        await until_seen(pilot, "Give the application a key from Keys (4).", "Timings")

        await pilot.press("4")
        await until_seen(pilot, "No keys yet")
        await pilot.press("2")

        await until_seen(pilot, "The caller's mistake: no such key", "Timings")


async def test_gateway_that_is_away_is_asked_again() -> None:
    """A detail opened while the gateway is away says so and fills in when it is back."""
    gateway = FakeGateway()
    gateway.logs = [log(1)]
    gateway.details[log_id(1)] = detail(1)
    async with operating(gateway) as pilot:
        await until_seen(pilot, "14:00:01.204")
        gateway.trouble = "connection refused"
        await pilot.press("enter")
        await until_seen(pilot, "No answer from http://gateway.test", "Trying again")

        gateway.trouble = None

        await until_seen(pilot, "Timings")


async def test_y_copies_the_page_whole() -> None:
    """`y` copies everything the tab shows, also what is too long to be drawn."""
    gateway = FakeGateway()
    gateway.logs = [log(1)]
    gateway.details[log_id(1)] = detail(1, question="long " * 30_000)
    async with operating(gateway) as pilot:
        await until_seen(pilot, "14:00:01.204")
        await pilot.press("enter")
        await until_seen(pilot, "Timings")
        await pilot.press("l")
        await until_seen(pilot, "long long")

        await pilot.press("y")

        await until(pilot, lambda: pilot.app.clipboard.count("long") == 30_000)
        assert "long long" in seen(pilot)


async def test_json_folds_at_the_cursor() -> None:
    """In Request and Response a cursor moves over the JSON; Space folds there, `z` folds all."""
    gateway = FakeGateway()
    gateway.logs = [log(1)]
    gateway.details[log_id(1)] = detail(1, question="Who are you?")
    async with operating(gateway) as pilot:
        await until_seen(pilot, "14:00:01.204")
        await pilot.press("enter")
        await until_seen(pilot, "Timeline", "first token")
        await pilot.press("l", "l")
        await until_seen(pilot, '"POST /v1/chat/completions": {', '"content": "Who are you?"')

        await pilot.press("z")
        await until_seen(pilot, '"POST /v1/chat/completions": {…}  ▸ 2 fields')
        await pilot.press("j", "space", "j", "j", "space")

        await until_seen(pilot, '"model": "@openai-prod/gpt-4o"', "▸ 1 item")


async def test_request_says_what_went_to_each_vendor() -> None:
    """Below the client's request each attempt has a line; another body, or the fields that differ, stand open there."""
    gateway = FakeGateway()
    gateway.logs = [log(1)]
    first = {"attempt": 0, "method": "POST", "url": "https://a/v1/messages", "form": "whole", "body": {"system": "s"}}
    second = {"attempt": 1, "method": "POST", "url": "https://b/v1/chat", "form": "fields"}
    second |= {"changed_fields": ["max_tokens", "user"], "body": {"model": "m", "max_tokens": 9}}
    third = {"attempt": 2, "method": "POST", "url": "https://c/v1/audio", "form": "binary", "size": 1234}
    gateway.details[log_id(1)] = detail(1) | {"sent": [first, second, third | {"content_type": "audio/wav"}]}
    async with operating(gateway) as pilot:
        await until_seen(pilot, "14:00:01.204")
        await pilot.press("enter")
        await until_seen(pilot, "Timeline", "first token")
        await pilot.press("l", "l")

        await until_seen(pilot, '"Try 1 sent POST https://a/v1/messages · another body": {', '"system": "s"')
        await until_seen(pilot, "changed: max_tokens, user", '"max_tokens": 9', '"user": "left out"')
        await until_seen(pilot, "audio/wav, 1,234 bytes")


async def test_replay_opens_the_playground_as_the_request_was() -> None:
    """`p` stands in the playground with the request's model and prompt, and Enter sends just that."""
    gateway = FakeGateway()
    gateway.logs = [log(1)]
    gateway.details[log_id(1)] = detail(1, question="Who are you?")
    async with operating(gateway) as pilot:
        await until_seen(pilot, "14:00:01.204")
        await pilot.press("enter")
        await until_seen(pilot, "Timeline")

        await pilot.press("p")
        await until_seen(pilot, "@openai-prod/gpt-4o", "Who are you?", "no system prompt")
        await pilot.press("enter")

        await until_seen(pilot, "Hello from the model.")
        assert gateway.talk.chats[0][1]["messages"] == [{"role": "user", "content": "Who are you?"}]


async def test_what_guardrails_said_has_a_tab() -> None:
    """The last tab says which checks passed and which did not, or that there were none."""
    gateway = FakeGateway()
    gateway.logs = [log(1)]
    checks = [{"id": "default.pii", "verdict": False}, {"id": "default.contains", "verdict": True}]
    hooks = [{"id": "pg-house-rules", "verdict": False, "checks": checks}]
    gateway.details[log_id(1)] = detail(1)
    gateway.details[log_id(1)]["response"]["body"]["hook_results"] = {"before_request_hooks": hooks}
    async with operating(gateway) as pilot:
        await until_seen(pilot, "14:00:01.204")
        await pilot.press("enter")
        await until_seen(pilot, "Timeline")

        await pilot.press("h")

        await until_seen(pilot, "before request hooks", "FAILED  pg-house-rules", "no  default.pii")


async def test_log_is_copied_as_curl() -> None:
    """`c` offers the request as a command, with the operator's variable where its key was."""
    gateway = FakeGateway()
    gateway.logs = [log(1)]
    gateway.details[log_id(1)] = detail(1)
    async with operating(gateway) as pilot:
        await until_seen(pilot, "14:00:01.204")
        await pilot.press("enter")
        await until_seen(pilot, "Timeline")

        await pilot.press("c")
        await until_seen(pilot, "curl -sS http://gateway.test/v1/chat/completions")
        await pilot.press("j", "j", "j", "j", "enter")

        await until(pilot, lambda: '-H "x-portkey-api-key: $TOLLHOUSE_API_KEY"' in pilot.app.clipboard)

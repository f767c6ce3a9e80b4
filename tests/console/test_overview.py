"""Overview: numbers, plots and lists, where a row leads, and what it does while nothing happens or nobody answers."""

from collections.abc import Callable

import pytest

from console.screens.overview import OverviewScreen
from tests.console.driving import Operator, operating, paste, seen, unseen, until, until_seen
from tests.console.fake_gateway import FakeGateway
from tests.console.measured import group
from tests.console.samples import api_key, integration, log
from tests.console.scene import afternoon, an_hour

GRAPH = "/v1/analytics/graphs/metrics"


def busy() -> FakeGateway:
    """A gateway in use."""
    gateway = afternoon()
    an_hour(gateway)
    return gateway


def asked_for(gateway: FakeGateway, path: str) -> list[str]:
    """The questions whose address begins so."""
    return [each for each in gateway.looked if each.startswith(path)]


async def test_console_opens_on_the_state_of_the_gateway() -> None:
    """At 80x24 one sees every number with its course, one list, what needs care, and cost against the budget."""
    async with operating(busy(), 80, 24, at="overview") as pilot:
        await until_seen(pilot, "Models 4", "gpt-4.1", "$3.12")
        screen = seen(pilot)

    assert "● ok  2 alerts" in screen
    assert "$18.42 today  budget 88% of $200.00" in screen
    assert "Overview  last 1 h" in screen
    for number in ("requests    1.8k", "errors      41, 2.6%", "latency     1.2s / 4.8s", "first token 310ms / 1.2s"):
        assert number in screen, number
    assert screen.count("▇") >= 6


async def test_every_list_in_its_turn() -> None:
    """`→` goes through models, keys, teams, errors, vendors, budgets and alerts; the worst of each comes first."""
    async with operating(busy(), at="overview") as pilot:
        await until_seen(pilot, "gpt-4o")
        for texts in (
            ("mkt-webui", "$3.01"),
            ("marketing", "engineering"),
            ("the provider's fault", "429 Too Many Requests", "412 Precondition Failed"),
            ("@openai-prod", "! 91%", "6.2s"),
            ("trial weekly", "! exhausted", "Marketing monthly", "88%", "today 22:50", "lasts"),
            ("! Provider `openai-prod` is failing", "! Budget of api key `trial` is exhausted"),
        ):
            await pilot.press("l")
            await until_seen(pilot, *texts)

        alerts = seen(pilot)
        await pilot.press("h")
        await until_seen(pilot, "! exhausted")
        budgets = seen(pilot)

    assert alerts.index("is failing") < alerts.index("is exhausted")
    assert budgets.index("trial weekly") < budgets.index("Marketing monthly") < budgets.index("support-bot monthly")


WAYS = (
    (0, 1, "Logs  model:gpt-4.1 since:1h "),
    (1, 0, "Logs  key:mkt-webui since:1h "),
    (1, 2, "Logs  workspace:engineering since:1h "),
    (1, 0, "Logs  fault:caller since:1h "),
    (0, 3, "Logs  status:429 since:1h "),
    (1, 1, "@openai-eu"),
    (1, 1, "Limits"),
    (1, 1, "Limits"),
    (0, 0, "Providers 4"),
)
"""Lists further on, the row there, and what explains it: models, keys, teams, errors, vendors, budgets, alerts."""


async def test_row_leads_to_what_explains_it() -> None:
    """Enter opens Logs with the row's filter, the Catalog for a provider, Limits for a budget; `1` leads back."""
    async with operating(busy(), at="overview") as pilot:
        await until_seen(pilot, "gpt-4.1")
        for turns, place, shown in WAYS:
            await pilot.press(*"l" * turns, "g", *"j" * place, "enter")

            await until(pilot, lambda: pilot.app.current_mode != "overview")
            await until_seen(pilot, shown)
            await pilot.press("1")
            await until_seen(pilot, "Overview  last")


async def test_provider_gets_the_cursor_in_the_catalog() -> None:
    """Opening a provider leads to its row, so that `e` edits that one."""
    async with operating(busy(), at="overview") as pilot:
        await until_seen(pilot, "gpt-4o")
        await pilot.press("l", "l", "l", "l", "j", "enter")
        await until_seen(pilot, "Summer school")

        await pilot.press("e")

        await until_seen(pilot, "Provider @openai-eu")


async def test_time_range_is_chosen() -> None:
    """`t` offers seven stretches of time, and the chosen one is asked for."""
    gateway = busy()
    async with operating(gateway, at="overview") as pilot:
        await until_seen(pilot, "last 1 h")
        await pilot.press("t")
        await until_seen(pilot, "Time range", "the last 15 min", "the last 90 d")
        await pilot.press("down", "down", "enter")  # from the one that holds

        await until_seen(pilot, "last 24 h", "-12 h", "Requests per hour")

    assert "time_of_generation_min=2026-11-23T15%3A00" in asked_for(gateway, GRAPH)[-1]


async def test_plots_and_the_same_as_a_table() -> None:
    """`m` plots the next number, `v` shows all of them as a table, minute by minute, the newest first."""
    async with operating(busy(), at="overview") as pilot:
        await until_seen(pilot, "Requests per minute", "-30 min", "┤")
        await pilot.press("m", "m", "m", "m")
        await until_seen(pilot, "Latency: p95 above p50", "12s ┤")

        await pilot.press("v")
        await until_seen(pilot, "2026-11-24 14:59", "1st tok p95")
        assert "┤" not in seen(pilot)
        await pilot.press("v")

        await until_seen(pilot, "Latency: p95 above p50")


async def test_small_terminal_shows_one_thing_at_a_time() -> None:
    """At 80x24 `v` goes from the lists to a plot, the table, and back."""
    async with operating(busy(), 80, 24, at="overview") as pilot:
        await until_seen(pilot, "gpt-4o")
        await pilot.press("v")
        await until_seen(pilot, "Requests per minute")
        assert "gpt-4o" not in seen(pilot)

        await pilot.press("v")
        await until_seen(pilot, "2026-11-24 14:59")
        await pilot.press("v")

        await until_seen(pilot, "gpt-4o")


async def test_large_terminal_shows_everything() -> None:
    """At 200x60 numbers, all plots and all lists stand side by side, and Enter opens the row of the list with focus."""
    async with operating(busy(), 200, 60, at="overview") as pilot:
        await until_seen(
            pilot, "Time to first token", "Tokens per minute", "Models 4", "marketing", "! exhausted", "429 Too"
        )
        await pilot.press("l", "enter")

        await until_seen(pilot, "Logs  key:mkt-webui")


async def test_team_is_what_the_operator_says() -> None:
    """`b` asks what a team is: with a metadata key, its values are the rows."""
    gateway = busy()
    gateway.measured.groups["metadata/team"] = [group("metadata_value", "red pandas", 12, 4.5)]
    async with operating(gateway, at="overview") as pilot:
        await until_seen(pilot, "gpt-4o")
        await pilot.press("b")
        await until_seen(pilot, "A team is told by")
        pilot.app.focused.value = ""  # type: ignore[union-attr]
        await paste(pilot, "team")
        await pilot.press("enter")

        await until_seen(pilot, "red pandas", "teams by team")
        await pilot.press("enter")
        await until_seen(pilot, 'Logs  meta.team:"red pandas" since:1h')


async def test_newcomer_is_told_the_next_step() -> None:
    """Without any request yet, the steps to the first are told, those done with a tick; the keys work from there."""
    gateway = FakeGateway()
    async with operating(gateway, 80, 24, at="overview") as pilot:
        await until_seen(pilot, "▶ 1  Add a vendor account", "press 3, then n", "http://gateway.test/v1")
        gateway.integrations = [integration("openai-prod")]
        await pilot.press("r")
        await until_seen(pilot, "✓ 1", "▶ 2  Make a key")
        gateway.keys = [api_key("key-1", "webui")]
        await pilot.press("r")
        await until_seen(pilot, "✓ 2", "▶ 3  Send a request")

        await pilot.press("4", "n")

        await until_seen(pilot, "New API key")


async def test_first_request_ends_the_beginning() -> None:
    """As soon as a request came, its numbers take the place of the steps, by themselves."""
    gateway = FakeGateway()
    gateway.stats["requests_today"] = 0
    async with operating(gateway, at="overview") as pilot:
        await until_seen(pilot, "Three steps")
        gateway.logs = [log(1)]
        await pilot.press("r")

        await unseen(pilot, "Three steps")
        await until_seen(pilot, "requests    0")


async def test_list_that_was_hidden_takes_the_keys_once_it_is_there() -> None:
    """After the steps the first list has the cursor, without a click or a Tab."""
    gateway = FakeGateway()
    async with operating(gateway, at="overview") as pilot:
        await until_seen(pilot, "Three steps")
        gateway.logs = [log(1)]
        an_hour(gateway)
        await pilot.press("r")
        await until_seen(pilot, "gpt-4.1")

        await pilot.press("j", "enter")

        await until_seen(pilot, "Logs  model:gpt-4.1 since:1h")


async def test_quiet_gateway_is_not_asked_again() -> None:
    """While no request comes in nothing is asked and nothing is drawn; other screens in front stop it altogether."""
    gateway = busy()
    async with operating(gateway, at="overview") as pilot:
        await until_seen(pilot, "gpt-4o")
        screen = pilot.app.screen
        assert screen.is_time() is False  # type: ignore[attr-defined]

        before = len(asked_for(gateway, GRAPH))
        await pilot.press("4")
        await until_seen(pilot, "grafana")

        assert [each for each in pilot.app.workers if each.group == "load" and each.node is screen] == []
        assert len(asked_for(gateway, GRAPH)) == before


@pytest.mark.parametrize("gateway", [busy, FakeGateway], ids=["in use", "new"])
async def test_same_answer_draws_nothing(gateway: Callable[[], FakeGateway], monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that says what is on the screen already sends not a byte to the terminal."""
    async with operating(gateway(), 200, 60, at="overview") as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, OverviewScreen)
        await until(pilot, lambda: screen.answered_at is not None)
        await pilot.pause()
        drawn: list[object] = []
        monkeypatch.setattr(pilot.app, "_display", lambda _, what: drawn.append(what))

        await screen.ask_once()
        await pilot.pause()

        assert (screen.error, drawn) == (None, [])


async def test_gateway_that_goes_away_leaves_what_is_on_screen() -> None:
    """What was seen stays, with how old it is, and is asked for again by itself when somebody answers."""
    gateway = busy()
    async with operating(gateway, at="overview") as pilot:
        await until_seen(pilot, "gpt-4o")
        gateway.trouble = "connection refused"
        await pilot.press("r")
        await until_seen(pilot, "No answer from http://gateway.test", "what you see is of 15:00:00", "gpt-4o")

        gateway.trouble = None
        gateway.measured.groups["ai-models"].append(group("ai_model", "o9-new", 1, 0.1))

        await until_seen(pilot, "o9-new")
        assert "No answer" not in seen(pilot).splitlines()[-2]


async def test_key_that_may_not_see_limits_sees_the_rest() -> None:
    """Numbers are shown to a key without the scope for limits, and the list of budgets says why it is empty."""
    gateway = busy()
    gateway.refuses_to_show = {"/v1/limits": "This key lacks the scope policies.list"}
    async with operating(gateway, at="overview") as pilot:
        await until_seen(pilot, "gpt-4o")
        await pilot.press("h", "h")

        await until_seen(pilot, "lacks the scope policies.list")


async def test_filter_narrows_the_list() -> None:
    """`/` narrows the list under the cursor, as in every list."""
    async with operating(busy(), at="overview") as pilot:
        await until_seen(pilot, "gpt-4.1", "qwen3")
        await narrowed(pilot, "qwen")

        await unseen(pilot, "gpt-4.1")
        await until_seen(pilot, "qwen3:8b")


async def narrowed(pilot: Operator, words: str) -> None:
    """Type a filter."""
    await pilot.press("slash")
    await paste(pilot, words)
    await pilot.press("enter")

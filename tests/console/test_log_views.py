"""Logs: views that are saved, columns that are chosen, how far back, what is completed, and traces as trees."""

from datetime import UTC

import pytest
from msgspec import convert

from console.logs.record_text import cost_page
from console.logs.saved_views import line_of
from console.logs.story import note
from console.widgets.log_line import COLUMNS, fitting
from console.wire.logs import LogDetail, LogSummary
from console.wire.saved_filters import SavedFilter
from tests.console.driving import fill, operating, paste, seen, unseen, until, until_seen
from tests.console.fake_gateway import FakeGateway
from tests.console.samples import Json, attempt, detail, failed_log, log, log_id


async def test_view_is_saved_chosen_and_deleted() -> None:
    """`s` keeps the filter under a name at the gateway, `v` brings it back, and `d` there lets it go after asking."""
    gateway = FakeGateway()
    gateway.logs = [failed_log(2, 401, "no such key", "caller"), log(1)]
    async with operating(gateway) as pilot:
        await until_seen(pilot, "2 rows")
        await pilot.press("s")
        await until_seen(pilot, "There is no filter to save")
        await pilot.press("slash")
        await paste(pilot, "status:4xx since:1h")
        await pilot.press("enter")
        await until_seen(pilot, "1 rows")
        await pilot.press("s")
        await until_seen(pilot, "Save the view `status:4xx since:1h`")
        await fill(pilot, name="refused lately")
        await pilot.press("enter")
        await until_seen(pilot, "Saved; v has it.")
        filters = {
            "status": "4xx",
            "time_of_generation_min": "2026-11-24T14:00:00+00:00",
            "line": "status:4xx since:1h",
        }
        assert gateway.asked == [("POST", "/v1/logs/filters", {"name": "refused lately", "filters": filters})]
        await pilot.press("escape")
        await until_seen(pilot, "everything", "2 rows")

        await pilot.press("v")
        await until_seen(pilot, "Saved views", "refused lately       status:4xx since:1h")
        await pilot.press("enter")
        await until_seen(pilot, "Logs  status:4xx since:1h", "1 rows")
        await pilot.press("v")
        await until_seen(pilot, "refused lately")
        await pilot.press("d")
        await until_seen(pilot, "Delete view `refused lately`?")
        await pilot.press("right", "enter")

        await until_seen(pilot, "No views yet")
        assert gateway.talk.views == []


@pytest.mark.parametrize(
    ("filters", "line"),
    [
        ({"status": "error", "provider": "local"}, "status:error provider:@local"),
        ({"cost_min": "1", "response_time_max": "2000"}, "cost>0.01 latency<2000"),
        ({"metadata": '{"team": "sales"}', "words": "due date"}, 'meta.team:"sales" text:due text:date'),
        ({"cache_status": "SEMANTIC HIT"}, 'cache:"SEMANTIC HIT"'),
        ({"weighted_feedback_min": "1"}, None),
        ({"line": "colour:red"}, None),
    ],
)
def test_views_of_scripts_are_put_into_words(filters: dict[str, str], line: str | None) -> None:
    """A filter that a script saved becomes a line of the filter bar, or none where it has no word for it."""
    assert line_of(SavedFilter(id="1", name="x", filters=filters)) == line


async def test_words_only_the_gateway_knows_narrow_the_tail_there() -> None:
    """`text:` is asked of the list and of the live tail; rows from before go, for nobody knows whether they fit."""
    gateway = FakeGateway()
    gateway.logs = [log(1)]
    async with operating(gateway) as pilot:
        await until_seen(pilot, "14:00:01.204")
        gateway.logs = []
        await pilot.press("slash")
        await paste(pilot, "text:invoice")
        await pilot.press("enter")

        await until_seen(pilot, "No request matches this filter")
        await until(pilot, lambda: "/v1/logs/tail?started=true&words=invoice" in gateway.looked)
        assert gateway.filters[-1] == {"words": "invoice"}
        gateway.send("log", log(2))
        await until_seen(pilot, "14:00:02.204")


async def test_tab_completes_words_and_values() -> None:
    """Tab writes out the first of what is offered, again the next; Enter says what is wrong with a line."""
    gateway = FakeGateway()
    gateway.logs = [failed_log(2, 401, "no such key", "caller"), log(1)]
    async with operating(gateway) as pilot:
        await until_seen(pilot, "2 rows")
        await pilot.press("slash", *"fau")
        await until_seen(pilot, "Tab: fault:")
        await pilot.press("tab", "p")
        await until_seen(pilot, "Tab: fault:policy  fault:provider")

        await pilot.press("tab")
        await until_seen(pilot, "/ fault:policy")
        await pilot.press("tab")
        await until_seen(pilot, "/ fault:provider")
        await pilot.press(*"cost>much", "enter")
        await until_seen(pilot, "`much` is no amount for `cost`")
        await pilot.press(*["backspace"] * 26)
        await paste(pilot, "fault:caller")
        await pilot.press("enter")

        await until_seen(pilot, "Logs  fault:caller", "1 rows")


async def test_time_range_is_a_word_of_the_filter() -> None:
    """`t` says how far back, beside whatever else narrows the list."""
    gateway = FakeGateway()
    async with operating(gateway) as pilot:
        await pilot.press("slash")
        await paste(pilot, "gpt")
        await pilot.press("enter", "t")
        await until_seen(pilot, "How far back?", "last 24 hours")

        await pilot.press("g", "down", "enter")

        await until_seen(pilot, "Logs  gpt since:1h")
        await until(pilot, lambda: "time_of_generation_min" in gateway.filters[-1])
        assert gateway.filters[-1]["time_of_generation_min"] == "2026-11-24T14:00:00+00:00"


async def test_columns_are_chosen() -> None:
    """`O` shows and hides columns; Esc leaves them as they were."""
    gateway = FakeGateway()
    gateway.logs = [log(1, metadata={"team": "sales"})]
    async with operating(gateway) as pilot:
        await until_seen(pilot, "tok in/out")
        await pilot.press("O")
        await until_seen(pilot, "[x] key", "[ ] workspace")
        await pilot.press("j", "space", "j", "space", "enter")
        await until_seen(pilot, "workspace    model", "default")
        assert "mkt-webui" not in seen(pilot)

        await pilot.press("O")
        await until_seen(pilot, "[ ] key")
        await pilot.press("space", "escape")

        await unseen(pilot, "[ ] key")
        assert "14:00:01.204" in seen(pilot)


@pytest.mark.parametrize("width", [40, 80, 120, 200])
def test_chosen_columns_leave_before_what_matters(width: int) -> None:
    """With every column chosen, what always has to be seen fits the terminal."""
    shown = fitting(width, tuple(column.name for column in COLUMNS))

    assert {"time", "model", "status", "total", "story"} <= {column.name for column in shown}
    assert width < 80 or sum(column.width + 1 for column in shown) <= width


def trace() -> Json:
    """An agent's trace: one request, and below it another that took two tries."""
    tries = [attempt(status=503, error="overloaded", duration_ms=500.0, began_ms=1.0), attempt(duration_ms=900.0)]
    child: Json = {"object": "log", "log": log(2, span_name="search", attempts=tries), "children": []}
    child["children"] = [{"object": "attempt", **each} for each in tries]
    top: Json = {"object": "log", "log": log(1, span_name="plan"), "children": [child]}
    sums = {"duration_ms": 4_000.0, "requests": 2, "cost_nanodollars": 8_200_000}
    return {"object": "trace", "trace_id": "trace-1", "created_at": log(1)["created_at"], **sums, "children": [top]}


async def test_trace_is_a_tree_that_opens() -> None:
    """`T` shows the requests of a trace below each other with their times, tries included; Enter opens one."""
    gateway = FakeGateway()
    gateway.logs, gateway.talk.traces = [log(1)], {"trace-1": trace()}
    gateway.details[log_id(2)] = detail(2, attempts=[attempt()])
    async with operating(gateway) as pilot:
        await until_seen(pilot, "14:00:01.204")
        await pilot.press("T")
        await until_seen(pilot, "Trace trace-1: 2 requests in 4.0s, $0.0082.", "plan", "  search", "503!")
        lines = [line for line in seen(pilot).splitlines() if "█" in line]
        assert len(lines) == 4
        assert lines[1].index("█") > lines[0].index("█")

        await pilot.press("j", "enter")
        await until_seen(pilot, "Answered by", log_id(2))
        await pilot.press("escape", "escape")

        await until_seen(pilot, "Logs  everything")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (failed_log(1, 412, "Tollhouse: the budget of API key `x` is used up.", "policy"), "the budget of API key"),
        (failed_log(2, 429, "openai error: slow down", "provider"), "openai: slow down"),
        (log(3, attempts=[attempt(status=429), attempt()]), "openai-prod 429, 2 tries"),
    ],
)
def test_story_in_the_list_begins_with_what_matters(row: Json, told: str) -> None:
    """Where there is little room, neither who speaks nor how often it was tried stands before what happened."""
    assert note(convert(row, LogSummary)).startswith(told)


def test_bill_is_exact() -> None:
    """The page of the cost shows every nanodollar and every token, whatever is rounded elsewhere."""
    line = {"kind": "input", "quantity": 4_123, "nanodollars_per_million": 150_000_000, "nanodollars": 4_950.0}
    record = detail(1, req_units=4_123, cost_nanodollars=4_950) | {"bill": [line]}

    page = cost_page(convert(record, LogDetail), UTC)

    assert "4,123" in page
    assert page.count("$0.00000495") == 2

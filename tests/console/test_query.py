"""The filter bar's language: what it asks the gateway, what it finds in rows that are here, and how it is completed."""

from datetime import UTC, datetime

import pytest

from console.logs.backlog import Row
from console.logs.query import Query, parse, problem_of, with_range
from console.logs.query_completion import completed, known_in, offers
from console.wire.logs import LogSummary, Started
from console.wire.reading import convert
from tests.console.samples import Json, failed_log, log, started

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def query(line: str) -> Query:
    """A line that is right."""
    found, problem = parse(line)
    assert problem is None
    return found


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("", {}),
        ("status:4xx provider:@openai-prod", {"status": "4xx", "provider": "openai-prod"}),
        ("provider:openai", {}),
        ("model:gpt-4o timeout", {"text": "timeout"}),
        ("vendor:OpenAI trace:t-1 workspace:Sales", {"ai_org": "openai", "trace_id": "t-1", "workspace_slug": "Sales"}),
        ("error:vendor_broke fault:provider", {"error_code": "vendor_broke", "error_fault": "provider"}),
        ("class:policy_budget_exhausted", {"error_class": "policy_budget_exhausted"}),
        ("cache:hit stream:true", {"cache_status": "HIT", "stream_mode": "true"}),
        ("cost>0.01", {"cost_min": "1"}),
        ("cost:$0.001..0.02", {"cost_min": "0.1", "cost_max": "2"}),
        ("latency>2s ttft:<500ms", {"response_time_min": "2000", "time_to_first_token_max": "500"}),
        ("tokens>=1k in<2M", {"total_units_min": "1000", "prompt_token_max": "1999999"}),
        ("out:..50 retries>1", {"completion_token_max": "50", "retry_count_min": "2"}),
        ("retries:>=1 out:<=50", {"retry_count_min": "1", "completion_token_max": "50"}),
        ("meta.team:sales meta.env:prod", {"metadata": '{"team": "sales", "env": "prod"}'}),
        ('text:invoice text:"due date"', {"words": "invoice due date"}),
        ("config:pc-desk", {"configs": "pc-desk"}),
        ("since:2h", {"time_of_generation_min": "2026-11-24T10:00:00+00:00"}),
        ("since:2026-11-20T08:00Z", {"time_of_generation_min": "2026-11-20T08:00:00+00:00"}),
        ("until:1d", {"time_of_generation_max": "2026-11-23T12:00:00+00:00"}),
    ],
)
def test_gateway_is_asked_what_was_meant(line: str, asked: Json) -> None:
    """Each word of the line becomes the filter that the gateway has for it."""
    assert query(line).filters(NOON) == asked


ROW = log(1, metadata={"team": "sales"}, error_class=None)
BROKE = failed_log(2, 502, "it broke", "provider", error_class="vendor_broke", response_time=9_000.0)


@pytest.mark.parametrize(
    ("line", "row", "is_found"),
    [
        ("cost>0.004", ROW, True),
        ("cost>0.005", ROW, False),
        ("cost<1", BROKE, False),
        ("latency>5s", BROKE, True),
        ("tokens:1000..2k", ROW, True),
        ("meta.team:sales", ROW, True),
        ("meta.team:ops", ROW, False),
        ("fault:provider status:5xx", BROKE, True),
        ("error:failed class:vendor_broke", BROKE, True),
        ("stream:true cache:disabled", ROW, True),
        ("stream:false", ROW, False),
        ("text:anything config:pc-x", ROW, True),
        ("mkt gpt", ROW, True),
        ("broke", ROW, False),
    ],
)
def test_rows_are_found_as_the_gateway_finds_them(line: str, row: Json, is_found: bool) -> None:
    """What a row shows is judged here at once; what only the gateway knows it has judged before."""
    assert query(line).matches(convert(row, LogSummary)) == is_found


@pytest.mark.parametrize(
    ("line", "is_found"), [("model:gpt trace:trace-1", True), ("cost>0", False), ("text:x", False)]
)
def test_request_under_way_shows_where_nothing_of_its_answer_is_asked(line: str, is_found: bool) -> None:
    """A request without an answer is in the list unless the filter is about answers."""
    assert query(line).matches(convert(started(1), Started)) == is_found


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("colour:red", "`colour:` is not a filter; these are: status:"),
        ("status:bad", "none of error, success"),
        ("cost:0.01", "wants a bound: `cost>0.01`"),
        ("latency>2k", "`2k` is no amount for `latency`; one looks like `2s`"),
        ("since:soon", "`since:soon` is no time"),
    ],
)
def test_what_is_no_filter_is_said(line: str, says: str) -> None:
    """A word that means nothing is said and not guessed."""
    assert says in str(problem_of(line))


NIGHT = log(3, api_key_name="Night shift")
KNOWN = known_in([Row(row["id"], summary=convert(row, LogSummary)) for row in (ROW, BROKE, NIGHT)])


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("", []),
        ("sta", ["status:"]),
        ("cost", ["cost>"]),
        ("x status:s", ["status:success"]),
        ("provider:", ["provider:@openai-prod"]),
        ("fault:p", ["fault:policy", "fault:provider"]),
        ("error:", ["error:failed"]),
        ("key:mkt", ["key:mkt-webui"]),
        ("key:night", ['key:"Night shift"']),
        ('status:error key:"Night s', ['key:"Night shift"']),
        ("status:error ", []),
        ("cache:sem", ['cache:"SEMANTIC HIT"']),
    ],
)
def test_words_and_known_values_are_offered(line: str, offered: list[str]) -> None:
    """The last word is completed from the table of words, from what may stand behind it, and from the rows."""
    assert offers(line, KNOWN) == offered


def test_completing_replaces_the_last_word() -> None:
    """What stood before stays; a whole value is followed by a space, a word that wants one is not."""
    assert completed("model:x sta", "status:") == "model:x status:"
    assert completed("model:x status:e", "status:error") == "model:x status:error "
    assert completed('model:x key:"Night s', 'key:"Night shift"') == 'model:x key:"Night shift" '


def test_time_range_replaces_the_one_before() -> None:
    """Another range takes the place of the last, and none takes it away."""
    assert with_range("status:error since:1h until:2026-01-01", "since:7d") == "status:error since:7d"
    assert with_range("since:1h gpt", "") == "gpt"

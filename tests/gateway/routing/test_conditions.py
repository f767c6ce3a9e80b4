"""Conditions of routing: every operator, as JavaScript would have it, and quick enough to ask a hundred of them."""

import time
from typing import Any

import msgspec
import pytest

from gateway.configs.conditions import OPERATORS, Context, compiled, matches
from gateway.configs.patterns import BadPattern, pattern
from gateway.configs.queries import query_faults

METADATA = {"plan": "pro", "age": "41", "is_staff": "true", "a.b": "dotted"}
PARAMS: dict[str, Any] = {
    "model": "gpt-4o-mini",
    "n": 2,
    "temperature": 0.5,
    "stream": True,
    "seed": None,
    "messages": [{"role": "user", "content": "hi"}],
    "response_format": {"type": "json_schema"},
}
CONTEXT = Context(METADATA, PARAMS, "/v1/chat/completions")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"metadata.plan": "pro"}, True),
        ({"metadata.plan": "free"}, False),
        ({"metadata.nobody": "x"}, False),
        ({"metadata.age": 41}, True),
        ({"metadata.is_staff": True}, True),
        ({"metadata.a.b": "dotted"}, True),
        ({"params.n": 2}, True),
        ({"params.n": 2.0}, True),
        ({"params.n": "2"}, False),
        ({"params.n": True}, False),
        ({"params.stream": True}, True),
        ({"params.stream": 1}, False),
        ({"params.seed": None}, True),
        ({"params.nothing": None}, False),
        ({"params.response_format.type": "json_schema"}, True),
        ({"params.response_format.type.more": "json_schema"}, False),
        ({"params.messages": "hi"}, False),
        ({"url.pathname": "/v1/chat/completions"}, True),
        ({"url.pathname": {"$regex": "embeddings$"}}, False),
        ({"metadata.plan": {"$eq": "pro"}}, True),
        ({"metadata.plan": {"$ne": "pro"}}, False),
        ({"metadata.nobody": {"$ne": "pro"}}, True),
        ({"metadata.age": {"$gt": 40}}, True),
        ({"metadata.age": {"$gt": "41"}}, False),
        ({"metadata.age": {"$gte": "41 years"}}, True),
        ({"metadata.age": {"$lt": 41}}, False),
        ({"metadata.age": {"$lte": 41}}, True),
        ({"metadata.plan": {"$gte": 0}}, False),
        ({"metadata.nobody": {"$lt": 9}}, False),
        ({"params.temperature": {"$gt": 0.4, "$lt": 0.6}}, True),
        ({"params.temperature": {"$gt": 0.4, "$lt": 0.5}}, False),
        ({"params.stream": {"$gte": 0}}, False),
        ({"metadata.plan": {"$in": ["free", "pro"]}}, True),
        ({"metadata.plan": {"$nin": ["free", "pro"]}}, False),
        ({"metadata.nobody": {"$in": ["free"]}}, False),
        ({"metadata.nobody": {"$nin": ["free"]}}, True),
        ({"params.n": {"$in": ["2", 2]}}, True),
        ({"params.messages": {"$in": ["hi"]}}, False),
        ({"params.model": {"$regex": "^gpt-4"}}, True),
        ({"params.model": {"$regex": "MINI"}}, False),
        ({"params.n": {"$regex": "^2$"}}, True),
        ({"params.nothing": {"$regex": "undefined"}}, False),
        ({"params.messages": {"$regex": "object"}}, False),
        ({"metadata.plan": "pro", "params.n": 2}, True),
        ({"metadata.plan": "pro", "params.n": 3}, False),
        ({"$and": [{"metadata.plan": "pro"}, {"params.n": 2}]}, True),
        ({"$and": [{"metadata.plan": "pro"}, {"params.n": 3}]}, False),
        ({"$or": [{"metadata.plan": "free"}, {"params.n": 2}]}, True),
        ({"$or": [{"metadata.plan": "free"}, {"params.n": 3}]}, False),
        ({"$or": [{"metadata.plan": "pro"}], "params.n": 3}, False),
        ({"params.model": {"$regex": "gpt", "$ne": "gpt-4o-mini"}}, False),
        ({"$or": [{"$and": [{"params.n": 2}]}, {"params.n": 9}]}, True),
        ({}, True),
    ],
)
def test_query(query: dict[str, Any], expected: bool) -> None:
    """A query holds for exactly the requests that JavaScript's comparisons name, read already or not."""
    as_it_came = Context(
        METADATA, {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in PARAMS.items()}, CONTEXT.path
    )

    assert [fault for fault in query_faults(query) if not fault.is_warning] == []
    assert matches(query, CONTEXT) is expected
    assert matches(query, as_it_came) is expected


@pytest.mark.parametrize("operand", [{"$gt": 1}, {"$regex": "^1"}, {"$in": [1, 10**400]}, {"$lt": -1, "$eq": 5}])
def test_number_beyond_all_bounds(operand: dict[str, Any]) -> None:
    """A number of hundreds of digits in a request is compared like any other."""
    context = Context({}, {"n": 10**400}, "/")

    assert matches({"params.n": operand}, context) is ("$lt" not in operand)


def test_field_that_cannot_be_read() -> None:
    """A field that the gateway cannot read is as if it were not there; the vendor may refuse it."""
    context = Context({}, {"n": msgspec.Raw(b"1e999")}, "/")

    assert not matches({"params.n": {"$gt": 1}}, context)


def test_every_operator_is_tried() -> None:
    """No operator is without a row above."""
    mark: Any = next(mark for mark in test_query.pytestmark if mark.name == "parametrize")

    assert not [name for name in (*OPERATORS, "$and", "$or") if f"'{name}'" not in str(mark.args)]


@pytest.mark.parametrize(
    ("query", "path", "message"),
    [
        ("pro", "", "must be an object"),
        ({"plan": "pro"}, "['plan']", "must begin with `metadata.`"),
        ({"metadata.": "pro"}, "['metadata.']", "must begin with"),
        ({"$not": []}, "['$not']", "is no operator here"),
        ({"metadata.plan": {"$foo": 1}}, "['metadata.plan'].$foo", "is no operator; these are: `$eq`"),
        ({"metadata.plan": {"$in": "pro"}}, "['metadata.plan'].$in", "must be a list"),
        ({"metadata.plan": {"$in": [["pro"]]}}, "['metadata.plan'].$in", "must be a list of plain values"),
        ({"metadata.plan": ["pro"]}, "['metadata.plan']", '{"$in": […]}'),
        ({"metadata.plan": {}}, "['metadata.plan']", "must hold an operator"),
        ({"metadata.age": {"$gt": "old"}}, "['metadata.age'].$gt", "must be a number"),
        ({"metadata.age": {"$eq": {}}}, "['metadata.age'].$eq", "must be a text"),
        ({"params.model": {"$regex": "("}}, "['params.model'].$regex", "is no regular expression"),
        ({"params.model": {"$regex": 7}}, "['params.model'].$regex", "as text"),
        ({"$or": []}, "['$or']", "at least one"),
        ({"$or": [{"x": 1}]}, "['$or'][0]['x']", "must begin with"),
    ],
)
def test_wrong_query_is_told(query: object, path: str, message: str) -> None:
    """What is wrong with a query is said with its place."""
    faults = list(query_faults(query))

    assert [fault.path for fault in faults] == [path]
    assert message in faults[0].message


def test_query_without_end_is_refused() -> None:
    """A query nested beyond reason is told, not followed."""
    query: dict[str, Any] = {"params.n": 1}
    for _ in range(30):
        query = {"$and": [query]}

    assert "levels deep" in next(query_faults(query)).message


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("^claude-(opus|sonnet)-[0-9.-]+$", "claude-opus-4.5", True),
        ("o$", "gpt-4o\n", False),
        ("[$]", "a$b", True),
        (r"\$", "a$b", True),
        (r"^(?<family>gpt)-\d", "gpt-4", True),
        (r"\d", "٣", False),
        ("(?i)GPT", "gpt", True),
        (".*a.*b.*c", "xaxbxc", True),
        ("x?y{2,3}z", "yyyz", True),
        ("a+", "a" * 3_000, False),
    ],
)
def test_pattern(text: str, value: str, expected: bool) -> None:
    """JavaScript's spelling means here what it means there; a value that would take too long matches nothing."""
    assert pattern(text)(value) is expected


@pytest.mark.parametrize(
    "text",
    ["(a+)+b", "(a|a)*b", "(a*){2}b", "(a?)*b", "a*a*a*a*b", "(a?){25}a{25}", r"(a)\1", "x" * 501, "[a", "(?<=a+)b"],
)
def test_pattern_that_could_take_for_ever_is_refused(text: str) -> None:
    """A pattern that keeps Python's engine busy without end, or is none, is refused beforehand."""
    with pytest.raises(BadPattern):
        pattern(text)


@pytest.mark.parametrize(("text", "value"), [("a*a*a*b", "a" * 128), ("a*a*b", "a" * 256), ("a*b", "a" * 2_000)])
def test_worst_pattern_ends_soon(text: str, value: str) -> None:
    """The slowest patterns that are let through answer within a tenth of a second."""
    search, began = pattern(text), time.thread_time()

    assert not search(value)
    assert time.thread_time() - began < 0.1


def test_hundred_conditions_are_quick() -> None:
    """The last of a hundred conditions is reached within 100 µs, at the median."""
    tests = [compiled({"metadata.plan": f"p{n}", "params.model": {"$in": ["a", "b"]}}) for n in range(99)]
    tests.append(compiled({"metadata.plan": "pro"}))
    times = []

    for _ in range(200):
        began = time.perf_counter()
        assert [test(CONTEXT) for test in tests].index(True) == 99
        times.append(time.perf_counter() - began)

    assert sorted(times)[100] < 100e-6

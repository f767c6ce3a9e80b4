"""A config in words: what its strategy does, when a condition holds, and the whole as an indented tree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rich.cells import cell_len

from console.configs.json_text import Path
from console.text.plain import plain_line
from console.text.wrapping import Line

Json = Mapping[str, Any]
MODES = {
    "single": "the first target alone",
    "fallback": "one after the other",
    "loadbalance": "at random by weight",
    "conditional": "by conditions",
    "least_latency": "the quickest first",
    "least_cost": "the cheapest first",
    "least_busy": "the least busy first",
    "usage_aware": "the least used first",
}
OPERATORS = {
    "$eq": "is",
    "$ne": "is not",
    "$gt": "above",
    "$gte": "at least",
    "$lt": "below",
    "$lte": "at most",
    "$in": "is one of",
    "$nin": "is none of",
    "$regex": "matches",
}
DEEPEST = 50
NARROWEST = 12
"""Cells; with less room nothing is gained by going on below."""


def strategy_words(mode: str | None, targets: list[str]) -> str:
    """A strategy in a cell of a list."""
    return MODES.get(mode, mode) if mode else "one target" if targets != ["as requested"] else "as requested"


def query_words(query: object) -> str:
    """When a condition holds."""
    if not isinstance(query, dict):
        return "?"
    return " and ".join(entry_words(key, wanted) for key, wanted in query.items()) or "always"


def entry_words(key: str, wanted: object) -> str:
    """One entry of a query."""
    if key in ("$and", "$or"):
        queries = wanted if isinstance(wanted, list) else []
        return "(" + f" {key[1:]} ".join(query_words(query) for query in queries) + ")"
    if not isinstance(wanted, dict):
        return f"{key} is {value_words(wanted)}"
    said = (f"{key} {OPERATORS.get(name, name)} {value_words(operand)}" for name, operand in wanted.items())
    return " and ".join(said)


def value_words(value: object) -> str:
    """A value, as one says it."""
    if isinstance(value, list):
        return ", ".join(value_words(one) for one in value)
    if isinstance(value, bool) or value is None:
        return str(value).lower().replace("none", "null")
    return f"“{value}”" if isinstance(value, str) else str(value)


def tree(config: Json, faults: Mapping[Path, str]) -> list[Line]:
    """The routing, a line for each strategy, condition and target; what is wrong stands below what it is wrong with."""
    return list(node_lines(config, (), "", "", faults))


def fitted(lines: list[Line], width: int) -> list[Line]:
    """The same, what is too long going on below at the depth it began at."""
    return [piece for line in lines for piece in folded(line, width)]


def folded(line: Line, width: int) -> Iterator[Line]:
    """One line of a tree: the first cell leads it."""
    lead, *rest = line
    room = width - cell_len(lead[1])
    if cell_len("".join(text for _, text in rest)) <= room or room < NARROWEST:
        yield line
        return
    follow = (lead[0], re.sub(r"[^│ ]", " ", lead[1].replace("├", "│")))
    shown, taken = [lead], 0
    for tone, text in rest:
        for word in re.findall(r" *[^ ]+ *$| *[^ ]+", text):
            if taken and taken + cell_len(word.rstrip()) > room:
                yield shown
                shown, taken, word = [follow], 0, word.lstrip()
            shown.append((tone, word))
            taken += cell_len(word)
    yield shown


def node_lines(node: object, path: Path, first: str, rest: str, faults: Mapping[Path, str]) -> Iterator[Line]:
    """A config or target; `first` leads its own line and `rest` those below it."""
    if not isinstance(node, dict) or len(path) > 2 * DEEPEST:
        yield [("dim", first), ("failed", "✖ must be an object")]
        return
    targets = node.get("targets")
    below = targets if isinstance(targets, list) else []
    yield [("dim", first), *head(node, is_root=not path)]
    mine = own_faults(path, faults)
    bar = "│ " if below else "  "
    yield from ([("dim", rest + bar), ("failed", f"✖ {plain_line(one)}")] for one in mine)
    strategy = node.get("strategy")
    for words in condition_lines(strategy if isinstance(strategy, dict) else {}):
        yield [("dim", f"{rest}│ "), ("pending", plain_line(words))]
    total = sum(weight_of(target) for target in below)
    shares = isinstance(strategy, dict) and strategy.get("mode") == "loadbalance" and total > 0
    for number, target in enumerate(below):
        is_last = number == len(below) - 1
        lead, follow = ("└─ ", "   ") if is_last else ("├─ ", "│  ")
        lead += f"{weight_of(target) / total:.0%} " if shares else ""
        yield from node_lines(target, (*path, "targets", number), rest + lead, rest + follow, faults)


def head(node: Json, *, is_root: bool) -> Line:
    """What a node does, in its first line."""
    name = node.get("name")
    line: Line = [("key", f"{plain_line(str(name))}: ")] if isinstance(name, str) and not is_root else []
    strategy = node.get("strategy")
    if isinstance(strategy, dict):
        mode = str(strategy.get("mode"))
        line.append(("bold", plain_line(mode)))
        if words := strategy_detail(mode, strategy):
            line.append(("text", f" {plain_line(words)}"))
    else:
        line.append(("bold", plain_line(whom(node))))
    line.append(("dim", "".join(f" · {plain_line(one)}" for one in details(node))))
    return line


def strategy_detail(mode: str, strategy: Json) -> str:
    """How it chooses, and what is special about it."""
    said = [MODES.get(mode, "?")] if mode != "conditional" else []
    if statuses := strategy.get("on_status_codes"):
        said.append(f"after {value_words(statuses)}")
    sticky, hedge = strategy.get("sticky"), strategy.get("hedge")
    if isinstance(sticky, dict) and sticky.get("enabled"):
        said.append(f"sticky by {value_words(sticky.get('hash_fields', [])) or 'everything'}")
    if hedge:
        after = hedge.get("after_ms") if isinstance(hedge, dict) else None
        said.append(f"a second one too after {after} ms" if after else "a second one too when slow")
    return ", ".join(said)


def condition_lines(strategy: Json) -> Iterator[str]:
    """Each condition with the target it leads to."""
    conditions = strategy.get("conditions")
    for one in conditions if isinstance(conditions, list) else ():
        if isinstance(one, dict):
            yield f"if {query_words(one.get('query'))} → {one.get('then', '?')}"
    if strategy.get("default"):
        yield f"otherwise → {strategy['default']}"


def whom(node: Json) -> str:
    """Who is asked."""
    for name in ("provider", "virtual_key", "config"):
        if isinstance(node.get(name), str):
            return str(node[name])
    return "the provider of the request"


def details(node: Json) -> Iterator[str]:
    """What else is done for a target, in a word or two each."""
    for name, words in (("override_params", "→ {}"), ("default_params", "→ {} unless said")):
        params = node.get(name)
        if isinstance(params, dict) and isinstance(params.get("model"), str):
            yield words.format(params["model"])
    retry, cache = node.get("retry"), node.get("cache")
    if isinstance(retry, dict):
        yield f"retry {retry.get('attempts', '?')}×"
    if isinstance(node.get("request_timeout"), int | float):
        yield f"timeout {node['request_timeout'] / 1000:g} s"
    if isinstance(cache, dict):
        yield f"cache {cache.get('mode', '?')}"
    yield from (words for name, words in PRESENT.items() if node.get(name))


PRESENT = {"cb_config": "breaker", "hold": "held back", "custom_host": "own host", "input_guardrails": "guarded"} | {
    "output_guardrails": "answers guarded",
    "passthrough": "passed through",
}


def weight_of(target: object) -> float:
    """Its share, as far as it can be one."""
    weight = target.get("weight", 1) if isinstance(target, dict) else 0
    return weight if isinstance(weight, int | float) and not isinstance(weight, bool) and weight > 0 else 0


def own_faults(path: Path, faults: Mapping[Path, str]) -> list[str]:
    """What is wrong with a node itself, and not with one of its targets."""
    found = []
    for where, message in faults.items():
        is_mine = where[: len(path)] == path and where[len(path) : len(path) + 1] != ("targets",)
        is_mine |= where == (*path, "targets")
        if is_mine:
            below = ".".join(str(step) for step in where[len(path) :])
            found.append(f"{below}: {message}" if below else message)
    return found

"""What deciding where a request goes takes: resolving its config and laying out the attempts, in this process."""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from gateway.api.openai.chat import CHAT
from gateway.domain import Call, Client
from gateway.plant import Plant
from gateway.resolve import resolve
from gateway.settings import Settings
from gateway.start import plant_of
from store.ids import LogId, TraceId

BODY = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}], "user": "u99"}).encode()
TIMES = 4_000


def configs() -> Mapping[str, Mapping[str, Any]]:
    """What is measured, by name."""
    login = {"provider": "openai", "api_key": "sk-bench"}
    three = [login | {"override_params": {"model": f"gpt-{number}"}} for number in range(3)]
    hundred = [login | {"name": f"target-{number}"} for number in range(100)]
    conditions = [{"query": {"metadata.team": f"team-{n}"}, "then": f"target-{n}"} for n in range(100)]
    return {
        "3 targets": {"strategy": {"mode": "fallback"}, "targets": three},
        "100 conditional targets": {
            "strategy": {"mode": "conditional", "conditions": conditions, "default": "target-0"},
            "targets": hundred,
        },
    }


def call_with(config: Mapping[str, Any], plant: Plant) -> Call:
    """A request that brings a config along, and matches its last condition."""
    return Call(
        id=LogId("bench"),
        method="POST",
        path="/v1/chat/completions",
        headers={"x-portkey-config": json.dumps(config)},
        client_address=None,
        dialect=CHAT,
        client=cast(Client, None),  # nobody waits for an answer
        trace_id=TraceId("bench"),
        metadata={"team": "team-99"},
        caller=plant.owner,
        request=CHAT.read(BODY, {}),
        body=BODY,
    )


def added_us() -> dict[str, float]:
    """Microseconds, at the median, that each config adds to a request without one."""
    return asyncio.run(measured())


async def measured() -> dict[str, float]:
    """The same, in a gateway that does not listen."""
    with tempfile.TemporaryDirectory(prefix="tollhouse-bench-") as home:
        async with plant_of(Settings(home=Path(home))) as plant:
            return {name: timed(call_with(config, plant), plant) for name, config in configs().items()}


def timed(call: Call, plant: Plant) -> float:
    """The median of many, in microseconds."""
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter_ns()
        resolve(call, plant)
        taken.append(time.perf_counter_ns() - began)
    return statistics.median(taken) / 1000

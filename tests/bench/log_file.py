"""A realistic log: a year of requests by 200 keys to 30 models, with five metadata keys, written as the writer does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import msgspec

from store.drain import Drain
from store.ids import KeyId, LogId, Nanodollars, Slug, TraceId
from store.packed import encode
from store.records import Attempt, Failure, LogRecord, Usage
from store.retention import Keeping
from store.schema import prepare
from store.spool import Spool

KEYS, MODELS, USERS, DAYS = 200, 30, 900, 365
DAY_MS = 86_400_000
AT_ONCE = 20_000
SAMPLES = 500
"""Different bodies; the rest of a record is drawn anew for each."""
FAILURES = ((429, "rate_limited", "provider"), (500, "vendor_broke", "provider"), (400, "invalid_request", "caller"))


def make(file: Path, count: int, *, texts: bool = True, until_ms: int | None = None) -> float:
    """Fill a new file with so many records, up to now; seconds that the writer itself took."""
    prepare(file)
    spool, drain, taken = Spool(file.parent / "spool"), Drain(file, 5, Keeping(texts=texts)), 0.0
    for written, record in enumerate(records(count, until_ms or time.time_ns() // 1_000_000), 1):
        spool.append(encode(record))
        if written % AT_ONCE == 0 or written == count:
            began = time.perf_counter()
            while drained(drain, spool):
                pass
            taken += time.perf_counter() - began
    while drain.tidy(0):
        pass
    drain.close()
    spool.close()
    return taken


def drained(drain: Drain, spool: Spool) -> bool:
    """One batch; whether there are more."""
    outcome = drain.step(spool.standing())
    spool.settle(outcome)
    return outcome.more


def records(count: int, until_ms: int) -> Iterator[LogRecord]:
    """At even distances over a year: the newest first, for what is old is counted by the day only, then in order."""
    chance = Random(1)
    asked, answered = samples(chance)
    yield record(chance, until_ms, asked[0], answered[0])
    for number in range(1, count):
        at = until_ms - (count - number) * DAYS * DAY_MS // count
        yield record(chance, at, asked[number % SAMPLES], answered[number * 7 % SAMPLES])


def samples(chance: Random) -> tuple[list[bytes], list[bytes]]:
    """Bodies of requests and answers, of words as common as those of a language."""
    vocabulary = ["".join(chance.choices("etaoinshrdlu", k=chance.randint(2, 9))) for _ in range(20_000)]

    def text(length: int) -> str:
        return " ".join(vocabulary[min(int(chance.paretovariate(0.8)) - 1, 19_999)] for _ in range(length))

    asked = [{"model": "gpt-4o", "messages": [{"role": "user", "content": text(120)}]} for _ in range(SAMPLES)]
    answered = [
        {"object": "chat.completion", "choices": [{"message": {"role": "assistant", "content": text(100)}}]}
        for _ in range(SAMPLES)
    ]
    return [msgspec.json.encode(body) for body in asked], [msgspec.json.encode(body) for body in answered]


def record(chance: Random, at: int, asked: bytes, answered: bytes) -> LogRecord:
    """One request."""
    key, model = min(int(chance.paretovariate(0.7)), KEYS), min(int(chance.paretovariate(0.7)), MODELS)
    failed = chance.choice(FAILURES) if chance.random() < 0.03 else None
    total, tokens = chance.lognormvariate(7, 0.8), chance.randint(20, 900)
    status = failed[0] if failed else 200
    tried = Attempt(
        provider=f"p{model % 8}", vendor="openai", model=f"m{model}", url="/v1", status=status, duration_ms=total
    )
    return LogRecord(
        id=LogId(f"{at >> 16:08x}-{at & 0xFFFF:04x}-7{chance.getrandbits(12):03x}-8000-{chance.getrandbits(48):012x}"),
        created_at_ms=at,
        trace_id=TraceId(f"{chance.getrandbits(128):032x}"),
        method="POST",
        path="/v1/chat/completions",
        status=status,
        stream=chance.random() < 0.5,
        api_key_id=KeyId(f"key-{key}"),
        api_key_name=f"key {key}",
        provider=Slug(f"p{model % 8}"),
        vendor="openai",
        model=f"m{model}",
        response_model=f"m{model}",
        metadata={
            "_user": f"user-{min(int(chance.paretovariate(0.5)), USERS)}",
            "team": f"team-{key % 20}",
            "environment": chance.choice(("production", "staging")),
            "feature": f"feature-{chance.randint(1, 12)}",
            "chat": f"{chance.getrandbits(40):x}",
        },
        total_ms=round(total, 3),
        first_token_ms=round(total / 5, 3),
        vendor_ms=round(total - 0.4, 3),
        usage=None if failed else Usage(input_tokens=tokens, output_tokens=tokens // 2),
        cost=None if failed else Nanodollars(tokens * 5000),
        price={"input": 2_500_000_000, "output": 10_000_000_000},
        price_source="genai-prices",
        attempts=(tried,),
        failure=Failure(code=failed[1], message="It did not go well.", fault=failed[2]) if failed else None,
        request_body=asked,
        response_body=answered,
    )

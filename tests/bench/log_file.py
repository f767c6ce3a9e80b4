"""A realistic log: a year of requests by 200 keys to 30 models, with five metadata keys, written as the writer does."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from uuid import UUID

import msgspec

from store.ids import KeyId, LogId, Nanodollars, Slug, TraceId
from store.log.retention import Keeping
from store.records import Attempt, Failure, LogRecord, Usage
from store.schema import prepare
from store.spool.drain import Drain
from store.spool.packed import encode
from store.spool.scribe import seek_cycles_seldom
from store.spool.spool import Spool

KEYS, MODELS, USERS, DAYS, CHAT_REQUESTS, CHUNKS = 200, 30, 900, 365, 5, 16
DAY_MS = 86_400_000
AT_ONCE = 20_000
SAMPLES = 500
"""Different bodies; the rest of a record is drawn anew for each."""
AGENTS = ("OpenAI/Python 1.51.0", "OpenAI/JS 4.67.3", "Open WebUI", "curl/8.5.0", "python-httpx/0.27.2")
PRICE = {"input": 2_500_000_000, "output": 10_000_000_000, "cached": 1_250_000_000}
USAGE = (
    b'{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d,"prompt_tokens_details":{"cached_tokens":0,'
    b'"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,'
    b'"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}'
)
CHUNK = (
    b'data: {"id":"chatcmpl-A9x2","object":"chat.completion.chunk","created":1764072000,"model":"gpt-4o-2024-08-06",'
    b'"system_fingerprint":"fp_a7d06e42a7","choices":[{"index":0,"delta":{"content":%s},"finish_reason":null}]}\n\n'
)
FAILURES = ((429, "rate_limited", "provider"), (500, "vendor_broke", "provider"), (400, "invalid_request", "caller"))


def make(file: Path, count: int, *, texts: bool = True, until_ms: int | None = None, days: float = DAYS) -> Made:
    """Fill a new file with so many records, up to now; what that took the writer."""
    prepare(file)
    seek_cycles_seldom()
    spool, drain, made = Spool(file.parent / "spool"), Drain(file, 5, Keeping(texts=texts)), Made()
    arriving = records(count, until_ms or time.time_ns() // 1_000_000, round(days * DAY_MS))
    while frames := [encode(record) for record in islice(arriving, AT_ONCE)]:
        for frame in frames:
            spool.append(frame)
        with timed(made):
            while drained(drain, spool):
                pass
    made.writing = made.spent
    with timed(made):
        while drain.tidy(0):
            pass
    made.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    drain.close()
    spool.close()
    return made


def keep_writing(file: Path, a_second: int) -> None:
    """Write requests of now, so many a second, in portions as a gateway's writer does, until it is killed."""
    spool = Spool(Path(tempfile.mkdtemp(dir=file.parent)))
    drain, due = Drain(file, 5), time.monotonic()
    arriving = records(
        1 << 40, time.time_ns() // 1_000_000 + (1 << 40) * 1000 // a_second, (1 << 40) * 1000 // a_second
    )
    next(arriving)
    while True:
        for each in islice(arriving, a_second // 10):
            spool.append(encode(each))
        while drained(drain, spool):
            pass
        sys.stdout.write("\n")
        sys.stdout.flush()
        due += 0.1
        time.sleep(max(0.0, due - time.monotonic()))


@dataclass(slots=True)
class Made:
    """Seconds of the processor that a file took: so what else the machine does is not counted."""

    spent: float = 0.0
    writing: float = 0.0
    """Of these, until every record was in; the rest went into what is left for later."""
    peak_mb: int = 0
    """Memory, the generator's with it."""


@contextmanager
def timed(made: Made) -> Iterator[None]:
    """Count what happens."""
    began = time.process_time()
    yield
    made.spent += time.process_time() - began


def drained(drain: Drain, spool: Spool) -> bool:
    """One batch; whether there are more."""
    outcome = drain.step(spool.standing())
    spool.settle(outcome)
    return outcome.more


def records(count: int, until_ms: int, span_ms: int = DAYS * DAY_MS) -> Iterator[LogRecord]:
    """At even distances over a time: the newest first, for what is old is counted by the day only, then in order."""
    chance = Random(1)
    asked, answered, streamed = samples(chance)
    yield record(chance, until_ms, 0, asked[0], answered[0])
    for number in range(1, count):
        at = until_ms - (count - number) * span_ms // count
        answers = streamed if number % 3 == 0 else answered
        yield record(chance, at, number, asked[number % SAMPLES], answers[number * 7 % SAMPLES])


def samples(chance: Random) -> tuple[list[bytes], list[bytes], list[bytes]]:
    """Bodies of requests, of answers and of streams, in words as common as those of a language."""
    vocabulary = ["".join(chance.choices("etaoinshrdlu", k=chance.randint(2, 9))) for _ in range(20_000)]

    def text(length: int) -> str:
        return " ".join(vocabulary[min(int(chance.paretovariate(0.8)) - 1, 19_999)] for _ in range(length))

    rules = [text(60) for _ in range(20)]
    asked = [request(chance.choice(rules), [text(30) for _ in range(chance.randint(1, 3))]) for _ in range(SAMPLES)]
    said = [text(80) for _ in range(SAMPLES)]
    return asked, [answer(each) for each in said], [stream(each) for each in said]


def request(rules: str, turns: Sequence[str]) -> bytes:
    """What an application asks."""
    roles = ("user", "assistant")
    said = [{"role": roles[number % 2], "content": turn} for number, turn in enumerate(turns)]
    messages = [{"role": "system", "content": rules}, *said]
    return msgspec.json.encode({"model": "gpt-4o", "messages": messages, "temperature": 0.7, "max_tokens": 1024})


def answer(said: str) -> bytes:
    """What a vendor answers."""
    choice = {"index": 0, "message": {"role": "assistant", "content": said, "refusal": None}, "finish_reason": "stop"}
    body = {"id": "chatcmpl-A9x2", "object": "chat.completion", "created": 1764072000, "model": "gpt-4o-2024-08-06"}
    return msgspec.json.encode(body | {"choices": [choice], "system_fingerprint": "fp_a7d06e42a7"})


def stream(said: str) -> bytes:
    """The same, bit by bit."""
    words = said.split()
    bits = [words[start::CHUNKS] for start in range(CHUNKS)]
    return b"".join(CHUNK % msgspec.json.encode(" ".join(bit) + " ") for bit in bits) + b"data: [DONE]\n\n"


def tried(model: int, status: int, total: float) -> Attempt:
    """The only try at its vendor."""
    return Attempt(
        provider=f"p{model % 8}",
        vendor="openai",
        model=f"m{model}",
        url="https://api.openai.com/v1/chat/completions",
        status=status,
        duration_ms=total - 0.4,
        began_ms=0.3,
    )


def record(chance: Random, at: int, number: int, asked: bytes, answered: bytes) -> LogRecord:
    """One request."""
    key, model = min(int(chance.paretovariate(0.7)), KEYS), min(int(chance.paretovariate(0.7)), MODELS)
    failed = chance.choice(FAILURES) if chance.random() < 0.03 else None
    total, tokens = chance.lognormvariate(7, 0.8), chance.randint(20, 900)
    status, out = failed[0] if failed else 200, tokens // 2
    return LogRecord(
        id=LogId(f"{at >> 16:08x}-{at & 0xFFFF:04x}-7{chance.getrandbits(12):03x}-8000-{chance.getrandbits(48):012x}"),
        created_at_ms=at,
        trace_id=TraceId(str(UUID(int=chance.getrandbits(128)))),
        method="POST",
        path="/v1/chat/completions",
        status=status,
        stream=number % 3 == 0,
        api_key_id=KeyId(key_id(key)),
        api_key_name=f"key {key}",
        provider=Slug(f"p{model % 8}"),
        vendor="openai",
        model=f"m{model}",
        response_model=f"m{model}-2024-08-06",
        metadata={
            "_user": f"user-{min(int(chance.paretovariate(0.5)), USERS)}",
            "team": f"team-{key % 20}",
            "environment": "staging" if number % 9 == 0 else "production",
            "feature": f"feature-{chance.randint(1, 12)}",
            "chat": f"{number // (10 * CHAT_REQUESTS) * 10 + number % 10:x}-{'f' * 8}",
        },
        client=f"10.0.{key % 8}.{key}",
        user_agent=AGENTS[key % len(AGENTS)],
        total_ms=total,
        first_token_ms=total / 5,
        vendor_ms=total - 0.4,
        usage=None if failed else Usage(input_tokens=tokens, output_tokens=out),
        usage_received=b"null" if failed else USAGE % (tokens, out, tokens + out),
        cost=None if failed else Nanodollars(tokens * 5000),
        price=PRICE,
        price_source="genai-prices 0.0.36",
        attempts=(tried(model, status, total),),
        failure=Failure(code=failed[1], message="It did not go well.", fault=failed[2]) if failed else None,
        request_body=asked,
        response_body=answered,
    )


def key_id(key: int) -> str:
    """Of one of the keys; the higher its number, the rarer it is."""
    return f"00000000-0000-7000-8000-{key:012}"


if __name__ == "__main__":
    keep_writing(Path(sys.argv[1]), int(sys.argv[2]))

"""Makes a dictionary for bodies from invented conversations: `python -m tests.bench.dictionary FILE`.

Their prose is that of our own documentation, their wire that of the two dialects that everybody speaks. The benchmark's
records are made otherwise, so that what it says of compression is no echo.
"""

import re
import string
import sys
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import zstandard

from store.log.columns import Bodies

NUMBER, BYTES, SAMPLES = 40_001, 16_384, 2_000
ROOT = Path(__file__).parents[2]
MODELS = ("gpt-4o", "gpt-4o-mini", "gpt-4.1", "o3", "llama3.1:8b", "mistral-large-latest", "gemini-2.5-flash")
CLAUDES = ("claude-sonnet-4-5-20250929", "claude-haiku-4-5-20251001")
SIGNS = string.ascii_letters + string.digits
USAGE = {
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
    "completion_tokens_details": {
        "reasoning_tokens": 0,
        "audio_tokens": 0,
        "accepted_prediction_tokens": 0,
        "rejected_prediction_tokens": 0,
    },
}
ASKED_WITH = {"accept": "application/json", "content-type": "application/json", "user-agent": "OpenAI/Python 1.51.0"}
ANSWERED_WITH = {"content-type": "application/json", "date": "Sat, 28 Nov 2026 19:55:00 GMT", "server": "cloudflare"}
Json = dict[str, Any]
encode = msgspec.json.encode


def main(file: Path) -> None:
    """Write it; the same each time, as long as the documentation is."""
    chance, said = Random(1), prose()
    samples: list[bytes | bytearray | memoryview] = [
        msgspec.msgpack.encode(bodies(chance, said)) for _ in range(SAMPLES)
    ]
    file.write_bytes(zstandard.train_dictionary(BYTES, samples, dict_id=NUMBER).as_bytes())


def prose() -> list[str]:
    """Paragraphs."""
    files = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    parts = [" ".join(part.split()) for file in sorted(files) for part in file.read_text().split("\n\n")]
    return [part for part in parts if 60 < len(part) < 900 and part[0] in string.ascii_letters]


def bodies(chance: Random, said: list[str]) -> Bodies:
    """What went over the wire for one request."""
    exchange = anthropic if chance.random() < 0.25 else openai
    with_headers = ({}, {}) if chance.random() < 0.4 else (ASKED_WITH, ANSWERED_WITH)
    return Bodies(*exchange(chance, said), *with_headers)


def openai(chance: Random, said: list[str]) -> tuple[bytes, bytes]:
    """A chat, and its answer."""
    streamed, model, answer = chance.random() < 0.5, chance.choice(MODELS), chance.choice(said)
    roles = ("user", "assistant", "user", "assistant", "user")[: chance.choice((1, 1, 3, 5))]
    turns = [{"role": role, "content": chance.choice(said)} for role in ("system", *roles)]
    asked: Json = {"model": model, "messages": turns, "temperature": chance.choice((0, 0.2, 0.7, 1))}
    count = {"prompt_tokens": chance.randint(9, 3000), "completion_tokens": chance.randint(5, 900)}
    used = {**count, "total_tokens": sum(count.values()), **USAGE}
    kind, told = f"chat.completion{'.chunk' * streamed}", 1_764_000_000 + chance.randrange(10**8)
    head = {"id": f"chatcmpl-{signs(chance, 29)}", "object": kind, "created": told, "model": model}
    tail = {"service_tier": "default", "system_fingerprint": f"fp_{chance.getrandbits(40):010x}"}
    if not streamed:
        message: Json = {"role": "assistant", "content": answer, "refusal": None, "annotations": []}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        return encode(asked | {"max_tokens": 1024}), encode({**head, "choices": [choice], "usage": used, **tail})

    def event(delta: Json | None, reason: str | None = None) -> bytes:
        choice = [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}]
        return b"data: %b\n\n" % encode({**head, **tail, "choices": choice, "usage": None})

    begin = event({"role": "assistant", "content": "", "refusal": None})
    end = b"data: %b\n\ndata: [DONE]\n\n" % encode({**head, **tail, "choices": [], "usage": used})
    bits = [event({"content": bit}) for bit in re.findall(r"\s*\S+", answer)]
    asked |= {"stream": True, "stream_options": {"include_usage": True}}
    return encode(asked), b"".join([begin, *bits, event({}, "stop"), end])


def anthropic(chance: Random, said: list[str]) -> tuple[bytes, bytes]:
    """The same as messages."""
    streamed, model, answer = chance.random() < 0.5, chance.choice(CLAUDES), chance.choice(said)
    asked: Json = {"model": model, "max_tokens": 1024, "system": chance.choice(said)}
    asked |= {"messages": [{"role": "user", "content": chance.choice(said)}], "stream": streamed}
    cached = {"cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
    used = {"input_tokens": chance.randint(9, 3000), **cached, "output_tokens": chance.randint(5, 900)}
    head = {"id": f"msg_01{signs(chance, 22)}", "type": "message", "role": "assistant", "model": model}
    stop = {"stop_reason": "end_turn", "stop_sequence": None}
    if not streamed:
        return encode(asked), encode({**head, "content": [{"type": "text", "text": answer}], **stop, "usage": used})

    def event(kind: str, **more: Any) -> bytes:
        return b"event: %b\ndata: %b\n\n" % (kind.encode(), encode({"type": kind, **more}))

    bits = re.findall(r"\s*\S+\s*\S*", answer)
    events = [
        event("message_start", message={**head, "content": [], "stop_reason": None, "usage": used}),
        event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
        *(event("content_block_delta", index=0, delta={"type": "text_delta", "text": bit}) for bit in bits),
        event("content_block_stop", index=0),
        event("message_delta", delta=stop, usage={"output_tokens": used["output_tokens"]}),
        event("message_stop"),
    ]
    return encode(asked), b"".join(events)


def signs(chance: Random, count: int) -> str:
    """An id of a vendor's."""
    return "".join(chance.choices(SIGNS, k=count))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

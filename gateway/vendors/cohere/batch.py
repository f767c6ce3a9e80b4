"""Cohere's batches: a dataset of requests, which is looked through first, a batch of it, and a dataset of its results.

Source: docs.cohere.com/reference/create-batch and /create-dataset; what a request may have is the schema that Cohere
shows of such a dataset, where much is told otherwise than in a chat.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from gateway.functions import Function
from gateway.vendors.avro import AvroRecords
from gateway.vendors.batch import (
    Batch,
    Conversation,
    Errand,
    Job,
    Requests,
    Result,
    State,
    Status,
    key_of,
    number_in,
)
from gateway.vendors.forms import form
from gateway.vendors.vendor import BadAnswer, Json, Sent, Unspoken, Upload

BATCHES, DATASETS = "/v2/batches", "/v1/datasets"
UNCHECKED = "dataset:"
"""How a batch is called while Cohere looks through its requests: it has none then, but their dataset."""
STORES = ("storage.googleapis.com", ".cohere.com")
"""Where datasets lie; whatever Cohere says, results are fetched from nowhere else."""
MOST_BYTES = 1_500_000_000
"""Of a dataset."""
STATUSES: dict[str, Status] = {
    "BATCH_STATUS_QUEUED": "in_progress",
    "BATCH_STATUS_IN_PROGRESS": "in_progress",
    "BATCH_STATUS_CANCELING": "cancelling",
    "BATCH_STATUS_COMPLETED": "completed",
    "BATCH_STATUS_FAILED": "failed",
    "BATCH_STATUS_CANCELED": "cancelled",
}
CHAT_FIELDS = frozenset(
    {
        *("messages", "tools", "temperature", "p", "k", "seed", "frequency_penalty", "presence_penalty", "max_tokens"),
        *("max_input_tokens", "logprobs", "return_prompt", "reasoning", "thinking_budget"),
    }
)
TURN_FIELDS = frozenset({"role", "content", "tool_calls", "tool_plan", "tool_call_id"})
OPENAI = {"stop_sequences": "stop", "strict_tools": "tools"}
"""What the client calls a field, where that is something else."""
text, read = msgspec.json.encode, msgspec.json.decode


class Part(msgspec.Struct, frozen=True):
    """A file of a dataset."""

    url: str = ""
    index: int = 0


class Dataset(msgspec.Struct, frozen=True):
    """What is read of a dataset."""

    id: str
    validation_status: str = "unknown"
    validation_error: str = ""
    dataset_parts: list[Part] = []


class Shown(msgspec.Struct, frozen=True):
    """A dataset as it is shown."""

    dataset: Dataset


class Made(msgspec.Struct, frozen=True):
    """A dataset that was just made."""

    id: str


class Seen(msgspec.Struct, frozen=True):
    """What is read of a batch."""

    id: str
    status: str = ""
    input_dataset_id: str = ""
    output_dataset_id: str | None = None
    num_records: int = 0
    num_successful_records: int = 0
    num_failed_records: int = 0
    status_reason: str | None = None


class One(msgspec.Struct, frozen=True):
    """A batch as it is shown."""

    batch: Seen


class Listed(msgspec.Struct, frozen=True):
    """The account's batches."""

    batches: list[Seen] = []


def line(number: int, sent: Sent) -> bytes:
    """A request among the others. Raises Unspoken for what a batch cannot be asked for."""
    body: Json = read(sent.body)
    del body["model"]  # which is the batch's
    return text({"custom_id": key_of(number), "body": KINDS[sent.path][1](body)})


def embedding(body: Json) -> Json:
    """An embedding as a batch has it."""
    for each in body.get("inputs") or ():
        each["content"] = [part(piece) for piece in each["content"]]
    return body


def chat(body: Json) -> Json:
    """A chat as a batch has it. Raises Unspoken."""
    thinking = body.pop("thinking", None)
    if thinking:
        body["reasoning"] = thinking["type"] != "disabled"
        body |= {"thinking_budget": thinking["token_budget"]} if "token_budget" in thinking else {}
    for name in body.keys() - CHAT_FIELDS:
        raise Unspoken(f"batches of Cohere have no `{OPENAI.get(name, name)}`", OPENAI.get(name, name))
    body["messages"] = [turn(each) for each in body["messages"]]
    for tool in body.get("tools") or ():
        tool["function"]["parameters"] = text(tool["function"]["parameters"]).decode()
    return body


def turn(said: Json) -> Json:
    """One turn: its content is always in parts. Raises Unspoken."""
    for name in said.keys() - TURN_FIELDS:
        raise Unspoken(f"batches of Cohere have no `{name}` in a message", "messages")
    content = said.get("content")
    if isinstance(content, str):
        content = [{"type": "text", "text": content}]
    return said if content is None else said | {"content": [part(each) for each in content]}


def part(said: Json) -> Json:
    """One part: a picture is an address and no object. Raises Unspoken."""
    if said.get("type") == "document":
        raise Unspoken("batches of Cohere take text and pictures, and no documents", "messages")
    if isinstance(said.get("image_url"), dict):
        return {"type": "image_url", "image_url": said["image_url"]["url"]}
    return said


def start(job: Job, requests: Requests) -> Conversation[State]:
    """The dataset; the batch has to wait until Cohere has looked through it."""
    if requests.size > MOST_BYTES:
        raise Unspoken(f"its requests are over {MOST_BYTES // 1_000_000} MB together: make several batches")
    file = ("data", f"{job.id}.jsonl", "application/jsonl", requests.whole())
    body, kind = form(Upload(fields={}, files=(file,)))
    query = urlencode({"name": job.id, "type": KINDS[job.path][0]})
    made = read((yield Errand(Sent(f"{DATASETS}?{query}", body, {"content-type": kind}))), type=Made)
    return State(name=f"{UNCHECKED}{made.id}", status="validating", total=requests.count)


def look(job: Job) -> Conversation[State]:
    """How far it is; once its dataset is looked through, it begins."""
    if job.name.startswith(UNCHECKED):
        return (yield from checked(job))
    return (yield from told(batch_in((yield got(f"{BATCHES}/{quote(job.name, safe='')}")))))


def checked(job: Job) -> Conversation[State]:
    """A batch that waits for its dataset."""
    dataset = yield from dataset_of(job.name.removeprefix(UNCHECKED))
    match dataset.validation_status:
        case "validated":
            return (yield from told((yield from made(job, dataset.id))))
        case "failed" | "skipped":
            said = dataset.validation_error or "Cohere could not read the requests"
            return State(name=job.name, status="failed", message=said)
    return State(name=job.name, status="validating")


def made(job: Job, dataset: str) -> Conversation[Seen]:
    """The batch of a dataset: one that is there already, for its beginning may not have been heard of here."""
    known = read((yield got(f"{BATCHES}?page_size=1000")), type=Listed, strict=False)
    for each in known.batches:
        if each.input_dataset_id == dataset:
            return each
    wanted = {"name": job.id, "input_dataset_id": dataset, "model": job.model}
    return batch_in((yield Errand(Sent(BATCHES, text(wanted)))))


def batch_in(said: bytes) -> Seen:
    """A batch as it is shown."""
    return read(said, type=One, strict=False).batch


def told(batch: Seen) -> Conversation[State]:
    """A batch in OpenAI's words; it has not ended before its results can be fetched."""
    status, results = STATUSES.get(batch.status, "in_progress"), batch.output_dataset_id or ""
    if status == "completed" and results:
        dataset = yield from dataset_of(results)
        status = "finalizing" if dataset.validation_status in ("queued", "processing") else status
    return State(
        name=batch.id,
        status=status,
        total=batch.num_records,
        completed=batch.num_successful_records,
        failed=batch.num_failed_records,
        message=(batch.status_reason or "Cohere does not say why") if status == "failed" else None,
        results=results,
    )


def cancel(job: Job) -> Conversation[State | None]:
    """Begin no more of its requests; where nothing has begun, the dataset goes."""
    if job.name.startswith(UNCHECKED):
        yield Errand(Sent(f"{DATASETS}/{quote(job.name.removeprefix(UNCHECKED), safe='')}", b"", {}, "DELETE"))
        return State(name=job.name, status="cancelled")
    yield Errand(Sent(f"{BATCHES}/{quote(job.name, safe='')}/cancel", b"{}"))
    return None


def results(job: Job, state: State) -> Conversation[Sequence[Errand]]:
    """The files of the dataset of results, by addresses that say themselves that they may be fetched."""
    if not state.results:
        return []
    dataset = yield from dataset_of(state.results)
    return [fetched(job, each.url) for each in sorted(dataset.dataset_parts, key=lambda part: part.index)]


def fetched(job: Job, address: str) -> Errand:
    """One of them. Raises BadAnswer for an address that is nobody's who keeps Cohere's datasets."""
    url = urlsplit(address)
    own = urlsplit(job.own_address or "")
    is_theirs = url.scheme == "https" and f".{url.hostname}".endswith(tuple(f".{each.strip('.')}" for each in STORES))
    if not is_theirs and (url.scheme, url.netloc) != (own.scheme, own.netloc):
        raise BadAnswer(f"with results at `{url.netloc}`, where Cohere keeps none")
    sent = Sent(f"{url.path}?{url.query}" if url.query else url.path, b"", {}, "GET")
    return Errand(sent, f"{url.scheme}://{url.netloc}", is_signed=True, records=AvroRecords)


def dataset_of(id: str) -> Conversation[Dataset]:
    """A dataset."""
    return read((yield got(f"{DATASETS}/{quote(id, safe='')}")), type=Shown).dataset


def got(path: str) -> Errand:
    """A question."""
    return Errand(Sent(path, b"", {}, "GET"))


def result(raw: bytes) -> Result:
    """A record of results."""
    said: Json = read(raw)
    number, body = number_in(said["custom_id"]), said.get("body") or said.get("response")
    if said.get("error") or not body:
        return Result(number, text({"message": said.get("error") or "Cohere gave no answer"}), 500)
    return Result(number, text(filled(read(body) if isinstance(body, str) else body)))


def filled(said: Any) -> Any:
    """An answer without what Avro has in the place of fields that are not there."""
    if isinstance(said, dict):
        return {name: filled(value) for name, value in said.items() if value is not None}
    return [filled(each) for each in said] if isinstance(said, list) and said and isinstance(said[0], dict) else said


KINDS = {"/v2/chat": ("batch-chat-v2-input", chat), "/v2/embed": ("batch-embed-v2-input", embedding)}
"""By where a request would go by itself: the type of a dataset, and how a request stands in it."""
BATCH = Batch(
    functions=frozenset({Function.CHAT, Function.EMBED}),
    line=line,
    start=start,
    look=look,
    cancel=cancel,
    results=results,
    result=result,
    of_one_model=True,
)

"""The reference's recorded pairs, each sent through a whole gateway: what the vendor gets, and what the client hears.

A pair comes out as the set of its differences, each by its place: `path`, `header anthropic-beta`, `body.tools`,
`carried.user` for a field that the reference drops and we carry as it came, `served` where the reference refuses;
`status` and `answer.usage.prompt_tokens` of answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import msgspec

from console.demo.request import Asked
from console.demo.vendor import SimulatedVendor, serve_vendor
from gateway.vendors.vendor import Json
from tests.gateway.running import Gateway, gateway_in

VECTORS = Path(__file__).parents[3] / "shared" / "vectors"
UNCOMPARED = {"authorization", "x-amz-date", "x-amz-content-sha256"}
"""Headers of Bedrock's that say when and what was signed; the others of its requests are compared."""
NEVER_ALIKE = ("id", "created")


@dataclass(frozen=True, slots=True)
class Pair:
    """One recorded pair, and how ours differs."""

    provider: str
    case: str
    differences: frozenset[str]
    details: Json = field(repr=False)


def recorded(name: str) -> list[Json]:
    """The pairs of a file; none where it is not at hand."""
    path = VECTORS / f"{name}-vectors.json"
    found: list[Json] = msgspec.json.decode(path.read_bytes()) if path.exists() else []
    return found


def named(vector: Json) -> str:
    """A pair's name for people."""
    return " ".join(str(vector[name]) for name in ("provider", "case", "strict") if name in vector)


async def run(home: Path) -> dict[str, Pair]:
    """Every pair by kind and name, through one gateway."""
    found = {}
    async with serve_vendor() as vendor, gateway_in(home, trusted_custom_hosts=("127.0.0.1",)) as gateway:
        login = {vector["provider"]: vector["request_headers"] for vector in recorded("request")}
        for vector in recorded("request"):
            found[f"request {named(vector)}"] = await compared_request(vector, vendor, gateway)
        for vector in recorded("response"):
            found[f"response {named(vector)}"] = await compared_answer(vector, vendor, gateway, login)
    return found


async def ask(gateway: Gateway, vendor: SimulatedVendor, path: str, body: Json, headers: Json) -> httpx.Response:
    """The reference's client, at our gateway."""
    own = {"x-portkey-api-key": gateway.app_key, "x-portkey-custom-host": vendor.url.removesuffix("/v1")}
    vendor.forget()
    async with httpx.AsyncClient(base_url=gateway.url, trust_env=False) as client:
        return await client.post(path, json=body, headers={**headers, **own})


# Requests -------------------------------------------------------------------------------------------------------------


async def compared_request(vector: Json, vendor: SimulatedVendor, gateway: Gateway) -> Pair:
    """A request, and what reached the vendor."""
    answer = await ask(gateway, vendor, vector["path"], vector["request"], vector["request_headers"])
    there, here = vector.get("upstream"), vendor.requests[0] if vendor.requests else None
    if there is None:
        places = {"served"} if here else refusals(answer, vector)
    else:
        places = {"refused"} if here is None else set(request_differences(here, there, vector))
    details = {"here": None if here is None else here.body, "there": there, "answer": answer.text}
    return Pair(vector["provider"], vector["case"], frozenset(places), details)


def refusals(answer: httpx.Response, vector: Json) -> set[str]:
    """How our refusal differs: the reference's message must be in it, and its status be ours."""
    said = msgspec.json.decode(vector["gateway_error"]["body"])["message"]
    places = set() if said in answer.json()["error"]["message"] else {"message"}
    return places if answer.status_code == vector["gateway_error"]["status"] else places | {"status"}


def request_differences(here: Asked, there: Json, vector: Json) -> Iterator[str]:
    """Where two requests to a vendor differ."""
    if here.method != there["method"]:
        yield "method"
    if here.path != there["path"]:
        yield "path"
    for name, value in there["headers"].items():
        if here.headers.get(name) != value and not (vector["provider"] == "bedrock" and name in UNCOMPARED):
            yield f"header {name}"
    ours, theirs, asked = (spelled(part, vector["provider"]) for part in (here.body, there["body"], vector["request"]))
    for name in ours.keys() | theirs.keys():
        if ours.get(name, ...) != theirs.get(name, ...):
            is_carried = name not in theirs and ours[name] == asked.get(name)
            yield f"{'carried' if is_carried else 'body'}.{name}"


def spelled(value: Any, provider: str) -> Any:
    """JSON with Google's names in one spelling: it reads `toolConfig` and `tool_config` alike."""
    if not provider.startswith(("google", "vertex-ai")) or provider.endswith("#claude"):
        return value
    if isinstance(value, dict):
        changed = {re.sub(r"_(.)", lambda found: found[1].upper(), name): each for name, each in value.items()}
        return {name: spelled(each, provider) for name, each in changed.items()}
    return [spelled(each, provider) for each in value] if isinstance(value, list) else value


# Answers --------------------------------------------------------------------------------------------------------------


async def compared_answer(vector: Json, vendor: SimulatedVendor, gateway: Gateway, login: Json) -> Pair:
    """A vendor's answer, and what our client gets of it."""
    said, there = vector["upstream_response"], vector["gateway_response"]
    body, kind = as_sent(said, vector)
    whole: Json = {"chunks": [body]} if kind == "text/event-stream" else {"body": body}
    vendor.will(said["status"], headers={"content-type": kind}, **whole)
    headers = login[vector["provider"]] | {"x-portkey-strict-open-ai-compliance": vector["strict"]}

    answer = await ask(gateway, vendor, "/v1/chat/completions", vector["request"], headers)

    places = set() if answer.status_code == there["status"] else {"status"}
    ours, theirs = dict(leaves(told(answer.text), "answer")), dict(leaves(told(there["body"]), "answer"))
    for place in ours.keys() | theirs.keys():
        if place.rpartition(".")[2] not in NEVER_ALIKE and ours.get(place, ...) != theirs.get(place, ...):
            places.add(place)
    return Pair(vector["provider"], vector["case"], frozenset(places), {"here": ours, "there": theirs})


def as_sent(said: Json, vector: Json) -> tuple[bytes, str]:
    """The vendor's body and its type. Google sends a list where it is not asked for events; we ask."""
    body = said["body"] if isinstance(said["body"], str) else msgspec.json.encode(said["body"]).decode()
    if (vector["provider"], vector["case"]) == ("google", "chat-stream"):
        pieces = msgspec.json.decode(body)
        return b"".join(b"data: " + msgspec.json.encode(one) + b"\r\n\r\n" for one in pieces), "text/event-stream"
    return body.encode(), said["content_type"]


def told(body: Any) -> Any:
    """What a client understands of an answer: JSON, or of a stream what it comes to."""
    if not isinstance(body, str):
        return body
    if not body.startswith("data:"):
        return msgspec.json.decode(body)
    data = [event.removeprefix("data: ") for event in body.strip().split("\n\n")]
    chunks = [msgspec.json.decode(one) for one in data if one != "[DONE]"]
    choices = [choice for chunk in chunks for choice in chunk["choices"]]
    return {
        "deltas": [[choice["delta"]] for choice in choices if choice["delta"]],
        "finish_reason": next((choice["finish_reason"] for choice in reversed(choices)), None),
        "models": sorted({chunk["model"] for chunk in chunks}),
        "provider": chunks[0].get("provider"),
        "usage": next((chunk["usage"] for chunk in chunks if chunk.get("usage")), None),
        "is_done": data[-1] == "[DONE]",
    }


def leaves(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    """Every plain value in JSON, by its place; numbers of list items are left out where they do not tell them apart."""
    if isinstance(value, dict) and value:
        for name, each in value.items():
            yield from leaves(each, f"{place}.{name}")
    elif isinstance(value, list) and value:
        for number, each in enumerate(value):
            yield from leaves(each, f"{place}[{number}]")
    else:
        yield place, value

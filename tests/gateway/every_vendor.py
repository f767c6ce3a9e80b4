"""Every function of every vendor, asked for through one gateway; what went wrong with each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import cache, partial
from pathlib import Path

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from console.demo.request import Asked
from console.demo.vendor import SimulatedVendor, serve_vendor
from gateway.functions import Function
from gateway.vendors import VENDORS, openai
from gateway.vendors.vendor import Json, Vendor
from tests.gateway.own_words import OWN, SETTINGS, Words
from tests.gateway.running import Gateway, gateway_in
from tests.gateway.vendor_table import ESTIMATED, NOT_OFFERED, TRANSLATED, cell

MODEL, KEY = "some/model:1", "sk-of-the-vendor"
TALK = [{"role": "user", "content": "Hello"}]
JSON_REQUESTS: dict[Function, Json] = {
    Function.CHAT: {"messages": TALK},
    Function.COMPLETE: {"prompt": "Once"},
    Function.EMBED: {"input": ["a", "b"]},
    Function.RESPOND: {"input": "Hello"},
    Function.MESSAGE: {"messages": TALK, "max_tokens": 9},
    Function.COUNT_TOKENS: {"messages": TALK},
    Function.GENERATE_IMAGE: {"prompt": "a cat"},
    Function.SPEAK: {"input": "Hello", "voice": "alloy"},
    Function.MODERATE: {"input": "Hello"},
    Function.RERANK: {"query": "a", "documents": ["a", "b"]},
    Function.RELAY: {"what": "else"},
}
FORMS: dict[Function, tuple[Json, str, str]] = {
    Function.EDIT_IMAGE: ({"prompt": "a hat"}, "image", "cat.png"),
    Function.VARY_IMAGE: ({}, "image", "cat.png"),
    Function.TRANSCRIBE: ({}, "file", "speech.mp3"),
    Function.TRANSLATE: ({}, "file", "speech.mp3"),
}
"""(fields, name of the file's field, name of the file)"""
USAGE = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
CHAT_ANSWER: Json = {
    "id": "c1",
    "object": "chat.completion",
    "created": 1,
    "model": MODEL,
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
    "usage": USAGE,
}
ANSWERS: dict[Function, Json] = {
    Function.CHAT: CHAT_ANSWER,
    Function.COMPLETE: {"object": "text_completion", "choices": [{"index": 0, "text": " upon"}], "usage": USAGE},
    Function.EMBED: {"object": "list", "data": [{"index": 0, "embedding": [0.5]}], "usage": USAGE},
    Function.RERANK: {"results": [{"index": 0, "relevance_score": 0.9}]},
}
"""What a vendor answers in OpenAI's words; to all else it says something of its own, which is passed on."""
SIGNED = ("Credential=AK/", 'keyId="x/x/x"')
"""In the headers of requests that are signed with a key, by AWS's rules and by Oracle's."""
ELSEWHERE = "anything/else?x=1"


async def run(home: Path) -> dict[str, dict[str, list[str]]]:
    """What is wrong, by vendor and function."""
    found: dict[str, dict[str, list[str]]] = {}
    async with serve_vendor() as upstream, gateway_in(home, trusted_custom_hosts=("127.0.0.1",)) as gateway:
        for vendor in VENDORS.values():
            for function in (each for each in Function if is_openais(vendor, each)):
                upstream.forget()
                problems = [each async for each in faults(vendor, function, upstream, gateway)]
                found.setdefault(vendor.id, {})[function.name] = problems
        for (name, function), words in OWN.items():
            upstream.forget()
            problems = [each async for each in own_faults(VENDORS[name], function, words, upstream, gateway)]
            found.setdefault(name, {})[function.name] = problems
    return found


def is_openais(vendor: Vendor, function: Function) -> bool:
    """Whether a function is spoken as OpenAI does, is made of chat that is, or is not asked of the vendor at all."""
    if (wire := vendor.functions.get(function)) is None:
        return cell(vendor, function) in (NOT_OFFERED, ESTIMATED) or is_openais(vendor, Function.CHAT)
    encode, decode = (each.func if isinstance(each, partial) else each for each in (wire.encode, wire.decode))
    return (encode, decode) == (openai.encode, openai.decode) and vendor.sign is None


async def faults(vendor: Vendor, function: Function, upstream: SimulatedVendor, gateway: Gateway) -> AsyncIterator[str]:
    """What is wrong with one function of a vendor."""
    served = cell(vendor, function)
    by = Function.CHAT if served == TRANSLATED else function
    said = msgspec.json.encode(ANSWERS.get(by, {"said": by.value}))
    if served not in (NOT_OFFERED, ESTIMATED):
        upstream.will(body=said)

    answer = await ask(gateway, vendor, function, upstream.url)

    sent = upstream.requests[0] if upstream.requests else None
    if served == NOT_OFFERED:
        if answer.status_code != 500 or f"is not supported by {vendor.id}" not in answer.text or sent is not None:
            yield f"is not refused: {answer.status_code} {answer.text}"
        return
    if answer.status_code != 200:
        yield f"is answered with {answer.status_code} {answer.text}"
    if served != ESTIMATED:
        for fault in (
            request_faults(vendor, by, sent, is_translated=by is not function)
            if sent
            else ["is not asked of the vendor"]
        ):
            yield fault
    if served not in (TRANSLATED, ESTIMATED) and answer.content != said:
        yield f"is answered with {answer.text} instead of {said.decode()}"


async def own_faults(
    vendor: Vendor, function: Function, words: Words, upstream: SimulatedVendor, gateway: Gateway
) -> AsyncIterator[str]:
    """What is wrong with a function that a vendor speaks in its own words."""
    upstream.will(json=words.answer)
    host = upstream.url.removesuffix("/v1")

    answer = await ask(gateway, vendor, function, host, words.model)

    if not upstream.requests:
        yield f"is not asked of the vendor: {answer.status_code} {answer.text}"
        return
    sent = upstream.requests[0]
    if (sent.method, sent.path) != ("POST", words.path):
        yield f"is asked with {sent.method} {sent.path} instead of {words.path}"
    if not any(proof in value for value in sent.headers.values() for proof in (KEY, *SIGNED)):
        yield f"is asked without the key: {dict(sent.headers)}"
    if answer.status_code != 200 or words.found not in answer.text:
        yield f"is answered with {answer.status_code} {answer.text}"


async def ask(gateway: Gateway, vendor: Vendor, function: Function, host: str, model: str = MODEL) -> httpx.Response:
    """A client that brings its own key for the vendor, at our door."""
    headers = {
        "x-portkey-api-key": gateway.app_key,
        "x-portkey-provider": vendor.id,
        "x-portkey-custom-host": host,
        "authorization": f"Bearer {KEY}",
    }
    settings = {each.name: "x" for each in vendor.settings if each.is_needed} | SETTINGS.get(vendor.id, {})
    settings |= {"oracle_private_key": private_key()} if vendor.id == "oracle" else {}
    headers |= {f"x-portkey-{name.replace('_', '-')}": value for name, value in settings.items()}
    path = f"/v1/{function.value or ELSEWHERE}"
    if function in FORMS:
        fields, name, file = FORMS[function]
        return await gateway.app.post(path, data=fields | {"model": model}, files={name: (file, b"x")}, headers=headers)
    return await gateway.app.post(path, json=JSON_REQUESTS[function] | {"model": model}, headers=headers)


@cache
def private_key() -> str:
    """A key to sign with, on one line as a header has it."""
    made = generate_private_key(65537, 2048)
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode().replace("\n", "\\n")


def request_faults(vendor: Vendor, function: Function, sent: Asked, *, is_translated: bool) -> Iterator[str]:
    """What is wrong with what the vendor got."""
    quirks = getattr(vendor.functions[function].encode, "keywords", {}).get("quirks", openai.NO_QUIRKS)
    path = "/v1" + quirks.paths.get(function, f"/{function.value or ELSEWHERE}")
    if (sent.method, sent.path) != ("POST", path):
        yield f"is asked with {sent.method} {sent.path} instead of {path}"
    if not any(KEY in value for value in sent.headers.values()):
        yield f"is asked without the key: {dict(sent.headers)}"
    if leaks := [name for name, value in sent.headers.items() if name.startswith("x-portkey-") or "th-" in value]:
        yield f"is told what only the gateway should know: {leaks}"
    if function in FORMS and not all(part.encode() in sent.raw for part in (MODEL, FORMS[function][2])):
        yield f"is asked with {sent.raw.decode(errors='replace')}"
    wanted = {} if function in FORMS else {"model": MODEL} | ({} if is_translated else JSON_REQUESTS[function])
    if any(sent.body.get(name) != value for name, value in wanted.items()):
        yield f"is asked with {sent.body}"

"""An answer of Gemini's as OpenAI's chat completion.

Source: ai.google.dev/api/generate-content#GenerateContentResponse.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

import msgspec

from gateway.vendors.gemini.usage import openai_usage, usage_in
from gateway.vendors.vendor import Asked, BadAnswer, Json

FINISHES = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "LANGUAGE": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "IMAGE_SAFETY": "content_filter",
    "IMAGE_PROHIBITED_CONTENT": "content_filter",
    "IMAGE_RECITATION": "content_filter",
    "MODEL_ARMOR": "content_filter",
}
"""Any other is a failure of the model's: with content it is a `stop`, without it is no answer."""
GROUNDS = ("groundingMetadata", "urlContextMetadata", "citationMetadata", "safetyRatings")
"""What a candidate may have beside, for clients that are not strict."""


def decode_chat(answer: Json, asked: Asked) -> Json:
    """The chat completion. Raises BadAnswer for an answer without candidates that were not withheld for a reason."""
    candidates = answer.get("candidates") or []
    if not candidates and (reason := block_reason(answer)) is None:
        raise BadAnswer("with neither candidates nor a reason for it")
    choices = [choice(candidate, index, asked) for index, candidate in enumerate(candidates)]
    said = {
        "id": answer.get("responseId") or f"chatcmpl-{uuid4().hex}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": answer.get("modelVersion") or asked.model,
        "choices": choices or [blocked(str(reason), asked)],
    }
    usage = usage_in(answer)
    return said | ({"usage": openai_usage(usage)} if usage else {})


def block_reason(answer: Json) -> str | None:
    """Why the prompt was refused, if it was."""
    reason = (answer.get("promptFeedback") or {}).get("blockReason")
    return None if reason is None else str(reason)


def blocked(reason: str, asked: Asked) -> Json:
    """The choice in place of an answer that was withheld."""
    message = {"role": "assistant", "content": None, "refusal": f"The prompt was blocked: {reason}."}
    return {"index": 0, "message": message, "logprobs": None, "finish_reason": finish(reason, asked, "content_filter")}


def finish(reason: str, asked: Asked, strict: str) -> str:
    """Why the answer ended: in OpenAI's words where the client wants no others."""
    return strict if asked.strict else reason


def choice(candidate: Json, index: int, asked: Asked) -> Json:
    """One choice. Raises BadAnswer for one without content whose end is a failure."""
    parts = parts_in(candidate)
    reason = candidate.get("finishReason") or "STOP"
    if not parts and is_failure(candidate):
        raise BadAnswer(f"with nothing, because of `{reason}`")
    message = message_of(parts, asked)
    ended = FINISHES.get(reason, "stop")
    strict = "tool_calls" if ended == "stop" and message.get("tool_calls") else ended
    said = {
        "index": candidate.get("index", index),
        "message": message,
        "logprobs": logprobs(candidate),
        "finish_reason": finish(reason, asked, strict),
    }
    return said if asked.strict else said | {name: candidate[name] for name in GROUNDS if name in candidate}


def parts_in(candidate: Json) -> list[Json]:
    """The parts of a candidate's content."""
    parts = (candidate.get("content") or {}).get("parts") or ()
    return [part for part in parts if isinstance(part, dict)]


def is_failure(candidate: Json) -> bool:
    """Whether the model itself failed, as with a call that it wrote wrongly."""
    return candidate.get("finishReason", "STOP") not in FINISHES


def message_of(parts: list[Json], asked: Asked) -> Json:
    """The assistant's message."""
    text = "".join(map(text_of, parts))
    thoughts = "".join(part.get("text") or "" for part in parts if part.get("thought"))
    calls = [tool_call(part, asked) for part in parts if "functionCall" in part]
    message: Json = {"role": "assistant", "content": text if text or not calls else None}
    message |= {"reasoning_content": thoughts} if thoughts else {}
    message |= {"tool_calls": calls} if calls else {}
    message |= media(parts)
    if not asked.strict and (blocks := [block for part in parts for block in content_blocks(part)]):
        message["content_blocks"] = blocks
    return message


def text_of(part: Json) -> str:
    """What a part adds to the text: code that was run, and what came of it, as blocks of code."""
    if part.get("thought"):
        return ""
    if code := part.get("executableCode"):
        return f"\n```{str(code.get('language', '')).lower()}\n{code.get('code', '')}\n```\n"
    if result := part.get("codeExecutionResult"):
        return f"\n```\n{result.get('output', '')}\n```\n"
    return str(part.get("text") or "")


def tool_call(part: Json, asked: Asked) -> Json:
    """A call, with the signature that Gemini wants back for clients that are not strict."""
    call = part["functionCall"]
    arguments = msgspec.json.encode(call.get("args") or {}).decode()
    function = {"name": call.get("name", ""), "arguments": arguments}
    if (signature := part.get("thoughtSignature")) and not asked.strict:
        function["thought_signature"] = signature
    return {"id": call.get("id") or f"call_{uuid4().hex[:24]}", "type": "function", "function": function}


def content_blocks(part: Json) -> Iterable[Json]:
    """A thought or a text as a block, with its signature."""
    if "text" not in part:
        return
    kind = "thinking" if part.get("thought") else "text"
    signature = {"signature": part["thoughtSignature"]} if part.get("thoughtSignature") else {}
    yield {"type": kind, kind: part["text"]} | signature


def media(parts: list[Json]) -> Json:
    """Pictures as `images`, sound as `audio`."""
    carried = [part["inlineData"] for part in parts if part.get("inlineData") and not part.get("thought")]
    pictures = [picture(data) for data in carried if kind_of(data) == "image"]
    sounds = [data for data in carried if kind_of(data) == "audio"]
    sound = {"id": f"audio_{uuid4().hex[:24]}", "data": sounds[0]["data"], "transcript": ""} if sounds else None
    return ({"images": pictures} if pictures else {}) | ({"audio": sound} if sound else {})


def kind_of(data: Json) -> str:
    """`image` or `audio`."""
    return str(data.get("mimeType", "")).partition("/")[0]


def picture(data: Json) -> Json:
    """A picture as a part of a message."""
    return {"type": "image_url", "image_url": {"url": f"data:{data['mimeType']};base64,{data.get('data', '')}"}}


def logprobs(candidate: Json) -> Json | None:
    """The probabilities of the tokens that were chosen, and of those that were not."""
    said = candidate.get("logprobsResult") or {}
    if not (chosen := said.get("chosenCandidates")):
        return None
    others = [step.get("candidates") or [] for step in said.get("topCandidates") or ()]
    others += [[]] * (len(chosen) - len(others))
    pairs = zip(chosen, others, strict=False)
    content = [probability(one) | {"top_logprobs": [*map(probability, top)]} for one, top in pairs]
    return {"content": content, "refusal": None}


def probability(said: Json) -> dict[str, Any]:
    """One token and how likely it was."""
    token = said.get("token", "")
    return {"token": token, "logprob": said.get("logProbability", 0.0), "bytes": list(token.encode())}

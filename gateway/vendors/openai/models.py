"""What OpenAI's own models want otherwise than the rest, whatever name stands in front of them.

Clients know it by how a model's name begins, and so not where a provider's slug comes first. Sources:
platform.openai.com/docs/guides/reasoning, /docs/guides/latest-model, and the API reference of images.
"""

from __future__ import annotations

import re

import msgspec
from msgspec.structs import replace

from gateway.functions import Function
from gateway.vendors.openai import Quirks
from gateway.vendors.vendor import Asked, Fields, Upload

REASONING = re.compile(r"(?:ft:)?(?:o[1-9]|gpt-(?:[5-9]|\d\d)(?!\d)|codex-)", re.I)
"""Models that refuse `max_tokens` and want `max_completion_tokens`."""
CHATTY = re.compile(r"(?:ft:)?gpt-\d+(?:\.\d+)?-chat", re.I)
"""Those of them that never think."""
AT_WILL = re.compile(r"(?:ft:)?gpt-5\.\d+(?!.*-(?:pro|codex))", re.I)
"""Those that think only where it is asked for."""
SPEECHLESS = re.compile(r"(?:ft:)?o1-(?:mini|preview)", re.I)
"""Those that have no system turns."""
SAMPLING = frozenset(
    {"temperature", "top_p", "presence_penalty", "frequency_penalty", "logprobs", "top_logprobs", "logit_bias"}
)
"""What a model that thinks refuses."""
DRAWING = re.compile(r"(?:chat)?gpt-image", re.I)
"""Models that give pictures as base64 in any case, and refuse `response_format`."""
TOLD = frozenset({Function.CHAT, Function.RESPOND})
PICTURES = frozenset({Function.GENERATE_IMAGE, Function.EDIT_IMAGE, Function.VARY_IMAGE})
TELLING, USER = (b'"system"', b'"developer"'), msgspec.Raw(b'"user"')
turns_of = msgspec.json.Decoder(list[dict[str, msgspec.Raw]]).decode
text = msgspec.json.Encoder().encode


def as_wanted(asked: Asked, fields: dict[str, msgspec.Raw]) -> None:
    """Rename or leave out, in place, what the model would refuse."""
    if asked.function in TOLD and REASONING.match(asked.model):
        for_thinking(asked.model, fields)
    elif asked.function in PICTURES and DRAWING.match(asked.model):
        fields.pop("response_format", None)


def for_thinking(model: str, fields: dict[str, msgspec.Raw]) -> None:
    """The same for a model that counts what it thinks."""
    if (limit := fields.pop("max_tokens", None)) is not None:
        fields.setdefault("max_completion_tokens", limit)
    if thinks(model, fields):
        for name in SAMPLING & fields.keys():
            del fields[name]
    if SPEECHLESS.match(model) and "messages" in fields:
        fields["messages"] = without_system(fields["messages"])


def thinks(model: str, fields: Fields) -> bool:
    """Whether the model will think about this request."""
    if AT_WILL.match(model) and not CHATTY.match(model):
        return effort(fields) not in (None, "none")
    return not CHATTY.match(model)


def effort(fields: Fields) -> object:
    """How much thinking is asked for, in the words of either API."""
    if "reasoning_effort" in fields:
        return msgspec.json.decode(fields["reasoning_effort"])
    said = msgspec.json.decode(fields["reasoning"]) if "reasoning" in fields else None
    return said.get("effort") if isinstance(said, dict) else None


def without_system(messages: msgspec.Raw) -> msgspec.Raw:
    """Messages in which it is the user who tells the model how to be."""
    try:
        turns = turns_of(messages)
    except msgspec.ValidationError:
        return messages  # the vendor says what is wrong with it
    for turn in turns:
        if bytes(turn.get("role", b"")) in TELLING:
            turn["role"] = USER
    return msgspec.Raw(text(turns))


def form_as_wanted(asked: Asked, upload: Upload) -> Upload:
    """The same for a form."""
    if asked.function not in PICTURES or not DRAWING.match(asked.model):
        return upload
    return replace(upload, fields={name: said for name, said in upload.fields.items() if name != "response_format"})


OWN_MODELS = Quirks(adjust=as_wanted, adjust_form=form_as_wanted)
"""OpenAI's, at OpenAI and at Azure."""

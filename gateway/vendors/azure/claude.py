"""Claude at Azure AI Foundry: Anthropic's wire below `/anthropic/v1`.

Source: platform.claude.com/docs/en/build-with-claude/claude-in-microsoft-foundry.
"""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from gateway.vendors import anthropic
from gateway.vendors.azure.login import is_account
from gateway.vendors.vendor import Answered, Asked, Reader, Sent, Wire
from store.records import Usage


def is_claude(model: str) -> bool:
    """Whether a name is that of one of Anthropic's models; a deployment keeps it unless somebody chose another."""
    return "claude" in model.lower()


def model_of(asked: Asked) -> str:
    """The deployment that is said, else the model."""
    return asked.login.get("azure_deployment_name") or asked.model


def at_foundry(wire: Wire) -> Wire:
    """A wire of Anthropic's, as Foundry has it."""

    def encode(asked: Asked) -> Sent:
        sent = wire.encode(replace(asked, model=model_of(asked)))
        return replace(sent, path=f"{'/anthropic/v1' if is_account(asked.login) else '/v1'}{sent.path}")

    return replace(wire, encode=encode)


CHAT, COMPLETE = at_foundry(anthropic.CHAT), at_foundry(anthropic.COMPLETE)
MESSAGE = replace(at_foundry(anthropic.MESSAGE), speaks=is_claude)
COUNT_TOKENS = replace(at_foundry(anthropic.COUNT_TOKENS), speaks=is_claude)


def either(claude: Wire, other: Wire) -> Wire:
    """A wire that is Anthropic's for Claude and another for every other model."""

    def chosen(asked: Asked) -> Wire:
        return claude if is_claude(model_of(asked)) else other

    def encode(asked: Asked) -> Sent:
        return chosen(asked).encode(asked)

    def decode(body: bytes, asked: Asked) -> Answered:
        return chosen(asked).decode(body, asked)

    def reader(asked: Asked) -> Reader:
        found = chosen(asked).reader
        assert found is not None, "both have streams"
        return found(asked)

    def usage(raw: bytes) -> Usage | None:
        return (other if is_openais(raw) else claude).usage(raw)

    return Wire(encode=encode, decode=decode, reader=reader, usage=usage)


def is_openais(raw: bytes) -> bool:
    """Whether a usage object is in OpenAI's words, or none at all."""
    try:
        said = msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return True
    return not isinstance(said, dict) or "input_tokens" not in said

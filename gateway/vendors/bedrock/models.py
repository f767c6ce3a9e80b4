"""Whose model it is that an id of Bedrock's names: parameters outside Converse's own depend on it. No I/O.

Source: docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

from gateway.vendors.vendor import Asked, Login

MAKERS = (
    "ai21|amazon|anthropic|cohere|deepseek|google|luma|meta|minimax|mistral|moonshot|moonshotai|nvidia|openai|qwen"
    "|stability|twelvelabs|writer|zai"
)
NAMED = re.compile(rf"(?:^|[./])((?:{MAKERS})\.[^/]+)$")


def known_name(model: str, login: Login) -> str:
    """A model's name from its maker's on, without region and ARN: `anthropic.claude-3-haiku-20240307-v1:0`.

    An ARN that does not tell is looked up in the setting `aws_bedrock_model`.
    """
    for name in (model, login.get("aws_bedrock_model")):
        if found := NAMED.search(name):
            return found[1]
    return model


def name_of(asked: Asked) -> str:
    """The name of the model that is asked."""
    return known_name(asked.model, asked.login)


def is_claude(name: str) -> bool:
    """Whether a name is that of one of Anthropic's models."""
    return name.startswith("anthropic.")


def speaks_messages(model: str) -> bool:
    """Whether a model takes Anthropic's messages as they are."""
    return is_claude(known_name(model, Login()))


def at(action: str, stream_action: str | None = None) -> Callable[[Asked], str]:
    """What tells the path of an action on the model that is asked; colons and ARNs are percent-encoded."""

    def path(asked: Asked) -> str:
        what = stream_action if stream_action and asked.stream else action
        return f"/model/{quote(asked.model, safe='')}/{what}"

    return path

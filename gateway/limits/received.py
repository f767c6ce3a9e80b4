"""About how many tokens of an answer have come, where its vendor did not live to say so."""

from __future__ import annotations

import re

from gateway.estimates import BYTES_PER_TOKEN

SAID = re.compile(
    rb'"(?:content|text|delta|thinking|reasoning|reasoning_content|arguments|partial_json|refusal)"\s*:\s*'
    rb'"((?:[^"\\]|\\.)*)"'
)
"""Where the dialects that we speak have what a model says."""


def tokens_received(answer: list[bytes]) -> int:
    """Tokens of what a model has said, leaning upwards."""
    said = sum(len(found) for found in SAID.findall(b"".join(answer)))
    return -(-said // BYTES_PER_TOKEN)

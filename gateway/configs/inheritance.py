"""What a target takes over from what stands above it, written into it before anything is routed.

Source: portkey.ai, gateway configs; the same rules hold for the fields that are ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.configs.fields import INPUT_SIDE, OUTPUT_SIDE

Json = dict[str, Any]

UNLESS_SAID = (
    "retry",
    "cache",
    "strict_open_ai_compliance",
    "forward_headers",
    "custom_host",
    "request_timeout",
    "first_token_timeout",
    "stall_timeout",
    "hold",
    "cb_config",
)
"""A target's own value takes the place of the one above."""
MERGED = ("override_params", "default_params")
"""Field by field, the target's own win."""


def inherited(above: Mapping[str, Any], own: Mapping[str, Any]) -> Json:
    """A target's fields, with those that it takes over."""
    taken = {name: above[name] for name in UNLESS_SAID if name in above}
    for side in (INPUT_SIDE, OUTPUT_SIDE):
        if not any(name in own for name in side):
            taken |= {name: above[name] for name in side if name in above}
    merged = {name: above.get(name, {}) | own.get(name, {}) for name in MERGED if name in above or name in own}
    dropped = list(dict.fromkeys([*above.get("drop_params", ()), *own.get("drop_params", ())]))
    return {**taken, **own, **merged, **({"drop_params": dropped} if dropped else {})}

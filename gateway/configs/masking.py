"""Credentials in a config: hidden when it is shown, and put back when it is sent again as it was shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from gateway.configs.faults import Fault, joined
from gateway.configs.vendor_settings import SECRETS
from gateway.headers import MASK

HIDDEN = SECRETS | {"credentials", "headers"}
"""The last two are those of guardrails."""


def hidden(said: Any) -> Any:
    """A config as it may be shown."""
    return replaced(said, None, lambda _, __: MASK)


def restored(said: Any, before: Any) -> Any:
    """A config that was sent with masks, its credentials taken from the same places of the one before."""
    return replaced(said, before, lambda value, former: former if value == MASK and former is not None else value)


def replaced(said: Any, before: Any, credential: Callable[[Any, Any], Any]) -> Any:
    """A config with each credential replaced by what comes of it and of the one before."""
    if isinstance(said, list):
        at = dict(enumerate(before)) if isinstance(before, list) else {}
        return [replaced(one, at.get(number), credential) for number, one in enumerate(said)]
    if not isinstance(said, dict):
        return said
    former = before if isinstance(before, dict) else {}
    return {
        name: (credential if name in HIDDEN else partial(replaced, credential=credential))(value, former.get(name))
        for name, value in said.items()
    }


def masked_faults(said: Any, path: str = "") -> Iterator[Fault]:
    """Credentials that are masks still: nothing is known to put in their place."""
    if isinstance(said, list):
        for number, one in enumerate(said):
            yield from masked_faults(one, f"{path}[{number}]")
    elif isinstance(said, dict):
        for name, value in said.items():
            if name in HIDDEN and value == MASK:
                yield Fault(joined(path, name), "is masked; send the credential itself")
            else:
                yield from masked_faults(value, joined(path, name))

"""Clients of one dialect, served by vendors that speak another: all that is said turned into chat and back."""

from collections.abc import Mapping

from gateway.adapters.adapter import Adapter
from gateway.adapters.completions import COMPLETIONS
from gateway.adapters.messages import MESSAGES
from gateway.adapters.responses import RESPONSES
from gateway.functions import Function

ADAPTERS: Mapping[Function, Adapter] = {each.function: each for each in (MESSAGES, RESPONSES, COMPLETIONS)}
"""By the function they serve."""

"""Clients of one dialect, served by vendors that speak another: requests, answers and streams turned into chat and back."""

from collections.abc import Mapping

from gateway.adapters.adapter import Adapter
from gateway.functions import Function

ADAPTERS: Mapping[Function, Adapter] = {}
"""By the function they serve."""

"""Saved configs, their versions, what is wrong with one, and what one makes of a request."""

from datetime import datetime
from typing import Any

import msgspec

Json = dict[str, Any]


class ConfigRow(msgspec.Struct, frozen=True, kw_only=True):
    """One in the list."""

    id: str
    slug: str
    name: str
    workspace_id: str = ""
    is_default: bool | int = False
    status: str = "active"
    last_updated_at: datetime | None = None
    mode: str | None = None
    targets: list[str] = []
    version: int = 0
    used_by: list[str] = []
    trouble: str | None = None


class WholeConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One with what it says, its credentials masked."""

    slug: str
    name: str
    version_id: str
    workspace_id: str = ""
    config: Json = {}


class ConfigAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The same as it comes."""

    data: WholeConfig


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """What a config said at some time, as JSON text."""

    version_id: str
    version: int
    name: str = ""
    config: str = "{}"
    updated_by: str | None = None
    updated_by_name: str | None = None
    last_updated_at: datetime | None = None


class VersionList(msgspec.Struct, frozen=True, kw_only=True):
    """Every version, newest first."""

    data: list[Version]


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """The version that holds from now on."""

    version_id: str
    slug: str | None = None
    warnings: list[str] = []


class SavedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The same as it comes."""

    data: Saved


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong or odd, and where."""

    path: str
    message: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a config could be saved."""

    valid: bool
    errors: list[Found] = []
    warnings: list[Found] = []


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """A branch on the way, and whom its strategy chose."""

    path: str
    mode: str
    why: str
    condition: Json | None = None


class Requested(msgspec.Struct, frozen=True, kw_only=True):
    """What a vendor would be sent."""

    method: str
    url: str
    headers: dict[str, str] = {}
    body: Any = None


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """Why a target would not even be asked."""

    status: int
    message: str


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """Where a failure leads."""

    on_status_codes: list[int] | None = None
    except_status_codes: list[int] = []
    to: int = 0


class Retries(msgspec.Struct, frozen=True, kw_only=True):
    """How often the same target is asked again."""

    attempts: int = 0
    on_status_codes: list[int] = []


class Waits(msgspec.Struct, frozen=True, kw_only=True):
    """How long a target may take, in milliseconds."""

    request_timeout: float | None = None
    first_token_timeout: float | None = None
    stall_timeout: float | None = None
    hedge_after: float | None = None


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """What one answer would cost, in nanodollars."""

    input_tokens: int = 0
    max_output_tokens: int | None = None
    input_cost: int | None = None
    cost_at_most: int | None = None
    note: str | None = None


class Foreseen(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt that may come; they are counted from 0."""

    number: int
    path: str
    name: str | None = None
    provider: str | None = None
    vendor: str | None = None
    model: str | None = None
    request: Requested | None = None
    error: Trouble | None = None
    exits: list[Way] = []
    rival: int | None = None
    retry: Retries = Retries()
    limits: Waits = Waits()
    estimate: Estimate | None = None


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that would be tried, in order."""

    config: str | None = None
    choices: list[Choice] = []
    attempts: list[Foreseen] = []
    attempts_in_all: int = 0
    warnings: list[str] = []

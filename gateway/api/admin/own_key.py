"""`/v1/api-keys/self`: whose key this is and what it may do, for programs that offer no more than that."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
from litestar import Controller, Request, get
from litestar.datastructures import State

from gateway.api.admin.door import PlantHere, caller_of, needs
from gateway.moments import instant
from store.organisation.members import member_of
from store.organisation.users import user_by_id

if TYPE_CHECKING:
    from gateway.domain import Caller
    from gateway.plant import Plant

Request_ = Request[None, None, State]


class OwnKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key as it may know itself."""

    id: str
    name: str
    workspace_id: str | None
    """None: it belongs to the organisation, and sees every workspace."""
    is_owner: bool
    """Whether it is the owner's, which the gateway has in its home."""
    user_id: str | None
    email: str | None
    role: str | None
    """The user's in the organisation; None: it is a service's."""
    workspace_role: str | None
    scopes: list[str]
    """What it may do now: a user's key no more than the user."""
    expires_at: datetime | None
    object: str = "own-api-key"


class OwnKeyController(Controller):
    """The key of whoever asks."""

    path = "/v1/api-keys/self"
    tags = ("API keys",)

    @get(guards=needs(), summary="Describe the key that asks")
    async def one(self, request: Request_, plant: PlantHere) -> OwnKey:
        """Any key may ask this."""
        caller = caller_of(request)
        role, workspace_role, email = await roles_of(caller, plant)
        return OwnKey(
            id=caller.key_id,
            name=caller.name,
            workspace_id=None if caller.is_organisation else caller.workspace,
            is_owner=caller is plant.owner,
            user_id=caller.user_id,
            email=email,
            role=role,
            workspace_role=workspace_role,
            scopes=sorted(caller.scopes),
            expires_at=instant(caller.expires_at_ms),
        )


async def roles_of(caller: Caller, plant: Plant) -> tuple[str | None, str | None, str | None]:
    """A user's role in the organisation, in the key's workspace, and their address."""
    if caller.user_id is None:
        return None, None, None
    async with plant.database.session() as session:
        user = await user_by_id(session, caller.user_id)
        member = None if caller.is_organisation else await member_of(session, caller.workspace, caller.user_id)
    return (user.role if user else None), (member.role if member else None), (user.email if user else None)

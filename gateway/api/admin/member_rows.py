"""Users and members of the store: found, and given no role that is more than its giver holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.api.admin.reach import refuse_raising
from gateway.errors import BadRequest, NotFound
from gateway.organisation.roles import ORGANISATION_ROLES, WORKSPACE_ROLES
from store.organisation.members import MemberRow, member_of
from store.organisation.users import UserRow, user_by_email, user_by_id

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

    from gateway.domain import Caller


def refuse_role(role: str, caller: Caller, param: str = "role") -> None:
    """Nobody gives a role in a workspace, or takes one away, that allows more than they hold. Raises Forbidden."""
    refuse_raising(caller, WORKSPACE_ROLES[role], param)


def refuse_organisation_role(role: str, caller: Caller, param: str = "role") -> None:
    """The same of a role in the organisation. Raises Forbidden."""
    refuse_raising(caller, ORGANISATION_ROLES[role], param)


async def found_user(session: AsyncSession, name: str, param: str) -> UserRow:
    """A user by id or address. Raises BadRequest."""
    row = await user_by_id(session, name) or await user_by_email(session, name)
    if row is None:
        raise BadRequest(f"`{param}`: there is no user `{name[:60]}`.", param=param)
    return row


async def user_for(session: AsyncSession, user_id: str) -> UserRow:
    """A user. Raises NotFound."""
    row = await user_by_id(session, user_id)
    if row is None:
        raise NotFound(f"There is no user `{user_id}`.")
    return row


async def membership(session: AsyncSession, workspace: str, user_id: str) -> tuple[MemberRow, UserRow]:
    """A user's membership in a workspace. Raises NotFound."""
    row, user = await member_of(session, workspace, user_id), await user_by_id(session, user_id)
    if row is None or user is None:
        raise NotFound(f"Workspace `{workspace}` has no member `{user_id}`.")
    return row, user

"""Workspaces of the store: made out of a request, found, and kept while anything belongs to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gateway.api.admin.door import SLUG, Problems, slug_from
from gateway.api.admin.limited import check_limits, set_limits
from gateway.api.admin.member_rows import found_user, refuse_role
from gateway.api.admin.reach import reached
from gateway.api.admin.workspace_shapes import (
    LONGEST_NAME,
    DefaultsSaid,
    NewWorkspace,
    WorkspaceChange,
    kept_defaults,
    wrong_with_defaults,
)
from gateway.errors import BadRequest, Conflict
from gateway.moments import now_ms
from store.catalog.configs import all_configs, config_by_slug, make_default
from store.catalog.integrations import all_integrations
from store.catalog.providers import all_providers
from store.ids import new_id
from store.limits.policies import all_policies
from store.organisation.api_keys import all_api_keys
from store.organisation.members import MemberRow
from store.organisation.workspaces import WorkspaceRow, workspace_named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel.ext.asyncio.session import AsyncSession

    from gateway.domain import Caller

MOST_NAMED = 5


def check_new(data: NewWorkspace) -> None:
    """Raises BadRequest with everything that is wrong."""
    problems = Problems()
    is_right = data.slug is None or bool(SLUG.fullmatch(data.slug))
    problems.check(is_right, "slug", "may hold letters, digits, - and _")
    add_common(problems, data)
    problems.settle()


def check(data: WorkspaceChange) -> None:
    """Raises BadRequest with everything that is wrong."""
    problems = Problems()
    add_common(problems, data)
    problems.settle()


def add_common(problems: Problems, data: NewWorkspace | WorkspaceChange) -> None:
    """What may be wrong with a workspace, new or not."""
    if data.name is not msgspec.UNSET:
        is_right = 0 < len(data.name.strip()) <= LONGEST_NAME
        problems.check(is_right, "name", f"must have 1 to {LONGEST_NAME} characters")
    if isinstance(data.defaults, DefaultsSaid):
        problems.add(wrong_with_defaults(data.defaults))
    check_limits(data, problems)


def row_from(data: NewWorkspace) -> WorkspaceRow:
    """The row to be kept."""
    row = WorkspaceRow(
        id=new_id(),
        slug=data.slug or slug_from(data.name),
        name=data.name.strip(),
        description=data.description,
        defaults=kept_defaults(data.defaults),
        created_at_ms=now_ms(),
    )
    set_limits(row, data)
    return row


async def workspace_row(session: AsyncSession, name: str, caller: Caller) -> WorkspaceRow:
    """A workspace by id or slug, that the caller may touch. Raises NotFound."""
    row = await workspace_named(session, name)
    return reached(row, None if row is None else row.slug, caller, "workspace", name)


async def members_from(session: AsyncSession, users: Sequence[str], workspace: str, caller: Caller) -> list[MemberRow]:
    """The first members of a workspace. Raises BadRequest and Forbidden."""
    if users:
        refuse_role("member", caller, "users")
    rows = [await found_user(session, name, f"users[{place}]") for place, name in enumerate(users)]
    return [
        MemberRow(workspace=workspace, user_id=id, role="member", created_at_ms=now_ms())
        for id in dict.fromkeys(row.id for row in rows)
    ]


async def set_config(session: AsyncSession, workspace: str, defaults: DefaultsSaid | msgspec.UnsetType | None) -> None:
    """Let a saved config rule the requests of a workspace that name none, or none. Raises BadRequest."""
    if not isinstance(defaults, DefaultsSaid) or defaults.config_id is msgspec.UNSET:
        return
    if defaults.config_id is None:
        for row in await all_configs(session):
            if row.workspace == workspace and row.is_default:
                row.is_default = False
                session.add(row)
        return
    config = await config_by_slug(session, defaults.config_id)
    if config is None or config.workspace != workspace:
        what = f"`defaults.config_id`: the workspace has no config `{defaults.config_id[:60]}`."
        raise BadRequest(what, param="defaults.config_id")
    await make_default(session, config)
    session.add(config)


async def refuse_used(session: AsyncSession, row: WorkspaceRow) -> None:
    """Raises Conflict that names what still belongs to a workspace."""
    if row.is_default:
        raise Conflict("The default workspace stays: keys of the organisation work in it.")
    keys, providers = await all_api_keys(session), await all_providers(session)
    configs, integrations = await all_configs(session), await all_integrations(session)
    users = [f"API key `{each.name}`" for each in keys if each.workspace == row.slug]
    users += [f"provider `@{each.slug}`" for each in providers if each.workspace == row.slug]
    users += [f"config `{each.slug}`" for each in configs if each.workspace == row.slug]
    users += [f"integration `{each.slug}`" for each in integrations if each.workspace == row.slug]
    users += [f"policy `{each.name or each.id}`" for each in await all_policies(session) if each.workspace == row.slug]
    if users:
        more = f" and {len(users) - MOST_NAMED} more" if len(users) > MOST_NAMED else ""
        raise Conflict(f"Workspace `{row.slug}` still has {', '.join(users[:MOST_NAMED])}{more}; delete them first.")

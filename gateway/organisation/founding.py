"""What an organisation begins with: its default workspace, and its owner."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from store.ids import new_id
from store.organisation.users import UserRow, count_of_role
from store.organisation.workspaces import DEFAULT, WorkspaceRow, slug_is_taken

if TYPE_CHECKING:
    from store.database import Database

OWNER_EMAIL = "owner@localhost"


async def found_organisation(database: Database) -> None:
    """Put in place what is missing, at the start."""
    now_ms = time.time_ns() // 1_000_000
    async with database.session() as session:
        if not await slug_is_taken(session, DEFAULT):
            default = WorkspaceRow(id=new_id(), slug=DEFAULT, name="Default", is_default=True, created_at_ms=now_ms)
            session.add(default)
        if not await count_of_role(session, "owner"):
            owner = UserRow(id=new_id(), email=OWNER_EMAIL, first_name="Owner", role="owner", created_at_ms=now_ms)
            session.add(owner)
        await session.commit()

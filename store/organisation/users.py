"""Users: people of the organisation."""

from sqlalchemy import func
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession


class UserRow(SQLModel, table=True):
    """One person; what they may do is their role's, and in each workspace that of their membership."""

    __tablename__ = "users"

    id: str = Field(primary_key=True)
    email: str = Field(unique=True)
    """In lower case."""
    first_name: str = ""
    last_name: str = ""
    role: str
    """In the organisation: `owner`, `admin`, `member` or `auditor`."""
    created_at_ms: int
    updated_at_ms: int | None = None


async def all_users(session: AsyncSession) -> list[UserRow]:
    """Every user, oldest first."""
    return list(await session.exec(select(UserRow).order_by(col(UserRow.created_at_ms), col(UserRow.id))))


async def user_by_id(session: AsyncSession, user_id: str) -> UserRow | None:
    """The user with that id."""
    return await session.get(UserRow, user_id)


async def user_by_email(session: AsyncSession, email: str) -> UserRow | None:
    """The user with that address, in whatever case it is written."""
    return (await session.exec(select(UserRow).where(UserRow.email == email.strip().lower()))).one_or_none()


async def count_of_role(session: AsyncSession, role: str) -> int:
    """How many users have a role."""
    return (await session.exec(select(func.count()).select_from(UserRow).where(col(UserRow.role) == role))).one()

"""Spool positions: how much of each spool segment is in the database already."""

from sqlmodel import Field, SQLModel


class SpoolPositionRow(SQLModel, table=True):
    """Written in the same transaction as the records up to it, so that a crash counts nothing twice."""

    __tablename__ = "spool_positions"

    segment: str = Field(primary_key=True)
    drained: int
    """Bytes from the segment's beginning."""

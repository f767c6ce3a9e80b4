"""The tables of rollups, labels and saved filters, apart from what writes them, which does without SQLAlchemy."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class RollupRow(SQLModel, table=True):
    """One facet's value in one bucket of one workspace. In the order of its key, so that a period lies together."""

    __tablename__ = "rollups"
    __table_args__ = ({"sqlite_with_rowid": False},)

    grain: int = Field(primary_key=True)
    """Length of the bucket in milliseconds."""
    facet: str = Field(primary_key=True)
    start_ms: int = Field(primary_key=True)
    value: str = Field(primary_key=True)
    workspace: str = Field(primary_key=True)
    last_ms: int
    """When the newest of its requests arrived."""
    counts: bytes
    """A `Bag` as MessagePack."""
    times: bytes
    """Distributions, by `sketches.place`, as MessagePack."""


class SavedFilterRow(SQLModel, table=True):
    """A filter of the log that somebody gave a name."""

    __tablename__ = "saved_filters"

    id: str = Field(primary_key=True)
    name: str = Field(unique=True)
    workspace: str
    filters: str
    """The query's fields as JSON."""
    created_at_ms: int


class LabelRow(SQLModel, table=True):
    """A facet with one of its values, such as a metadata key with a team."""

    __tablename__ = "labels"
    __table_args__ = (Index("ix_labels_facet", "facet", "value", unique=True),)

    id: int = Field(primary_key=True)
    facet: str
    value: str


class LogLabelRow(SQLModel, table=True):
    """A record that has a label; those of one label lie together, in the order of the log."""

    __tablename__ = "log_labels"
    __table_args__ = ({"sqlite_with_rowid": False},)

    label: int = Field(primary_key=True)
    log: int = Field(primary_key=True)
    """The `rowid` of the record."""

"""Running migrations, all in one transaction; imported only where there are some to run."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.pool import NullPool


def migrate(file: Path, migrations: Path, to: str = "head") -> None:
    """Upgrade a file as far as `to`; whatever is raised on the way, the file is then as it was."""
    engine = create_engine(URL.create("sqlite", database=str(file)), poolclass=NullPool)
    event.listen(engine, "connect", leave_transactions_to_us)
    event.listen(engine, "begin", begin)
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)
        refuse_orphans(connection)


def leave_transactions_to_us(connection: Any, _record: object) -> None:
    """Python's sqlite3 would commit before each change of a table."""
    connection.isolation_level = None


def begin(connection: Connection) -> None:
    """Keep all others from writing from the first moment on."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def refuse_orphans(connection: Connection) -> None:
    """Foreign keys are not checked while tables are rebuilt, so look at the end."""
    if orphan := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise ValueError(f"a row of `{orphan[0]}` refers to a row of `{orphan[2]}` that is not there")

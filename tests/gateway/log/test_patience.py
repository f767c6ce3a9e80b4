"""A question that would take too long is stopped, and says how it can be made smaller."""

from pathlib import Path

import pytest
from sqlalchemy import text

from gateway.errors import TooMuch
from gateway.log.patient import patiently
from store.database import open_database
from store.patience import TookTooLong, within

ENDLESS = text("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n")


async def test_endless_question_is_stopped(tmp_path: Path) -> None:
    """A question without an end comes to one, and the same connection answers the next."""
    database = await open_database(tmp_path / "tollhouse.db")
    async with database.session() as session:
        with pytest.raises(TookTooLong):
            async with within(session, 0.05):
                await (await session.connection()).execute(ENDLESS)

        async with within(session, 60):
            found = await (await session.connection()).execute(text("SELECT 7"))

        assert found.scalar_one() == 7
    await database.close()


async def test_who_asked_is_told_what_to_narrow(tmp_path: Path) -> None:
    """The refusal names the time there was, and the filters that make a question smaller."""
    database = await open_database(tmp_path / "tollhouse.db")
    async with database.session() as session:
        with pytest.raises(TooMuch, match=r"longer than 0\.05 s.*time_of_generation_min.*API key, a model or metadata"):
            async with patiently(session, 0.05):
                await (await session.connection()).execute(ENDLESS)
    await database.close()

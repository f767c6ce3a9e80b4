"""Who uses a config, as a cell of the list says it."""

import pytest

from console.screens.configs.screen import used_words


@pytest.mark.parametrize(
    ("users", "said"),
    [
        ([], "nobody"),
        (["API key `chat`", "config `pc-outer`"], "chat +1"),
        (["workspace `red`, whose default it is and so that of its API keys `a`, `b`"], "all of red"),
    ],
)
def test_users_of_a_config_in_a_cell(users: list[str], said: str) -> None:
    """The first user stands there and how many more there are; a workspace's default is used by all of it."""
    assert used_words(users) == said

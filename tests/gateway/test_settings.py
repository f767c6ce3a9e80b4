"""Settings from flags, environment and file: which wins, and what is said of a wrong one."""

import re
from pathlib import Path

import pytest

from gateway.settings import FLAG_LESS, WrongSetting, flag, settable, settle, variable


def test_flag_wins_over_environment_over_file(tmp_path: Path) -> None:
    """A flag wins over a variable, which wins over the file, which wins over the default."""
    (tmp_path / "tollhouse.toml").write_text('port = 1\nhost = "::1"\nmax_body_mb = 5\n')
    environ = {"TOLLHOUSE_HOME": str(tmp_path), "TOLLHOUSE_PORT": "2", "TOLLHOUSE_HOST": "::2"}

    settings = settle({"port": "3"}, environ, None)

    assert (settings.port, settings.host, settings.max_body_mb, settings.drain_seconds) == (3, "::2", 5, 10.0)


def test_every_setting_can_be_in_the_file(tmp_path: Path) -> None:
    """A file may hold every setting but the home it is found in; lists may be TOML lists."""
    (tmp_path / "x.toml").write_text('trusted_custom_hosts = ["A.example", "b:8080"]\noperator_key = "th-1"\n')

    settings = settle({"home": str(tmp_path)}, {}, tmp_path / "x.toml")

    assert (settings.trusted_custom_hosts, settings.operator_key) == (("a.example", "b:8080"), "th-1")


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("# hello\nport = 70000\n", r"`port` must be a whole number from 1 to 65535, not `70000` \(line 2 of .*toml\)"),
        ('log_level = "shouting"', r"`log_level` must be one of debug, info, warning, error, not `shouting` \(line 1 "),
        ("\ndrain_seconds = 0\n", r"`drain_seconds` must be a number of seconds above 0, not `0` \(line 2 "),
        ('\n\nprot = 1\nhost = "x"', r"`prot` is no setting \(line 3 of .*\). Did you mean `port`\?"),
        ("[limits]\nx = 1", r"`limits` is no setting \(line 1 of "),
        ('home = "/x"', r"`home` cannot be set in a file.*line 1 of "),
        ("port = = 1", r"Cannot read `.*toml`: .*line 1"),
    ],
)
def test_wrong_setting_is_named_with_its_line(tmp_path: Path, toml: str, said: str) -> None:
    """What is wrong in the file is said with its line and what would be accepted."""
    (tmp_path / "tollhouse.toml").write_text(toml)

    with pytest.raises(WrongSetting) as caught:
        settle({"home": str(tmp_path)}, {}, None)

    assert re.search(said, str(caught.value), re.S), caught.value


@pytest.mark.parametrize(
    ("flags", "environ", "said"),
    [
        ({"port": "many"}, {}, "given as `--port`"),
        ({}, {"TOLLHOUSE_MAX_BODY_MB": "-1"}, "from TOLLHOUSE_MAX_BODY_MB"),
        ({"admin_host": "::1"}, {}, "`admin_host` means nothing without `admin_port`"),
    ],
)
def test_wrong_setting_says_where_it_is_from(
    tmp_path: Path, flags: dict[str, str | None], environ: dict[str, str], said: str
) -> None:
    """A wrong flag or variable is named as such."""
    with pytest.raises(WrongSetting, match=said):
        settle(flags | {"home": str(tmp_path)}, environ, None)


def test_file_that_was_asked_for_must_be_there(tmp_path: Path) -> None:
    """A settings file named on the command line is not silently missing."""
    with pytest.raises(WrongSetting, match="no settings file"):
        settle({}, {}, tmp_path / "nothing.toml")


@pytest.mark.parametrize("name", [each.name for each in settable()])
def test_every_setting_is_explained(name: str) -> None:
    """The table of settings has each setting with its flag, its variable and its default."""
    explained = (Path(__file__).parents[2] / "docs" / "settings.md").read_text()

    row = next((line for line in explained.splitlines() if line.startswith(f"| `{name}`")), "")

    assert variable(name) in row
    assert name in FLAG_LESS or f"`{flag(name)}`" in row

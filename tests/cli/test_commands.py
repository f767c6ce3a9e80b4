"""The commands as far as they need no gateway."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from console.cli import main


def test_help_lists_every_command() -> None:
    """`tollhouse --help` names each command with a sentence."""
    result = CliRunner().invoke(main, ["--help"])

    assert {line.split()[0] for line in result.output.partition("Commands:\n")[2].splitlines()} == {*main.commands}


@pytest.mark.parametrize("name", [name for name in main.commands if name != "serve"])
def test_every_command_has_help(name: str) -> None:
    """`--help` of each command works without doing anything."""
    result = CliRunner().invoke(main, [name, "--help"])

    assert (result.exit_code, result.output.startswith("Usage: ")) == (0, True)


def test_version_says_what_it_stands_on() -> None:
    """`tollhouse version` names the program, Python and SQLite."""
    result = CliRunner().invoke(main, ["version"])

    assert result.output.startswith("tollhouse ")
    assert "SQLite 3." in result.output


def test_console_without_a_key_says_where_keys_come_from(tmp_path: Path) -> None:
    """Without any key the console does not start, and says what to give."""
    result = CliRunner().invoke(main, ["console", "--home", str(tmp_path)])

    assert result.exit_code == 1
    assert "--key-file" in result.output


def test_wrong_settings_file_is_one_line_and_no_traceback(tmp_path: Path) -> None:
    """A broken `tollhouse.toml` is an error message, not a crash."""
    (tmp_path / "tollhouse.toml").write_text("port = = 1")

    result = CliRunner().invoke(main, ["--home", str(tmp_path)])

    assert result.exit_code == 1
    assert result.output.startswith(f"Error: Cannot read `{tmp_path}/tollhouse.toml`: ")

"""`console.toml`: what it may say, and what is said of what it may not."""

from pathlib import Path

import pytest

from console.keys_table import KEYS
from console.preferences import Context, NoKey, Preferences, WrongPreferences, preferences_in

IDS = [key.id for key in KEYS]
WHOLE = """\
theme = "light"
mouse = false

[keys]
"logs.pause" = "p"

[contexts.prod]
url = "https://gw.example"
key_env = "PROD_KEY"
read_only = true

[contexts."the lab"]
url = "unix:/run/tollhouse/admin.sock"
key_file = "{folder}/lab.key"

[contexts.store]
url = "http://127.0.0.1:8787"
key_command = "printf 'th-%s' secret"
"""


def written(folder: Path, text: str) -> Path:
    """The file with this text."""
    file = folder / "console.toml"
    file.write_text(text)
    return file


def test_everything_that_can_be_said(tmp_path: Path) -> None:
    """Theme, mouse, keys and contexts are read, each key from where its context says."""
    (tmp_path / "lab.key").write_text("th-lab\n")

    said = preferences_in(written(tmp_path, WHOLE.format(folder=tmp_path)), IDS)

    assert (said.theme, said.has_mouse, said.keymap) == ("textual-light", False, {"logs.pause": "p"})
    assert {
        name: each.key({"PROD_KEY": "th-prod", "PATH": "/usr/bin:/bin"}) for name, each in said.contexts.items()
    } == {
        "prod": "th-prod",
        "the lab": "th-lab",
        "store": "th-secret",
    }
    assert [each.is_read_only for each in said.contexts.values()] == [True, False, False]


def test_no_file_says_nothing(tmp_path: Path) -> None:
    """Nobody needs to write one."""
    assert preferences_in(tmp_path / "console.toml", IDS) == Preferences()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("theme = = 1", "Cannot read"),
        ('\ntheme = "pink"', "`theme` must be one of light, dark, contrast, ansi, not `pink` (line 2 of"),
        ("them = 1", "`them` is no setting of the console. Did you mean `theme`? (line 1 of"),
        ('mouse = "no"', "`mouse` must be `true` or `false`, not `no` (line 1 of"),
        ('# x\n[keys]\n"logs.pauze" = "p"', "`logs.pauze` is no key's id"),
        ('# x\n[keys]\n"logs.pauze" = "p"', "Did you mean `logs.pause`? (line 3 of"),
        ('[keys]\n"logs.pause" = 1', "`logs.pause` must be a text in quotes, not `1` (line 2 of"),
        ('[contexts.a]\nkey = "k"', "needs a `url` that begins with http://, https:// or unix:/ (line 1 of"),
        ('[contexts.a]\nurl = "http://a"', "needs one of key, key_env, key_file, key_command, and one only (line 1 of"),
        (
            '[contexts.a]\nurl = "http://a"\nkey = "k"\n\n[contexts.b]\nurl = "http://b"\nkey = "k"\nread_onyl = true',
            "`read_onyl` is no setting of a context. Did you mean `read_only`? (line 8 of",
        ),
        ('[contexts.a]\nurl = "http://a"\nkey = 7', "`key` must be a text in quotes, not `7` (line 3 of"),
        ("contexts = 1", "`contexts` must be a table, not `1` (line 1 of"),
    ],
    ids=lambda text: None if text.startswith("`") else "",
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    """A mistake in the file is named with its line and with what would be accepted."""
    with pytest.raises(WrongPreferences) as caught:
        preferences_in(written(tmp_path, text), IDS)

    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("source", "said", "why"),
    [
        ("key_env", "NOT_SET", "the variable `NOT_SET` is not set"),
        ("key_file", "/nowhere/key", "its key file cannot be read"),
        ("key_command", "false", "`false` gave no key"),
        ("key_command", "sh -c 'echo locked >&2; exit 1'", "locked"),
        ("key_command", "no-such-program-here", "gave no key"),
        ("key_command", "true", "`key_command` gives an empty key"),
        ("key", " ", "`key` gives an empty key"),
    ],
    ids=["variable", "file", "failing", "complaining", "unknown", "silent", "empty"],
)
def test_key_that_cannot_be_had(source: str, said: str, why: str) -> None:
    """Where a key is not where its context says, that is said, with the context's name."""
    with pytest.raises(NoKey) as caught:
        Context("prod", "http://gw", source, said).key({"PATH": "/usr/bin:/bin"})

    assert "Context `prod`" in str(caught.value)
    assert why in str(caught.value)

"""The package as `pipx install .` and `uv tool install .` build it."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("console", "gateway", "store")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Built with what is installed here, nothing downloaded."""
    folder = tmp_path_factory.mktemp("wheel")
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    (file,) = folder.glob("*.whl")
    return zipfile.ZipFile(file)


def test_every_file_of_the_packages_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    """Modules, style sheets and migrations: what runs from a clone runs when installed."""
    needed = {
        str(file.relative_to(ROOT))
        for package in PACKAGES
        for kind in ("*.py", "*.tcss", "*.sql", "*.gz", "*.zdict")
        for file in (ROOT / package).rglob(kind)
    }

    assert needed <= set(wheel.namelist())


def test_nothing_else_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    """Neither tests nor anybody's database are shipped."""
    folders = {name.partition("/")[0] for name in wheel.namelist()}

    assert {name for name in folders if not name.endswith(".dist-info")} == set(PACKAGES)


def test_wheel_gives_the_command(wheel: zipfile.ZipFile) -> None:
    """The installed command is `tollhouse`."""
    (entry,) = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]

    assert "tollhouse = console.cli:main" in wheel.read(entry).decode()

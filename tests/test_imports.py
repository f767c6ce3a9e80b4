"""Who may import whom, told by the code itself: the contracts of pyproject.toml with nothing but Python."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STAGES = ("authenticate", "resolve", "attempt", "settle")


def imported(file: Path) -> Iterator[str]:
    """Every module that a file imports at any time, those for type checking left out."""
    for node in ast.walk(without_type_checking(ast.parse(file.read_text()))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def without_type_checking(tree: ast.Module) -> ast.Module:
    """A module without its `if TYPE_CHECKING` blocks."""
    kept = [
        node
        for node in tree.body
        if not (isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING")
    ]
    return ast.Module(kept, [])


@pytest.mark.parametrize(
    ("package", "strangers"),
    [("console", ("gateway", "store")), ("store", ("gateway", "console")), ("gateway", ("console", "textual"))],
)
def test_packages_know_only_who_is_below_them(package: str, strangers: tuple[str, ...]) -> None:
    """The console knows the gateway by HTTP alone, the store knows nobody, the gateway never draws."""
    found = {
        f"{file.relative_to(ROOT)} imports {name}"
        for file in (ROOT / package).rglob("*.py")
        for name in imported(file)
        if name.partition(".")[0] in strangers
    }

    assert not found


@pytest.mark.parametrize("stage", STAGES)
def test_stages_know_neither_pipeline_nor_edge(stage: str) -> None:
    """A request falls one way: no stage imports the pipeline, the edge or the application."""
    above = ("gateway.pipeline", "gateway.api", "gateway.app", "gateway.start")

    assert not [name for name in imported(ROOT / "gateway" / f"{stage}.py") if name.startswith(above)]


def test_only_two_files_open_connections() -> None:
    """Vendors are reached through the upstream alone: nothing else in the gateway imports a network library."""
    networks = ("httptools", "httpx", "socket", "ssl", "urllib.request", "http.client")
    allowed = {"gateway/upstream.py", "gateway/http1.py", "gateway/sockets.py"}

    found = {
        str(file.relative_to(ROOT))
        for file in (ROOT / "gateway").rglob("*.py")
        for name in imported(file)
        if name in networks
    }

    assert found <= allowed

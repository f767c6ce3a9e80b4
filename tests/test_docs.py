"""What the documentation promises to name, it names."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.cli import main
from gateway.errors import GatewayError
from gateway.log.query import KNOWN
from gateway.organisation.roles import ORGANISATION_ROLES, WORKSPACE_ROLES
from gateway.organisation.scopes import MANAGED
from gateway.vendors import VENDORS
from gateway.watching.metrics import METRICS, OF_MANY
from store.log.error_classes import CLASSES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
ERRORS = (ROOT / "docs" / "errors.md").read_text()
LOGS = (ROOT / "docs" / "logs.md").read_text()
ORGANISATION = (ROOT / "docs" / "organisation.md").read_text()
LISTED = (ROOT / "docs" / "vendors.md").read_text()


def errors(kind: type[GatewayError] = GatewayError) -> Iterator[type[GatewayError]]:
    """Every kind of error there is."""
    yield kind
    for special in kind.__subclasses__():
        yield from errors(special)


@pytest.mark.parametrize("code", sorted({error.code for error in errors()}))
def test_every_error_code_is_explained(code: str) -> None:
    """A caller finds each error code in the table of errors."""
    assert f"`{code}`" in ERRORS


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_is_explained(name: str) -> None:
    """An operator finds each command in the README's table."""
    assert re.search(rf"^\| `tollhouse {name}\b", README, re.M)


@pytest.mark.parametrize("resource", sorted(MANAGED))
def test_every_scope_is_listed(resource: str) -> None:
    """Who makes a key finds each scope in the table, with what may be done."""
    row = next(line for line in ORGANISATION.splitlines() if line.startswith("|") and f"`{resource}`" in line)

    assert row.split("|")[2].strip() == ", ".join(MANAGED[resource])


@pytest.mark.parametrize("role", sorted({*ORGANISATION_ROLES, *WORKSPACE_ROLES}))
def test_every_role_is_explained(role: str) -> None:
    """Who invites somebody finds each role."""
    assert f"| `{role}` |" in ORGANISATION


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_every_vendor_is_listed(vendor: str) -> None:
    """A vendor is found under the name that an integration gives it."""
    assert f"| `{vendor}` |" in LISTED


@pytest.mark.parametrize(
    "file", [*sorted(ROOT.glob("[!.]*/README.md")), *sorted(ROOT.glob("docs/*.md")), ROOT / "README.md"]
)
def test_links_lead_somewhere(file: Path) -> None:
    """Every relative link and picture of a document is there."""
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", file.read_text())

    assert not [target for target in targets if not (file.parent / target).exists()]


@pytest.mark.parametrize("file", sorted(ROOT.glob("[!.]*/README.md")))
def test_package_readmes_stay_short(file: Path) -> None:
    """A package's README is read in one go: 80 lines at most."""
    assert len(file.read_text().splitlines()) <= 80


def test_make_targets_of_the_readme_exist() -> None:
    """Every `make` command the README names is there."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))

    named = {a or b for a, b in re.findall(r"`make ([a-z-]+)`|^    make ([a-z-]+)", README, re.M)}

    assert named
    assert named <= targets


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_every_error_class_is_explained(name: str) -> None:
    """Whoever reads a failure's class finds what it means."""
    assert f"| `{name}` | {CLASSES[name][0]} |" in LOGS


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_every_filter_is_named(name: str) -> None:
    """Each filter of the log is in its documentation, by itself or as one that `_min` and `_max` follow."""
    assert f"`{name}`" in LOGS or f"`{name.removesuffix('_min').removesuffix('_max')}`" in LOGS


def test_there_are_enough_metrics() -> None:
    """The documentation names every metric, of which there are at least 47."""
    text = (ROOT / "docs" / "metrics.md").read_text()

    assert len(METRICS) + len(OF_MANY) >= 47
    assert [name for name in (*METRICS, *OF_MANY) if f"| `{name}` |" not in text] == []

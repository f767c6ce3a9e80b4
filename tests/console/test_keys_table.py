"""The table of keys: it is what the program does, what help says, and what the documentation shows."""

import pytest
from textual.dom import DOMNode

from console.access import Access
from console.app import TollhouseApp
from console.keyboard import PLACES, Key, Place
from console.keys_table import KEYS, keys_of
from console.screens.alerts.screen import AlertsScreen
from console.screens.audit import AuditScreen
from console.screens.catalog.entry import CatalogEntryScreen
from console.screens.catalog.screen import CatalogScreen
from console.screens.configs.editor import ConfigEditorScreen
from console.screens.configs.explain import ConfigExplainScreen
from console.screens.configs.screen import ConfigsScreen
from console.screens.configs.versions import ConfigVersionsScreen
from console.screens.connect import ConnectScreen
from console.screens.form import FormScreen
from console.screens.keys.entry import KeyEntryScreen
from console.screens.keys.screen import KeysScreen
from console.screens.limits.detail import LimitDetailScreen
from console.screens.limits.screen import LimitsScreen
from console.screens.logs.columns import ColumnsScreen
from console.screens.logs.detail import LogDetailScreen
from console.screens.logs.screen import LogsScreen
from console.screens.logs.trace import TraceScreen
from console.screens.logs.views import ViewsScreen
from console.screens.overview import OverviewScreen
from console.screens.page import PageScreen
from console.screens.people.screen import PeopleScreen
from console.screens.people.workspace import WorkspaceScreen
from console.screens.playground.screen import PlaygroundScreen
from console.screens.secret import SecretScreen
from console.screens.settings import SettingsScreen
from console.widgets.resource_table import ResourceTable
from console.widgets.tail_view import TailView
from tests.console.driving import Operator, operating, seen, until_seen
from tests.console.fake_gateway import FakeGateway
from tests.console.keys_document import DOCUMENT, document
from tests.console.people_samples import record, workspace
from tests.console.samples import api_key, integration, limit, log

HOMES: dict[Place, tuple[type[DOMNode], ...]] = {
    "everywhere": (TollhouseApp,),
    "lists": (TailView, ResourceTable),
    "overview": (OverviewScreen,),
    "logs": (LogsScreen,),
    "views": (ViewsScreen,),
    "columns": (ColumnsScreen,),
    "trace": (TraceScreen,),
    "log": (LogDetailScreen,),
    "catalog": (CatalogScreen,),
    "entry": (CatalogEntryScreen,),
    "keys": (KeysScreen,),
    "key": (KeyEntryScreen,),
    "configs": (ConfigsScreen,),
    "config": (ConfigEditorScreen,),
    "explain": (ConfigExplainScreen,),
    "versions": (ConfigVersionsScreen,),
    "limits": (LimitsScreen,),
    "limit": (LimitDetailScreen,),
    "alerts": (AlertsScreen,),
    "playground": (PlaygroundScreen,),
    "connect": (ConnectScreen,),
    "people": (PeopleScreen,),
    "workspace": (WorkspaceScreen,),
    "audit": (AuditScreen,),
    "settings": (SettingsScreen,),
    "page": (PageScreen,),
    "forms": (FormScreen,),
    "secret": (SecretScreen,),
}
"""Who performs the actions of a place."""
WAYS: dict[Place, list[str]] = {
    "everywhere": [],
    "lists": [],
    "logs": [],
    "views": ["v"],
    "columns": ["escape", "O"],
    "trace": ["escape", "T"],
    "log": ["escape", "enter"],
    "overview": ["1"],
    "catalog": ["3"],
    "entry": ["enter"],
    "playground": ["0", "escape"],
    "limits": ["6"],
    "limit": ["enter"],
    "connect": ["colon", *"connect", "enter"],
    "alerts": ["9"],
    "keys": ["4"],
    "key": ["enter"],
    "people": ["7", "left"],
    "workspace": ["right", "enter"],
    "audit": ["8"],
    "page": ["enter"],
    "configs": ["escape", "5"],
    "explain": ["x"],
    "versions": ["escape", "v"],
    "config": ["escape", "enter"],
    "forms": ["escape", "4", "escape", "n"],
}
"""The keys that lead from one place to the next."""
KEYS_SHOWN: dict[Place, str] = {
    "views": "d Delete",
    "columns": "Space Show/hide",
    "trace": "Enter Open  y Copy id",
    "log": "y Copy tab",
    "overview": "v Table",
    "catalog": "→ Lists",
    "entry": "Esc Back  T Test  p Provision",
    "playground": "b Two sides",
    "limits": "n New  e Edit  u Raise",
    "limit": "u Raise  e Edit  x Reset",
    "connect": "→ Next client",
    "alerts": "t Test",
    "keys": "R Rotate",
    "key": "e Edit  Esc Back  R Rotate",
    "people": "R New link",
    "workspace": "e Role",
    "audit": "v Verify",
    "page": "y Copy  Esc Back",
    "configs": "x Explain  v Versions",
    "explain": "F5 Explain",
    "versions": "b Roll back",
    "config": "Ctrl+Space Complete",
    "forms": "Ctrl+S Save",
}
"""What the last line of a place has and no other."""


@pytest.mark.parametrize("key", KEYS, ids=lambda key: f"{key.place}-{key.shown}")
def test_every_key_has_an_action(key: Key) -> None:
    """Each row of the table names an action that its screen, list or application has."""
    name = key.action.partition("(")[0]
    homes = (TollhouseApp,) if name.startswith("app.") else HOMES[key.place]

    for home in homes:
        assert hasattr(home, f"action_{name.removeprefix('app.')}")


async def test_every_key_reaches_its_action() -> None:
    """In its place each key leads to the action of its row, and not to something that Textual binds to it."""
    gateway = FakeGateway()
    gateway.logs, gateway.integrations, gateway.keys = [log(1)], [integration("local")], [api_key("key-1", "one")]
    gateway.configs.add("pc-chat", "Chat", {"provider": "@openai-prod"})
    gateway.limits.rows = [limit("l-1", "api_key", "key-1")]
    gateway.people.workspaces, gateway.people.audit = [workspace("default")], [record(1)]
    async with operating(gateway) as pilot:
        await until_seen(pilot, "14:00:01.204")
        for place, way in WAYS.items():
            await pilot.press(*way)
            if way:
                await until_seen(pilot, KEYS_SHOWN[place])

            active, offered = (
                pilot.app.screen.active_bindings,
                [key for key in keys_of(place) if is_offered(pilot, key)],
            )
            reached = {name: active[name].binding.action for key in offered for name in key.keys.split(",")}

            expected = {name: key.action for key in offered for name in key.keys.split(",")}
            assert without_ctrl_c(reached) == without_ctrl_c(expected)


def is_offered(pilot: Operator, key: Key) -> bool:
    """Whether the list that is shown has the act at all: some are of one list of several."""
    listing = getattr(pilot.app.screen, "listing", "")
    return Access().why_not(key.place, key.action, listing) is None


def without_ctrl_c(actions: dict[str, str]) -> dict[str, str]:
    """It copies what is selected before it does what the table says."""
    return {name: action for name, action in actions.items() if name != "ctrl+c"}


async def test_help_lists_the_keys() -> None:
    """`?` shows every key of the screen with what it does, and those that work everywhere."""
    async with operating(FakeGateway(), height=60) as pilot:
        await pilot.press("4", "question_mark")
        await until_seen(pilot, "Help", PLACES["keys"])

        for key in [*keys_of("keys"), *keys_of("lists"), *keys_of("everywhere")]:
            assert key.shown in seen(pilot)
            assert key.does in seen(pilot)


def test_documentation_shows_the_keys() -> None:
    """Whoever reads docs/console.md finds every key of the program with what it does, and none that it has not."""
    assert DOCUMENT.read_text() == document(), "run `make keys`"

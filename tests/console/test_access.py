"""What the operator may not do is not offered: in read-only mode, and by what their key holds."""

import pytest

from console.access import NEEDS, Access, Need, need_of
from console.api_keys.scopes import EVERYTHING
from console.client import GatewayClient
from console.keys_table import KEYS
from console.memory import Memory
from console.preferences import Context, Preferences
from console.wire.answers import Done
from console.wire.errors import GatewayRefused
from console.wire.own_key import OwnKey
from tests.console.driving import console_of, operating, seen, until, until_seen
from tests.console.fake_gateway import FakeGateway
from tests.console.samples import api_key, integration
from tests.console.test_commands import jump

CHANGING = {"new", "edit", "delete", "rotate", "switch", "resend", "raise", "reset", "send", "again", "test"} | {
    "save",
    "roll_back",
    "switch_shown",
    "provision",
    "limit",
    "pause_key",
    "scopes",
}
"""Names of actions that change something, wherever they are."""
FORMS = "forms"
"""What one may not fill in is not opened."""


def needs() -> list[Need]:
    """Every need in the table."""
    return [need for each in NEEDS.values() for need in ([each] if isinstance(each, Need) else each.values())]


def test_table_names_scopes_and_keys_that_exist() -> None:
    """Each row is of an action in the table of keys, and each scope in it is one of the gateway's."""
    assert set(NEEDS) <= {(key.place, key.action.partition("(")[0]) for key in KEYS}
    assert {scope for need in needs() for scope in need.scopes} <= set(EVERYTHING)


def test_no_changing_key_lacks_a_row() -> None:
    """A key that changes something has a row that says what it needs."""
    changing = [key for key in KEYS if key.place != FORMS and key.action.partition("(")[0] in CHANGING]

    assert changing
    assert [key.id for key in changing if (key.place, key.action.partition("(")[0]) not in NEEDS] == []


def test_reasons() -> None:
    """An act is refused for the mode, then for the scope that is lacking; before the gateway has said, for neither."""
    looker = OwnKey(id="1", name="looker", scopes=["providers.list"])

    assert Access().why_not("keys", "new") is None
    assert Access(is_read_only=True).why_not("keys", "new") == "this console is read-only"
    assert Access(key=looker).why_not("keys", "new") == (
        "needs the scope `workspace_service_api_keys.create`, which key `looker` lacks"
    )
    assert Access(key=looker).why_not("catalog", "new('providers')") is not None
    assert Access(is_read_only=True, key=looker).why_not("logs", "pause") is None
    assert Access().why_not("people", "resend", "users") == "only in invites"
    assert Access().why_not("people", "resend", "invites") is None
    assert need_of("catalog", "new", "models") == need_of("catalog", "new('models')", "providers")


async def test_read_only_console_offers_no_change() -> None:
    """Neither footer nor keys nor `:` offer a change, Enter only shows, help says why, and the status line too."""
    gateway = FakeGateway()
    gateway.integrations, gateway.keys = [integration("local")], [api_key("key-1", "grafana")]
    app = console_of(gateway, is_read_only=True)
    async with app.run_test(size=(120, 45), notifications=True) as pilot:
        await pilot.press("4")
        await until_seen(pilot, "grafana", "● ok read-only")
        assert "R Rotate" not in seen(pilot)
        assert "n New" not in seen(pilot)

        await pilot.press("n", "e", "d", "R", "P", "enter")
        await until_seen(pilot, "A key of workspace default; it works", "Esc Back  L Logs")
        assert not app.screen.is_modal
        assert "e Edit" not in seen(pilot)

        await pilot.press("escape")
        await until_seen(pilot, "Enter Open")
        await pilot.press("question_mark")
        await until_seen(pilot, "new API key; its secret is shown once", "not here: this console is read-only")
        await pilot.press("escape", "colon")
        await until_seen(pilot, "Enter runs the marked one")
        assert "make an API key" not in seen(pilot)
    assert gateway.asked == []


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_read_only_client_sends_no_change(method: str) -> None:
    """Whatever a screen does, no request that changes something leaves a read-only console; a question does."""
    gateway = FakeGateway()
    client = GatewayClient("http://gateway.test", "th-operator", transport=gateway.transport, is_read_only=True)

    with pytest.raises(GatewayRefused, match="read-only"):
        await client.send(method, "/v1/api-keys/key-1", {}, Done)
    await client.send("POST", "/v1/configs/explain", {}, Done)
    await client.send("POST", "/v1/configs/validate", {"config": {}}, Done)

    assert [path for _, path, _ in gateway.asked] == ["/v1/configs/explain", "/v1/configs/validate"]
    await client.close()


async def test_key_without_a_scope_is_offered_less() -> None:
    """By its scopes a key is offered providers to make and no integrations, and the footer follows the list."""
    gateway = FakeGateway()
    gateway.people.own_key = {
        "id": "1",
        "name": "mkt",
        "scopes": ["providers.create", "providers.list", "analytics.view"],
    }
    gateway.integrations = [integration("local")]
    async with operating(gateway) as pilot:
        await pilot.press("3")
        await until_seen(pilot, "Integrations 1")
        await until(pilot, lambda: "n New" not in seen(pilot))

        await pilot.press("right")

        await until_seen(pilot, "n New")
        await pilot.press("n")
        await until_seen(pilot, "POST /v1/providers")


async def test_key_that_may_not_see_figures_is_told_so() -> None:
    """A gateway that refuses its figures is not called unreachable."""
    gateway = FakeGateway()
    gateway.refuses_to_show["/v1/stats"] = "the API key `mkt` lacks the scope `analytics.view`"
    async with console_of(gateway).run_test(size=(120, 36)) as pilot:
        await until_seen(pilot, "● ok, the API key `mkt` lacks the scope `analytics.view`")


async def test_another_context_without_a_restart() -> None:
    """`:ctx NAME` goes over to another gateway with its key and mode, and nothing of the former stays."""
    gateway = FakeGateway()
    gateway.keys = [api_key("key-1", "grafana")]
    contexts = {
        name: Context(name, f"http://{name}.test", "key", f"th-{name}", is_read_only=name == "prod")
        for name in ("prod", "lab")
    }
    locked = Context("locked", "http://locked.test", "key_file", "/nowhere")
    said = Preferences(contexts=contexts | {"locked": locked})
    app = console_of(gateway, preferences=said, context="lab", memory=Memory())
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await pilot.press("4")
        await until_seen(pilot, "grafana", "● lab  req")
        gateway.keys = [api_key("key-2", "prod-key")]
        former = app.screen

        await jump(pilot, "ctx prod")

        await until_seen(pilot, "● prod read-only")
        assert not former.is_attached
        assert {request.headers["x-portkey-api-key"] for request in gateway.requests[-2:]} == {"th-prod"}
        assert gateway.requests[-1].url.host == "prod.test"
        await pilot.press("4")
        await until_seen(pilot, "prod-key")
        assert "grafana" not in seen(pilot)

        await jump(pilot, "ctx locked")

        await until_seen(pilot, "its key file cannot be read", "● prod read-only")


async def test_keys_can_be_given_to_other_acts() -> None:
    """A keymap moves an act to another key, which the footer, the commands and help then show."""
    gateway = FakeGateway()
    app = console_of(gateway, preferences=Preferences(keymap={"logs.pause": "p", "keys.new": "ctrl+n"}))
    async with app.run_test(size=(120, 60)) as pilot:
        await until_seen(pilot, "p Pause")
        await pilot.press("4")
        await until_seen(pilot, "Ctrl+N New")
        await pilot.press("n")
        assert not app.screen.is_modal

        await pilot.press("ctrl+n")

        await until_seen(pilot, "New API key")

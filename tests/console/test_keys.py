"""Keys: made, shown once, changed, rotated, revoked."""

from datetime import UTC

from console.api_keys.scopes import EVERYTHING
from console.screens.keys.screen import SPENT_APART, key_row
from console.screens.secret import SecretScreen
from console.text.figures import NONE
from console.wire.keys import ApiKey
from console.wire.reading import convert
from tests.console.driving import NOW, console_of, fill, operating, seen, unseen, until, until_seen
from tests.console.fake_gateway import FakeGateway
from tests.console.measured import group
from tests.console.samples import api_key, limit, log

NEW_SECRET = "th-NEW-SECRET-0123456789"


async def test_new_key_is_shown_once() -> None:
    """A new key's secret stands on the screen until it is closed, `c` copies it, and nothing keeps it."""
    gateway = FakeGateway()
    async with operating(gateway) as pilot:
        await pilot.press("4")
        await until_seen(pilot, "No keys yet: n makes one.")
        await pilot.press("n")
        await until_seen(pilot, "New API key")
        await fill(pilot, name="mkt-webui")
        await pilot.press("enter")
        await until_seen(pilot, NEW_SECRET, "It is not shown again")

        await pilot.press("c")
        await until_seen(pilot, "Sent to your terminal's clipboard")
        assert pilot.app.clipboard == NEW_SECRET
        shown = pilot.app.screen
        await pilot.press("escape")

        await unseen(pilot, NEW_SECRET, "not shown again")
        await until_seen(pilot, "mkt-webui", "completions.write")
        await until(pilot, lambda: pilot.app.clipboard == "")
        assert isinstance(shown, SecretScreen)
        assert shown.secret == ""
        body = {"name": "mkt-webui", "scopes": ["completions.write"]}
        assert gateway.asked == [("POST", "/v1/api-keys/workspace/service", body)]


async def test_secret_stays_until_it_is_closed_on_purpose() -> None:
    """No key but Esc, or Enter on Done, closes a secret: what is typed by habit does not lose it."""
    async with operating(FakeGateway()) as pilot:
        await pilot.press("4", "n")
        await until_seen(pilot, "New API key")
        await fill(pilot, name="x")
        await pilot.press("enter")
        await until_seen(pilot, NEW_SECRET)

        await pilot.press("q", "2", "colon", "space", "ctrl+c", "ctrl+p", "n")
        assert NEW_SECRET in seen(pilot)
        assert pilot.app.clipboard == NEW_SECRET
        await pilot.press("tab", "enter")

        await unseen(pilot, NEW_SECRET)


async def test_scopes_are_chosen_or_written() -> None:
    """A template fills in the scopes that are sent, and scopes that were written win over it."""
    gateway = FakeGateway()
    async with operating(gateway) as pilot:
        await pilot.press("4", "n")
        await until_seen(pilot, "New API key")
        await fill(pilot, name="ops")
        await pilot.press("tab", "enter", "end", "enter")
        await until_seen(pilot, "operator: everything")
        await pilot.press("ctrl+s")
        await until_seen(pilot, NEW_SECRET)
        assert gateway.asked[0][2]["scopes"] == EVERYTHING
        await pilot.press("escape", "n")
        await until_seen(pilot, "New API key")

        await fill(pilot, name="two", scopes="logs.view, logs.list", expires_at="90")
        await pilot.press("ctrl+s")

        await until_seen(pilot, NEW_SECRET)
        assert gateway.asked[1][2]["scopes"] == ["logs.view", "logs.list"]
        assert gateway.asked[1][2]["expires_at"] == "2027-02-22T15:00:00Z"


async def test_wrong_entries_are_said_under_their_field() -> None:
    """A scope that is none, and an end that is no date, are said where they were typed, and nothing is sent."""
    gateway = FakeGateway()
    async with operating(gateway) as pilot:
        await pilot.press("4", "n")
        await until_seen(pilot, "New API key")

        await fill(pilot, scopes="everything", expires_at="soon")
        await pilot.press("ctrl+s")

        await until_seen(pilot, "Name is needed", "`everything` is no scope", "a number of days, or a date")
        assert gateway.asked == []


async def test_rotating_shows_the_new_secret_and_how_long_the_old_one_works() -> None:
    """`R` asks, then shows the new secret and until when the old one works."""
    gateway = FakeGateway()
    gateway.keys = [api_key("key-1", "mkt-webui")]
    async with operating(gateway) as pilot:
        await pilot.press("4")
        await until_seen(pilot, "mkt-webui")
        await pilot.press("R")
        await until_seen(pilot, "Rotate key `mkt-webui`?")

        await pilot.press("right", "enter")

        await until_seen(pilot, "th-ROTATED-9876", "The old one works on until 2026-11-25 09:00.")
        assert gateway.asked == [("POST", "/v1/api-keys/key-1/rotate", {})]


async def test_revoking_asks_and_names_the_key() -> None:
    """`d` names the key and what follows; only the second button revokes it."""
    gateway = FakeGateway()
    gateway.keys = [api_key("key-1", "mkt-webui"), api_key("key-2", "eng-ci")]
    async with operating(gateway) as pilot:
        await pilot.press("4")
        await until_seen(pilot, "eng-ci")
        await pilot.press("j", "d")
        await until_seen(pilot, "Revoke key `eng-ci`?", "refused at once")

        await pilot.press("right", "enter")

        await unseen(pilot, "eng-ci")
        assert gateway.asked == [("DELETE", "/v1/api-keys/key-2", {})]
        assert "mkt-webui" in seen(pilot)


async def test_refused_revocation_is_said() -> None:
    """What the gateway refuses outside of a form is said in a notice, and the row stays."""
    gateway = FakeGateway()
    gateway.keys = [api_key("key-1", "mkt-webui")]
    gateway.will_refuse("/v1/api-keys/key-1", 403, "Your key may not revoke others.")
    async with operating(gateway) as pilot:
        await pilot.press("4")
        await until_seen(pilot, "mkt-webui")

        await pilot.press("d")
        await until_seen(pilot, "Revoke key")
        await pilot.press("right", "enter")

        await until_seen(pilot, "Not done", "Your key may not revoke others.", "mkt-webui")


async def test_editing_changes_scopes_and_takes_the_end_away() -> None:
    """`e` changes what a key may do; an emptied end is sent as null, which means never."""
    gateway = FakeGateway()
    gateway.keys = [api_key("key-1", "mkt-webui", expires_at="2027-01-01T08:00:00Z")]
    async with operating(gateway) as pilot:
        await pilot.press("4")
        await until_seen(pilot, "2027-01-01")
        await pilot.press("e")
        await until_seen(pilot, "Key mkt-webui")

        await fill(pilot, scopes="completions.write models.list", expires_at="")
        await pilot.press("ctrl+s")

        await until_seen(pilot, "completions.write +1", "never")
        changed = {"scopes": ["completions.write", "models.list"], "expires_at": None}
        assert gateway.asked == [("PUT", "/v1/api-keys/key-1", changed)]


def test_expired_key_says_so() -> None:
    """A key whose time is over is shown as expired, whatever the gateway calls it."""
    over = convert(api_key("key-1", "old", expires_at="2026-11-24T14:59:59Z"), ApiKey)

    assert key_row(over, (), NONE, UTC, NOW)[-3:-1] == ("2026-11-24", "expired")


async def test_key_is_made_with_limits_config_and_metadata() -> None:
    """One short form makes a key for Open WebUI with a budget, a rate, a config, metadata and a rotation."""
    gateway = FakeGateway()
    gateway.configs.add("pc-chat", "Chat", {"provider": "@openai-prod"})
    async with operating(gateway, height=50) as pilot:
        await pilot.press("4", "n")
        await until_seen(pilot, "New API key")
        await pilot.press("tab", "enter", "down", "enter")
        await until_seen(pilot, "Open WebUI: completions")
        await fill(pilot, name="mkt-webui", budget="$50", rate="60", metadata="team=mkt, env=prod")
        await pilot.press("shift+tab", "enter", "down", "enter")
        await until_seen(pilot, "pc-chat (Chat)")
        await pilot.press("ctrl+s")
        await until_seen(pilot, NEW_SECRET)

        body = {
            "name": "mkt-webui",
            "scopes": ["completions.write"],
            "usage_limits": [{"type": "cost", "credit_limit": 50, "periodic_reset": "monthly"}],
            "rate_limits": [{"type": "requests", "unit": "rpm", "value": 60}],
            "defaults": {
                "config_id": "pc-chat",
                "metadata": {"team": "mkt", "env": "prod"},
                "open_webui": "headers",
            },
        }
        assert gateway.asked == [("POST", "/v1/api-keys/workspace/service", body)]


async def test_key_is_paused_and_resumed() -> None:
    """`P` asks before it refuses an application, and lets it in again without asking."""
    gateway = FakeGateway()
    gateway.keys = [api_key("key-1", "mkt-webui")]
    async with operating(gateway) as pilot:
        await pilot.press("4")
        await until_seen(pilot, "mkt-webui")
        await pilot.press("P")
        await until_seen(pilot, "Pause key `mkt-webui`?")
        await pilot.press("right", "enter")
        await until_seen(pilot, "paused")

        await pilot.press("P")

        await unseen(pilot, "paused")
        assert [body for _, _, body in gateway.asked] == [{"status": "paused"}, {"status": "active"}]


async def test_scopes_are_picked_one_by_one() -> None:
    """`S` shows what each scope allows, narrows them by words, and sends those that are marked."""
    gateway = FakeGateway()
    gateway.keys = [api_key("key-1", "eng-ci")]
    async with operating(gateway) as pilot:
        await pilot.press("4")
        await until_seen(pilot, "eng-ci")
        await pilot.press("S")
        await until_seen(pilot, "What may eng-ci do?", "send requests to models")
        await pilot.press("slash", *"audit", "enter")
        await until_seen(pilot, "list who changed what")
        await pilot.press("space")
        await until_seen(pilot, "2 of")
        await pilot.press("ctrl+s")

        await until(pilot, lambda: gateway.asked)
        assert gateway.asked == [("PUT", "/v1/api-keys/key-1", {"scopes": ["completions.write", "audit_logs.list"]})]


async def test_page_of_a_key_says_what_it_did() -> None:
    """Enter says what a key may do, how its limits stand, what it spent by model, and what it asked last; `L` is all
    of that in Logs."""
    gateway = FakeGateway()
    gateway.keys = [api_key("key-1", "mkt-webui", defaults={"config_id": "pc-chat", "metadata": {"team": "mkt"}})]
    gateway.limits.rows = [limit("l-1", "api_key", "key-1")]
    gateway.limits.groups["ai-models"] = [{"ai_model": "gpt-4o", "requests": 12, "cost": 340.0, "tokens": 9_000}]
    gateway.logs = [log(1)]
    async with operating(gateway) as pilot:
        await pilot.press("4")
        await until_seen(pilot, "mkt-webui", "pc-chat", "$12.50", "$37.50")
        await pilot.press("enter")
        await until_seen(pilot, "A key of workspace default; it works", "team=mkt", "$50.00 monthly  ████")
        await until_seen(pilot, "$3.40  12 requests", "14:00:01  200  gpt-4o")
        assert gateway.filters[-1] == {"api_key_ids": "key-1"}

        await pilot.press("L")

        await until_seen(pilot, "key:mkt-webui")


async def test_editing_defaults_keeps_what_the_form_does_not_ask() -> None:
    """Another metadata leaves a key's config and how much the log keeps as they were."""
    gateway = FakeGateway()
    defaults = {"config_id": "pc-chat", "metadata": {"team": "mkt"}, "log_bodies": "metadata", "open_webui": "off"}
    gateway.keys = [api_key("key-1", "mkt-webui", defaults=defaults)]
    async with operating(gateway) as pilot:
        await pilot.press("4")
        await until_seen(pilot, "mkt-webui")
        await pilot.press("e")
        await until_seen(pilot, "Key mkt-webui")
        await fill(pilot, metadata="team=sales")
        await pilot.press("ctrl+s")

        await until(pilot, lambda: gateway.asked)
        changed = {"config_id": "pc-chat", "metadata": {"team": "sales"}, "log_bodies": "metadata"}
        assert gateway.asked == [("PUT", "/v1/api-keys/key-1", {"defaults": changed})]


async def test_new_key_gets_scopes_picked_when_it_is_saved() -> None:
    """One by one: the picker opens over the form, what is marked there is sent, and leaving it keeps the form."""
    gateway = FakeGateway()
    async with operating(gateway) as pilot:
        await pilot.press("4", "n")
        await until_seen(pilot, "New API key")
        await fill(pilot, name="two")
        await pilot.press("tab", "enter", "down", "down", "down", "enter")
        await until_seen(pilot, "one by one")
        await pilot.press("ctrl+s")
        await until_seen(pilot, "What may the new key do?")
        await pilot.press("escape")
        await until_seen(pilot, "No scope was marked")

        await pilot.press("ctrl+s")
        await until_seen(pilot, "What may the new key do?")
        await pilot.press("space", "j", "j", "space", "ctrl+s")

        await until_seen(pilot, NEW_SECRET)
        assert gateway.asked[0][2]["scopes"] == ["completions.write", "logs.list"]


async def test_nobody_gives_what_he_has_not() -> None:
    """The picker offers the scopes of the operator's own key alone, and what is out of reach stays as it is."""
    gateway = FakeGateway()
    own = ["workspace_service_api_keys.update", "workspace_service_api_keys.list", "logs.list"]
    gateway.people.own_key = {"id": "mine", "name": "mine", "scopes": own}
    gateway.keys = [api_key("key-1", "eng-ci")]
    async with operating(gateway) as pilot:
        await pilot.press("4")
        await until_seen(pilot, "eng-ci")
        await until(pilot, lambda: "n New" not in seen(pilot))
        await pilot.press("S")
        await until_seen(pilot, "1 of 3 marked, 1 of them not yours to take away", "list the log of requests")
        assert "audit_logs" not in seen(pilot)

        await pilot.press("space", "ctrl+s")

        await until(pilot, lambda: gateway.asked)
        assert gateway.asked[0][2] == {"scopes": ["completions.write", "logs.list"]}


async def test_every_key_says_what_it_spent_by_one_question() -> None:
    """With a budget or without, 30 days of every key come with one question; what had no price is told beside it."""
    gateway = FakeGateway()
    gateway.keys = [api_key("key-1", "web-app"), api_key("key-2", "batch"), api_key("key-3", "unused")]
    rows = [group("api_key_id", "key-1", 40, 1_234.0), group("api_key_id", "key-2", 9, 0.0, unpriced_requests=9)]
    gateway.measured.groups["api-keys"] = rows
    async with operating(gateway, width=200, at="keys") as pilot:
        await until_seen(pilot, "spent 30d", "≥$0.00", "$12.34 in 30 days")

        await pilot.press("j")
        await until_seen(pilot, "$0.00 +9 unpr. in 30 days")
        await pilot.press("j", "r")
        await until_seen(pilot, "$0.00 in 30 days")
        await pilot.press("2", "4")
        await until_seen(pilot, "$12.34")

    assert len([path for path in gateway.looked if "groups/api-keys" in path]) == 1


async def test_what_keys_spent_is_unknown_where_it_may_not_be_seen() -> None:
    """A console whose key may not see figures shows that nothing is known, and never that nothing was spent."""
    gateway = FakeGateway()
    gateway.keys = [api_key("key-1", "web-app")]
    gateway.refuses_to_show["/v1/analytics/groups/api-keys"] = "not yours"
    async with operating(gateway, width=160, at="keys") as pilot:
        await until_seen(pilot, "web-app", "Spent         not known")

        assert "$0.00" not in seen(pilot)


async def test_what_keys_spent_is_asked_again_after_a_while() -> None:
    """A later look at the list shows what was spent since; a look right after the first asks nothing more."""
    gateway, later = FakeGateway(), [NOW]
    gateway.keys = [api_key("key-1", "web-app")]
    gateway.measured.groups["api-keys"] = [group("api_key_id", "key-1", 1, 100.0)]
    app = console_of(gateway, at="keys", now=lambda: later[0])
    async with app.run_test(size=(160, 30)) as pilot:
        await until_seen(pilot, "$1.00")
        gateway.measured.groups["api-keys"] = [group("api_key_id", "key-1", 2, 200.0)]
        later[0] += SPENT_APART

        await pilot.press("r")

        await until_seen(pilot, "$2.00")

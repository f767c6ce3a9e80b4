"""Limits: every budget and rate at a glance, raised, changed and set where they stand."""

from tests.console.driving import fill, operating, seen, unseen, until, until_seen
from tests.console.fake_gateway import FakeGateway
from tests.console.samples import Json, api_key, detail, integration, limit, log, log_id, provider, rate

BUDGET: Json = {"credit_limit": 50, "type": "cost", "periodic_reset": "monthly"}
REQUESTS: Json = {"credit_limit": 900, "type": "requests"}


def limited() -> FakeGateway:
    """A key with two budgets, a provider with a rate, a workspace's allowance, and a policy with two groups."""
    gateway = FakeGateway()
    gateway.keys = [api_key("key-1", "mkt-webui", usage_limits=[BUDGET | {"next_usage_reset_at": "x"}, REQUESTS])]
    gateway.integrations = [integration("openai")]
    gateway.providers = [provider("openai-prod", "openai")]
    gateway.limits.workspaces = [
        {"id": "w-1", "slug": "sales", "name": "Sales", "usage_limits": None, "rate_limits": None}
    ]
    allowed: Json = {"id": "sales", "enabled": True, "usage_limits": [BUDGET], "rate_limits": None}
    gateway.limits.accesses = {"openai": [allowed]}
    gateway.limits.policies = [
        {"id": "p-1", "name": "Each user", "conditions": [{"key": "model", "value": "@openai/gpt-*"}]}
    ]
    gateway.limits.policies[0] |= {
        "group_by": [{"key": "user"}],
        "credit_limit": 20,
        "type": "cost",
        "status": "active",
    }
    each: Json = {"name": "Each user", "limit": 20.0, "period": "never", "resets_at": None}
    gateway.limits.rows = [
        limit("l-1", "api_key", "key-1", name="mkt-webui", reserved=2.5, left=35.0, alerts=[25.0, 40.0])
        | {"runs_out_at": "2026-11-27T09:30:00Z", "burn_rate": 0.53},
        rate("l-2", "provider", "openai-prod"),
        limit("l-3", "integration", "openai@sales", spent=50.0, left=0.0, status="exhausted", refused=7),
        limit("l-4", "policy", "p-1", group="metadata._user=ann", spent=19.0, left=1.0, **each),
        limit("l-5", "policy", "p-1", group="metadata._user=bob", spent=3.0, left=17.0, mode="shadow", **each)
        | {"would_have_refused": 4},
    ]
    return gateway


async def test_limits_stand_in_one_list_the_nearest_to_its_end_first() -> None:
    """Whose, how much, a bar, numbers, when it begins anew, what it refused: for budgets and rates of every level."""
    async with operating(limited(), width=149) as pilot:
        await pilot.press("6")
        await until_seen(pilot, "Limits 5")

        lines = [line.split() for line in seen(pilot).splitlines()[3:8]]

    text = [" ".join(line) for line in lines]
    assert text[0] == "integration openai in sales $50.00 monthly ██████████ $50.00 $0.00 – 1 Dec hard 7 used up"
    assert text[1].startswith("policy ann: Each user $20.00 in all █████████· $19.00 $1.00 – – hard – low")
    assert text[2] == "provider @openai-prod 60 requests/min ███████··· 41 19 – 15:00 hard – ok"
    assert text[3] == "key mkt-webui $50.00 monthly ██▒······· $12.50 $2.50 $35.00 27 Nov 1 Dec hard – ok"
    assert "shadow (4) shadow" in text[4]


async def test_small_terminal_keeps_whose_how_much_and_what_is_left() -> None:
    """At 80 columns the bar, what is left and the state stay."""
    async with operating(limited(), width=80, height=24) as pilot:
        await pilot.press("6")

        await until_seen(pilot, "key mkt-webui", "██▒······· ", "$35.00", "used up")


async def test_list_is_live_while_somebody_looks() -> None:
    """What changes at the gateway changes on the screen without a key; on another screen nothing is asked."""
    gateway = limited()
    async with operating(gateway) as pilot:
        await pilot.press("6")
        await until_seen(pilot, "$35.00")
        gateway.limits.rows[0] |= {"spent": 40.0, "left": 7.5}
        await until_seen(pilot, "$40.00", "low")

        await pilot.press("2")

        await until(pilot, lambda: not [one for one in pilot.app.workers if one.group == "live" and one.is_running])


async def test_raising_takes_two_hours_unless_told_otherwise() -> None:
    """`u` proposes a fifth for two hours, says until when that is, and sends it; what is wrong is said at the field."""
    gateway = limited()
    async with operating(gateway) as pilot:
        await pilot.press("6")
        await until_seen(pilot, "mkt-webui")
        await pilot.press("G", "k", "u")
        await until_seen(pilot, "Raise the budget of key mkt-webui", "may use $60.00 until 2026-11-24 17:00 UTC")
        await fill(pilot, until="soon")
        await until_seen(pilot, "a number of hours")
        await fill(pilot, amount="25", until="4")

        await pilot.press("enter")

        await until(pilot, lambda: gateway.asked)
        assert gateway.asked == [("POST", "/v1/limits/l-1/raise", {"amount": 25, "until": "2026-11-24T19:00:00Z"})]
        await until_seen(pilot, "raised")


async def test_rate_is_not_raised() -> None:
    """A rate has no end to be moved: the console says what to do instead, and asks nothing."""
    gateway = limited()
    async with operating(gateway) as pilot:
        await pilot.press("6")
        await until_seen(pilot, "@openai-prod")
        await pilot.press("j", "j", "u")

        await until_seen(pilot, "Only a budget can be raised for a while")
        assert gateway.asked == []


async def test_reset_and_delete_ask_and_name_what_goes() -> None:
    """`x` and `d` say what is lost; a budget of several is taken out of its owner's list, the others stay."""
    gateway = limited()
    async with operating(gateway) as pilot:
        await pilot.press("6")
        await until_seen(pilot, "mkt-webui")
        await pilot.press("G", "k", "x")
        await until_seen(pilot, "Let $50.00 monthly of key mkt-webui begin anew?", "The $12.50 counted so far")
        await pilot.press("right", "enter")
        await until_seen(pilot, "$0.00")
        await pilot.press("d")
        await until_seen(pilot, "Delete $50.00 monthly of key mkt-webui?")
        await pilot.press("right", "enter")

        await until(pilot, lambda: len(gateway.asked) == 2)
        assert gateway.asked == [
            ("POST", "/v1/limits/l-1/reset", {}),
            ("PUT", "/v1/api-keys/key-1", {"usage_limits": [REQUESTS]}),
        ]


async def test_deleting_a_policy_names_it() -> None:
    """A policy's row deletes the policy, in all of its groups."""
    gateway = limited()
    async with operating(gateway) as pilot:
        await pilot.press("6")
        await until_seen(pilot, "Each user")
        await pilot.press("j", "d")
        await until_seen(pilot, "Delete the policy `Each user`?", "in none of its groups")
        await pilot.press("right", "enter")

        await unseen(pilot, "Each user")
        assert gateway.asked == [("DELETE", "/v1/policies/usage-limits/p-1", {})]


async def test_editing_changes_one_limit_and_keeps_the_others() -> None:
    """`e` shows a budget as it is; the JSON that is sent has the owner's other budgets too."""
    gateway = limited()
    async with operating(gateway) as pilot:
        await pilot.press("6")
        await until_seen(pilot, "mkt-webui")
        await pilot.press("G", "k", "e")
        await until_seen(pilot, "$50.00 monthly of key mkt-webui", "PUT /v1/api-keys/key-1")
        await fill(pilot, credit_limit="75", alert_thresholds="50, 200")
        await until_seen(pilot, "percentages with commas between")
        await fill(pilot, alert_thresholds="50, 80")

        await pilot.press("ctrl+s")

        await until(pilot, lambda: gateway.asked)
        changed = BUDGET | {"credit_limit": 75, "alert_thresholds": [50, 80]}
        assert gateway.asked == [("PUT", "/v1/api-keys/key-1", {"usage_limits": [changed, REQUESTS]})]


async def test_editing_an_allowance_decides_for_one_workspace() -> None:
    """What a workspace may use of an integration is PUT there, and no provider is made on the way."""
    gateway = limited()
    async with operating(gateway) as pilot:
        await pilot.press("6", "e")
        await until_seen(pilot, "integration openai in sales", "PUT /v1/integrations/openai/workspaces")
        await fill(pilot, credit_limit="60")

        await pilot.press("ctrl+s")

        await until(pilot, lambda: gateway.asked)
        own = {"id": "sales", "enabled": True, "usage_limits": [BUDGET | {"credit_limit": 60}]}
        body = {"workspaces": [own], "create_default_provider": False}
        assert gateway.asked == [("PUT", "/v1/integrations/openai/workspaces", body)]


async def test_editing_a_policy_sends_what_was_changed() -> None:
    """Of a policy only the changes go; what it counts and whom it is about cannot be changed, so nobody is asked."""
    gateway = limited()
    async with operating(gateway) as pilot:
        await pilot.press("6", "j", "e")
        await until_seen(pilot, "Policy Each user")
        await fill(pilot, credit_limit="30", name="Every user")

        await pilot.press("ctrl+s")

        await until(pilot, lambda: gateway.asked)
        body = {"credit_limit": 30, "name": "Every user"}
        assert gateway.asked == [("PUT", "/v1/policies/usage-limits/p-1", body)]


async def test_new_budget_is_for_what_the_cursor_is_on() -> None:
    """`n` proposes the owner of the row, and shows the JSON; the owner's other limits stay."""
    gateway = limited()
    async with operating(gateway) as pilot:
        await pilot.press("6")
        await until_seen(pilot, "mkt-webui")
        await pilot.press("G", "k", "n")
        await until_seen(pilot, "New limit", "an API key", "mkt-webui", "PUT /v1/api-keys/key-1")
        await fill(pilot, credit_limit="10k", time_zone="Europe/Berlin")

        await pilot.press("ctrl+s")

        await until(pilot, lambda: gateway.asked)
        new = {"credit_limit": 10_000, "type": "cost", "periodic_reset": "monthly", "time_zone": "Europe/Berlin"}
        assert gateway.asked == [("PUT", "/v1/api-keys/key-1", {"usage_limits": [BUDGET, REQUESTS, new]})]


async def test_new_policy_by_command() -> None:
    """`:new rate limit` opens the same form for rates; conditions are written in a line, sent as JSON."""
    gateway = limited()
    gateway.limits.rows = []
    async with operating(gateway) as pilot:
        await pilot.press("colon", *"new rate", "enter")
        await until_seen(pilot, "New limit", "a rate limit")
        await pilot.press("tab", "enter", "end", "enter")
        await until_seen(pilot, "POST /v1/policies/rate-limits")
        await fill(pilot, conditions="model")
        await until_seen(pilot, "with commas")
        await fill(pilot, name="Slow", conditions="model=@openai/*, user!=ann|bob", group_by="user", value="60")

        await pilot.press("ctrl+s")

        await until(pilot, lambda: gateway.asked)
        conditions: list[Json] = [{"key": "model", "value": "@openai/*"}]
        conditions += [{"key": "user", "value": ["ann", "bob"], "excludes": True}]
        about: Json = {"name": "Slow", "conditions": conditions, "group_by": [{"key": "user"}]}
        body = about | {"value": 60, "type": "requests", "unit": "rpm"}
        assert gateway.asked == [("POST", "/v1/policies/rate-limits", body)]


async def test_refused_amount_is_said_at_the_field() -> None:
    """What the gateway objects to stands under the field it names, however deep in the body that is."""
    gateway = limited()
    gateway.will_refuse(
        "/v1/api-keys/key-1", 400, "`usage_limits[2].time_zone` must be a zone", "usage_limits[2].time_zone"
    )
    async with operating(gateway) as pilot:
        await pilot.press("6")
        await until_seen(pilot, "mkt-webui")
        await pilot.press("G", "k", "n")
        await until_seen(pilot, "New limit")
        await fill(pilot, credit_limit="5", time_zone="Berlin")

        await pilot.press("ctrl+s")

        await until_seen(pilot, "must be a zone", "New limit")


async def test_page_of_a_limit_says_what_happens_and_who_uses_it() -> None:
    """Enter tells in a sentence how it stands, and lists the models of a key by what they used of it."""
    gateway = limited()
    gateway.limits.groups = {"ai-models": [{"ai_model": "gpt-4o", "requests": 40, "cost": 1000.0, "tokens": 9}]}
    gateway.limits.groups["ai-models"] += [{"ai_model": "gpt-5", "requests": 2, "cost": 250.0, "tokens": 1}]
    async with operating(gateway) as pilot:
        await pilot.press("6")
        await until_seen(pilot, "mkt-webui")
        await pilot.press("G", "k", "enter")

        told = "$12.50 of $50.00 are spent, $2.50 set aside for requests under way, $35.00 left."
        await until_seen(
            pilot,
            told,
            "It begins anew Tue 1 Dec 00:00",
            "empty on Fri 27 Nov 09:30",
            "$0.5300 an hour",
            "gpt-4o",
            "$10.00",
            "██········",
            "$25.00, $40.00",
        )
        where = "api_key_ids=key-1&time_of_generation_min=2026-11-01T00%3A00%3A00%2B00%3A00"
        assert any(where in path for path in gateway.looked)
        await pilot.press("escape")
        await until_seen(pilot, "Limits 5")


async def test_page_of_an_exhausted_budget_says_that_it_stops_requests() -> None:
    """Who looks at a budget that is used up reads what that does, and may raise it right there."""
    gateway = limited()
    gateway.keys.append(api_key("key-2", "crm-bot"))
    gateway.limits.groups = {"api-keys": [{"api_key_id": "key-2", "requests": 5, "cost": 5000.0, "tokens": 9}]}
    async with operating(gateway) as pilot:
        await pilot.press("6", "enter")
        await until_seen(pilot, "It stops new requests.", "crm-bot", "7 since the gateway was started")

        await pilot.press("u")

        await until_seen(pilot, "Raise the budget of integration openai in sales")


async def test_page_of_a_policy_lists_its_groups_in_shadow() -> None:
    """Of a policy the groups are listed with what each has left, and a shadow says what it would have refused."""
    async with operating(limited()) as pilot:
        await pilot.press("6")
        await until_seen(pilot, "Each user")
        await pilot.press("G", "enter")

        await until_seen(pilot, "In shadow it refuses nobody; it would have refused 4 requests.")
        await until_seen(pilot, "metadata._user=ann", "█████████·", "$17.00")


async def test_logs_open_narrowed_to_what_a_limit_counts() -> None:
    """`L` leads to the requests: of a key, of a workspace, of a provider, and of what a policy's conditions say."""
    gateway = limited()
    gateway.logs = [log(1), log(2, api_key_name="crm-bot", workspace_slug="sales", ai_model="qwen3")]
    filters = []
    async with operating(gateway) as pilot:
        for down in range(4):
            await pilot.press("6", "g", *"j" * down, "L")
            await until(pilot, lambda: pilot.app.current_mode == "logs")
            await until_seen(pilot, "Logs  ")
            filters.append(seen(pilot).splitlines()[1].partition("─")[0].split()[1])

    assert filters == ["workspace:sales", "model:gpt-", "provider:@openai-prod", "key:mkt-webui"]


async def test_filter_by_workspace_narrows_logs() -> None:
    """`workspace:` asks the gateway for one workspace's requests, and hides those that come live from others."""
    gateway = FakeGateway()
    gateway.logs = [log(1), log(2, api_key_name="crm-bot", workspace_slug="sales")]
    async with operating(gateway) as pilot:
        await until_seen(pilot, "crm-bot", "mkt-webui")
        await pilot.press("slash", *"workspace:sales", "enter")

        await unseen(pilot, "mkt-webui")
        assert gateway.filters[-1] == {"workspace_slug": "sales"}


def ruled() -> FakeGateway:
    """A rule about models in shadow, that would have refused three requests."""
    gateway = limited()
    spared = {"models": {"gpt-5": 2, "o1": 1}, "would_have_refused": 3, "mode": "shadow", "limit": 0}
    empty = {"kind": "models", "type": "models", "period": "", "resets_at": None}
    gateway.limits.rows = [limit("l-9", "integration", "openai@sales", **empty, **spared)]
    return gateway


async def test_rule_about_models_in_shadow_says_which_and_is_enforced() -> None:
    """Its row counts whom it would have refused, its page lists the models, and `d` enforces it after asking."""
    gateway = ruled()
    async with operating(gateway) as pilot:
        await pilot.press("6")
        await until_seen(pilot, "integration openai in sales", "allowed models", "shadow     (3)")
        await pilot.press("enter")
        await until_seen(pilot, "it would have", "refused 3 requests", "gpt-5", "o1")
        await pilot.press("escape", "d")
        await until_seen(pilot, "Enforce the allowed models of openai in sales?", "Its 3 requests")
        await pilot.press("right", "enter")

        await until(pilot, lambda: gateway.asked)
        own = {"id": "sales", "enabled": True, "shadow_models": False}
        body = {"workspaces": [own], "create_default_provider": False}
        assert gateway.asked == [("PUT", "/v1/integrations/openai/workspaces", body)]


async def test_rule_about_models_is_put_in_shadow() -> None:
    """The form of a new limit has it too: it asks only which integration in which workspace."""
    gateway = limited()
    async with operating(gateway) as pilot:
        await pilot.press("6", "n")
        await until_seen(pilot, "New limit")
        await pilot.press("enter", "end", "enter")
        await until_seen(
            pilot, "Models that are not allowed are let through", "openai in sales", '"shadow_models":true'
        )

        await pilot.press("ctrl+s")

        await until(pilot, lambda: gateway.asked)
        assert gateway.asked[0][2]["workspaces"] == [{"id": "sales", "enabled": True, "shadow_models": True}]


async def test_logs_show_what_a_shadow_would_have_refused() -> None:
    """`L` on a rule narrows Logs to what it let through, and each record says why it would have been refused."""
    gateway = ruled()
    spared = [{"code": "model_not_allowed", "message": "model `o1` is not allowed", "fault": "policy"}]
    gateway.logs = [log(1), log(2, api_key_name="crm-bot", workspace_slug="sales", would_have_refused=spared)]
    gateway.details = {log_id(2): detail(2, would_have_refused=spared)}
    async with operating(gateway) as pilot:
        await until_seen(pilot, "crm-bot", "mkt-webui")
        await pilot.press("6")
        await until_seen(pilot, "allowed models")
        await pilot.press("L")
        await until(pilot, lambda: pilot.app.current_mode == "logs")
        await unseen(pilot, "mkt-webui")
        await until_seen(pilot, "shadow:model_not_allowed workspace:sales", "crm-bot")

        await pilot.press("enter")

        await until_seen(pilot, "would have been refused: model `o1` is not allowed")
        assert gateway.filters[-1] == {"would_have_refused": "model_not_allowed", "workspace_slug": "sales"}

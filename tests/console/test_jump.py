"""`:` finds whatever has a name, shows of which kind it is, and leads there."""

import asyncio
from collections.abc import Iterable

import httpx
import pytest

from console.access import SEES
from console.api_keys.scopes import EVERYTHING
from console.commands import COMMANDS
from console.jumping.kinds import KINDS, Thing
from console.jumping.ranking import meant, search, together
from tests.console.driving import Operator, operating, paste, seen, unseen, until, until_seen
from tests.console.fake_gateway import FakeGateway
from tests.console.samples import api_key, detail, limit, log_id
from tests.console.scene import afternoon

ASKS = "Enter runs the marked one"


def furnished() -> FakeGateway:
    """One of each kind."""
    gateway = afternoon()
    gateway.limits.rows = [limit("limit-1", "workspace", "marketing")]
    return gateway


async def jump_to(pilot: Operator, line: str) -> None:
    """`:`, the line, and Enter once it is found."""
    await pilot.press("colon")
    await until_seen(pilot, ASKS)
    await paste(pilot, line)
    await pilot.press("enter")
    await unseen(pilot, ASKS)


@pytest.mark.parametrize(
    ("line", "offered", "opened"),
    [
        ("key support-bot", "support-bot                       key         default", "A key of workspace default"),
        ("config pc-support", "pc-support                        config      Support desk", "strategy"),
        ("model gpt-5-mini", "gpt-5-mini                        model       openai-prod", "$0.25"),
        ("provider @trial", "@trial                            provider    Summer school", "Summer school"),
        ("integration local", "local                             integration GPU box", "GPU box"),
        ("workspace marketing", "marketing                         workspace   Marketing", "Members"),
        (
            "limit workspace marketing",
            "workspace marketing               limit       $50.00 monthly",
            "$12.50 of $50.00",
        ),
    ],
)
async def test_name_behind_its_kind_opens_it(line: str, offered: str, opened: str) -> None:
    """A kind and a name propose just that, its kind beside it, and Enter opens it from wherever one is."""
    async with operating(furnished()) as pilot:
        await pilot.press("colon")
        await until_seen(pilot, ASKS)
        await paste(pilot, line)
        await until_seen(pilot, offered)

        await pilot.press("enter")

        await until_seen(pilot, opened)


async def test_few_letters_of_a_name_are_enough() -> None:
    """Without its kind a name is proposed too; its page goes back to the list, where the cursor is on it."""
    async with operating(furnished()) as pilot:
        await pilot.press("colon", *"supp")
        await until_seen(pilot, "support-bot                       key", "pc-support                        config")

        await jump_on(pilot)
        await until_seen(pilot, "Key support-bot")
        await pilot.press("escape")

        await until(pilot, lambda: "Keys" in seen(pilot) and pilot.app.screen.chosen == "key-2")  # type: ignore[attr-defined]


async def jump_on(pilot: Operator) -> None:
    """Enter, until `:` is answered."""
    await pilot.press("enter")
    await unseen(pilot, ASKS)


async def test_filter_that_would_hide_it_is_taken_back() -> None:
    """Who jumps to a row sees it, however the list was narrowed when it was left."""
    async with operating(furnished(), at="keys") as pilot:
        await until_seen(pilot, "grafana")
        await pilot.press("slash", *"grafana", "enter")
        await unseen(pilot, "mkt-webui")

        await jump_to(pilot, "key mkt-webui")
        await until_seen(pilot, "Key mkt-webui")
        await pilot.press("escape")

        await until_seen(pilot, "mkt-webui", "grafana")


async def test_request_is_opened_by_its_id_or_that_of_its_trace() -> None:
    """`:log ID` opens the request; an id that is no request's is taken for a trace's, and one of nothing is told."""
    gateway = furnished()
    gateway.details[log_id(99)] = detail(99)
    async with operating(gateway) as pilot:
        await jump_to(pilot, f"log {log_id(99)}")
        await until_seen(pilot, "Story", "Try 1")

        await jump_to(pilot, "log of-nothing-at-all")

        await until_seen(pilot, "Not done", "of-nothing-at-all")


class SlowGateway(FakeGateway):
    """Says the names of keys when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer = asyncio.Event()

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """Keys late, all else at once."""
        if request.url.path == "/v1/api-keys":
            await self.may_answer.wait()
        return await super().answer(request)


async def test_letters_and_enter_are_not_lost_while_names_are_asked_for() -> None:
    """What is typed before the names are there is looked for when they come, and Enter then does what it was for."""
    gateway = SlowGateway()
    gateway.keys = [api_key("key-1", "web-app")]
    async with operating(gateway) as pilot:
        await pilot.press("colon", *"web-ap", "enter")
        await until_seen(pilot, ": web-ap", "reading names")

        gateway.may_answer.set()

        await until_seen(pilot, "Key web-app", "A key of workspace default")


async def test_commands_do_not_wait_for_names() -> None:
    """A command is obeyed though the gateway has not said one name."""
    async with operating(SlowGateway()) as pilot:
        await jump_to(pilot, "people")

        await until_seen(pilot, "Workspaces")


async def test_each_list_is_asked_for_once() -> None:
    """Typing asks for nothing; each list is read once when `:` opens, models only of accounts not read before."""
    gateway = furnished()
    async with operating(gateway) as pilot:
        gateway.looked.clear()
        await pilot.press("colon", *"zzz")
        await unseen(pilot, "reading names")
        first = [path for path in gateway.looked if "/stats" not in path]
        await pilot.press("escape")
        gateway.looked.clear()
        await pilot.press("colon", *"gpt-5-m")
        await until_seen(pilot, "gpt-5-mini                        model")
        await unseen(pilot, "reading names")
        second = [path for path in gateway.looked if "/stats" not in path]

    assert len(first) == len(set(first))
    assert {path.partition("?")[0] for path in first} >= {row.path for row in KINDS.values() if row.path}
    assert [path for path in first if path.endswith("/models")] != []
    assert [path for path in second if path.endswith("/models")] == []


async def test_kinds_that_may_not_be_seen_are_not_offered() -> None:
    """Lists that the console's key may not read are not asked for; one that is refused all the same offers nothing."""
    gateway = furnished()
    gateway.people.own_key = {"id": "1", "name": "half", "scopes": ["configs.list", "providers.list", "logs.list"]}
    gateway.refuses_to_show["/v1/providers"] = "not yours"
    async with operating(gateway) as pilot:
        gateway.looked.clear()
        await pilot.press("colon", *"trial")
        await unseen(pilot, "reading names")
        assert "provider " not in seen(pilot)

        await pilot.press("escape", "colon", *"config ")
        await until_seen(pilot, "pc-support                        config")

    assert [path for path in gateway.looked if "api-keys" in path or "admin" in path] == []


async def test_gateway_that_is_away_is_told_and_commands_work() -> None:
    """Where nobody says names, that stands below the line."""
    gateway = FakeGateway()
    async with operating(gateway) as pilot:
        gateway.trouble = "refused"
        await pilot.press("colon")

        await until_seen(pilot, "─ names missing")
        await pilot.press(*"audit")
        await jump_on(pilot)
        await until_seen(pilot, "Audit")


def many(number: int) -> Iterable[Thing]:
    """Models of a large account, and the one that is meant."""
    yield from (Thing("model", f"vendor/some-model-{place}", f"v/{place}", "v") for place in range(number))
    yield Thing("model", "gpt-4o", "v/gpt-4o", "v")


async def test_search_of_very_many_lets_others_have_their_turn() -> None:
    """Among a hundred thousand names the one meant comes first, and whoever waits has turns meanwhile."""
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    waiting = asyncio.create_task(others())
    found = await search(many(100_000), "gpt-4")
    waiting.cancel()

    assert found[0].name == "gpt-4o"
    assert turns > 20


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("keys", "keys"),
        ("k", "keys"),
        ("ni", "new integration"),
        ("web", "web-app"),
        ("app", "web-app"),
        ("wbp", "web-app"),
        ("gpt4o", "gpt-4o"),
        ("@open", "@openai-prod"),
        ("open", "@openai-prod"),
        ("chat for", "pc-chat"),
        ("key p", "web-app"),
        ("configs pc", "pc-chat"),
        ("model ", "gpt-4o"),
    ],
)
async def test_likeliest_comes_first(line: str, first: str) -> None:
    """A command of that name first, then what begins so, has a word so, has it within, has its letters in order."""
    things = [
        Thing("key", "web-app", "1", "marketing"),
        Thing("config", "pc-chat", "pc-chat", "Chat for everybody"),
        Thing("provider", "@openai-prod", "openai-prod", "OpenAI"),
        Thing("model", "gpt-4o", "openai-prod/gpt-4o", "openai-prod"),
    ]
    asked = meant(line)
    among = [thing for thing in things if asked.kind in (None, thing.kind)]

    found = together(asked, COMMANDS, await search(among, asked.words))

    assert found[0].name == first


def test_kinds_have_needs_that_exist() -> None:
    """Each kind that is asked for says what it takes, in scopes of the gateway's."""
    assert {row.name for row in KINDS.values() if row.path} <= set(SEES)
    assert {scope for need in SEES.values() for scope in need.scopes} <= set(EVERYTHING)

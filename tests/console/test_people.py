"""People: workspaces, their members, users, and invites."""

from __future__ import annotations

import pytest

from console.organisation.people import defaults_rows, named
from console.screens.people.forms import email_problem, object_problem, places_of, places_problem
from tests.console.driving import fill, operating, seen, unseen, until, until_seen
from tests.console.people_samples import company
from tests.console.test_commands import jump


async def test_workspaces_with_members_keys_and_money() -> None:
    """A workspace's row has its members, its keys, what it has spent and what is left."""
    async with operating(company()) as pilot:
        await pilot.press("7")

        await until_seen(pilot, "Workspaces 2", "Marketing", "$18.42", "$181.58")
        row = next(line for line in seen(pilot).splitlines() if "Marketing" in line).split()
        assert row[:4] == ["Marketing", "marketing", "1", "1"]


async def test_workspace_is_made_and_changed_and_deleted() -> None:
    """A form makes one, keeps what it does not ask for when it changes one, and names what a deletion takes along."""
    gateway = company()
    async with operating(gateway) as pilot:
        await jump(pilot, "new workspace")
        await until_seen(pilot, "POST /v1/admin/workspaces")
        await fill(pilot, name="Data Team", metadata="{")
        await until_seen(pilot, "is no JSON", "data-team")
        await fill(pilot, metadata='{"team": "data"}')
        await pilot.press("ctrl+s")
        await until_seen(pilot, "Workspaces 3")
        assert gateway.asked[-1] == (
            "POST",
            "/v1/admin/workspaces",
            {"name": "Data Team", "slug": "data-team", "defaults": {"metadata": {"team": "data"}}},
        )

        await pilot.press("g", "j", "e")
        await until_seen(pilot, "PUT /v1/admin/workspaces/marketing")
        await fill(pilot, metadata_schema='{"type": "object"}')
        await pilot.press("ctrl+s")
        await unseen(pilot, "PUT /v1/admin")
        kept = {"metadata": {"team": "marketing"}, "config_id": None, "metadata_schema": {"type": "object"}}
        assert gateway.asked[-1][2] == {"defaults": kept}

        await pilot.press("d")
        await until_seen(pilot, "Delete workspace `marketing`?", "`ada@example.com` belong to it no more")
        await pilot.press("tab", "enter")
        await until(pilot, lambda: gateway.asked[-1][:2] == ("DELETE", "/v1/admin/workspaces/marketing"))


async def test_inside_a_workspace() -> None:
    """Enter shows members, providers, limits and defaults; members are added, changed and removed there."""
    gateway = company()
    async with operating(gateway) as pilot:
        await pilot.press("7")
        await until_seen(pilot, "Marketing")
        await pilot.press("j", "enter")
        await until_seen(pilot, "Members 1", "Limits 1", "Defaults 1", "ada@example.com")

        await pilot.press("n")
        await until_seen(pilot, "POST /v1/admin/workspaces/marketing/users")
        await fill(pilot, id="bob@example.com")
        await pilot.press("ctrl+s")
        await until_seen(pilot, "Members 2")
        assert gateway.asked[-1][2] == {"users": [{"id": "bob@example.com", "role": "member"}]}

        await pilot.press("g", "d")
        await until_seen(pilot, "Remove `ada@example.com` from `marketing`?")
        await pilot.press("tab", "enter")
        await until(pilot, lambda: gateway.asked[-1][:2] == ("DELETE", "/v1/admin/workspaces/marketing/users/u-1"))

        await pilot.press("left")
        await until_seen(pilot, 'metadata           {"team": "marketing"}')
        await pilot.press("escape")
        await until_seen(pilot, "Workspaces 2")


async def test_users_are_seen_and_removed_with_their_keys_named() -> None:
    """A user's row says when they were last here; removing one names the keys that end, and says which did."""
    gateway = company()
    async with operating(gateway) as pilot:
        await jump(pilot, "users")
        await until_seen(pilot, "Users 2", "2026-11-24 12:30")

        await pilot.press("d")
        await until_seen(pilot, "Remove user `ada@example.com`?", "`ada's key`", "They leave `marketing`.")
        await pilot.press("tab", "enter")

        await until_seen(pilot, "ada@example.com is removed. Keys revoked:", "Users 1")


async def test_role_of_a_user_is_changed() -> None:
    """Enter opens the form of a user; only what was changed is sent."""
    gateway = company()
    async with operating(gateway) as pilot:
        await jump(pilot, "users")
        await until_seen(pilot, "Users 2")
        await pilot.press("enter")
        await until_seen(pilot, "PUT /v1/admin/users/u-1")
        await fill(pilot, first_name="Augusta")
        await pilot.press("ctrl+s")

        await until(pilot, lambda: gateway.asked and gateway.asked[-1][2] == {"first_name": "Augusta"})


async def test_invite_shows_its_link_once() -> None:
    """An invite names roles in workspaces, its link is shown once, made anew with R, and void after d."""
    gateway = company()
    async with operating(gateway) as pilot:
        await jump(pilot, "invite")
        await until_seen(pilot, "POST /v1/admin/users/invites")
        await fill(pilot, email="zoe@example.com", workspaces="marketing:boss")
        await until_seen(pilot, "`boss` is no role in a workspace")
        await fill(pilot, workspaces="marketing:manager, default")
        await pilot.press("ctrl+s")
        await until_seen(pilot, "accept#th-INVITE-0123456789", "It is not shown again")
        assert gateway.asked[-1][2]["workspaces"] == [
            {"id": "marketing", "role": "manager"},
            {"id": "default", "role": "member"},
        ]

        await pilot.press("escape")
        await until_seen(pilot, "Invites 2")
        assert "INVITE-0123456789" not in seen(pilot)
        await pilot.press("g", "R")
        await until_seen(pilot, "A new link for `eve@example.com`; the one before is void")
        await pilot.press("escape", "d")
        await until_seen(pilot, "Revoke the invite of `eve@example.com`?")
        await pilot.press("tab", "enter")
        await until_seen(pilot, "cancelled")


async def test_key_that_sees_only_workspaces() -> None:
    """What only adds to a list may be refused to a key; the list itself is shown, and a refused list says why."""
    gateway = company()
    for path in ("/v1/admin/users", "/v1/api-keys", "/v1/limits"):
        gateway.refuses_to_show[path] = "the API key `x` lacks the scope"
    async with operating(gateway) as pilot:
        await pilot.press("7")
        await until_seen(pilot, "Workspaces 2", "Marketing")

        await pilot.press("right")

        await until_seen(pilot, "the API key `x` lacks the scope")


@pytest.mark.parametrize(
    ("problem", "is_right"),
    [
        (object_problem('{"a": 1}'), True),
        (object_problem("[1]"), False),
        (object_problem("{"), False),
        (email_problem("ada@example.com"), True),
        (email_problem("ada"), False),
        (email_problem("a b@example.com"), False),
        (places_problem("marketing:admin eng", ["marketing", "eng"]), True),
        (places_problem("sales", ["marketing"]), False),
        (places_problem("marketing:owner", ["marketing"]), False),
    ],
)
def test_what_is_typed_is_checked(problem: str | None, is_right: bool) -> None:
    """A form says what is wrong before it is sent."""
    assert (problem is None) is is_right


def test_words_of_rows() -> None:
    """Long lists are cut in a sentence, a role may be left out, and what is not set has no row."""
    assert named(["a", "b", "c"], most=2) == "`a`, `b` and 1 more"
    assert places_of("eng") == [{"id": "eng", "role": "member"}]
    assert defaults_rows({"metadata": {}, "config_id": None, "is_default": 0, "metadata_schema": {"a": 1}}) == {
        "metadata_schema": ("metadata_schema", '{"a": 1}')
    }

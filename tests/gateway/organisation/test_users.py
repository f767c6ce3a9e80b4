"""Users, their invites and their memberships; what a user may do follows from the roles, at once."""

from typing import Any

import pytest

from gateway.organisation.roles import WORKSPACE_ROLES
from tests.gateway.departments import made, organisation_key, user, workspace
from tests.gateway.running import Gateway, ask, client

INVITES = "/v1/admin/users/invites"


def token_in(link: str) -> str:
    """The token of an invite's link."""
    return link.partition("#")[2]


async def key_of(gateway: Gateway, user_id: str, where: str = "default", **more: Any) -> dict[str, Any]:
    """A user's key in a workspace, that may what the user may."""
    body = {"name": "mine", "user_id": user_id, "workspace_id": where}
    return await made(gateway, "/api-keys/workspace/user", body | more)


async def test_owner_is_there_and_stays(gateway: Gateway) -> None:
    """An organisation has its owner from the start, whom nobody changes or removes."""
    owner = (await gateway.admin.get("/v1/admin/users", params={"role": "owner"})).json()["data"][0]

    answers = [
        await gateway.admin.put(f"/v1/admin/users/{owner['id']}", json={"role": "member"}),
        await gateway.admin.delete(f"/v1/admin/users/{owner['id']}"),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]


async def test_invite_is_accepted_once(gateway: Gateway) -> None:
    """A token makes one user, with the roles and the key of the invite; a second time it is a 401."""
    await workspace(gateway, "sales")
    details = {"scopes": ["completions.write"]}
    body = {"email": "Ann@Example.com", "role": "member", "workspaces": [{"id": "sales", "role": "manager"}]}
    invite = await made(gateway, "/admin/users/invites", body | {"workspace_api_key_details": details})
    before = (await gateway.admin.get(f"{INVITES}/{invite['id']}")).json()
    said = {"token": token_in(invite["invite_link"]), "first_name": "Ann"}

    async with client(gateway.url, "none") as stranger:
        answers = [await stranger.post(f"{INVITES}/accept", json=said) for _ in range(2)]
    found = answers[0].json()
    shown = (await gateway.admin.get(f"/v1/admin/users/{found['user_id']}")).json()
    after = (await gateway.admin.get(f"{INVITES}/{invite['id']}")).json()
    async with client(gateway.url, found["api_keys"][0]["key"]) as ann:
        listed = await ann.get("/v1/models")

    assert [answer.status_code for answer in answers] == [200, 401]
    assert (shown["email"], shown["first_name"], shown["workspace_ids"]) == ("ann@example.com", "Ann", ["sales"])
    assert (before["status"], after["status"], listed.status_code) == ("pending", "accepted", 200)


async def test_token_of_an_invite_is_kept_as_a_hash(gateway: Gateway) -> None:
    """Neither a list nor a file has the token."""
    invite = await made(gateway, "/admin/users/invites", {"email": "a@example.com"})

    token = token_in(invite["invite_link"])
    listed = await gateway.admin.get(INVITES)
    files = [file for file in gateway.plant.settings.home.rglob("*") if file.is_file()]
    assert token not in listed.text
    assert not [file for file in files if token.encode() in file.read_bytes()]


async def test_cancelled_and_resent_invites(gateway: Gateway) -> None:
    """A cancelled invite cannot be accepted; one that is sent again only with its new token."""
    invites = [await made(gateway, "/admin/users/invites", {"email": f"{name}@example.com"}) for name in ("a", "b")]
    await gateway.admin.delete(f"{INVITES}/{invites[0]['id']}")
    resent = (await gateway.admin.post(f"{INVITES}/{invites[1]['id']}/resend")).json()

    links = [*(invite["invite_link"] for invite in invites), resent["inviteLink"]]
    answers = [await gateway.app.post(f"{INVITES}/accept", json={"token": token_in(link)}) for link in links]
    again = await gateway.admin.post(f"{INVITES}/{invites[0]['id']}/resend")

    assert [answer.status_code for answer in answers] == [401, 401, 200]
    assert again.status_code == 409


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"email": "nobody"}, "email"),
        ({"role": "owner"}, "role"),
        ({"workspaces": [{"id": "none", "role": "member"}]}, "workspaces[0].id"),
        ({"workspaces": [{"id": "default", "role": "boss"}]}, "workspaces.0.role"),
        ({"workspace_api_key_details": {"scopes": []}}, "workspace_api_key_details"),
        (
            {
                "workspaces": [{"id": "default", "role": "member"}],
                "workspace_api_key_details": {"scopes": ["configs.delete"]},
            },
            "workspace_api_key_details.scopes[0]",
        ),
    ],
)
async def test_wrong_invite_is_refused_by_field(gateway: Gateway, change: dict[str, Any], param: str) -> None:
    """What is wrong with an invite is named, and nobody is invited."""
    answer = await gateway.admin.post(INVITES, json={"email": "a@example.com"} | change)

    assert (answer.status_code, (answer.json()["error"]["param"] or "")[:9]) == (400, param[:9])
    assert (await gateway.admin.get(INVITES)).json()["total"] == 0


async def test_key_of_a_user_may_what_the_user_may(gateway: Gateway) -> None:
    """Without scopes a user's key gets those of the role; more than those is refused by scope."""
    ann = await user(gateway, "ann@example.com", default="member")
    key = await key_of(gateway, ann)

    shown = (await gateway.admin.get(f"/v1/api-keys/{key['id']}")).json()
    more = {"name": "more", "user_id": ann, "scopes": ["completions.write", "configs.delete"]}
    answer = await gateway.admin.post("/v1/api-keys/workspace/user", json=more)

    assert set(shown["scopes"]) == WORKSPACE_ROLES["member"]
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "scopes[1]")


async def test_role_holds_for_the_next_request(gateway: Gateway) -> None:
    """An auditor may not ask models any more, who left the workspace nothing; who was removed is unknown."""
    ann = await user(gateway, "ann@example.com", default="member")
    path, key = f"/v1/admin/workspaces/default/users/{ann}", await key_of(gateway, ann)

    async with client(gateway.url, key["key"]) as hers:
        seen = [(await hers.post("/v1/chat/completions", json=ask())).status_code]
        await gateway.admin.put(path, json={"role": "auditor"})
        seen += [(await hers.post("/v1/chat/completions", json=ask())).status_code]
        seen += [(await hers.get("/v1/providers")).status_code]
        await gateway.admin.delete(path)
        seen += [(await hers.get("/v1/providers")).status_code]
        removed = (await gateway.admin.delete(f"/v1/admin/users/{ann}")).json()
        seen += [(await hers.get("/v1/providers")).status_code]

    assert seen == [200, 403, 200, 403, 401]
    assert removed == {"removed_api_keys": ["mine"]}


async def test_admin_of_the_organisation_is_one_everywhere(gateway: Gateway) -> None:
    """An organisation's admin needs no membership; a member without one may do nothing in a workspace."""
    ann, bob = await user(gateway, "ann@example.com", role="admin"), await user(gateway, "bob@example.com")

    admins = await key_of(gateway, ann, scopes=["configs.delete", "completions.write"])
    others = await gateway.admin.post("/v1/api-keys/workspace/user", json={"name": "x", "user_id": bob})

    assert admins["object"] == "api-key"
    assert (others.status_code, others.json()["error"]["param"]) == (400, "scopes")


async def test_members_are_added_listed_changed_and_removed(gateway: Gateway) -> None:
    """A membership goes through its life, with Portkey's fields."""
    ann = await user(gateway, "ann@example.com")
    path = "/v1/admin/workspaces/default/users"

    added = await gateway.admin.post(path, json={"users": [{"id": ann, "role": "manager"}]})
    listed = (await gateway.admin.get(path, params={"role": "manager"})).json()
    await gateway.admin.put(f"{path}/{ann}", json={"role": "member"})
    shown = (await gateway.admin.get(f"{path}/{ann}")).json()
    await gateway.admin.delete(f"{path}/{ann}")
    gone = await gateway.admin.get(f"{path}/{ann}")

    assert (added.status_code, listed["total"], listed["data"][0]["object"]) == (200, 1, "workspace-user")
    assert (shown["role"], shown["org_role"], shown["workspace_id"]) == ("member", "member", "default")
    assert gone.status_code == 404


async def test_organisation_key_of_a_user_follows_the_role(gateway: Gateway) -> None:
    """A user's key of the organisation may what the user's role in the organisation allows."""
    ann = await user(gateway, "ann@example.com", role="auditor")
    body = {"name": "audit", "user_id": ann}

    key = await made(gateway, "/api-keys/organisation/user", body)

    async with client(gateway.url, key["key"]) as hers:
        statuses = [
            (await hers.get("/v1/admin/users")).status_code,
            (await hers.post("/v1/admin/workspaces", json={"name": "x"})).status_code,
        ]
    assert statuses == [200, 403]


async def test_paged_users(gateway: Gateway) -> None:
    """Users are listed by pages, under Portkey's names for them."""
    for name in ("a", "b", "c"):
        await user(gateway, f"{name}@example.com")

    async with await organisation_key(gateway, "organisation_users.list") as someone:
        page = (await someone.get("/v1/admin/users", params={"pageSize": 2, "currentPage": 1})).json()

    assert (page["total"], [each["email"] for each in page["data"]]) == (4, ["b@example.com", "c@example.com"])

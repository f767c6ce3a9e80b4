"""`/v1/configs` and the defaults of API keys: what is saved holds for the next request."""

from typing import Any

from gateway.configs.nodes import Branch, Leaf
from gateway.headers import MASK
from tests.gateway.running import Gateway, client

Json = dict[str, Any]
PATH = "/v1/configs"
KEYS = "/v1/api-keys/workspace/service"
ONE = {"provider": "@demo", "retry": {"attempts": 2}}
TWO = {"strategy": {"mode": "fallback"}, "targets": [ONE, {"provider": "@demo", "request_timeout": 50}]}


async def made(gateway: Gateway, config: Any = ONE, **more: Any) -> Json:
    """Save a config and say what came of it."""
    answer = await gateway.admin.post(PATH, json={"name": "Chat", "config": config} | more)
    data: Json = answer.raise_for_status().json()["data"]
    return data


async def test_config_from_making_to_deletion(gateway: Gateway) -> None:
    """A config is made, listed, shown, changed in a new version and deleted, in Portkey's shapes."""
    new = await made(gateway)
    path = f"{PATH}/{new['slug']}"
    shown = (await gateway.admin.get(path)).json()
    changed = (await gateway.admin.put(path, json={"config": TWO, "name": "Talk"})).json()
    listed = (await gateway.admin.get(PATH)).json()
    gone = await gateway.admin.delete(path)

    assert new["slug"].startswith("pc-chat-")
    assert (shown["success"], shown["data"]["config"], shown["data"]["version_id"]) == (True, ONE, new["version_id"])
    assert changed == {"success": True, "data": {"version_id": listed["data"][0]["version_id"]}}
    assert changed["data"]["version_id"] != new["version_id"]
    row = listed["data"][0]
    assert (row["id"], row["name"], row["is_default"], row["status"]) == (new["id"], "Talk", 0, "active")
    assert (gone.status_code, gone.json()) == (200, {})
    assert (await gateway.admin.get(path)).status_code == 404
    assert (await gateway.admin.get(PATH)).json() == {"success": True, "data": []}


async def test_every_version_stays_readable(gateway: Gateway) -> None:
    """Each change is a version of its own; they are listed newest first, with what each said."""
    new = await made(gateway)
    path = f"{PATH}/{new['slug']}"
    await gateway.admin.put(path, json={"config": TWO})
    await gateway.admin.put(path, json={"name": "Renamed"})

    versions = (await gateway.admin.get(f"{path}/versions")).json()

    assert (versions["object"], versions["total"]) == ("list", 3)
    assert [row["name"] for row in versions["data"]] == ["Renamed", "Chat", "Chat"]
    assert ['"strategy"' in row["config"] for row in versions["data"]] == [True, True, False]
    assert versions["data"][2]["version_id"] == new["version_id"]


async def test_saved_config_is_in_the_snapshot(gateway: Gateway) -> None:
    """The next request finds the config read already, and one under way keeps the one it began with."""
    new = await made(gateway, slug="pc-mine")
    before = gateway.plant.snapshot
    await gateway.admin.put(f"{PATH}/pc-mine", json={"config": TWO})

    then, now = before.configs["pc-mine"], gateway.plant.snapshot.configs["pc-mine"]

    assert isinstance(then.root, Leaf)
    assert isinstance(now.root, Branch)
    assert (then.version_id, now.id) == (new["version_id"], new["id"])


async def test_config_as_text(gateway: Gateway) -> None:
    """A config may be sent as JSON text, as exports have it."""
    new = await made(gateway, '{"provider": "@demo"}')

    assert (await gateway.admin.get(f"{PATH}/{new['id']}")).json()["data"]["config"] == {"provider": "@demo"}


async def test_everything_wrong_is_told_at_once(gateway: Gateway) -> None:
    """Name, slug and every target of the config are checked in one go, and nothing is kept."""
    config = {"strategy": {"mode": "x"}, "targets": [{"provider": "@nobody", "weight": -1}]}

    answer = await gateway.admin.post(PATH, json={"name": " ", "slug": "mine", "config": config})

    body = answer.json()
    assert (answer.status_code, body["error"]["param"]) == (400, "name")
    paths = [error.partition(":")[0] for error in body["errors"]]
    assert paths == ["name", "slug", "config.strategy.mode", "config.targets[0].weight", "config.targets[0].provider"]
    assert (await gateway.admin.get(PATH)).json()["data"] == []


async def test_wrong_change_keeps_what_was(gateway: Gateway) -> None:
    """A change that cannot be is refused, and makes no version."""
    new = await made(gateway)
    changes: list[Json] = [{"status": "gone"}, {"name": ""}, {"config": {}}, {"config": "{"}, {"config": 7}]

    answers = [await gateway.admin.put(f"{PATH}/{new['slug']}", json=change) for change in changes]

    assert [answer.status_code for answer in answers] == [400] * 5
    assert (await gateway.admin.get(f"{PATH}/{new['slug']}")).json()["data"]["version_id"] == new["version_id"]


async def test_odd_config_is_kept_with_a_warning(gateway: Gateway) -> None:
    """A field that does nothing is pointed out, and the config saved all the same."""
    new = await made(gateway, ONE | {"overide_params": {}})

    assert "did you mean `override_params`?" in new["warnings"][0]


async def test_taken_slug_is_409(gateway: Gateway) -> None:
    """A slug that is taken is refused by name."""
    await made(gateway, slug="pc-mine")

    answer = await gateway.admin.post(PATH, json={"name": "x", "slug": "pc-mine", "config": ONE})

    assert (answer.status_code, answer.json()["error"]["param"]) == (409, "slug")


async def test_one_default_for_the_workspace(gateway: Gateway) -> None:
    """A new default takes the place of the one before."""
    await made(gateway, slug="pc-a", isDefault=1)
    await made(gateway, slug="pc-b", isDefault=1)

    rows = (await gateway.admin.get(PATH)).json()["data"]

    assert [(row["slug"], row["is_default"]) for row in rows] == [("pc-a", 0), ("pc-b", 1)]
    assert gateway.plant.snapshot.saved.defaults == {"default": "pc-b"}


async def test_archived_config_serves_nobody(gateway: Gateway) -> None:
    """An archived config is kept and not used; it can be brought back."""
    await made(gateway, slug="pc-a")
    await gateway.admin.put(f"{PATH}/pc-a", json={"status": "archived"})
    archived = dict(gateway.plant.snapshot.configs)
    await gateway.admin.put(f"{PATH}/pc-a", json={"status": "active"})

    assert (archived, list(gateway.plant.snapshot.configs)) == ({}, ["pc-a"])


async def test_credentials_are_sealed_and_masked(gateway: Gateway) -> None:
    """A credential in a config is in no answer and no file, and stays when the config is sent back as it was shown."""
    secret = "sk-hush-hush-hush"
    new = await made(gateway, TWO | {"targets": [{"provider": "openai", "api_key": secret}]})
    path = f"{PATH}/{new['slug']}"

    shown = await gateway.admin.get(path)
    await gateway.admin.put(path, json={"config": shown.json()["data"]["config"]})

    versions = await gateway.admin.get(f"{path}/versions")
    assert shown.json()["data"]["config"]["targets"][0]["api_key"] == MASK
    assert secret not in shown.text + versions.text
    home = gateway.plant.settings.home
    assert not [file for file in home.rglob("*") if file.is_file() and secret.encode() in file.read_bytes()]
    root = gateway.plant.snapshot.configs[new["slug"]].root
    assert isinstance(root, Branch)
    assert isinstance(root.targets[0], Leaf)
    assert root.targets[0].api_key == secret


async def test_mask_without_a_credential_behind_it(gateway: Gateway) -> None:
    """A mask that stands for nothing is refused: it would be sent to the vendor."""
    answer = await gateway.admin.post(PATH, json={"name": "x", "config": {"provider": "openai", "api_key": MASK}})

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "config.api_key")


async def test_config_in_use_is_not_deleted(gateway: Gateway) -> None:
    """A config that an API key or another config uses stays, and its users are named."""
    await made(gateway, slug="pc-a")
    nested = {"strategy": {"mode": "single"}, "targets": [{"config": "pc-a"}]}
    await made(gateway, nested, slug="pc-b")
    await gateway.admin.post(KEYS, json={"name": "ci", "scopes": ["logs.list"], "defaults": {"config_id": "pc-a"}})

    answers = [
        await gateway.admin.delete(f"{PATH}/pc-a"),
        await gateway.admin.put(f"{PATH}/pc-a", json={"status": "archived"}),
    ]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert "API key `ci`, config `pc-b`" in answers[0].json()["error"]["message"]


async def test_change_that_breaks_another_config(gateway: Gateway) -> None:
    """A config cannot be changed so that one that names it becomes unusable."""
    await made(gateway, slug="pc-a")
    await made(gateway, {"strategy": {"mode": "single"}, "targets": [{"config": "pc-a"}]}, slug="pc-b")

    answer = await gateway.admin.put(
        f"{PATH}/pc-a", json={"config": {"strategy": {"mode": "single"}, "targets": [{"config": "pc-b"}]}}
    )

    assert (answer.status_code, "leads back to itself" in answer.text) == (400, True)


async def test_config_of_a_provider_that_went(gateway: Gateway) -> None:
    """When a provider goes its configs stay readable; the target is told when a request comes to it."""
    await made(gateway, slug="pc-a")

    await gateway.admin.delete("/v1/integrations/demo")

    assert gateway.plant.snapshot.configs["pc-a"].trouble is None


async def test_key_has_a_config_and_metadata(gateway: Gateway) -> None:
    """An API key's defaults are kept, shown, changed and removed, and its requests know them."""
    new = await made(gateway, slug="pc-a")
    defaults = {"config_id": new["id"], "metadata": {"team": "sales"}, "allow_config_override": False}
    body = {"name": "ci", "scopes": ["completions.write"], "defaults": defaults}
    key = (await gateway.admin.post(KEYS, json=body)).json()

    shown = (await gateway.admin.get(f"/v1/api-keys/{key['id']}")).json()["defaults"]
    caller = next(one for one in gateway.plant.snapshot.callers.values() if one.name == "ci")
    await gateway.admin.put(f"/v1/api-keys/{key['id']}", json={"name": "cd"})
    kept = (await gateway.admin.get(f"/v1/api-keys/{key['id']}")).json()["defaults"]
    await gateway.admin.put(f"/v1/api-keys/{key['id']}", json={"defaults": None})
    removed = (await gateway.admin.get(f"/v1/api-keys/{key['id']}")).json()["defaults"]

    assert shown == kept
    assert {name: shown[name] for name in defaults} == defaults | {"config_id": "pc-a"}
    assert (caller.config, caller.allow_config_override, caller.metadata) == ("pc-a", False, {"team": "sales"})
    assert removed is None


async def test_wrong_defaults_of_a_key(gateway: Gateway) -> None:
    """A config that there is not, or metadata that is no short text, is refused by field."""
    body = {"name": "ci", "scopes": ["logs.list"]}
    wrong: list[Json] = [{"config_id": "pc-nobody"}, {"metadata": {"team": "x" * 129}}, {"metadata": {"team": 5}}]

    answers = [await gateway.admin.post(KEYS, json=body | {"defaults": defaults}) for defaults in wrong]

    assert [answer.status_code for answer in answers] == [400, 400, 400]
    params = [answer.json()["error"]["param"] for answer in answers]
    assert params == ["defaults.config_id", "defaults.metadata.team", "defaults.metadata[...]"]


async def test_scopes_are_asked_for(gateway: Gateway) -> None:
    """Each act takes its own scope, and a key without it is refused."""
    await made(gateway, slug="pc-a")
    key = (await gateway.admin.post(KEYS, json={"name": "reader", "scopes": ["configs.list", "configs.read"]})).json()

    async with client(gateway.url, key["key"]) as reader:
        answers = [
            await reader.get(PATH),
            await reader.get(f"{PATH}/pc-a"),
            await reader.get(f"{PATH}/pc-a/versions"),
            await reader.post(PATH, json={"name": "x", "config": ONE}),
            await reader.put(f"{PATH}/pc-a", json={"name": "x"}),
            await reader.delete(f"{PATH}/pc-a"),
        ]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 403, 403, 403]

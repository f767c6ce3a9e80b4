"""The part of the gateway in memory that limits are about: how they stand, policies, what workspaces may use."""

from __future__ import annotations

import httpx

from tests.console.fake_answers import listing, one
from tests.console.samples import Json


class FakeLimits:
    """What it holds is public."""

    def __init__(self) -> None:
        self.rows: list[Json] = []
        """As `GET /v1/limits` has them."""
        self.policies: list[Json] = []
        self.workspaces: list[Json] = []
        self.accesses: dict[str, list[Json]] = {}
        """Who may use an integration, by its slug."""
        self.groups: dict[str, list[Json]] = {}
        """What analytics says, by the last part of its path."""

    def look(self, path: list[str], params: dict[str, str]) -> httpx.Response | None:
        """What a path shows; None where it is not about limits."""
        match path:
            case ["limits"]:
                asked = {name: params[name] for name in ("level", "owner") if name in params}
                return listing([row for row in self.rows if asked.items() <= row.items()], params)
            case ["limits", limit_id]:
                return one(self.rows, limit_id)
            case ["policies", _, policy_id]:
                return one(self.policies, policy_id)
            case ["admin", "workspaces"]:
                return listing(self.workspaces, params)
            case ["integrations", slug, "workspaces"]:
                return httpx.Response(200, json={"total": 1, "workspaces": self.accesses.get(slug, [])})
            case ["analytics", "groups", group]:
                return listing(self.groups.get(group, []), params)
        return None

    def change(self, method: str, path: list[str], body: Json) -> Json | None:
        """What was changed; None where it is not about limits."""
        match method, path:
            case "POST", ["limits", limit_id, act]:
                row = next(row for row in self.rows if row["id"] == limit_id)
                changed = {"raised": body.get("amount", 0), "raised_until": body.get("until")}
                row |= {"spent": 0, "left": row["limit"]} if act == "reset" else changed
                return row
            case "POST", ["policies", _]:
                return {"id": "p-new"}
            case "DELETE", ["policies", _, policy_id]:
                self.rows = [row for row in self.rows if row["owner"] != policy_id]
                return {}
            case "PUT", ["policies", _, policy_id]:
                next(row for row in self.policies if row["id"] == policy_id).update(body)
                return {}
            case "PUT", ["integrations", slug, "workspaces"]:
                self.accesses[slug] = body["workspaces"]
                return {}
        return None

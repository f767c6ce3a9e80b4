"""The part of the gateway in memory that knows workspaces, people, who did what, and itself."""

from __future__ import annotations

from typing import Any

import httpx

from console.api_keys.scopes import EVERYTHING
from tests.console.fake_answers import listing

Json = dict[str, Any]


LINK = "http://gateway.test/v1/admin/users/invites/accept#th-INVITE-0123456789"


class FakePeople:
    """What it holds is public."""

    def __init__(self) -> None:
        self.own_key: Json = {"id": "operator", "name": "operator", "is_owner": True, "scopes": EVERYTHING}
        self.workspaces: list[Json] = []
        self.members: dict[str, list[Json]] = {}
        """By workspace."""
        self.users: list[Json] = []
        self.invites: list[Json] = []
        self.audit: list[Json] = []
        """Newest first."""
        self.verdict: Json = {}
        self.settings: list[Json] = []
        self.findings: list[Json] = []

    def look(self, path: list[str], params: dict[str, str]) -> httpx.Response | None:
        """What a path shows; None where it is about something else."""
        match path:
            case ["api-keys", "self"]:
                return httpx.Response(200, json=self.own_key)
            case ["audit-logs"]:
                return self._audit_page(params)
            case ["audit-logs", "verify"]:
                return httpx.Response(200, json=self.verdict)
            case ["settings"]:
                return listing(self.settings, params)
            case ["doctor"]:
                return listing(self.findings, params)
        return self._look_at_people(path, params)

    def _look_at_people(self, path: list[str], params: dict[str, str]) -> httpx.Response | None:
        paged = params | {"current_page": params.get("currentPage", "0"), "page_size": params.get("pageSize", "100")}
        match path:
            case ["admin", "workspaces"] if self.workspaces:
                return listing(self.workspaces, params)
            case ["admin", "workspaces", slug]:
                workspace = next(row for row in self.workspaces if row["slug"] == slug)
                return httpx.Response(200, json=workspace | {"users": self.members.get(slug, [])})
            case ["admin", "users"]:
                return listing(self.users, paged)
            case ["admin", "users", "invites"]:
                return listing(self.invites, paged)
        return None

    def _audit_page(self, params: dict[str, str]) -> httpx.Response:
        size, page = int(params["page_size"]), int(params.get("current_page", 0))
        wanted = {"action": params.get("action"), "resource_type": params.get("resource_type")}
        found = [row for row in self.audit if all(value in (None, row[name]) for name, value in wanted.items())]
        rows = found[size * page : size * (page + 1)]
        return httpx.Response(200, json={"object": "analytics-graph", "total": len(found), "records": rows})

    def change(self, method: str, path: list[str], body: Json) -> Json | None:
        """What was changed; None where it is not about people."""
        match method, path:
            case "POST", ["admin", "workspaces"]:
                self.workspaces.append({"id": body["slug"], "status": "active", "is_default": 0} | body)
                return self.workspaces[-1]
            case "POST", ["admin", "users", "invites"]:
                self.invites.append({"id": "inv-1", "status": "pending", "workspaces": []} | body)
                return {"id": "inv-1", "invite_link": LINK}
            case "POST", ["admin", "users", "invites", _, "resend"]:
                return {"invite_link": LINK, "inviteLink": LINK}
            case "DELETE", ["admin", "users", "invites", invite_id]:
                next(row for row in self.invites if row["id"] == invite_id)["status"] = "cancelled"
                return {}
            case "DELETE", ["admin", "users", user_id]:
                self.users = [row for row in self.users if row["id"] != user_id]
                return {"removed_api_keys": ["ada@example.com"]}
        return self._change_row(method, path, body)

    def _change_row(self, method: str, path: list[str], body: Json) -> Json | None:
        match method, path:
            case "PUT", ["admin", "workspaces", slug]:
                next(row for row in self.workspaces if row["slug"] == slug).update(body)
            case "DELETE", ["admin", "workspaces", slug]:
                self.workspaces = [row for row in self.workspaces if row["slug"] != slug]
            case "PUT", ["admin", "users", user_id]:
                next(row for row in self.users if row["id"] == user_id).update(body)
            case "POST", ["admin", "workspaces", slug, "users"]:
                self.members.setdefault(slug, []).extend(body["users"])
            case "PUT", ["admin", "workspaces", slug, "users", user_id]:
                next(row for row in self.members[slug] if row["id"] == user_id).update(body)
            case "DELETE", ["admin", "workspaces", slug, "users", user_id]:
                self.members[slug] = [row for row in self.members[slug] if row["id"] != user_id]
            case _:
                return None
        return {}

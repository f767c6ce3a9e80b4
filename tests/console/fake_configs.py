"""The part of the gateway in memory that configs are about. What is wrong with one it finds as the real one does."""

from __future__ import annotations

import json

import httpx

from gateway.configs.faults import Fault
from gateway.configs.json_schema import json_schema
from gateway.configs.schema import oddities
from gateway.configs.survey import Known, survey
from tests.console.fake_answers import refused
from tests.console.samples import Json


class FakeConfigs:
    """What it holds is public: by slug, every version, newest first."""

    def __init__(self) -> None:
        self.versions: dict[str, list[Json]] = {}
        self.rows: list[Json] = []
        """Others that are listed, and nothing more."""
        self.names: dict[str, str] = {}
        self.used_by: dict[str, list[str]] = {}
        self.explanation: Json = {"choices": [], "attempts": [], "attempts_in_all": 0}
        self.providers: tuple[str, ...] = ("openai-prod", "anthropic")

    def add(self, slug: str, name: str, *said: Json) -> None:
        """A config that said these things, one after the other."""
        self.names[slug] = name
        self.versions[slug] = []
        for config in said:
            self.save(slug, config)

    def save(self, slug: str, config: Json) -> str:
        """The id of the new version."""
        versions = self.versions[slug]
        number = len(versions) + 1
        versions.insert(0, {"version_id": f"{slug}-v{number}", "version": number, "config": config})
        return f"{slug}-v{number}"

    def row(self, slug: str) -> Json:
        """As the list has it."""
        said = self.versions[slug][0]["config"]
        targets = [one.get("provider", "as requested") for one in said.get("targets", [said])]
        row = {"id": slug, "slug": slug, "name": self.names[slug], "workspace_id": "default", "is_default": 0}
        row |= {"status": "active", "last_updated_at": "2026-11-24T14:00:00Z", "version": len(self.versions[slug])}
        row |= {"mode": said.get("strategy", {}).get("mode"), "targets": targets, "trouble": None}
        return row | {"used_by": self.used_by.get(slug, [])}

    def look(self, path: list[str]) -> httpx.Response | None:
        """What a path shows; None where it is not about configs."""
        match path:
            case ["configs"]:
                return httpx.Response(200, json={"data": self.rows + [self.row(slug) for slug in self.versions]})
            case ["configs", "schema"]:
                return httpx.Response(200, json=json_schema())
            case ["configs", slug] if slug in self.versions:
                now = self.versions[slug][0]
                data = {"slug": slug, "name": self.names[slug], "workspace_id": "default"} | now
                return httpx.Response(200, json={"data": data, "success": True})
            case ["configs", slug, "versions"]:
                who = {"updated_by_name": "operator", "last_updated_at": "2026-11-24T14:00:00Z", "name": slug}
                rows = [one | who | {"config": json.dumps(one["config"])} for one in self.versions[slug]]
                return httpx.Response(200, json={"data": rows, "total": len(rows)})
        return None

    def change(self, method: str, path: list[str], body: Json) -> httpx.Response | None:
        """What came of it; None where it is not about configs."""
        match method, path:
            case "POST", ["configs", "validate"]:
                return httpx.Response(200, json=self.verdict(body["config"]))
            case "POST", ["configs", "explain"]:
                return httpx.Response(200, json=self.explanation)
            case "POST", ["configs"]:
                self.add(body["slug"], body["name"], body["config"])
                return saved(f"{body['slug']}-v1", body["slug"])
            case "PUT", ["configs", slug]:
                return self.put(slug, body)
            case "POST", ["configs", slug, "rollback"]:
                then = next(one for one in self.versions[slug] if one["version_id"] == body["version_id"])
                return saved(self.save(slug, then["config"]))
            case "DELETE", ["configs", slug]:
                if users := self.used_by.get(slug):
                    return refused(409, f"Config `{slug}` is in use by {users[0]}; let them use another first.")
                del self.versions[slug]
                return httpx.Response(200, json={})
        return None

    def put(self, slug: str, body: Json) -> httpx.Response:
        """A new version, unless it was made from one that holds no more."""
        now = self.versions[slug][0]
        if body.get("version_id", now["version_id"]) != now["version_id"]:
            error = {"message": f"Config `{slug}` was changed meanwhile", "param": "version_id", "code": "conflict"}
            return httpx.Response(409, json={"error": error})
        self.names[slug] = body.get("name", self.names[slug])
        return saved(self.save(slug, body["config"] if "config" in body else now["config"]))

    def verdict(self, config: Json) -> Json:
        """What is wrong with it, by the gateway's own rules."""
        faults = list(survey(config, Known(("openai", "anthropic"), self.providers, {})))
        errors = [told(fault) for fault in faults if not fault.is_warning]
        return {"valid": not errors, "errors": errors, "warnings": [told(fault) for fault in oddities(faults)]}


def told(fault: Fault) -> Json:
    """As the API has it."""
    return {"path": fault.path, "message": fault.message}


def saved(version_id: str, slug: str | None = None) -> httpx.Response:
    """The answer to a change."""
    return httpx.Response(200, json={"success": True, "data": {"version_id": version_id, "slug": slug}})

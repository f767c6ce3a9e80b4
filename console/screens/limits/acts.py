"""What can be done about a limit, from the list and from its own page alike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from console.client import segment
from console.limits.limited import owner_of
from console.limits.words import amount, what, whose
from console.logs.query_words import word
from console.screens.live import LiveScreen
from console.screens.own_limits import OwnLimits
from console.wire.limits import Json, Limit, Nothing, Policy


class LimitActs(OwnLimits, LiveScreen):
    """Raise, edit, reset, delete, and see the requests of the limit that is `limit`."""

    @property
    def limit(self) -> Limit | None:
        """The one that is meant."""
        raise NotImplementedError

    def act_on_limit(self, steps: Callable[[Limit], Awaitable[None]]) -> None:
        """Do something about it, if there is one."""
        if (limit := self.limit) is not None:
            self.act(lambda: steps(limit))

    def action_raise(self) -> None:
        """Allow more for a while."""
        self.act_on_limit(self.raise_limit)

    def action_edit(self) -> None:
        """Change it."""
        self.act_on_limit(self.edit_limit)

    def action_reset(self) -> None:
        """Let it begin anew, after asking."""
        self.act_on_limit(self.reset_limit)

    def action_delete(self) -> None:
        """Take it away, after asking."""
        self.act_on_limit(self.delete_limit)

    def action_requests(self) -> None:
        """Logs, narrowed to what it counts."""
        self.act_on_limit(self.show_requests)

    def action_copy_id(self) -> None:
        """What scripts call it."""
        if (limit := self.limit) is not None:
            self.tollhouse.copy(limit.id, "limit's id")

    async def edit_limit(self, limit: Limit) -> None:
        """Its form."""
        from console.screens.limits.forms import edit_policy, policy_path

        if limit.is_rule:
            self.tollhouse.say("Which models are allowed is said in Catalog (3); d enforces the rule.")
        elif limit.level == "policy":
            said = await self.gateway.one(policy_path(limit), dict)
            await self.fill_in(edit_policy(self.gateway, said, limit))
        else:
            await self.change_own(limit)

    async def reset_limit(self, limit: Limit) -> None:
        """What was used so far counts no more."""
        question = f"Let {what(limit)} of {whose(limit)} begin anew?"
        counted = f"{limit.would_have_refused:,} requests" if limit.is_rule else amount(limit.spent, limit.type)
        consequence = f"The {counted} counted so far count no more; this cannot be undone."
        if await self.agreed(question, consequence, "Begin anew"):
            await self.gateway.send("POST", f"/v1/limits/{segment(limit.id)}/reset", {}, Limit)
            self.load()

    async def delete_limit(self, limit: Limit) -> None:
        """Nothing is counted or refused by it any more."""
        from console.screens.limits.forms import policy_path

        if limit.is_rule:
            return await self.enforce(limit)
        if limit.level == "policy":
            consequence = "It holds for nobody any more, in none of its groups; what it counted is kept."
            return await self.discard(f"Delete the policy `{limit.name}`?", consequence, policy_path(limit))
        return await self.delete_own(limit)

    async def enforce(self, limit: Limit) -> None:
        """The rule comes out of the shadow."""
        said = f"Its {limit.would_have_refused:,} requests for models that are not allowed would now have been refused."
        owner = await owner_of(self.gateway, limit)
        if owner is not None and await self.agreed(f"Enforce the allowed models of {owner.label}?", said, "Enforce"):
            await self.gateway.send("PUT", owner.path, owner.rule(shadow=False), Nothing)
            self.load()

    async def show_requests(self, limit: Limit) -> None:
        """The filter that finds them."""
        policy: Policy | None = None
        if limit.level == "policy":
            from console.screens.limits.forms import policy_path

            policy = await self.gateway.one(policy_path(limit), Policy)
        await self.tollhouse.show_logs(requests_of(limit, policy))


def requests_of(limit: Limit, policy: Policy | None = None) -> str:
    """Logs' filter for what a limit counts, as far as that language can say it."""
    shadow = "shadow:model_not_allowed " if limit.is_rule else ""
    match limit.level:
        case "api_key":
            return word("key", limit.name)
        case "workspace":
            return word("workspace", limit.owner)
        case "provider":
            return f"provider:@{limit.owner}"
        case "integration":
            return shadow + word("workspace", limit.owner.rpartition("@")[2])
    found: Json = {each.key: each.value for each in policy.conditions if not each.excludes} if policy else {}
    found |= dict(part.partition("=")[::2] for part in limit.group.split(",") if part)
    return " ".join(part for key, value in found.items() if (part := condition_word(key, str(value))))


def condition_word(key: str, value: str) -> str:
    """A policy's condition in the language of the filter; nothing where that has no word for it."""
    if key == "model":
        return word("model", max(value.rpartition("/")[2].split("*"), key=len))
    if key in ("provider", "virtual_key") and "*" not in value:
        return f"provider:@{value}"
    if key.startswith("metadata.") and "*" not in value:
        return word(f"meta.{key.removeprefix('metadata.')}", value)
    return word("workspace", value) if key == "workspace_id" and "*" not in value else ""

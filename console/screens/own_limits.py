"""The limits of one thing, changed wherever it is looked at: in Limits, on the page of a key, of a provider."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from console.limits.limited import Owner, ask_owners, owner_of, which_of, without
from console.limits.words import sentence, what, whose
from console.screens.resource import ResourceScreen
from console.wire.limits import Limit, Nothing

FROM_ABOVE = "It comes from what the integration allows every workspace; change it there, or give this one its own."
Steps = Callable[[], Awaitable[None]]


class OwnLimits(ResourceScreen):
    """Set, change, raise and delete what somebody has as his own limit."""

    async def set_limits(self, near: Limit) -> None:
        """What is to be done about the limits of whoever owns `near`; with none there, the form of the first."""
        from console.catalog.pages import perhaps
        from console.screens.choose import ChooseScreen

        have = await perhaps(self.gateway, "/v1/limits", Limit, level=near.level, owner=near.owner)
        if not have:
            return await self.add_limit("budget", near)
        offered: dict[str, tuple[str, Steps]] = {}
        for limit in have:
            offered[f"Change {what(limit)}"] = sentence(limit, self.zone), partial(self.change_own, limit)
            if limit.is_budget:
                offered[f"Raise {what(limit)}"] = "for a while", partial(self.raise_limit, limit)
            offered[f"Delete {what(limit)}"] = "", partial(self.delete_own, limit)
        for kind in ("budget", "rate"):
            offered[f"Set another {kind}"] = "", partial(self.add_limit, kind, near)
        choices = {name: said for name, (said, _) in offered.items()}
        choice = await self.app.push_screen_wait(ChooseScreen(f"Limits of {whose(near)}", choices, name_width=28))
        if choice is not None:
            await offered[choice[0]][1]()
        return None

    async def add_limit(self, kind: str, near: Limit | None) -> None:
        """A form for any of them; it proposes whose it is to be."""
        from console.screens.limits.new_form import new_limit

        await self.fill_in(new_limit(self.gateway, await ask_owners(self.gateway), kind, near))

    async def raise_limit(self, limit: Limit) -> None:
        """A small form."""
        from console.screens.limits.forms import raise_limit

        if limit.is_budget:
            await self.fill_in(raise_limit(self.gateway, limit, self.now))
        else:
            self.tollhouse.say("Only a budget can be raised for a while; e changes the rate itself.")

    async def change_own(self, limit: Limit) -> None:
        """Its form."""
        from console.screens.limits.forms import edit_limit

        if (owner := await self.owning(limit)) is not None:
            await self.fill_in(edit_limit(self.gateway, owner, limit))

    async def delete_own(self, limit: Limit) -> None:
        """Nothing is counted or refused by it any more."""
        owner = await self.owning(limit)
        consequence = (
            f"{whose(limit).capitalize()} may use as much as its other limits allow, from the next request on."
        )
        if owner and await self.agreed(f"Delete {what(limit)} of {whose(limit)}?", consequence, "Delete"):
            body = owner.body(which_of(limit), without(owner, limit))
            await self.gateway.send("PUT", owner.path, body, Nothing)
            self.load()

    async def owning(self, limit: Limit) -> Owner | None:
        """Whose it is; said where nobody has it himself."""
        owner = await owner_of(self.gateway, limit)
        if owner is not None and len(without(owner, limit)) < len(owner.limits(which_of(limit))):
            return owner
        self.tollhouse.say(FROM_ABOVE if limit.level == "integration" else "It is gone already.")
        return None

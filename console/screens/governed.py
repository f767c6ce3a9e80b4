"""A screen whose acts are offered as far as the operator may do them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.screen import Screen

if TYPE_CHECKING:
    from textual.widget import Widget

    from console.app import TollhouseApp
    from console.keyboard import Place
    from console.pulse import Pulse


def takes_text(focused: Widget | None) -> bool:
    """Whether what is typed goes into a text."""
    return focused is not None and focused.check_consume_key("a", "a")


class GovernedScreen(Screen[Any]):
    """Its keys are bound, and its acts performed, only where `console.access` knows no reason against it."""

    PLACES: ClassVar[tuple[Place, ...]]

    @property
    def listing(self) -> str:
        """The list that is shown, where there are several with rights of their own."""
        return ""

    @property
    def tollhouse(self) -> TollhouseApp:
        """The application, typed."""
        return cast("TollhouseApp", self.app)

    def on_mount(self) -> None:
        """Follow whether the gateway is there."""
        self.watch(self.app, "pulse", self.follow_pulse, init=False)

    def follow_pulse(self, before: Pulse, after: Pulse) -> None:
        """When it has gone away or come back, look again; whoever is not seen does that when he is."""
        if bool(before.trouble) != bool(after.trouble) and self.is_current:
            self.look_again()

    def look_again(self) -> None:
        """Ask again for what is shown, if that can have changed meanwhile."""

    def recall(self) -> dict[str, Any]:
        """What this screen noted when it was left, perhaps days ago."""
        return self.tollhouse.memory.recall(self.tollhouse.gateway.url, self.PLACES[0])

    def remember(self, **what: Any) -> None:
        """Note something for the next time."""
        self.tollhouse.memory.note(self.tollhouse.gateway.url, self.PLACES[0], **what)

    def why_not(self, action: str) -> str | None:
        """Why an act is not offered here, None if it is."""
        return self.tollhouse.access.why_not(self.PLACES[0], action, self.listing)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Textual asks before it performs an action, and before it takes a key for one."""
        if action == "filter" and takes_text(self.focused):
            return False
        named = next((f"{action}('{each}')" for each in parameters if isinstance(each, str) and each), action)
        return super().check_action(action, parameters) if self.why_not(named) is None else False

    def may(self, action: str) -> bool:
        """Whether an act is offered; if it is not, that is said, with the reason."""
        if (reason := self.why_not(action)) is not None:
            self.tollhouse.say(f"Not offered: {reason}.")
        return reason is None

"""What one fills in and may leave: without a question while nothing was changed, else after one."""

from __future__ import annotations

from typing import TypeVar

from textual.screen import ModalScreen

from console.screens.confirm import ConfirmScreen

Given = TypeVar("Given")


class LeavingScreen(ModalScreen[Given | None]):
    """Gives None when it is left."""

    heading: str
    """What it is called."""

    @property
    def is_touched(self) -> bool:
        """Whether leaving would lose something."""
        raise NotImplementedError

    def action_cancel(self) -> None:
        """Leave it."""
        if self.is_touched:
            question = ConfirmScreen(f"Leave “{self.heading}”?", "What you changed there is lost.", "Discard")
            self.app.push_screen(question, self.left)
        else:
            self.dismiss(None)

    def left(self, is_sure: bool | None) -> None:
        """The operator has said whether it may be lost."""
        if is_sure:
            self.dismiss(None)

"""Tabs that the screen's own keys turn; they never take the cursor away from what is below them."""

from textual.widgets import Tabs


class PageTabs(Tabs, can_focus=False, inherit_bindings=False):
    """Looked at and clicked."""

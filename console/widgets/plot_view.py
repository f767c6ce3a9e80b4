"""A plot with its axes; a lighter curve lies over a darker one, and the title says which is which."""

from __future__ import annotations

from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.widget import Widget

from console.overview.plotting import Plot, framed


class PlotView(Widget):
    """Draws one; the same plot again is not drawn again."""

    DEFAULT_CSS = """
    PlotView { height: 1fr; padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.plot: Plot | None = None

    def show(self, plot: Plot) -> None:
        """Replace what is there."""
        if plot != self.plot:
            self.plot = plot
            self.refresh()

    def on_resize(self, _: events.Resize) -> None:
        """Another canvas."""
        self.refresh()

    def render(self) -> RenderResult:
        """The title, the canvas, the time."""
        if self.plot is None:
            return Content("")
        lines = [Content.styled(self.plot.title, "bold")]
        for axis, curve in framed(self.plot, self.content_size.width, self.content_size.height - 1):
            lines.append(Content.assemble((axis, "$text-muted"), (curve, "$text-primary")))
        return Content("\n").join(lines)

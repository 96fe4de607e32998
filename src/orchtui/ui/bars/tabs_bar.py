"""The panes' names, in their order, and the row of them above the panes.

This module never shows a pane.
"""

from typing import ClassVar, Literal

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widgets import Static

PaneName = Literal["compose", "independence", "timeline", "output", "runs"]
ORDER: tuple[PaneName, ...] = ("compose", "independence", "timeline", "output", "runs")


class TabsBar(Static):
    """The panes' names and keys; the one in front is marked."""

    _NAMES: ClassVar[dict[PaneName, str]] = {
        "compose": "1 Plan",
        "independence": "2 Independence",
        "timeline": "3 Timeline",
        "output": "4 Output",
        "runs": "5 Runs",
    }

    class Clicked(Message):
        """A name was clicked."""

        def __init__(self, view: PaneName) -> None:
            super().__init__()
            self.view = view

    def __init__(self) -> None:
        super().__init__("", id="tabs", markup=False)
        self._ends: list[tuple[int, PaneName]] = []

    def show(self, view: PaneName, *, zoomed: bool = False, replay: bool = False) -> None:
        """Mark a pane, and say whether it takes all the room, and whether it is a replay."""
        line = Content.styled(" orchtui ", "b $background on $accent")
        if replay:  # as wide, so that the names stay where they are
            line = Content.styled(" REPLAY  ", "b $background on $warning")
        self._ends = []
        for name, words in self._NAMES.items():
            style = "b $accent" if name == view else "$foreground-muted"
            line = Content.assemble(line, "  ", (words, style))
            self._ends.append((line.cell_length, name))
        if zoomed:
            line = Content.assemble(line, "  ", (" ZOOM ", "b $background on $accent"))
        self.update(line)

    @property
    def starts(self) -> dict[PaneName, int]:
        """The column in which each name begins, with its number."""
        return {name: end - len(self._NAMES[name]) for end, name in self._ends}

    def on_click(self, event: Click) -> None:
        """Tell which name it was."""
        for end, name in self._ends:
            if event.x < end:
                self.post_message(self.Clicked(name))
                return

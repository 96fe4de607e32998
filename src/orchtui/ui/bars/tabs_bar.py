"""The panes' names, in their order, and the row of them above the panes.

This module never shows a pane.
"""

from typing import Literal

from textual.content import Content
from textual.events import Click, Resize
from textual.message import Message
from textual.widgets import Static

PaneName = Literal["compose", "independence", "timeline", "output", "runs", "compare"]
ORDER: tuple[PaneName, ...] = (
    *("compose", "independence", "timeline", "output", "runs", "compare"),
)

_NAMES: dict[PaneName, str] = {
    "compose": "1 Plan",
    "independence": "2 Independence",
    "timeline": "3 Timeline",
    "output": "4 Output",
    "runs": "5 Runs",
    "compare": "6 Compare",
}
_SHORT: dict[PaneName, str] = {
    "compose": "1 Plan",
    "independence": "2 Indep",
    "timeline": "3 Time",
    "output": "4 Output",
    "runs": "5 Runs",
    "compare": "6 Comp",
}
"""Where there is no room for the whole names."""
_SIGN = " orchtui "
_ZOOM = " ZOOM "
_WIDE = 80
"""Cells that are taken for there before the first layout."""


def names_for(room: int, view: PaneName) -> dict[PaneName, str]:
    """The longest names that there is room for: whole, short, or only that of the one in front.

    Args:
        room: Cells; two are between names.
        view: The pane in front.
    """
    for names in (_NAMES, _SHORT):
        if sum(2 + len(words) for words in names.values()) <= room:
            return names
    return {name: words if name == view else words[0] for name, words in _SHORT.items()}


class TabsBar(Static):
    """The panes' names and keys; the one in front is marked."""

    class Clicked(Message):
        """A name was clicked."""

        def __init__(self, view: PaneName) -> None:
            super().__init__()
            self.view = view

    def __init__(self) -> None:
        super().__init__("", id="tabs", markup=False)
        self._ends: list[tuple[int, PaneName]] = []
        self._shown: tuple[PaneName, bool, bool] = ("compose", False, False)
        self._names: dict[PaneName, str] = _NAMES

    def on_resize(self, event: Resize) -> None:
        """The names are as long as there is room for them."""
        view, zoomed, replay = self._shown
        self.show(view, zoomed=zoomed, replay=replay)

    def show(self, view: PaneName, *, zoomed: bool = False, replay: bool = False) -> None:
        """Mark a pane, and say whether it takes all the room, and whether it is a replay."""
        self._shown = view, zoomed, replay
        room = (self.size.width or _WIDE) - len(_SIGN) - (2 + len(_ZOOM) if zoomed else 0)
        self._names = names_for(room, view)
        line = Content.styled(_SIGN, "b $background on $accent")
        if replay:  # as wide, so that the names stay where they are
            line = Content.styled(" REPLAY  ", "b $background on $warning")
        self._ends = []
        for name, words in self._names.items():
            style = "b $accent" if name == view else "$foreground-muted"
            line = Content.assemble(line, "  ", (words, style))
            self._ends.append((line.cell_length, name))
        if zoomed:
            line = Content.assemble(line, "  ", (_ZOOM, "b $background on $accent"))
        self.update(line)

    @property
    def starts(self) -> dict[PaneName, int]:
        """The column in which each name begins, with its number."""
        return {name: end - len(self._names[name]) for end, name in self._ends}

    def on_click(self, event: Click) -> None:
        """Tell which name it was."""
        for end, name in self._ends:
            if event.x < end:
                self.post_message(self.Clicked(name))
                return

"""The list of runs: what its keys ask for goes up as messages. It shows entries and opens none."""

import time
from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.events import Resize
from textual.message import Message

from orchtui.ui.keys import keymap
from orchtui.ui.parts.picked_rows import Line, PickedRows
from orchtui.ui.runs import run_columns
from orchtui.ui.runs.run_columns import LOOKS, Columns
from orchtui.ui.runs.run_entry import RunEntry


class RunList(PickedRows):
    """Rows of runs. Its owner tells what to show with `show_entries`."""

    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("runs")]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "run--cursor",
        "run--cursor-focused",
        *(f"run--{look}" for look in LOOKS),
    }

    class Wanted(Message):
        """A person wants something done with the picked run, or with the list."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action
            """One of the actions of the context `runs` in the keymap."""

    class Widened(Message):
        """There are other columns."""

    def __init__(self) -> None:
        super().__init__(id="run-list")
        self.entries: Sequence[RunEntry] = ()
        self.columns = Columns.of(0)
        self.chosen = ""
        """Id of the run that another one is to be compared with."""
        self._now = time.time()

    @property
    def picked(self) -> RunEntry | None:
        """The picked one."""
        return self.entries[self.place] if self.place < len(self.entries) else None

    def show_entries(self, entries: Sequence[RunEntry], *, from_top: bool = False) -> None:
        """Show others; the picked run stays picked, or else the one at its place.

        Args:
            entries: In their order.
            from_top: Whether the first one is picked, whatever was.
        """
        before = self.picked
        self.entries, self._now = entries, time.time()
        place = 0 if from_top else None
        if before is not None and not from_top:
            place = next((at for at, one in enumerate(entries) if one.id == before.id), None)
        self._lay_out(place)

    def choose_for_comparison(self, run_id: str) -> None:
        """Mark the run that another one is to be compared with; nothing takes the mark away."""
        self.chosen = run_id
        self.redraw()

    def _lay_out(self, place: int | None = None) -> None:
        self.columns = Columns.of(self.width)
        self.lay_out([run_columns.height_of(one, self.columns) for one in self.entries], place)

    def drawn(self, place: int) -> Sequence[Line]:
        entry = self.entries[place]
        chosen = bool(self.chosen) and entry.id == self.chosen
        return run_columns.lines_of(entry, self.columns, self._now, chosen=chosen)

    def on_resize(self, event: Resize) -> None:
        """The columns follow the width."""
        if self.columns.width != self.width:
            self._lay_out()
            self.post_message(self.Widened())

    def action_want(self, action: str) -> None:
        self.post_message(self.Wanted(action))

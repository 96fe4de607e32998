"""The table of results: a row for each, with what is counted in it; one of them picked.

One widget draws the rows that can be seen, under a head that stays. What a key asks for goes up as
a message. This module never counts and never chooses.
"""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from orchtui.engine.runs.run import LIVE
from orchtui.ui.compare.figures import Figures
from orchtui.ui.compare.result_columns import Columns, Known, cells
from orchtui.ui.compare.results import Result, Results
from orchtui.ui.keys import keymap
from orchtui.ui.looks import looks

_LOOKS = (
    *("text", "dim", "figure", "head", "bar", "mark", "chosen", "badge", "rating", "added"),
    *looks.SIGNS,
)


class ResultTable(ScrollView, can_focus=True):
    """The rows.

    Args:
        results: What there is; its owner keeps it up to date and tells `renew`.
        figures: What is known of them.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("compare")]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "result--cursor",
        "result--cursor-focused",
        *(f"result--{look}" for look in _LOOKS),
    }

    class Wanted(Message):
        """A person wants something done to the picked result, or to the table."""

        def __init__(self, action: str, steps: int = 0) -> None:
            super().__init__()
            self.action = action
            self.steps = steps

    class Picked(Message):
        """Another result is picked."""

    def __init__(self, results: Results, figures: Figures) -> None:
        super().__init__(id="result-table")
        self._results = results
        self._figures = figures
        self._rows: list[Result] = []
        self._beat = 0
        self.goes_on = False
        """Whether somebody works on the run, or it is shown as if."""

    # What is shown

    def renew(self) -> None:
        """Show the results as they are now."""
        self._rows = self._results.all
        self._measure()
        self._see()
        self.refresh()

    def beat(self) -> None:
        """Have the signs of what works turn."""
        if any(one.state in LIVE for one in self._rows):
            self._beat += 1
            self.refresh()

    def pick(self, place: int) -> None:
        """Pick the row at this place, or the nearest one."""
        before = self._results.place
        self._results.pick(place)
        self._see()
        self.refresh()
        if self._results.place != before:
            self.post_message(self.Picked())

    def words(self) -> list[str]:
        """What of each row is searched."""
        return [f"{one.label} {one.key} {one.state or ''}" for one in self._rows]

    def _measure(self) -> None:
        size = Size(self.scrollable_content_region.width, len(self._rows) + 1)
        if size != self.virtual_size:
            self.virtual_size = size

    def _see(self) -> None:
        height = max(1, self.scrollable_content_region.height - 1)
        place = self._results.place
        if place < self.scroll_offset.y:
            self.scroll_to(y=place, animate=False, immediate=True, force=True)
        elif place >= self.scroll_offset.y + height:
            self.scroll_to(y=place - height + 1, animate=False, immediate=True, force=True)

    # Keys and the mouse

    def on_resize(self, event: Resize) -> None:
        """The picked row stays in sight."""
        self._measure()
        self._see()

    def on_click(self, event: Click) -> None:
        """Pick the row under the mouse; twice compares it."""
        place = self.scroll_offset.y + event.y - 1
        if event.y and place < len(self._rows):
            self.pick(place)
            if event.chain == 2:
                self.action_want("open")

    def action_step(self, steps: int) -> None:
        self.pick(self._results.place + steps)

    def action_page(self, pages: int) -> None:
        self.pick(self._results.place + pages * max(1, self.scrollable_content_region.height - 2))

    def action_first(self) -> None:
        self.pick(0)

    def action_last(self) -> None:
        self.pick(len(self._rows) - 1)

    def action_want(self, action: str) -> None:
        self.post_message(self.Wanted(action))

    def action_rate(self, steps: int) -> None:
        self.post_message(self.Wanted("rate", steps))

    # Drawing

    def render_line(self, y: int) -> Strip:
        """Draw the head, or one row."""
        width = self.scrollable_content_region.width
        base = self.rich_style
        columns = Columns.of(width, judged=self._judged)
        if y == 0:
            head = Segment(columns.head(), self._style("head"))
            return Strip([head]).adjust_cell_length(width).apply_style(base)
        place = y - 1 + self.scroll_offset.y
        if place >= len(self._rows):
            return Strip.blank(width, base)
        result = self._rows[place]
        mark = self._results.marked.get(result.key, " ")
        segments = [Segment(" "), Segment(mark, self._style("mark"))]
        for text, look in cells(result, self._known(result), columns):
            segments.append(Segment(text, self._style(look)))
        if place == self._results.place:
            name = "result--cursor-focused" if self.has_focus else "result--cursor"
            base += looks.paper(self.get_component_rich_style(name))
            segments[0] = Segment("▌", self._style("bar"))
        return Strip(segments).adjust_cell_length(width).apply_style(base)

    @property
    def _judged(self) -> bool:
        run = self._results.run
        return run is not None and bool(run.judgements)

    def _known(self, result: Result) -> Known:
        against = self._results.reference
        return Known(
            measures=self._figures.measures(result),
            alike=self._figures.alike(result, against) if against is not None else None,
            base=result is against,
            chosen=result is self._results.chosen,
            beat=self._beat,
            broken_off=not self.goes_on,
        )

    def _style(self, look: str) -> Style:
        return looks.ink(self.get_component_rich_style(f"result--{look}"))

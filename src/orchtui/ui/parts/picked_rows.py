"""Items of some rows each, one of them picked: all drawn by one widget, only those in sight.

Its owner says what the items are and how one is drawn. This module knows no run, and
takes no key.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from rich.segment import Segment
from rich.style import Style
from textual.events import Click, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from orchtui.ui.looks import looks

BAR = "▌"
"""Stands before the picked item, so that it is seen without colours too."""

Line = Sequence[tuple[str, str]]
"""Words, each with the name of its look."""


class PickedRows(ScrollView, can_focus=True):
    """The items. Looks are component classes with `run--` before their names."""

    ALLOW_SELECT = False

    class Picked(Message):
        """Another item is picked."""

        def __init__(self, rows: "PickedRows") -> None:
            super().__init__()
            self.rows = rows

        @property
        def control(self) -> "PickedRows":
            return self.rows

    class Chosen(Picked):
        """The picked item is to be opened."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._starts: list[int] = [0]
        """The first row of each item, and the row behind the last one."""
        self._place = 0
        self._drawn: dict[int, Sequence[Line]] = {}
        self._styles: dict[str, Style] = {}

    # What its owner says

    def drawn(self, place: int) -> Sequence[Line]:
        """The rows of the item at this place, as many as it was said to have."""
        raise NotImplementedError

    def lay_out(self, heights: Sequence[int], place: int | None = None) -> None:
        """There are other items now.

        Args:
            heights: Rows of each.
            place: The one that is picked; where nothing is said, the one at the same place.
        """
        self._starts = [0, *accumulate(heights)]
        self._place = min(max(0, self._place if place is None else place), max(0, self.count - 1))
        self._drawn.clear()
        self.virtual_size = Size(self.scrollable_content_region.width, self._starts[-1])
        self._see()
        self.refresh()

    def redraw(self) -> None:
        """The items look otherwise."""
        self._drawn.clear()
        self.refresh()

    # What is picked

    @property
    def count(self) -> int:
        """How many items there are."""
        return len(self._starts) - 1

    @property
    def place(self) -> int:
        """Of the picked one."""
        return self._place

    @property
    def width(self) -> int:
        """Cells of a row, beside the bar in front of the picked one."""
        return max(1, self.scrollable_content_region.width - len(BAR))

    def pick(self, place: int) -> None:
        """Pick the item at this place, or the nearest one, and have it in sight."""
        if not self.count:
            return
        before, self._place = self._place, min(max(place, 0), self.count - 1)
        self._see()
        self.refresh()
        if self._place != before:
            self.post_message(self.Picked(self))

    def _see(self) -> None:
        if not self.count:
            return
        start, end = self._starts[self._place], self._starts[self._place + 1]
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        if start < top or end - start > height > 0:
            self.scroll_to(y=start, animate=False)
        elif end > top + height:
            self.scroll_to(y=end - height, animate=False)

    def on_resize(self, event: Resize) -> None:
        """Keep the picked item in sight; whoever draws may have another width now."""
        self._drawn.clear()
        self.virtual_size = Size(self.scrollable_content_region.width, self._starts[-1])
        self._see()

    def on_click(self, event: Click) -> None:
        """Pick the item under the mouse; twice opens it."""
        row = self.scroll_offset.y + event.y
        if row >= self._starts[-1]:
            return
        self.pick(bisect_right(self._starts, row) - 1)
        if event.chain == 2:
            self.action_choose()

    def action_step(self, steps: int) -> None:
        self.pick(self._place + steps)

    def action_page(self, pages: int) -> None:
        if not self.count:
            return
        height = max(1, self.scrollable_content_region.height - 1)
        row = min(max(0, self._starts[self._place] + pages * height), self._starts[-1] - 1)
        place = bisect_right(self._starts, row) - 1
        self.pick(place if place != self._place else place + pages)

    def action_first(self) -> None:
        self.pick(0)

    def action_last(self) -> None:
        self.pick(self.count - 1)

    def action_choose(self) -> None:
        if self.count:
            self.post_message(self.Chosen(self))

    # Drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw rows, with every style looked up once for all of them."""
        self._styles.clear()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Draw one row."""
        row, base = y + self.scroll_offset.y, self.rich_style
        width = self.scrollable_content_region.width
        if row >= self._starts[-1]:
            return Strip.blank(width, base)
        place = bisect_right(self._starts, row) - 1
        if place not in self._drawn:
            if len(self._drawn) > 500:
                self._drawn.clear()
            self._drawn[place] = self.drawn(place)
        lines = self._drawn[place]
        inside = row - self._starts[place]
        line = lines[inside] if inside < len(lines) else ()
        bar = Segment(" " * len(BAR))
        if place == self._place:
            bar = Segment(BAR, self._ink("mark"))
            base += looks.paper(self._styled("cursor-focused" if self.has_focus else "cursor"))
        segments = [bar, *(Segment(text, self._ink(look)) for text, look in line)]
        return Strip(segments).adjust_cell_length(width).apply_style(base)

    def _ink(self, look: str) -> Style:
        if look not in self._styles:
            self._styles[look] = looks.ink(self._styled(look))
        return self._styles[look]

    def _styled(self, look: str) -> Style:
        return self.get_component_rich_style(f"run--{look}")

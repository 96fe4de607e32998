"""The findings of a report, with each task's verdict above them; the picked one is unfolded.

All rows are drawn by one widget, only those that can be seen. What a key asks
for goes up as a message. This module never changes a plan.
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

from orchtui.engine.independence.report import Evidence, Finding, IndependenceReport
from orchtui.engine.plans.plan import Plan
from orchtui.ui.independence.finding_lines import LOOKS, Keys, Layout, Line
from orchtui.ui.keys import keymap
from orchtui.ui.keys.hints import hint
from orchtui.ui.looks import looks


class FindingList(ScrollView, can_focus=True):
    """The rows. Its owner tells it what to show with `show_report`."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("independence")]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "finding--cursor",
        "finding--cursor-focused",
        *(f"finding--{look}" for look in LOOKS),
    }

    class Wanted(Message):
        """A person wants something done about the picked finding, or about the plan."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action
            """One of the actions of the context `independence` in the keymap."""

    def __init__(self) -> None:
        super().__init__(id="finding-list")
        self._plan = Plan()
        self._report: IndependenceReport | None = None
        self._layout: Layout | None = None
        self._block: list[Line] = []
        self._place: int | None = None
        self._quoted = 0

    @property
    def picked(self) -> Finding | None:
        """The picked finding."""
        if self._report is None or self._place is None:
            return None
        return self._report.findings[self._place]

    @property
    def place(self) -> int:
        """Where the picked finding stands in the report."""
        return self._place or 0

    @property
    def quoted(self) -> Evidence | None:
        """The picked quotation of the picked finding."""
        if self.picked is None or not self.picked.evidence:
            return None
        return self.picked.evidence[self._quoted]

    def show_report(self, plan: Plan, report: IndependenceReport) -> None:
        """Show another report; the picked finding stays picked, or the one at its place."""
        before, place, quoted = self.picked, self._place or 0, self._quoted
        self._plan, self._report = plan, report
        ids = [finding.id for finding in report.findings]
        if before is not None and before.id in ids:
            self._place = ids.index(before.id)
            count = len(report.findings[self._place].evidence)
            self._quoted = min(quoted, max(0, count - 1))
        else:
            self._place, self._quoted = (min(place, len(ids) - 1) if ids else None), 0
        self._lay_out()

    def pick(self, place: int) -> None:
        """Pick the finding at this place of the report, or the nearest one."""
        if self._report is None or not self._report.findings:
            return
        self._place = min(max(place, 0), len(self._report.findings) - 1)
        self._quoted = 0
        self._unfold()

    def _lay_out(self) -> None:
        if self._report is not None:
            self._layout = Layout(self._plan, self._report, self._width(), self._keys())
            self._unfold()

    def _keys(self) -> Keys:
        return Keys(
            hint(self, "independence.fix"),
            hint(self, "independence.choose-fix"),
            hint(self, "independence.accept"),
        )

    def _unfold(self) -> None:
        if self._layout is None:
            return
        self._block = (
            [] if self._place is None else self._layout.unfolded(self._place, self._quoted)
        )
        count = len(self._layout.rows) + max(0, len(self._block) - 1)
        self.virtual_size = Size(self._width(), count)
        self._see()
        self.refresh()

    def _see(self) -> None:
        """Bring the picked finding into sight, the first one with all that is above it."""
        if self._layout is None or self._place is None:
            return
        height = self.scrollable_content_region.height
        start = self._layout.row_of[self._place]
        end = start + len(self._block)
        if self._place == 0 and end <= height:
            self.scroll_to(y=0, animate=False)
        elif start < self.scroll_offset.y:
            # With the heading, where one stands above.
            self.scroll_to(y=max(0, min(start - 1, end - height)), animate=False)
            if end - height > start - 1:
                self.scroll_to(y=start, animate=False)
        elif end > self.scroll_offset.y + height:
            self.scroll_to(y=min(start, end - height), animate=False)

    def _width(self) -> int:
        return max(1, self.scrollable_content_region.width)

    # Keys and the mouse

    def on_resize(self, event: Resize) -> None:
        """Break the lines anew."""
        if self._layout is None or self._layout.width != self._width():
            self._lay_out()
        else:
            self._see()

    def on_click(self, event: Click) -> None:
        """Pick the finding under the mouse."""
        line = self._line(self.scroll_offset.y + event.y)
        if line is not None and line.finding is not None and line.finding != self._place:
            self.pick(line.finding)

    def action_step(self, steps: int) -> None:
        place = self._place
        if place is None or (place == 0 and steps < 0):
            self.scroll_to(y=self.scroll_offset.y + steps, animate=False)
        elif not self._show_rest(steps):
            self.pick(place + steps)

    def _show_rest(self, steps: int) -> bool:
        """Bring the rest of a finding into sight that is higher than the pane; whether it was."""
        assert self._layout is not None and self._place is not None
        height = self.scrollable_content_region.height
        start = self._layout.row_of[self._place]
        end = start + len(self._block)
        top = self.scroll_offset.y
        if steps > 0 and end > top + height:
            self.scroll_to(y=min(end - height, top + max(1, height - 1)), animate=False)
        elif steps < 0 and start < top:
            self.scroll_to(y=max(start, top - max(1, height - 1)), animate=False)
        else:
            return False
        return True

    def action_page(self, pages: int) -> None:
        if self._layout is None or self._place is None:
            height = self.scrollable_content_region.height
            self.scroll_to(y=self.scroll_offset.y + pages * max(1, height - 1), animate=False)
        else:
            self.pick(self._place + pages * max(1, self.scrollable_content_region.height - 4))

    def action_first(self) -> None:
        self.pick(0)
        self.scroll_to(y=0, animate=False)

    def action_last(self) -> None:
        if self._report is not None and self._report.findings:
            self.pick(len(self._report.findings) - 1)
        else:
            self.scroll_to(y=self.max_scroll_y, animate=False)

    def action_other_words(self, steps: int) -> None:
        if self.picked is not None and len(self.picked.evidence) > 1:
            self._quoted = (self._quoted + steps) % len(self.picked.evidence)
            self._unfold()

    def action_want(self, action: str) -> None:
        self.post_message(self.Wanted(action))

    # Drawing

    def _line(self, row: int) -> Line | None:
        if self._layout is None:
            return None
        if self._place is not None:
            start = self._layout.row_of[self._place]
            if start <= row < start + len(self._block):
                return self._block[row - start]
            if row >= start + len(self._block):
                row -= len(self._block) - 1
        if not 0 <= row < len(self._layout.rows):
            return None
        found = self._layout.rows[row]
        return self._layout.folded(found) if isinstance(found, int) else found

    def render_line(self, y: int) -> Strip:
        """Draw one row."""
        width = self._width()
        row = y + self.scroll_offset.y
        base = self.rich_style
        line = self._line(row)
        if line is None:
            return Strip.blank(width, base)
        segments = [Segment(text, self._style(look)) for text, look in line.parts if text]
        if line.finding is not None and line.finding == self._place and segments:
            # Every such line begins with a space.
            segments[0] = Segment(segments[0].text[1:], segments[0].style)
            segments.insert(0, Segment("▌", self._style("key")))
            assert self._layout is not None
            if row == self._layout.row_of[self._place]:
                name = "finding--cursor-focused" if self.has_focus else "finding--cursor"
                base += looks.paper(self.get_component_rich_style(name))
        return Strip(segments).adjust_cell_length(width).apply_style(base)

    def _style(self, look: str) -> Style:
        return looks.ink(self.get_component_rich_style(f"finding--{look}"))

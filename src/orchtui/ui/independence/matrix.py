"""The matrix: every task beside every other, and what stands between the two.

One widget draws the cells that can be seen; the numbers stay in sight while it
scrolls. This module never judges a pair: it shows what the report says.
"""

from typing import ClassVar, Literal

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.content import Content
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from orchtui.engine.independence.report import CONFLICTS, HANDED_OVER, Finding, IndependenceReport
from orchtui.engine.plan import Plan
from orchtui.engine.text import clean_line
from orchtui.ui.keys import keymap
from orchtui.ui.looks import looks
from orchtui.ui.looks.verdict_words import names_of, numbers_of
from orchtui.ui.looks.wrapping import fit

Cell = Literal["self", "independent", "first", "later", "conflict", "guessed", "accepted"]

GLYPHS: dict[Cell, str] = {
    "self": "╲",
    "independent": "·",
    "first": "→",
    "later": "←",
    "conflict": "✗",
    "guessed": "?",
    "accepted": "✓",
}
LEGEND = "→ goes first  ← waits  ✗ conflict  ? guessed  ✓ accepted  · independent"

_CELL = 2
"""Columns of one cell."""
_MOST_TITLE = 24

Pairs = dict[tuple[str, str], tuple[Cell, int]]
"""For two ids the cell, and the place of its finding in the report."""


def pairs_of(report: IndependenceReport) -> Pairs:
    """All pairs that something stands between, both ways round; the weightiest finding counts."""
    pairs: Pairs = {}
    ranked = sorted(enumerate(report.findings), key=lambda one: one[1].accepted)
    for place, finding in ranked:
        if finding.kind in HANDED_OVER and finding.before and finding.after:
            first, second = finding.before, finding.after
        elif finding.kind in CONFLICTS and len(finding.tasks) == 2:
            first, second = finding.tasks
        else:
            continue
        pairs.setdefault((first, second), (_cell(finding, "first"), place))
        pairs.setdefault((second, first), (_cell(finding, "later"), place))
    return pairs


def _cell(finding: Finding, way: Literal["first", "later"]) -> Cell:
    if finding.accepted:
        return "accepted"
    if finding.severity != "error":
        return "guessed"
    return way if finding.kind in HANDED_OVER else "conflict"


class Matrix(ScrollView, can_focus=True):
    """The cells, with a cursor. Its owner tells it what to show with `show_report`."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("matrix")]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "matrix--cursor",
        "matrix--number",
        "matrix--here",
        "matrix--title",
        *(f"matrix--{cell}" for cell in GLYPHS),
    }

    class Moved(Message):
        """The cursor stands on another cell."""

    class Closed(Message):
        """A person has seen enough.

        Args:
            finding: Place of the finding to go to, in the report.
        """

        def __init__(self, finding: int | None = None) -> None:
            super().__init__()
            self.finding = finding

    def __init__(self) -> None:
        super().__init__(id="matrix")
        self._ids: list[str] = []
        self._numbers: dict[str, int] = {}
        self._names: dict[str, str] = {}
        self._report: IndependenceReport | None = None
        self.pairs: Pairs = {}
        self.cursor = (0, 1)
        """Row and column."""

    def show_report(self, plan: Plan, report: IndependenceReport) -> None:
        """Show another report; the cursor stays where it is, as far as that is there."""
        self._numbers, self._names = numbers_of(plan), names_of(plan)
        self._ids = [task.id for task in report.tasks if task.id in self._numbers]
        self._report, self.pairs = report, pairs_of(report)
        # No higher than it needs: a rule above, the numbers, the rows, perhaps a scrollbar.
        self.styles.max_height = self._digits + len(self._ids) + 2
        self.move(0, 0)

    def move(self, down: int, right: int) -> None:
        """Move the cursor, at most to the edge."""
        last = max(0, len(self._ids) - 1)
        row, column = self.cursor
        self.cursor = (min(max(row + down, 0), last), min(max(column + right, 0), last))
        self._see()
        self.refresh()
        self.post_message(self.Moved())

    @property
    def here(self) -> tuple[Cell, int] | None:
        """The cell under the cursor and its finding; `None` where nothing was found."""
        if not self._ids:
            return None
        row, column = self.cursor
        return self.pairs.get((self._ids[row], self._ids[column]))

    def explain(self) -> Content:
        """What the cell under the cursor means."""
        if not self._ids or self._report is None:
            return Content("")
        row, column = (self._ids[at] for at in self.cursor)
        head = f"{self._numbers[row]} and {self._numbers[column]}: "
        if row == column:
            return Content(f"{self._numbers[row]}: {self._names[row]}")
        if self.here is None:
            return Content(head + "independent")
        finding = self._report.findings[self.here[1]]
        sure = {"error": "", "warning": "guessed: "}.get(finding.severity, "")
        accepted = " (accepted)" if finding.accepted else ""
        return Content(head + sure + clean_line(finding.message) + accepted)

    # Where things stand

    @property
    def _digits(self) -> int:
        return len(str(max(self._numbers.values(), default=0)))

    @property
    def _left(self) -> int:
        """Columns before the cells: number and title."""
        room = self.scrollable_content_region.width - len(self._ids) * _CELL - self._digits - 3
        longest = max((cell_len(self._names[task]) for task in self._ids), default=0)
        # With many tasks the cells need the room more than the titles do.
        title = min(longest, _MOST_TITLE, max(room, self.scrollable_content_region.width // 4))
        return self._digits + 2 + max(0, title)

    def _see(self) -> None:
        region = self.scrollable_content_region
        self.virtual_size = Size(self._left + len(self._ids) * _CELL, self._digits + len(self._ids))
        row, column = self.cursor
        high = max(1, region.height - self._digits)
        wide = max(1, (region.width - self._left) // _CELL)
        top, first = self.scroll_offset.y, self.scroll_offset.x // _CELL
        top = min(max(top, row - high + 1), row)
        first = min(max(first, column - wide + 1), column)
        self.scroll_to(x=first * _CELL, y=top, animate=False)

    def on_resize(self, event: Resize) -> None:
        """Keep the cursor in sight."""
        self._see()

    def on_click(self, event: Click) -> None:
        """Put the cursor under the mouse."""
        place = event.get_content_offset(self)
        if place is None or place.y < self._digits or place.x < self._left:
            return
        row = place.y - self._digits + self.scroll_offset.y
        column = (place.x - self._left) // _CELL + self.scroll_offset.x // _CELL
        if max(row, column) < len(self._ids):
            self.move(row - self.cursor[0], column - self.cursor[1])

    def action_move(self, down: int, right: int) -> None:
        self.move(down, right)

    def action_close(self) -> None:
        self.post_message(self.Closed())

    def action_go_to_finding(self) -> None:
        if self.here is None:
            self.app.bell()
        else:
            self.post_message(self.Closed(self.here[1]))

    # Drawing

    def render_line(self, y: int) -> Strip:
        """Draw one row: of numbers above, of cells below."""
        width = max(1, self.scrollable_content_region.width)
        base = self.rich_style
        if y < self._digits:
            segments = self._number_row(y)
        elif (row := y - self._digits + self.scroll_offset.y) < len(self._ids):
            segments = self._cell_row(row)
        else:
            return Strip.blank(width, base)
        return Strip(segments).adjust_cell_length(width).apply_style(base)

    def _shown_columns(self) -> range:
        first = self.scroll_offset.x // _CELL
        room = max(1, (self.scrollable_content_region.width - self._left) // _CELL)
        return range(first, min(len(self._ids), first + room))

    def _number_row(self, digit: int) -> list[Segment]:
        segments = [Segment(" " * self._left)]
        for column in self._shown_columns():
            number = str(self._numbers[self._ids[column]]).rjust(self._digits)
            look = "here" if column == self.cursor[1] else "number"
            segments.append(Segment(f"{number[digit]} ", self._style(look)))
        return segments

    def _cell_row(self, row: int) -> list[Segment]:
        task = self._ids[row]
        look = "here" if row == self.cursor[0] else "number"
        number = str(self._numbers[task]).rjust(self._digits)
        title = fit(self._names[task], self._left - self._digits - 2)
        segments = [
            Segment(f"{number} ", self._style(look)),
            Segment(f"{title} ", self._style("here" if look == "here" else "title")),
        ]
        for column in self._shown_columns():
            cell: Cell = "self" if row == column else "independent"
            cell = self.pairs.get((task, self._ids[column]), (cell, 0))[0]
            style = self._style(cell)
            glyph = GLYPHS[cell]
            if (row, column) == self.cursor:
                style += looks.paper(self.get_component_rich_style("matrix--cursor"))
            segments += [Segment(glyph, style), Segment(" ")]
        return segments

    def _style(self, name: str) -> Style:
        return looks.ink(self.get_component_rich_style(f"matrix--{name}"))

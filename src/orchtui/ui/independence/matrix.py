"""The matrix: every task beside every other, and what stands between the two.

One widget draws the cells that can be seen; the numbers stay in sight while it
scrolls. This module never judges a pair: it shows what the report says.
"""

from typing import ClassVar, Literal

from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message

from orchtui.engine.independence.report import CONFLICTS, HANDED_OVER, Finding, IndependenceReport
from orchtui.engine.plans.plan import Plan
from orchtui.engine.text import clean_line
from orchtui.ui.keys import keymap
from orchtui.ui.looks import looks
from orchtui.ui.looks.verdict_words import names_of, numbers_of
from orchtui.ui.looks.wrapping import cells_of, fit
from orchtui.ui.parts.square_grid import SquareGrid

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


class Matrix(SquareGrid):
    """The cells, with a cursor. Its owner tells it what to show with `show_report`."""

    CELL = 2
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("matrix")]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "matrix--cursor",
        "matrix--number",
        "matrix--here",
        "matrix--title",
        *(f"matrix--{cell}" for cell in GLYPHS),
    }

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
        self._longest = 0
        """Cells of the longest title."""
        self._report: IndependenceReport | None = None
        self.pairs: Pairs = {}

    @property
    def count(self) -> int:
        return len(self._ids)

    def show_report(self, plan: Plan, report: IndependenceReport) -> None:
        """Show another report; the cursor stays where it is, as far as that is there."""
        self._numbers, self._names = numbers_of(plan), names_of(plan)
        self._ids = [task.id for task in report.tasks if task.id in self._numbers]
        self._longest = max((cells_of(self._names[task]) for task in self._ids), default=0)
        self._report, self.pairs = report, pairs_of(report)
        # No higher than it needs: a rule above, the numbers, the rows, perhaps a scrollbar.
        self.styles.max_height = self.head + len(self._ids) + 2
        self.move(0, 0)

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
    def head(self) -> int:
        """The numbers stand upright: as many rows as the longest has digits."""
        return len(str(max(self._numbers.values(), default=0)))

    @property
    def left(self) -> int:
        """Columns before the cells: number and title."""
        room = self.scrollable_content_region.width - self.count * self.CELL - self.head - 3
        # With many tasks the cells need the room more than the titles do.
        room = max(room, self.scrollable_content_region.width // 4)
        title = min(self._longest, _MOST_TITLE, room)
        return self.head + 2 + max(0, title)

    def action_close(self) -> None:
        self.post_message(self.Closed())

    def action_go_to_finding(self) -> None:
        if self.here is None:
            self.app.bell()
        else:
            self.post_message(self.Closed(self.here[1]))

    # Drawing

    def head_row(self, row: int) -> list[Segment]:
        segments = [Segment(" " * self.left)]
        for column in self.shown_columns:
            number = str(self._numbers[self._ids[column]]).rjust(self.head)
            look = "here" if column == self.cursor[1] else "number"
            segments.append(Segment(f"{number[row]} ", self._style(look)))
        return segments

    def cell_row(self, row: int) -> list[Segment]:
        task = self._ids[row]
        look = "here" if row == self.cursor[0] else "number"
        number = str(self._numbers[task]).rjust(self.head)
        title = fit(self._names[task], self.left - self.head - 2)
        segments = [
            Segment(f"{number} ", self._style(look)),
            Segment(f"{title} ", self._style("here" if look == "here" else "title")),
        ]
        for column in self.shown_columns:
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

"""The matrix of results: how alike each two of them are, as a shade and a figure.

One widget draws the cells that can be seen; letters stand for the results, and stay in sight. This
module never compares two texts.
"""

from typing import ClassVar

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

from orchtui.engine.text import clean_line
from orchtui.ui.compare.figures import Figures
from orchtui.ui.compare.result_columns import percent
from orchtui.ui.compare.results import Result
from orchtui.ui.keys import keymap
from orchtui.ui.looks import looks
from orchtui.ui.looks.wrapping import fit

MOST = 40
"""Results that the matrix has room for."""
LEGEND = "% of words that stand in both, in the same order:  ░ 25  ▒ 50  ▓ 75  █ 95 and more"
_CELL = 5
"""Columns of one cell: a shade, a figure, a space."""
_MOST_TITLE = 30
_SHADES = ((0.95, "█"), (0.75, "▓"), (0.5, "▒"), (0.25, "░"), (0.0, " "))


def shade_of(share: float) -> str:
    """The more alike, the darker."""
    return next(shade for least, shade in _SHADES if share >= least)


class AlikeGrid(ScrollView, can_focus=True):
    """The cells, with a cursor. Its owner tells it what to show.

    Args:
        figures: What is known of the results.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("alike")]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"alike--{name}" for name in ("cursor", "number", "here", "title", "self")),
        *(f"alike--{name}" for name in ("little", "some", "much", "unknown")),
    }

    class Moved(Message):
        """The cursor stands on another cell."""

    class Wanted(Message):
        """A person wants something."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self, figures: Figures) -> None:
        super().__init__(id="alike-grid")
        self._figures = figures
        self.results: list[Result] = []
        self.cursor = (0, 1)
        """Row and column."""

    def show(self, results: list[Result]) -> None:
        """Show these; the cursor stays where it is, as far as that is there."""
        self.results = results[:MOST]
        self.move(0, 0)

    def move(self, down: int, right: int) -> None:
        """Move the cursor, at most to the edge."""
        last = max(0, len(self.results) - 1)
        row, column = self.cursor
        self.cursor = (min(max(row + down, 0), last), min(max(column + right, 0), last))
        self._see()
        self.refresh()
        self.post_message(self.Moved())

    @property
    def pair(self) -> tuple[Result, Result] | None:
        """What the cursor stands on."""
        if not self.results:
            return None
        row, column = self.cursor
        return self.results[row], self.results[column]

    def pairs(self) -> list[tuple[Result, Result]]:
        """Each two of them, once."""
        shown = self.results
        return [(shown[i], shown[j]) for i in range(len(shown)) for j in range(i)]

    def explain(self) -> Content:
        """What the cell under the cursor means."""
        if self.pair is None:
            return Content("")
        one, other = self.pair
        row, column = self.cursor
        names = f"{row + 1} {clean_line(one.label)}"
        if one is other:
            return Content.styled(names, "b")
        names += f" and {column + 1} {clean_line(other.label)}"
        share = self._figures.alike(one, other)
        words = "is being compared" if share is None else f"{percent(share)} % alike"
        return Content.assemble((words, "b"), f": {names}")

    # Where things stand

    @property
    def _left(self) -> int:
        """Columns before the cells: number and title."""
        room = self.scrollable_content_region.width - len(self.results) * _CELL - 4
        longest = max((cell_len(_title(one)) for one in self.results), default=0)
        title = min(longest, _MOST_TITLE, max(room, self.scrollable_content_region.width // 4))
        return 4 + max(0, title)

    def _see(self) -> None:
        region = self.scrollable_content_region
        self.virtual_size = Size(self._left + len(self.results) * _CELL, 1 + len(self.results))
        row, column = self.cursor
        high = max(1, region.height - 1)
        wide = max(1, (region.width - self._left) // _CELL)
        top, first = self.scroll_offset.y, self.scroll_offset.x // _CELL
        top = min(max(top, row - high + 1), row)
        first = min(max(first, column - wide + 1), column)
        self.scroll_to(x=first * _CELL, y=top, animate=False)

    def on_resize(self, event: Resize) -> None:
        """Keep the cursor in sight."""
        self._see()

    def on_click(self, event: Click) -> None:
        """Put the cursor under the mouse; twice compares."""
        place = event.get_content_offset(self)
        if place is None or place.y < 1 or place.x < self._left:
            return
        row = place.y - 1 + self.scroll_offset.y
        column = (place.x - self._left) // _CELL + self.scroll_offset.x // _CELL
        if max(row, column) < len(self.results):
            self.move(row - self.cursor[0], column - self.cursor[1])
            if event.chain == 2:
                self.action_want("open")

    def action_move(self, down: int, right: int) -> None:
        self.move(down, right)

    def action_want(self, action: str) -> None:
        self.post_message(self.Wanted(action))

    # Drawing

    def render_line(self, y: int) -> Strip:
        """Draw the numbers above, or one row of cells."""
        width = max(1, self.scrollable_content_region.width)
        base = self.rich_style
        if y == 0:
            segments = [Segment(" " * self._left)]
            for column in self._shown_columns():
                look = "here" if column == self.cursor[1] else "number"
                segments.append(Segment(f"{column + 1:>4} ", self._style(look)))
        elif (row := y - 1 + self.scroll_offset.y) < len(self.results):
            segments = self._row(row)
        else:
            return Strip.blank(width, base)
        return Strip(segments).adjust_cell_length(width).apply_style(base)

    def _shown_columns(self) -> range:
        first = self.scroll_offset.x // _CELL
        room = max(1, (self.scrollable_content_region.width - self._left) // _CELL)
        return range(first, min(len(self.results), first + room))

    def _row(self, row: int) -> list[Segment]:
        result = self.results[row]
        here = row == self.cursor[0]
        segments = [
            Segment(f"{row + 1:>2} ", self._style("here" if here else "number")),
            Segment(fit(_title(result), self._left - 4), self._style("here" if here else "title")),
            Segment(" "),
        ]
        for column in self._shown_columns():
            text, look = self._cell(result, self.results[column])
            style = self._style(look)
            if (row, column) == self.cursor:
                style += looks.paper(self.get_component_rich_style("alike--cursor"))
            segments += [Segment(text, style), Segment(" ")]
        return segments

    def _cell(self, one: Result, other: Result) -> tuple[str, str]:
        if one is other:
            return "   ╲", "self"
        share = self._figures.alike(one, other)
        if share is None:
            return "   …", "unknown"
        look = "much" if share >= 0.75 else "some" if share >= 0.25 else "little"
        return f"{shade_of(share)}{percent(share):>3}", look

    def _style(self, name: str) -> Style:
        return looks.ink(self.get_component_rich_style(f"alike--{name}"))


def _title(result: Result) -> str:
    words = clean_line(result.label)
    if result.attempt is not None and result.task is not None:
        words = f"{clean_line(result.task.task.label)}, {words}"
    return words

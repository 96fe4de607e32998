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
from textual.message import Message

from orchtui.engine.text import clean_line
from orchtui.ui.compare.figures import Figures
from orchtui.ui.compare.result_columns import percent
from orchtui.ui.compare.results import Result
from orchtui.ui.keys import keymap
from orchtui.ui.looks import looks
from orchtui.ui.looks.wrapping import fit
from orchtui.ui.parts.square_grid import SquareGrid

MOST = 40
"""Results that the matrix has room for."""
LEGEND = "% of words that stand in both, in the same order:  ░ 25  ▒ 50  ▓ 75  █ 95 and more"
_MOST_TITLE = 30
_SHADES = ((0.95, "█"), (0.75, "▓"), (0.5, "▒"), (0.25, "░"), (0.0, " "))


def shade_of(share: float) -> str:
    """The more alike, the darker."""
    return next(shade for least, shade in _SHADES if share >= least)


class AlikeGrid(SquareGrid):
    """The cells, with a cursor. Its owner tells it what to show.

    Args:
        figures: What is known of the results.
    """

    CELL = 5
    """A shade, a figure, a space."""
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("alike")]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"alike--{name}" for name in ("cursor", "number", "here", "title", "self")),
        *(f"alike--{name}" for name in ("little", "some", "much", "unknown")),
    }

    class Wanted(Message):
        """A person wants something."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self, figures: Figures) -> None:
        super().__init__(id="alike-grid")
        self._figures = figures
        self.results: list[Result] = []

    @property
    def count(self) -> int:
        return len(self.results)

    def show(self, results: list[Result]) -> None:
        """Show these; the cursor stays where it is, as far as that is there."""
        self.results = results[:MOST]
        self.move(0, 0)

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

    @property
    def left(self) -> int:
        """Columns before the cells: number and title."""
        room = self.scrollable_content_region.width - self.count * self.CELL - 4
        longest = max((cell_len(_title(one)) for one in self.results), default=0)
        title = min(longest, _MOST_TITLE, max(room, self.scrollable_content_region.width // 4))
        return 4 + max(0, title)

    def opened(self) -> None:
        self.action_want("open")

    def action_want(self, action: str) -> None:
        self.post_message(self.Wanted(action))

    # Drawing

    def head_row(self, row: int) -> list[Segment]:
        segments = [Segment(" " * self.left)]
        for column in self.shown_columns:
            look = "here" if column == self.cursor[1] else "number"
            segments.append(Segment(f"{column + 1:>4} ", self._style(look)))
        return segments

    def cell_row(self, row: int) -> list[Segment]:
        result = self.results[row]
        here = row == self.cursor[0]
        segments = [
            Segment(f"{row + 1:>2} ", self._style("here" if here else "number")),
            Segment(fit(_title(result), self.left - 4), self._style("here" if here else "title")),
            Segment(" "),
        ]
        for column in self.shown_columns:
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

"""A square of cells, one for each two of some things, with a cursor: only cells in sight are drawn.

Heads stand above and before the cells and stay in sight. Its heir says what there is
and draws it. This module knows no cell, and takes no key.
"""

from rich.segment import Segment
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip


class SquareGrid(ScrollView, can_focus=True):
    """The cells. An heir gives `count`, `head` and `left`, and draws rows."""

    ALLOW_SELECT = False
    CELL = 1
    """Columns of one cell."""

    class Moved(Message):
        """The cursor stands on another cell."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.cursor = (0, 1)
        """Row and column."""

    @property
    def count(self) -> int:
        """How many things there are."""
        raise NotImplementedError

    @property
    def head(self) -> int:
        """Rows above the cells."""
        return 1

    @property
    def left(self) -> int:
        """Columns before the cells."""
        raise NotImplementedError

    def move(self, down: int, right: int) -> None:
        """Move the cursor, at most to the edge."""
        last = max(0, self.count - 1)
        row, column = self.cursor
        self.cursor = (min(max(row + down, 0), last), min(max(column + right, 0), last))
        self._see()
        self.refresh()
        self.post_message(self.Moved())

    def action_move(self, down: int, right: int) -> None:
        self.move(down, right)

    def _see(self) -> None:
        region = self.scrollable_content_region
        self.virtual_size = Size(self.left + self.count * self.CELL, self.head + self.count)
        row, column = self.cursor
        high = max(1, region.height - self.head)
        wide = max(1, (region.width - self.left) // self.CELL)
        top, first = self.scroll_offset.y, self.scroll_offset.x // self.CELL
        top = min(max(top, row - high + 1), row)
        first = min(max(first, column - wide + 1), column)
        self.scroll_to(x=first * self.CELL, y=top, animate=False)

    def on_resize(self, event: Resize) -> None:
        """Keep the cursor in sight."""
        self._see()

    def on_click(self, event: Click) -> None:
        """Put the cursor under the mouse; twice opens the cell."""
        place = event.get_content_offset(self)
        if place is None or place.y < self.head or place.x < self.left:
            return
        row = place.y - self.head + self.scroll_offset.y
        column = (place.x - self.left) // self.CELL + self.scroll_offset.x // self.CELL
        if max(row, column) < self.count:
            self.move(row - self.cursor[0], column - self.cursor[1])
            if event.chain == 2:
                self.opened()

    def opened(self) -> None:
        """The cell under the cursor was clicked twice."""

    # Drawing

    def render_line(self, y: int) -> Strip:
        """Draw one row: of heads above, of cells below."""
        width = max(1, self.scrollable_content_region.width)
        base = self.rich_style
        if y < self.head:
            segments = self.head_row(y)
        elif (row := y - self.head + self.scroll_offset.y) < self.count:
            segments = self.cell_row(row)
        else:
            return Strip.blank(width, base)
        return Strip(segments).adjust_cell_length(width).apply_style(base)

    def head_row(self, row: int) -> list[Segment]:
        """What stands above the cells."""
        raise NotImplementedError

    def cell_row(self, row: int) -> list[Segment]:
        """One row of cells, with its head."""
        raise NotImplementedError

    @property
    def shown_columns(self) -> range:
        """The columns in sight."""
        first = self.scroll_offset.x // self.CELL
        room = max(1, (self.scrollable_content_region.width - self.left) // self.CELL)
        return range(first, min(self.count, first + room))

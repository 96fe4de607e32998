"""The grid: all live tasks at once, the last lines of each, painted by one widget.

Nothing is done for a piece of text: the screen's timer calls `repaint`, and only cells in sight
are looked at. This module never chooses which run is shown.
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

from orchtui.engine.runs.run import Run, TaskRun
from orchtui.engine.text import clean_line
from orchtui.engine.texts.durations import show_duration
from orchtui.ui.keys import keymap
from orchtui.ui.looks import looks
from orchtui.ui.looks.wrapping import fit
from orchtui.ui.output.blocks import Row
from orchtui.ui.output.live_tails import Cells, Shape, shape_of, tail

_KINDS = ("title", "cursor", "cursor-focused", "edge", "text", "tool", "tool-error", "problem")
_STATES = ("running", "retrying", "completed", "failed", "cancelled")
_BEAT = 8
"""Steps of a running task's sign in a second."""


class LiveGrid(ScrollView, can_focus=True):
    """The mosaic."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("grid")]
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"grid--{kind}" for kind in (*_KINDS, *_STATES)}

    class Picked(Message):
        """The cursor is on another task."""

        def __init__(self, task_id: str) -> None:
            super().__init__()
            self.task_id = task_id

    class Opened(Message):
        """A task is to be shown large."""

        def __init__(self, task_id: str) -> None:
            super().__init__()
            self.task_id = task_id

    def __init__(self) -> None:
        super().__init__(id="output-grid")
        self._cells = Cells()
        self._cursor: TaskRun | None = None
        self._shape = Shape(1, 1, 1)
        self._now = 0.0
        self._run: Run | None = None
        self._drawn: dict[int, tuple[tuple[object, ...], list[Row]]] = {}
        """The rows of cells in sight, with what they were made of."""

    @property
    def live(self) -> int:
        """How many tasks have a cell."""
        return len(self._cells.tasks)

    def show_run(self, run: Run | None, picked: str | None) -> None:
        """Show another run, with the cursor on a task."""
        self._run = run
        self._cells = Cells()
        self._cursor = None
        self._drawn.clear()
        if run is not None:
            self._cells.update(run, run.at)
            self._cursor = next((one for one in self._cells.tasks if one.id == picked), None)
        self._lay_out()

    def exchange_run(self, run: Run) -> None:
        """Show the same run as it stood at another moment: tasks keep their places."""
        self._run = run
        cursor = self._cursor.id if self._cursor is not None else None
        before = self.live
        self._cells.exchange(run)
        self._cursor = next((one for one in self._cells.tasks if one.id == cursor), None)
        self._drawn.clear()
        if self.live != before:
            self._lay_out()

    def repaint(self, now: float) -> None:
        """Show the run as it is at `now`, in seconds since 1970."""
        self._now = now
        if self._cells.update(self._run, now):
            self._lay_out()
        self.refresh()

    def _lay_out(self) -> None:
        tasks = self._cells.tasks
        if not any(task is self._cursor for task in tasks):
            self._cursor = tasks[0] if tasks else None
            if self._cursor is not None:
                self.post_message(self.Picked(self._cursor.id))
        size = self.scrollable_content_region.size
        self._shape = shape_of(len(tasks), size.width, size.height)
        rows = -(-len(tasks) // self._shape.columns)
        self.virtual_size = Size(size.width, rows * self._shape.height)
        self._drawn = {}
        self._see()
        self.refresh()

    def on_resize(self, event: Resize) -> None:
        """Lay out anew."""
        self._lay_out()

    # Moving

    @property
    def _place(self) -> int:
        tasks = self._cells.tasks
        return next((at for at, task in enumerate(tasks) if task is self._cursor), 0)

    def _pick(self, place: int) -> None:
        tasks = self._cells.tasks
        if not tasks:
            return
        picked = tasks[min(max(place, 0), len(tasks) - 1)]
        if picked is not self._cursor:
            self._cursor = picked
            self.post_message(self.Picked(picked.id))
        self._see()
        self.refresh()

    def _see(self) -> None:
        height = self._shape.height
        top = self._place // self._shape.columns * height
        inside = self.scrollable_content_region.height
        if top < self.scroll_offset.y:
            self.scroll_to(y=top, animate=False)
        elif top + height > self.scroll_offset.y + inside:
            self.scroll_to(y=top + height - inside, animate=False)

    def action_move(self, columns: int, rows: int) -> None:
        place = self._place + columns + rows * self._shape.columns
        if 0 <= place < len(self._cells.tasks) or rows == 0:
            self._pick(place)
        elif rows > 0 and self._place // self._shape.columns < (
            (len(self._cells.tasks) - 1) // self._shape.columns
        ):
            self._pick(place)  # the last row is not full

    def action_page(self, pages: int) -> None:
        rows = max(1, self.scrollable_content_region.height // self._shape.height)
        self._pick(self._place + pages * rows * self._shape.columns)

    def action_first(self) -> None:
        self._pick(0)

    def action_last(self) -> None:
        self._pick(len(self._cells.tasks) - 1)

    def action_open(self) -> None:
        if self._cursor is not None:
            self.post_message(self.Opened(self._cursor.id))

    def on_click(self, event: Click) -> None:
        """Pick the cell under the mouse; twice makes it large."""
        shape = self._shape
        row = (event.y + self.scroll_offset.y) // shape.height
        place = row * shape.columns + min(event.x // shape.width, shape.columns - 1)
        if place < len(self._cells.tasks):
            self._pick(place)
            if event.chain == 2:
                self.action_open()

    # Drawing

    def look(self, kind: str) -> Style:
        return self.get_component_rich_style(f"grid--{kind}")

    def render_line(self, y: int) -> Strip:
        """Draw one row, through all cells that it cuts."""
        width, base = self.scrollable_content_region.width, self.rich_style
        if not self._cells.tasks:
            return self._nothing(y, width, base)
        row, inside = divmod(y + self.scroll_offset.y, self._shape.height)
        segments: list[Segment] = []
        for column in range(self._shape.columns):
            place = row * self._shape.columns + column
            last = column == self._shape.columns - 1
            across = width - column * self._shape.width if last else self._shape.width
            if place >= len(self._cells.tasks):
                segments.append(Segment(" " * across))
                continue
            segments += self._cell(self._cells.tasks[place], place, inside, across, last)
        return Strip(segments).adjust_cell_length(width).apply_style(base)

    def _cell(
        self, task: TaskRun, place: int, inside: int, width: int, last: bool
    ) -> list[Segment]:
        edge = [] if last else [Segment("│", looks.ink(self.look("edge")))]
        width -= len(edge)
        if inside == 0:
            return [*self._title(task, width), *edge]
        rows = self._rows(task, place, width - 1)
        if inside > len(rows):
            return [Segment(" " * width), *edge]
        row = rows[inside - 1]
        text = fit(f" {row.text.rstrip()}", width)
        return [Segment(text, looks.ink(self.look(row.kind))), *edge]

    def _title(self, task: TaskRun, width: int) -> list[Segment]:
        here = task is self._cursor
        paper = self.look(("cursor-focused" if self.has_focus else "cursor") if here else "title")
        sign = looks.sign(task.status, int(self._now * _BEAT))
        facts = [looks.amount(task)]
        if (seconds := task.seconds(self._now)) is not None:
            facts.insert(0, show_duration(seconds))
        told = " · ".join(fact for fact in facts if fact)
        told = f" {told} " if len(told) + 16 < width else ""
        name = fit(f"{clean_line(task.task.label)}", max(1, width - len(told) - 4))
        state = looks.ink(self.look(task.status)) if task.status in _STATES else Style()
        ink = looks.paper(paper) + looks.ink(paper)
        parts = [("▌" if here else " ", ink + state), (f"{sign} ", ink + state), (name, ink)]
        line = Strip([Segment(text, style) for text, style in (*parts, (told, ink))])
        return list(line.adjust_cell_length(width, ink))

    def _rows(self, task: TaskRun, place: int, width: int) -> list[Row]:
        """A cell's rows; made anew only where something came."""
        attempt = task.attempt
        answered = attempt.tools[-1].ok if attempt and attempt.tools else None
        made_of = (
            id(task),
            id(attempt),
            attempt and (attempt.length, len(attempt.tools), answered),
            task.status,
            width,
        )
        kept = self._drawn.get(place)
        if kept is None or kept[0] != made_of:
            kept = self._drawn[place] = (made_of, tail(task, width, self._shape.height - 1))
        return kept[1]

    def _nothing(self, y: int, width: int, base: Style) -> Strip:
        """Why there is no cell, and what to do."""
        if self._run is None:
            lines = ("No run yet", "ctrl+r runs the plan")
        elif self._run.finished is not None:
            lines = ("No task is live: the run has ended", "# goes back to the one task")
        else:
            lines = ("No task is live just now", "Each one has a cell here while it runs")
        place = y - max(0, self.scrollable_content_region.height // 2 - 1)
        if not 0 <= place < len(lines):
            return Strip.blank(width, base)
        text = lines[place].center(width)[:width]
        style = looks.ink(self.look("running" if place == 0 else "edge"))
        return Strip([Segment(text, style)]).adjust_cell_length(width).apply_style(base)


def live_words(live: int) -> str:
    """What the pane's title says of the grid."""
    return f"{live} live" if live else "live tasks"

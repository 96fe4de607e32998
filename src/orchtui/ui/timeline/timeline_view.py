"""The rows of the timeline as they are drawn: all by one widget, only those that can be seen.

They are drawn when the screen's timer asks or a person moved something. This
module never follows a run by itself, and takes no key.
"""

from dataclasses import dataclass
from typing import ClassVar

from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from orchtui.engine.runs.run import Run
from orchtui.engine.runs.time_axis import TimeAxis
from orchtui.ui.bars.token_rate import TaskRates
from orchtui.ui.timeline.task_bars import Bars
from orchtui.ui.timeline.time_ruler import Scale
from orchtui.ui.timeline.time_window import TimeWindow
from orchtui.ui.timeline.timeline_columns import Columns, columns
from orchtui.ui.timeline.timeline_inks import NAMES, Inks
from orchtui.ui.timeline.timeline_model import RowModel
from orchtui.ui.timeline.timeline_row import Marks, Painter


@dataclass(frozen=True, slots=True)
class Played:
    """Where a replay is."""

    axis: TimeAxis
    """Of the whole run."""
    position: float
    """Seconds of working time from the start."""
    length: float
    """Of the whole run, as `position`."""


class TimelineView(ScrollView):
    """The rows. Their owner tells what to show with `show_run` and `repaint`."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"timeline--{name}" for name in NAMES}

    class Moved(Message):
        """Another stretch of time is shown, or there are other columns."""

    def __init__(self) -> None:
        super().__init__(id="timeline-rows")
        self._run: Run | None = None
        self._axis: TimeAxis | None = None
        self._painter: Painter | None = None
        self._now = 0.0
        self._beat = 0
        self._broken_off = False
        self._played: Played | None = None
        self.model = RowModel()
        """Which rows there are."""
        self.rates = TaskRates()
        self.window = TimeWindow()
        """What of the run's time is shown."""
        self.columns = Columns()
        self.inks = Inks(self)

    def on_mount(self) -> None:
        # A scrollbar that comes or goes takes room from the columns, or gives it back.
        self.watch(self, "show_vertical_scrollbar", self._moved, init=False)

    # What is shown

    def show_run(self, run: Run | None, picked: str | None = None) -> None:
        """Show another run, with its first or the given task picked."""
        self._run, self._axis, self._painter, self._played = run, None, None, None
        self.model, self.rates, self.window = RowModel(run, picked), TaskRates(), TimeWindow()
        self.scroll_to(y=0, animate=False)

    def exchange_run(self, run: Run) -> None:
        """Show the same run as it stood at another moment; all a person has chosen stays."""
        self._run = run
        self.model.exchange(run)

    def repaint(self, now: float, broken_off: bool = False, played: Played | None = None) -> None:
        """Show the run as it is at `now`, in seconds since 1970.

        Args:
            played: Where it is, if it is a replay: then the whole of its time is laid out.
        """
        if self._run is None:
            return
        self._now, self._broken_off, self._played = now, broken_off, played
        self._beat += 1
        self.model.follow()
        self.rates.see(now, self._run)
        self._axis = TimeAxis.of(self._run, now) if played is None else played.axis
        self._draw()

    def _draw(self) -> None:
        """Have the rows drawn as everything is now."""
        run, scale = self._run, self.scale
        if run is None or self._axis is None:
            return
        self._painter = Painter(
            run=run,
            bars=Bars(run, self._axis, scale, self._now if self.live else None),
            columns=self.columns,
            rates=self.rates,
            marks=Marks(self.model.badges, self.model.raced),
            now=self._now,
            beat=self._beat,
            broken_off=self._broken_off,
        )
        size = Size(self.scrollable_content_region.width, len(self.model.rows))
        if size != self.virtual_size:
            self.virtual_size = size
        self.refresh()

    @property
    def live(self) -> bool:
        """Whether there is a now: somebody goes on with the run, or it is a replay."""
        if self._run is None or self._broken_off:
            return False
        return self._run.finished is None or self._played is not None

    @property
    def passed(self) -> float:
        """Seconds of working time so far."""
        if self._played is not None:
            return self._played.position
        return self._axis.length if self._axis is not None else 0.0

    @property
    def whole(self) -> float | None:
        """Seconds of working time at the end, where that is known: of a replay."""
        return self._played.length if self._played is not None else None

    @property
    def seams(self) -> tuple[float, ...]:
        """Where the run went on after an end, in seconds of working time."""
        return self._axis.seams if self._axis is not None else ()

    @property
    def scale(self) -> Scale:
        """What of the time stands where, with columns as wide as there is room for them."""
        spent = self._run.spent if self._run is not None else None
        self.columns = columns(
            self.scrollable_content_region.width,
            self.model.instance,
            self.model.title,
            self.model.marks,
            cost=spent is not None and (spent.least > 0 or spent.most is None),
        )
        view = self.window.seen(self.passed, live=self.live, whole=self.whole)
        return Scale(view, self.columns.bar)

    def _moved(self) -> None:
        self._draw()
        self.post_message(self.Moved())

    # Drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw rows, with every style looked up once for all of them."""
        self.inks.forget()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Draw one row."""
        width = self.scrollable_content_region.width
        place = y + self.scroll_offset.y
        base = self.inks.base
        if place >= len(self.model.rows) or self._painter is None:
            return Strip.blank(width, base)
        row = self.model.rows[place]
        picked = row.key == self.model.cursor
        if picked:
            base += self.inks.paper(focused=self.has_focus)
        if row.group is not None:
            segments = self._painter.group(
                row.group, self.inks.of, picked=picked, folded=row.folded
            )
        else:
            task = self.model.tasks[row.key]
            segments = self._painter.task(
                task,
                self.inks.of,
                self.inks.of_specialist(task.task.specialist),
                picked=picked,
                indented=bool(row.inside),
            )
        return Strip(segments).adjust_cell_length(width).apply_style(base)

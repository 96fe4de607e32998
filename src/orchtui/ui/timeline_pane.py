"""The timeline: one live row for each task of a Run, with a bar over time.

All rows are drawn by one widget, only those that can be seen, and only when the
screen's timer asks. This module never follows a run by itself, and never
changes one.
"""

from collections import Counter
from collections.abc import Mapping
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.color import Color
from textual.containers import Vertical
from textual.content import Content
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Static

from orchtui.engine.durations import show_duration
from orchtui.engine.run import Run, TaskRun
from orchtui.engine.text import clean_line
from orchtui.ui import keymap, looks
from orchtui.ui.bars import GLYPHS, TimeAxis, cells, runs_of
from orchtui.ui.searching import RowSearch
from orchtui.ui.specialist_colors import readable
from orchtui.ui.timeline_words import (
    AMOUNT,
    DURATION,
    badges_of,
    columns,
    headline,
    in_place_of_bar,
    look_of,
    rows_of,
)
from orchtui.ui.wrapping import fit

_EMPTY = Content.from_markup(
    "[b $accent]Nothing has run yet[/]\n\n"
    "[$foreground-muted]Every task gets a row here, with a bar\n"
    "that grows while it works.[/]\n\n"
    "[b]ctrl+r[/] [$foreground-muted]runs the plan[/]   "
    "[b]5[/] [$foreground-muted]shows past runs[/]"
)


class TimelineRows(ScrollView, can_focus=True):
    """The rows. Its owner tells it what to show with `show_run` and `repaint`."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("timeline")]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "timeline--cursor",
        "timeline--cursor-focused",
        "timeline--instance",
        "timeline--figure",
        "timeline--wait",
        "timeline--again",
        "timeline--tool",
        "timeline--asks",
        "timeline--race",
        "timeline--refused",
        "timeline--made",
        "timeline--house",
        *(f"timeline--{status}" for status in looks.SIGNS),
    }

    class Picked(Message):
        """Another task was picked."""

        def __init__(self, task_id: str) -> None:
            super().__init__()
            self.task_id = task_id

    class OutputWanted(Message):
        """The picked task's text is to be read."""

    def __init__(self) -> None:
        super().__init__(id="timeline-rows")
        self._run: Run | None = None
        self._rows: list[TaskRun] = []
        self._axis: TimeAxis | None = None
        self._now = 0.0
        self._columns = (0, 0, 0)
        self._beat = 0
        self._broken_off = False
        self._raced: Counter[str] = Counter()
        self._races_counted = 0
        self._badges: dict[str, str] = {}
        """What stands before the tasks that are rehearsed, where others are not."""
        self.name_colors: Mapping[str, str] = {}
        """Colours that agent files give, by specialist."""
        self.picked: str | None = None
        """Id of the picked task."""

    def show_run(self, run: Run | None, picked: str | None = None) -> None:
        """Show another run, with its first or the given task picked."""
        self._run = run
        self._rows = rows_of(run) if run else []
        self._raced, self._races_counted = Counter(), 0
        self._badges = badges_of(run) if run else {}
        ids = [task.id for task in self._rows]
        self.picked = picked if picked in ids else next(iter(ids), None)
        self.scroll_to(y=0, animate=False)

    def repaint(self, now: float, broken_off: bool = False) -> None:
        """Show the run as it is at `now`, in seconds since 1970."""
        self._broken_off = broken_off
        if self._run is None:
            return
        rows = rows_of(self._run)
        if len(rows) != len(self._rows):
            self._badges = badges_of(self._run)
        self._rows = rows
        self._count_races(self._run)
        self._axis = TimeAxis(self._run, now)
        self._now = now
        self._beat += 1
        self._columns = self._measured()
        size = Size(self.scrollable_content_region.width, len(self._rows))
        if size != self.virtual_size:
            self.virtual_size = size
        self.refresh()

    def _count_races(self, run: Run) -> None:
        """How many races each task took part in; only the new ones are looked at."""
        for race in run.races[self._races_counted :]:
            self._raced.update({race.task, race.other})
        self._races_counted = len(run.races)

    def pick(self, place: int) -> None:
        """Pick the row at this place, or the nearest one."""
        if not self._rows:
            return
        place = min(max(place, 0), len(self._rows) - 1)
        self._see(place)
        task_id = self._rows[place].id
        if task_id != self.picked:
            self.picked = task_id
            self.refresh()
            self.post_message(self.Picked(task_id))

    @property
    def place(self) -> int:
        """Where the picked row stands."""
        for place, task in enumerate(self._rows):
            if task.id == self.picked:
                return place
        return 0

    def words(self) -> list[str]:
        """What of each row is searched."""
        return [
            f"{row.id} {row.task.label} {row.task.instance} {looks.WORDS[row.status]} {row.why}"
            for row in self._rows
        ]

    def _see(self, place: int) -> None:
        height = self.scrollable_content_region.height
        if place < self.scroll_offset.y:
            self.scroll_to(y=place, animate=False)
        elif place >= self.scroll_offset.y + height:
            self.scroll_to(y=place - height + 1, animate=False)

    def on_resize(self, event: Resize) -> None:
        """Keep the picked row in sight."""
        width = self.scrollable_content_region.width
        self.virtual_size = Size(width, len(self._rows))
        self._columns = self._measured()
        self._see(self.place)

    def on_click(self, event: Click) -> None:
        """Pick the row under the mouse."""
        self.pick(self.scroll_offset.y + event.y)

    def action_step(self, steps: int) -> None:
        self.pick(self.place + steps)

    def action_page(self, pages: int) -> None:
        self.pick(self.place + pages * max(1, self.scrollable_content_region.height - 1))

    def action_first(self) -> None:
        self.pick(0)

    def action_last(self) -> None:
        self.pick(len(self._rows) - 1)

    def action_read_output(self) -> None:
        self.post_message(self.OutputWanted())

    # Drawing

    def render_line(self, y: int) -> Strip:
        """Draw one row."""
        width = self.scrollable_content_region.width
        place = y + self.scroll_offset.y
        base = self.rich_style
        if place >= len(self._rows) or self._axis is None:
            return Strip.blank(width, base)
        task = self._rows[place]
        picked = task.id == self.picked
        if picked:
            name = "timeline--cursor-focused" if self.has_focus else "timeline--cursor"
            base += looks.paper(self.get_component_rich_style(name))
        strip = Strip(self._segments(task, self._axis, width, picked))
        return strip.adjust_cell_length(width).apply_style(base)

    def _segments(self, task: TaskRun, axis: TimeAxis, width: int, picked: bool) -> list[Segment]:
        assert self._run is not None
        sign, status = look_of(self._run, task, self._beat, broken_off=self._broken_off)
        asks = task.question is not None and not self._broken_off
        state = self._style("asks" if asks else status)
        figure = self._style("figure")
        instance_width, title_width, bar_width = self._columns
        sign = looks.ASKS if asks else sign
        marks = self._marks(task, title_width)
        rest = title_width - sum(cell_len(mark.text) for mark in marks)
        segments = [
            Segment("▌" if picked else " ", state),
            Segment(sign + " ", state),
            Segment(fit(clean_line(task.task.instance), instance_width), self._name_style(task)),
            Segment(" " if instance_width else ""),
            *marks,
            Segment(fit(clean_line(task.task.label), rest)),
        ]
        if bar_width and (why := in_place_of_bar(self._run, task)):
            room = width - 3 - instance_width - bool(instance_width) - title_width
            style = self._style("asks" if asks else "waiting")
            return [*segments, Segment(" " + fit(why, room - 1), style)]
        if bar_width:
            segments.append(Segment(" "))
            segments += self._bar(task, axis, bar_width, state)
        if width >= 30:
            duration = task.seconds(self._now)
            shown = show_duration(duration) if duration is not None else ""
            segments.append(Segment(shown.rjust(DURATION), figure))
        if width >= 64:
            segments.append(Segment(looks.amount(task).rjust(AMOUNT), figure))
        return segments

    def _measured(self) -> tuple[int, int, int]:
        refused = any(attempt.refused for task in self._rows for attempt in task.attempts)
        marks = (len(looks.RACE) + 1) * bool(self._raced) + 4 * refused
        marks += max((len(words) + 1 for words in self._badges.values()), default=0)
        return columns(self.scrollable_content_region.width, self._rows, marks)

    def _marks(self, task: TaskRun, room: int) -> list[Segment]:
        """Before the title: that it is only rehearsed, that it met another task at a file, and how
        often it was refused."""
        marks = []
        if badge := self._badges.get(task.id):
            marks.append(Segment(f"{badge if room >= 24 else badge[0]} ", self._style("made")))
        if self._raced[task.id]:
            words = looks.RACE if room >= 16 else "!"
            marks.append(Segment(f"{words} ", self._style("race")))
        if refused := sum(len(attempt.refused) for attempt in task.attempts):
            words = f"{looks.REFUSED}{looks.count(refused)}" if room >= 16 else looks.REFUSED
            marks.append(Segment(f"{words} ", self._style("refused")))
        return marks if room >= 8 else []

    def _name_style(self, task: TaskRun) -> Style:
        """The specialist's own colour where its agent file has one."""
        written = self.name_colors.get(task.task.specialist)
        plain = self._style("instance")
        if not written:
            return plain
        house = Color.from_rich_color(self._style("house").color)
        color = readable(written, self.background_colors[1], house)
        return plain if color is None else Style(color=color.rich_color, bold=plain.bold)

    def _bar(self, task: TaskRun, axis: TimeAxis, width: int, state: Style) -> list[Segment]:
        names = ("wait", "again", "tool")
        styles = {"run": state, **{name: self._style(name) for name in names}}
        return [
            Segment(GLYPHS[part] * length, styles.get(part))
            for part, length in runs_of(cells(task, axis, width, self._now))
        ]

    def _style(self, name: str) -> Style:
        return looks.ink(self.get_component_rich_style(f"timeline--{name}"))


class TimelinePane(Vertical):
    """The rows, with the census above them."""

    def __init__(self) -> None:
        super().__init__(id="timeline", classes="pane")
        self.border_title = "3 Timeline"
        self.rows = TimelineRows()
        self.search = RowSearch(
            self.rows.words, lambda: self.rows.place, self.rows.pick, lambda: self.rows
        )
        self._head = Static("", id="timeline-head", markup=False)

    def compose(self) -> ComposeResult:
        yield self._head
        yield self.rows
        yield self.search
        yield Static(_EMPTY, id="timeline-empty", classes="empty")

    def show_run(self, run: Run | None, origin: str = "", picked: str | None = None) -> None:
        """Show another run.

        Args:
            origin: What to call one that is not the app's own.
            picked: Id of the task to pick; the first one otherwise.
        """
        self.set_class(run is None, "-empty")
        self.tell_origin(origin)
        self.rows.show_run(run, picked)

    def tell_origin(self, origin: str) -> None:
        """Say in the title whose run this is; nothing for the app's own."""
        self.set_class(bool(origin), "-past")
        self.border_title = Content(f"3 Timeline · {origin}") if origin else "3 Timeline"

    def repaint(self, run: Run, now: float, broken_off: bool = False) -> None:
        """Show the run as it is at `now`, in seconds since 1970.

        Args:
            broken_off: Whether nobody goes on with a run that has not ended.
        """
        self._head.update(headline(run, now, broken_off=broken_off))
        self.rows.repaint(now, broken_off)

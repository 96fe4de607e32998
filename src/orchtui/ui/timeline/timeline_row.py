"""One row of the timeline as segments: sign, who, what, bar, figures.

A Painter knows the run at one moment and how wide the columns are; it draws the
rows that are asked for, and no others. This module never decides which rows
there are.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from orchtui.engine.run_events.events import AGGREGATE
from orchtui.engine.runs.run import ENDED, Run, Status, TaskRun
from orchtui.engine.text import clean_line
from orchtui.engine.texts.durations import show_duration
from orchtui.ui.bars.token_rate import TaskRates
from orchtui.ui.looks import looks
from orchtui.ui.looks.wrapping import fit
from orchtui.ui.timeline.task_bars import Bars, strokes, write
from orchtui.ui.timeline.timeline_columns import Columns
from orchtui.ui.timeline.timeline_groups import Group
from orchtui.ui.timeline.timeline_words import beside_bar, cost_of, look_of

FOLDED, OPEN = "▸", "▾"

StyleOf = Callable[[str], Style]
"""The style of a name."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands before titles, by task."""

    badges: Mapping[str, str]
    """That it is only rehearsed, where others are not."""
    raced: Mapping[str, int]
    """How many races it took part in."""


@dataclass(frozen=True, slots=True)
class Painter:
    """Draws rows of a run at one moment."""

    run: Run
    bars: Bars
    columns: Columns
    rates: TaskRates
    marks: Marks
    now: float
    beat: int
    broken_off: bool

    def task(
        self, task: TaskRun, style: StyleOf, name: Style, *, picked: bool, indented: bool
    ) -> list[Segment]:
        """A task's row.

        Args:
            style: Of a name.
            name: Of its specialist's name.
        """
        wide = self.columns
        sign, status = look_of(self.run, task, self.beat, broken_off=self.broken_off)
        asks = task.question is not None and not self.broken_off
        state = style("asks" if asks else status)
        marks = self._marks(task, wide.title, style)
        inset = "  " if indented and wide.title >= 12 else ""
        rest = wide.title - sum(cell_len(mark.text) for mark in marks) - len(inset)
        segments = [
            Segment("▌" if picked else " ", state),
            Segment((looks.ASKS if asks else sign) + " ", state),
            Segment(fit(clean_line(task.task.instance), wide.instance), name),
            Segment(" " if wide.instance else ""),
            Segment(inset),
            *marks,
            Segment(fit(clean_line(task.task.label), rest)),
        ]
        if wide.bar:
            segments.append(Segment(" "))
            segments += self._bar(task, style, asks=asks)
        return [*segments, *self._figures(task, style("figure"))]

    def _bar(self, task: TaskRun, style: StyleOf, *, asks: bool) -> list[Segment]:
        cells = self.bars.of(task)
        words = "" if self.broken_off and not task.reused else beside_bar(self.run, task)
        before = task.id == AGGREGATE and self.run.reducing is not None  # its bar begins at the end
        if asks or not task.attempts or task.reused is not None or before:
            write(cells, words, "asks" if asks else "figure")
        elif self.bars.now_at is not None:
            write(cells, words, "figure", self.bars.now_at + 2)
        return _segments(cells, style)

    def _figures(self, task: TaskRun, style: Style) -> list[Segment]:
        wide = self.columns
        if not wide.duration:
            return []
        seconds = task.seconds(self.now)
        figures = show_duration(seconds).rjust(wide.duration) if seconds is not None else ""
        figures = figures.rjust(wide.duration)
        if wide.amount:
            figures += looks.amount(task).rjust(wide.amount)
        if wide.rate:
            figures += self.rates.words(task).rjust(wide.rate)
        if wide.cost:
            figures += cost_of(task).rjust(wide.cost)
        return [Segment(figures, style)]

    def _marks(self, task: TaskRun, room: int, style: StyleOf) -> list[Segment]:
        """Before the title: that it is only rehearsed, that it met another task at a file, and how
        often it was refused."""
        marks = []
        if badge := self.marks.badges.get(task.id):
            marks.append(Segment(f"{badge if room >= 24 else badge[0]} ", style("made")))
        if self.marks.raced.get(task.id):
            words = looks.RACE if room >= 16 else "!"
            marks.append(Segment(f"{words} ", style("race")))
        if refused := sum(len(attempt.refused) for attempt in task.attempts):
            words = f"{looks.REFUSED}{looks.count(refused)}" if room >= 16 else looks.REFUSED
            marks.append(Segment(f"{words} ", style("refused")))
        return marks if room >= 8 else []

    def group(self, group: Group, style: StyleOf, *, picked: bool, folded: bool) -> list[Segment]:
        """A heading: what has become of its tasks, and a bar of them all."""
        wide = self.columns
        tasks = [self.run.tasks[name] for name in group.tasks if name in self.run.tasks]
        sign, status, words = census_of(tasks, self.beat, broken_off=self.broken_off)
        state = style(status)
        room = wide.instance + bool(wide.instance) + wide.title - 2
        named = fit(group.name, min(room, cell_len(group.name)))
        segments = [
            Segment("▌" if picked else " ", state),
            Segment(sign + " ", state),
            Segment((FOLDED if folded else OPEN) + " ", style("figure")),
            Segment(named, style("heading")),
            Segment(fit(f"  {words}", room - cell_len(named)), style("figure")),
        ]
        if wide.bar:
            ended = all(task.status in ENDED for task in tasks)
            names = {"group": status if ended else "running"}
            cells = self.bars.together(tasks)
            segments.append(Segment(" "))
            segments += _segments([(glyph, names.get(ink, ink)) for glyph, ink in cells], style)
        segments.append(Segment(" " * wide.figures))
        return segments


def census_of(
    tasks: Sequence[TaskRun], beat: int, *, broken_off: bool = False
) -> tuple[str, Status, str]:
    """A sign, the state that they look like together, and `5/8 done, 2 running, 1 failed`."""
    count = {status: 0 for status in looks.SIGNS}
    for task in tasks:
        count[task.status] += 1
    words = f"{count['completed']}/{len(tasks)} done"
    going = count["running"] + count["retrying"]
    for number, name in (
        (going, looks.BROKEN_OFF[1] if broken_off else "running"),
        (count["failed"], "failed"),
        (count["cancelled"], "cancelled"),
        (count["skipped"], "skipped"),
    ):
        if number:
            words += f", {number} {name}"
    if going and broken_off:
        return looks.BROKEN_OFF[0], "cancelled", words
    state: Status
    if going:
        state = "running"
    elif count["waiting"] + count["queued"]:
        state = "queued" if count["queued"] else "waiting"
    elif count["failed"]:
        state = "failed"
    elif count["cancelled"] + count["skipped"]:
        state = "cancelled"
    else:
        state = "completed"
    return looks.sign(state, beat), state, words


def _segments(cells: Sequence[tuple[str, str]], style: StyleOf) -> list[Segment]:
    return [Segment(text, style(ink) if ink else None) for text, ink in strokes(cells)]

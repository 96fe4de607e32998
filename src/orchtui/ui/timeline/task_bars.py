"""The bar of one task on the timeline: how it spent the run's time, cell by cell.

Time here is working time: the pause between two sessions of a resumed run takes
no room. Every state has a sign of its own beside its colour. This module never
draws; it says what stands in each cell.
"""

from collections.abc import Iterable
from itertools import groupby

from rich.cells import cell_len

from orchtui.engine.run_events.events import seconds
from orchtui.engine.runs.run import Attempt, Run, TaskRun
from orchtui.engine.runs.time_axis import TimeAxis
from orchtui.ui.looks.wrapping import fit
from orchtui.ui.timeline.time_ruler import Scale

OTHERS, SLOT, SERVER = "·", "┄", "≈"
"""It waits: for other tasks; for a slot; for its server, a worker, or until its next attempt is
due."""
WORK, LOST = "━", "┅"
"""An attempt that goes on or was whole; one that failed or was stopped."""
BEGIN_LATE = "╺"
"""An attempt that begins in the right half of the cell."""
TOOL, AGAIN, GIVEN_UP = "╋", "↻", "×"
"""A tool was used; another attempt begins; an attempt failed."""
BRANCH = "┳"
"""A second attempt begins beside the one that goes on."""
DONE, FAILED, CANCELLED = "✓", "✗", "■"
"""How a task ended."""
NOW, AT_NOW = "│", "┥"
"""Now, through all rows; and where a bar is at work."""
EARLIER, LATER = "‹", "›"
"""All of it lies beyond this edge."""
_HEIGHTS = "▁▂▃▄▅▆▇█"
_LEAST_PEAK = 3
"""Tasks at once that fill the height of a cell, at least: one alone is no mountain."""

_TICKS_A_CELL = 2
"""Uses of tools that are looked at for each cell, however many there were."""
_LEAST_WORDS = 12
"""Cells below which words are not worth beginning."""

Cell = tuple[str, str]
"""What stands there, and the name of its style; the second half of a wide character is empty."""

_EMPTY: Cell = (" ", "")


class Bars:
    """The bars of a run at one moment.

    Args:
        run: Whose tasks they are.
        axis: Its time.
        scale: What of it stands where.
        now: Seconds since 1970; `None` for a run that nobody goes on with.
    """

    def __init__(self, run: Run, axis: TimeAxis, scale: Scale, now: float | None) -> None:
        self._run = run
        self._axis = axis
        self._scale = scale
        self._end = run.at if now is None else now
        self.live = now is not None
        place = int(scale.place(axis.at(self._end)))
        self.now_at = place if now is not None and 0 <= place < scale.width else None
        """The cell of the now-line, if that can be seen."""
        self._added = {one.scheduled.id: seconds(one.at) for one in run.added}

    def of(self, task: TaskRun) -> list[Cell]:
        """What stands in the cells of a task's bar."""
        row = _Row(self._axis, self._scale)
        if not task.attempts or task.made:  # else its result was taken over
            self._wait(row, task)
            for number, attempt in enumerate(task.attempts):
                after = task.attempts[number + 1] if number + 1 < len(task.attempts) else None
                self._attempt(row, task, attempt, after)
            for attempt in task.attempts[1:]:
                row.put(attempt.started, AGAIN, "again")
            for hedge in task.hedges:
                row.put(hedge.started, BRANCH, "again")
            self._ending(row, task)
        if self.now_at is not None:
            works = task.status == "running" and row.cells[self.now_at][0] in (WORK, BRANCH)
            row.cells[self.now_at] = (AT_NOW, "running") if works else (NOW, "now")
        row.point_beyond()
        return row.cells

    def _wait(self, row: "_Row", task: TaskRun) -> None:
        """Before the first attempt: for others, then for a slot or the server."""
        first = task.attempts[0] if task.attempts else None
        queued = first.queued if first is not None else task.waits
        known = self._added.get(task.id, self._run.sessions[0].started)
        if task.task.after or task.task.behind:
            until = queued if queued is not None else task.ended
            row.fill(known, self._end if until is None else until, OTHERS, "others")
        if queued is not None:
            until = first.started if first is not None else task.ended
            slot = first.slot if first is not None else task.slot
            self._queue(row, queued, self._end if until is None else until, slot)

    def _queue(self, row: "_Row", start: float, end: float, slot: float) -> None:
        """What was not for a slot of the run, which it had then, was for the server, or a worker:
        nothing else holds a task back."""
        for since, until in self._run.slots.full_between(start, min(end, slot)):
            if start < since:
                row.fill(start, since, SERVER, "held")
            row.fill(since, until, SLOT, "wait")
            start = until
        if start < end:
            row.fill(start, end, SERVER, "held")

    def _attempt(self, row: "_Row", task: TaskRun, attempt: Attempt, after: Attempt | None) -> None:
        stop = self._end if attempt.ended is None else attempt.ended
        queued = after.queued if after is not None else task.waits
        if attempt.resumes is not None and (after is not None or task.status != "failed"):
            until = queued if queued is not None else self._end
            row.fill(stop, min(until, self._end), SERVER, "held")
        if queued is not None:
            until, slot = (self._end, task.slot) if after is None else (after.started, after.slot)
            self._queue(row, queued, until, slot)
        glyph, ink = _look(attempt)
        row.fill(attempt.started, stop, glyph, ink)
        if glyph == WORK:
            row.begin_late(attempt.started, stop, ink)
        self._tools(row, attempt, stop)
        if attempt.error is not None:
            row.put(stop, GIVEN_UP, "failed")

    def _tools(self, row: "_Row", attempt: Attempt, stop: float) -> None:
        if not attempt.tools:
            return
        every = max(1, len(attempt.tools) // (max(1, self._scale.width) * _TICKS_A_CELL))
        for tool in attempt.tools[::every]:
            row.put(tool.at, TOOL, "failed" if tool.ok is False else "tool")

    def _ending(self, row: "_Row", task: TaskRun) -> None:
        if task.ended is None or not task.attempts:
            return
        match task.status:
            case "completed":
                row.put(task.ended, DONE, "completed")
            case "failed":
                row.put(task.ended, FAILED, "failed")
            case "cancelled":
                row.put(task.ended, CANCELLED, "cancelled")

    def together(self, tasks: Iterable[TaskRun]) -> list[Cell]:
        """Many bars as one: the higher, the more of the tasks worked at that time."""
        width, axis, scale = self._scale.width, self._axis, self._scale
        steps = [0] * (width + 1)
        broken: set[int] = set()
        for task in tasks:
            if not task.made:
                continue
            for attempt in task.attempts:
                stop = self._end if attempt.ended is None else attempt.ended
                first = int(scale.place(axis.at(attempt.started)))
                last = int(scale.place(axis.at(stop)))
                if last < 0 or first >= width:
                    continue
                steps[max(first, 0)] += 1
                steps[min(last + 1, width)] -= 1
                if attempt.error is not None and last < width:
                    broken.add(last)
        counts, level = [], 0
        for step in steps[:width]:
            level += step
            counts.append(level)
        peak = max(_LEAST_PEAK, *counts) if counts else 0
        cells = [self._height(count, peak, place in broken) for place, count in enumerate(counts)]
        if self.now_at is not None and cells[self.now_at] == _EMPTY:
            cells[self.now_at] = (NOW, "now")
        return cells

    def _height(self, count: int, peak: int, broken: bool) -> Cell:
        if not count:
            return _EMPTY
        glyph = _HEIGHTS[-(-count * len(_HEIGHTS) // peak) - 1]
        return glyph, "failed" if broken else "group"


class _Row:
    """The cells of one bar while they are filled."""

    def __init__(self, axis: TimeAxis, scale: Scale) -> None:
        self._axis = axis
        self._scale = scale
        self.cells: list[Cell] = [_EMPTY] * scale.width
        self._before = self._behind = False

    def fill(self, start: float, end: float, glyph: str, ink: str) -> None:
        """Everything between two moments since 1970, both cells included."""
        first, last = self._place(start), self._place(end)
        self._before |= last < 0
        self._behind |= first >= len(self.cells)
        for cell in range(max(0, first), min(last, len(self.cells) - 1) + 1):
            self.cells[cell] = (glyph, ink)

    def put(self, moment: float, glyph: str, ink: str) -> None:
        """One cell, if it can be seen."""
        place = self._place(moment)
        if 0 <= place < len(self.cells):
            self.cells[place] = (glyph, ink)

    def begin_late(self, start: float, end: float, ink: str) -> None:
        """Where work begins in the second half of its first cell, and goes on beyond it."""
        exact = self._scale.place(self._axis.at(start))
        if exact - int(exact) >= 0.5 and self._place(end) > self._place(start):
            self.put(start, BEGIN_LATE, ink)

    def point_beyond(self) -> None:
        """What can not be seen at all is behind an edge."""
        if not self.cells or any(cell[0] not in (" ", NOW) for cell in self.cells):
            return
        if self._before:
            self.cells[0] = (EARLIER, "now")
        elif self._behind:
            self.cells[-1] = (LATER, "now")

    def _place(self, moment: float) -> int:
        # The end of everything belongs to the last cell, not to the one behind it.
        exact = self._scale.place(self._axis.at(moment))
        if exact == self._scale.width:
            return self._scale.width - 1
        return int(exact) if exact >= 0 else -1


def _look(attempt: Attempt) -> Cell:
    if attempt.ended is None:
        return WORK, "running"
    if attempt.completed:
        return WORK, "completed"
    return LOST, "failed" if attempt.error is not None else "cancelled"


def write(cells: list[Cell], words: str, ink: str, start: int = 0) -> None:
    """Put words over a bar, on one side of the now-line; what does not fit ends with an ellipsis.

    Args:
        start: The first cell that they may use.
    """
    lines = [at for at in range(start, len(cells)) if cells[at][0] in (NOW, AT_NOW)]
    sides = [(start, lines[0]), (lines[0] + 2, len(cells))] if lines else [(start, len(cells))]
    size = cell_len(words)
    fitting = [side for side in sides if side[1] - side[0] > size]
    first, end = fitting[0] if fitting else max(sides, key=lambda side: side[1] - side[0])
    if not words or end - first < min(_LEAST_WORDS, size):
        return
    place = first
    for character in fit(words, min(size + 1, end - first)):
        if taken := cell_len(character):
            cells[place] = (character, ink)
            cells[place + 1 : place + taken] = [("", ink)] * (taken - 1)
            place += taken


def strokes(cells: Iterable[Cell]) -> list[Cell]:
    """Cells side by side with one style, joined."""
    return [
        ("".join(glyph for glyph, _ in group), ink)
        for ink, group in groupby(cells, key=lambda cell: cell[1])
    ]

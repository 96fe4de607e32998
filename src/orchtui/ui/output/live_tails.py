"""What the cells of the grid show: which tasks, in which shape, and the last rows of each.

This module never draws.
"""

from collections.abc import Sequence
from typing import NamedTuple

from orchtui.engine.run_events.events import AGGREGATE
from orchtui.engine.runs.run import Run, Status, TaskRun
from orchtui.engine.telling.tool_words import call_words
from orchtui.engine.text import clean
from orchtui.ui.looks.wrapping import fit, wrap
from orchtui.ui.output.blocks import Row

_LIVE: tuple[Status, ...] = ("running", "retrying")
LINGER = 3.0
"""Seconds that a task keeps its cell after its end, unless another one needs it."""

LEAST_WIDTH = 24
LEAST_HEIGHT = 4
"""Of a cell, title and all."""
_GOOD_WIDTH, _GOOD_HEIGHT = 56, 8
"""More than this makes a cell no better to read."""


class Shape(NamedTuple):
    """How the cells lie."""

    columns: int
    width: int
    """Cells of the screen in a column, the line beside it too."""
    height: int
    """Rows of a cell, its title too."""


def shape_of(count: int, width: int, height: int) -> Shape:
    """The shape in which so many cells are best to read."""
    best, chosen = -1.0, Shape(1, max(1, width), max(LEAST_HEIGHT, height))
    for columns in range(1, max(1, min(count, width // LEAST_WIDTH)) + 1):
        across, down = width // columns, height // -(-count // columns) if count else height
        worth = min(1.0, across / _GOOD_WIDTH) * min(1.0, max(down, 0.5) / _GOOD_HEIGHT)
        if worth > best:
            best, chosen = worth, Shape(columns, max(1, across), max(LEAST_HEIGHT, down))
    return chosen


class Cells:
    """Which tasks have a cell. A task keeps its place as long as it is live."""

    def __init__(self) -> None:
        self.tasks: list[TaskRun] = []

    def update(self, run: Run | None, now: float) -> bool:
        """Take in who began and who ended, at `now` in seconds since 1970.

        Returns:
            Whether other tasks have cells now.
        """
        live = list(_live(run))
        known = {task.id for task in live}
        new = [task for task in live if not any(task is one for one in self.tasks)]
        kept: list[TaskRun] = []
        for task in self.tasks if run is not None else ():
            if task.id in known and any(task is one for one in live):
                kept.append(task)
            elif new:
                kept.append(new.pop(0))
            elif _lingers(run, task, now):
                kept.append(task)
        kept += new
        if not live:
            kept = []
        changed = [id(task) for task in kept] != [id(task) for task in self.tasks]
        self.tasks = kept
        return changed

    def exchange(self, run: Run) -> None:
        """The same tasks, as they stood at another moment of their run; those that there were."""
        every = {**run.tasks, AGGREGATE: run.aggregate}
        others = (every.get(one.id) for one in self.tasks)
        self.tasks = [one for one in others if one is not None]


def _live(run: Run | None) -> Sequence[TaskRun]:
    if run is None or run.finished is not None:
        return ()
    tasks = run.with_status(*_LIVE)
    if run.aggregate is not None and run.aggregate.status in _LIVE:
        tasks.append(run.aggregate)
    return tasks


def _lingers(run: Run | None, task: TaskRun, now: float) -> bool:
    """Whether a task that has ended is still looked at."""
    if run is None or (run.tasks.get(task.id) is not task and run.aggregate is not task):
        return False
    return task.ended is not None and now - task.ended < LINGER


def tail(task: TaskRun, width: int, height: int) -> list[Row]:
    """The last rows of a task's text, and what it is doing; at most so many."""
    attempt = task.attempt
    if attempt is None or height < 1:
        return []
    wanted = 2 * width * height
    text = clean(attempt.since(max(0, attempt.length - wanted))).expandtabs(4)
    rows = [
        Row(piece, "text")
        for line in text.rstrip().split("\n")[-height:]
        for piece in wrap(line[-wanted:], width)
    ]
    if attempt.tools and attempt.tools[-1].offset == attempt.length:
        tool = attempt.tools[-1]
        sign = {None: "…", True: "✓", False: "✗"}[tool.ok]
        words = fit(f"⚙ {sign} {call_words(tool.name, tool.arguments)}", width).rstrip()
        rows.append(Row(words, "tool-error" if tool.ok is False else "tool"))
    if task.status == "retrying" and task.why:
        rows.append(Row(fit(f"↻ {clean(task.why)}".replace("\n", " "), width).rstrip(), "problem"))
    return rows[-height:] if rows != [Row("", "text")] else []

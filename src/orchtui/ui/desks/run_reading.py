"""What the list of runs tells of the picked one, read from its folder. This module blocks."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from orchtui.engine.history.trends import Trend, trends
from orchtui.engine.journals import journal
from orchtui.engine.journals.journal import RUNS
from orchtui.engine.run_folders import past_runs
from orchtui.engine.runs.run import Run, TaskRun
from orchtui.engine.sessions.project import Project
from orchtui.engine.telling.seen_words import COLLECTED, joined_lines
from orchtui.engine.text import clean_line
from orchtui.ui.desks.run_desk import short
from orchtui.ui.runs.run_detail import Detail, DetailTask
from orchtui.ui.runs.run_entry import RunEntry

if TYPE_CHECKING:
    from orchtui.engine.history.run_row import RunRow

_MOST_JOURNAL = 4 << 20
"""Bytes of a journal that is read only because somebody goes through the list."""


def read_detail(entry: RunEntry, project: Project, rows: Iterable["RunRow"]) -> Detail:
    """More of a run.

    Args:
        entry: The run.
        project: Whose it is.
        rows: All runs, for what became of its plan.
    """
    folder = project.out / RUNS / entry.id
    told = clean_line(str(short(folder, project.folder)))
    if entry.row is None:
        return Detail(entry, told)
    trend = _trend(entry.row, rows)
    try:
        size = (folder / journal.FILE).stat().st_size
    except OSError:
        return Detail(entry, told, unread="There is no journal that can be read.", trend=trend)
    if size > _MOST_JOURNAL:
        words = f"Its journal has {size >> 20} MiB: enter opens it, with its tasks."
        return Detail(entry, told, unread=words, trend=trend)
    run, why = past_runs.fold_as_far(folder)
    if run is None:
        return Detail(entry, told, unread=why or "Its journal has no whole event.", trend=trend)
    request = run.plan.request or (run.plan.tasks[0].prompt if len(run.plan.tasks) == 1 else "")
    tasks = tuple(_task(run, task) for task in run.tasks.values())
    joined = joined_lines(run)
    if [line.words for line in joined] == [COLLECTED]:
        joined = []  # as ever: a task is worth more of the room
    return Detail(entry, told, request=request, tasks=tasks, joined=tuple(joined), trend=trend)


def _task(run: Run, task: TaskRun) -> DetailTask:
    seconds = None
    if task.attempts and task.attempts[-1].ended is not None:
        seconds = task.seconds_of_all(run.at)
    outcome = task.attempts[-1].outcome if task.attempts and task.status != "completed" else ""
    return DetailTask(task.task.label, task.status, seconds, clean_line(outcome, 300))


def _trend(row: "RunRow", rows: Iterable["RunRow"]) -> Trend | None:
    """Of the runs of the same plan, where there is more than this one."""
    if row.details is None:
        return None
    key = row.details.plan_key
    same = [one for one in rows if one.details is not None and one.details.plan_key == key]
    found = trends(same)
    return found[0] if found else None

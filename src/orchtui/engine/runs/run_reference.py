"""`RUN`, `RUN:task` or `RUN:task@attempt`: what people write, and what of a run it means.

This module never opens a run.
"""

from orchtui.engine.errors import InputError
from orchtui.engine.run_events.events import AGGREGATE
from orchtui.engine.runs.run import Attempt, Run, TaskRun
from orchtui.engine.text import clean_line


def split(text: str) -> tuple[str, str]:
    """The run, and what of it; empty for its result.

    Raises:
        InputError: when it is no reference.
    """
    run, colon, rest = text.partition(":")
    if not run or (colon and not rest):
        shown = clean_line(text, 80)
        raise InputError.of(f"'{shown}' is none of RUN, RUN:task and RUN:task@attempt")
    return run, rest


def find(run: Run, rest: str) -> tuple[TaskRun, Attempt | None]:
    """The task, and the attempt where one is named.

    Args:
        run: The run.
        rest: `task` or `task@attempt`; the task by its id, which may itself hold an `@`, or by its
            number in the plan, as its file is called.

    Raises:
        InputError: when there is no such task or attempt.
    """
    if (task := _task(run, rest)) is not None:
        return task, None
    task_id, at, number = rest.rpartition("@")
    task = _task(run, task_id) if at else None
    if task is None:
        ids = list(run.tasks) + ([AGGREGATE] if run.aggregate else [])
        names = clean_line(", ".join(ids), 400)
        raise InputError.of(f"run {run.id} has no task '{clean_line(rest, 80)}'; it has {names}")
    found = [one for one in task.attempts if str(one.number) == number]
    if not found:
        there = ", ".join(str(one.number) for one in task.attempts) or "none: it never began"
        shown = clean_line(number, 20)
        raise InputError.of(f"task '{task.id}' has no attempt '{shown}'; its attempts: {there}")
    return task, found[-1]


def _task(run: Run, wish: str) -> TaskRun | None:
    try:
        return run.of(wish)
    except KeyError:
        found = [task for task in run.tasks.values() if str(task.task.position) == wish]
        return found[0] if found else None

"""The figures and the verdict of a Run, each computed in one place.

The exit code, the log, the result, the summary and the screen all take them
from here, so that they agree. This module never changes a Run.

COMPLETED: every enabled task completed. PARTIAL: some did not, but no critical
one. FAILED: a critical task did not complete, or none did. CANCELLED: a person
stopped the run.
"""

from orchtui.engine.run_events.events import Census, Verdict
from orchtui.engine.runs.costs import NOTHING, Cost
from orchtui.engine.runs.run import Run, TaskRun

EXIT_CODES: dict[Verdict, int] = {"COMPLETED": 0, "FAILED": 1, "PARTIAL": 3, "CANCELLED": 130}
"""Exit codes of `orchtui run`; 2 is bad input."""


WORTH_TELLING = 1.05
"""A speed-up below this is none, and is not told as one."""


def census(run: Run) -> Census:
    """How many tasks ended how."""
    return Census(
        total=len(run.tasks),
        completed=len(run.with_status("completed")),
        failed=len(run.with_status("failed")),
        cancelled=len(run.with_status("cancelled")),
        skipped=len(run.with_status("skipped")),
        reused=sum(task.reused is not None for task in run.tasks.values()),
    )


def success_rate(count: Census) -> int:
    """Per cent of the tasks that completed, rounded; 100 only for all of them, 0 only for none."""
    if count.completed in (0, count.total):
        return 100 if count.completed else 0
    return min(99, max(1, round(100 * count.completed / count.total)))


def missing(run: Run) -> list[TaskRun]:
    """The tasks that did not complete, in the plan's order."""
    return [task for task in run.tasks.values() if task.status != "completed"]


def verdict(run: Run) -> Verdict:
    """The verdict, if the run ended now."""
    if run.finished is not None:
        return run.finished.verdict
    absent = missing(run)
    if not absent:
        return "COMPLETED"
    if run.cancelled:
        return "CANCELLED"
    if len(absent) == len(run.tasks) or any(task.task.priority == "critical" for task in absent):
        return "FAILED"
    return "PARTIAL"


def makespan(run: Run, now: float | None = None) -> float:
    """Seconds from the start to the end of the last task, over all sessions.

    While a session goes on, `now` is its end; the aggregation is not counted.
    """
    total = sum(session.last_end - session.started for session in run.sessions)
    if now is not None and run.finished is None:
        total += max(0.0, now - run.sessions[-1].last_end)
    return total


def sequential(run: Run) -> float:
    """Seconds that the completed tasks' last attempts took, one after the other.

    Results that were taken over from an earlier run took none here.
    """
    return sum(task.seconds(run.at) or 0.0 for task in run.with_status("completed"))


def speedup(run: Run) -> float | None:
    """`sequential` over `makespan`; `None` below two tasks that completed in this run."""
    span = makespan(run)
    ran = [task for task in run.with_status("completed") if task.reused is None]
    if len(ran) < 2 or span <= 0:
        return None
    return round(sequential(run) / span, 2)


def speedup_so_far(run: Run, now: float) -> float | None:
    """The same of a run that goes on, with what runs at `now`; `None` below two tasks that ran."""
    span = makespan(run, now)
    ran = [task for task in run.with_status("completed", "running") if task.reused is None]
    if len(ran) < 2 or span <= 0:
        return None
    return round(sum(task.seconds(now) or 0.0 for task in ran) / span, 2)


def bottleneck(run: Run) -> TaskRun | None:
    """The task that ran longest; `None` below two that ran."""
    ran = [task for task in run.tasks.values() if task.made]
    if len(ran) < 2:
        return None
    return max(ran, key=lambda task: task.seconds_of_all(run.at))


def cost(run: Run) -> Cost:
    """What all attempts that have ended cost, in all sessions, the aggregation's too."""
    return run.spent


def cost_words(run: Run, task: TaskRun | None = None) -> str:
    """What a run, or one of its tasks, cost so far: `cost $0.12`, `cost unknown`, …

    Nothing where it cost nothing, and for runs of before orchtui knew prices.
    """
    spent = run.spent if task is None else task.cost
    if spent == NOTHING or (run.schedule.prices is None and not spent.least):
        return ""
    return f"cost {spent}"


def refusals(run: Run) -> int:
    """How often the rules refused something, in all attempts of all tasks."""
    return sum(len(attempt.refused) for task in run.tasks.values() for attempt in task.attempts)


def kept_files(run: Run) -> int:
    """Files that the tasks' last attempts wrote and that a person may bring into the project."""
    return sum(
        bool(change.kept) or (change.deleted and task.attempts[-1].files.sight == "worktree")
        for task in run.tasks.values()
        if task.attempts and task.attempts[-1].files is not None
        for change in task.attempts[-1].files.written
    )

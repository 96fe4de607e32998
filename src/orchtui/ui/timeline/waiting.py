"""Why a task of a run waits: for whom, and what the schedule says about it; or for a person.

This module never decides who waits.
"""

from orchtui.engine.runs.run import ENDED, Run, TaskRun
from orchtui.engine.telling.worker_told import for_worker
from orchtui.engine.text import clean_line


def waited_for(run: Run, task: TaskRun) -> list[TaskRun]:
    """Who is to be done first, or only out of the way; nobody once the task has begun."""
    if task.status != "waiting":
        return []
    needed = [run.tasks[other] for other in task.task.after if other in run.tasks]
    beside = [run.tasks[other] for other in task.task.behind if other in run.tasks]
    first = [other for other in needed if other.status != "completed"]
    return first + [other for other in beside if other.status not in ENDED and other not in first]


def in_short(run: Run, task: TaskRun) -> str:
    """`? after Research async/await and 2 more`, where `?` is a guess; empty when it need not.

    A task that waits for a person's permission `asks: …`, one that waits for a slot, for a busy
    server, or for a worker says so.
    """
    if task.question is not None:
        return f"asks: {clean_line(task.question.what, 200)}"
    if task.status == "retrying" and task.attempts and task.attempts[-1].throttled:
        return f"{clean_line(task.attempts[-1].backend)} asks to come back later"
    if task.status == "queued":
        return _for_room(run, task)
    others = waited_for(run, task)
    if not others:
        return ""
    words = f"after {clean_line(others[0].task.label)}"
    if len(others) > 1:
        words += f" and {len(others) - 1} more"
    staged = _staged(run, task, others)
    guessed = len(staged) >= len(others) and not any(sure for _, sure in staged)
    return f"? {words}" if guessed else words


def _for_room(run: Run, task: TaskRun) -> str:
    """What keeps a task from starting that is ready: what is not the run's is the server's, or that
    no worker of the cluster has room for it."""
    if task.awaiting is not None:
        return for_worker(task)
    if run.paused:
        return "the run is paused"
    if run.slots.full:
        return f"for a slot, {run.slots.taken} of {run.slots.limit} are taken"
    return f"until {clean_line(task.task.backend)} takes more"


def reasons(run: Run, task: TaskRun, most: int = 2) -> list[str]:
    """Why, in the words of the findings; of what the plan declares there is nothing to say."""
    staged = _staged(run, task, waited_for(run, task))
    told = [
        clean_line(message, 200) + ("" if sure else " (guessed)") for message, sure in staged[:most]
    ]
    more = len(staged) - most
    return [*told, f"and {more} more"] if more > 0 else told


def _staged(run: Run, task: TaskRun, others: list[TaskRun]) -> list[tuple[str, bool]]:
    """Messages of what put the task behind these others, and whether each is certain."""
    ids = {other.id for other in others}
    return [
        (each.message, each.certain)
        for each in run.schedule.staged
        if each.after == task.id and each.before in ids
    ]

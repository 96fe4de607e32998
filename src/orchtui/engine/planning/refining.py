"""What a model said of one plan's tasks, put into it: from Plan to Plan.

Every `after` still names a task of the plan, no id is given twice, and no task
is touched that it is not about. What a model may not decide stays what the plan
says: who runs a task, how, with which limits. Pure: this module never calls a
model and never reads an answer.
"""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from orchtui.engine.paths.ignoring import glob_fits, globs
from orchtui.engine.plans.plan import Plan, Task

_LONGEST_ID = 64


def split(plan: Plan, task_id: str, parts: Sequence[Task]) -> Plan:
    """The task's parts in its place.

    A part waits for all that the task waited for, and whoever waited for the task waits for all
    parts. The task's ways to run hold for each; its estimate and the findings that were accepted
    of its words do not.

    Args:
        plan: With the task.
        task_id: The task.
        parts: At least one; their `after` names other parts, without a circle.

    Raises:
        KeyError: when there is no such task.
    """
    whole = plan.task(task_id)
    taken = {task.id for task in plan.tasks if task.id != task_id}
    names: dict[str, str] = {}
    for part in parts:
        names[part.id] = _free(_joined(task_id, part.id), taken)
        taken.add(names[part.id])
    reads = any(part.reads for part in parts)
    made = tuple(
        replace(
            whole,
            id=names[part.id],
            title=part.title,
            prompt=part.prompt,
            expected_output=part.expected_output,
            rationale=part.rationale or whole.rationale,
            specialist=part.specialist or whole.specialist,
            reads=part.reads if reads else whole.reads,
            writes=part.writes,
            after=(*whole.after, *(names[one] for one in part.after)),
            estimate=None,
            accepted=(),
        )
        for part in parts
    )
    tasks: list[Task] = []
    for task in plan.tasks:
        if task.id == task_id:
            tasks += made
        elif task_id in task.after:
            tasks.append(replace(task, after=_in_place(task.after, task_id, tuple(names.values()))))
        else:
            tasks.append(task)
    return replace(plan, tasks=tuple(tasks))


def rewrite(plan: Plan, task_id: str, words: Task, missing: Sequence[str] = ()) -> Plan:
    """The task in other words.

    Args:
        plan: With the task.
        task_id: The task.
        words: Title, prompt and expected output; an empty one leaves the task's own.
        missing: What nobody can know from the plan: it does not start before that is settled.

    Raises:
        KeyError: when there is no such task.
    """
    old = plan.task(task_id)
    new = replace(
        old,
        title=words.title or old.title,
        prompt=words.prompt or old.prompt,
        expected_output=words.expected_output or old.expected_output,
    )
    tasks = tuple(new if task.id == task_id else task for task in plan.tasks)
    return replace(plan, tasks=tasks, missing=_more(plan.missing, missing))


def extend(plan: Plan, tasks: Sequence[Task], missing: Sequence[str] = ()) -> Plan:
    """With more tasks at the end.

    Args:
        plan: What there is.
        tasks: Their `after` names each other or tasks of the plan; an id that is taken is changed.
        missing: What the request leaves open.
    """
    taken = {task.id for task in plan.tasks}
    names: dict[str, str] = {}
    for task in tasks:
        names[task.id] = _free(task.id, taken)
        taken.add(names[task.id])
    added = (
        replace(task, id=names[task.id], after=tuple(names.get(one, one) for one in task.after))
        for task in tasks
    )
    return replace(plan, tasks=(*plan.tasks, *added), missing=_more(plan.missing, missing))


def strange_writes(whole: Task, parts: Sequence[Task]) -> list[str]:
    """What is wrong with the files that parts write: all of the task's, and no others.

    Args:
        whole: The task.
        parts: What it was split into.
    """
    problems = [
        f"part '{part.id}' writes {path}, which the task does not"
        for part in parts
        for path in part.writes
        if not any(_within(path, place) for place in whole.writes)
    ]
    written = [path for part in parts for path in part.writes]
    problems += [
        f"no part writes {place}, which the task does"
        for place in whole.writes
        if not any(_within(path, place) for path in written)
    ]
    return problems


def _within(path: str, place: str) -> bool:
    """Whether a path is one that a task declared: the same, below it, or one that it fits."""
    path, place = path.removeprefix("./"), place.removeprefix("./").rstrip("/")
    return (
        path.rstrip("/") == place or path.startswith(f"{place}/") or glob_fits(globs(place), path)
    )


def _in_place(after: Sequence[str], gone: str, names: Iterable[str]) -> tuple[str, ...]:
    found = [new for one in after for new in (names if one == gone else (one,))]
    return tuple(dict.fromkeys(found))


def _joined(head: str, tail: str) -> str:
    """An id that shows where it comes from."""
    return f"{head[: _LONGEST_ID // 2]}-{tail}"[:_LONGEST_ID]


def _free(wanted: str, taken: set[str]) -> str:
    found, number = wanted, 2
    while found in taken:
        found, number = f"{wanted[: _LONGEST_ID - 6]}-{number}", number + 1
    return found


def _more(there: Sequence[str], found: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*there, *found)))

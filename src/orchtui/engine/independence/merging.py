"""Fewer tasks: two made one, or one taken away, with every `after` put right.

The task that stays keeps its id and its place. Numbers of tasks in the words of
other prompts ("task 3") are left as they are written. This module never asks
whether a change makes sense; `fixes` does.
"""

import re
import textwrap
from collections.abc import Callable, Iterable, Sequence

from msgspec.structs import replace

from orchtui.engine.plans.plan import PRIORITIES, Plan, Priority, Task

_LONGEST = 10 * 365 * 86400.0
"""Seconds: the longest time that a plan file may say."""
USUAL_TIME = 1800.0
"""Seconds that a task has when neither it nor its plan says a timeout. It is `schedule`'s, which
reads reports and so can not be imported here."""
_STEPS = re.compile(r"\ADo these (?P<count>[1-9]\d{0,3}) steps in order:\n\n(?=1\. )")


def put(plan: Plan, changed: Task) -> Plan:
    """The plan with this task in the place of the one with its id."""
    tasks = tuple(changed if task.id == changed.id else task for task in plan.tasks)
    return replace(plan, tasks=tasks)


def without(ids: Iterable[str], gone: str) -> tuple[str, ...]:
    """The ids without one."""
    return tuple(one for one in ids if one != gone)


def drop(plan: Plan, gone: str) -> Plan:
    """The plan without a task; nobody waits for it any more."""
    return replace(
        plan,
        tasks=tuple(
            replace(task, after=without(task.after, gone)) if gone in task.after else task
            for task in plan.tasks
            if task.id != gone
        ),
    )


def merge(plan: Plan, ids: Sequence[str]) -> Plan:
    """The plan with one of several tasks that ask the same: the first, for all of them."""
    tasks = [plan.task(task_id) for task_id in ids]
    return _folded(plan, replace(tasks[0], **_united(tasks)), ids)


def can_be_steps(first: Task, second: Task) -> bool:
    """Whether one prompt can ask for both."""
    return not first.command and not second.command and bool(first.prompt and second.prompt)


def pipeline(plan: Plan, before: str, after: str) -> Plan:
    """The plan with two tasks made one, whose prompt asks for both in numbered steps.

    Who does it stays as it is where both agree; else the plan's default does both. Times
    that were set are added up, as one task now has the time of both.
    """
    first, second = plan.task(before), plan.task(after)
    both = replace(
        first,
        title=f"{first.label}, then {second.label}",
        prompt=_steps(first.prompt, second.prompt),
        expected_output=second.expected_output or first.expected_output,
        specialist=_agreed(first.specialist, second.specialist, plan.specialist),
        timeout=_time(first, second, plan),
        idle_timeout=_patience(first.idle_timeout, second.idle_timeout),
        connect_timeout=_patience(first.connect_timeout, second.connect_timeout),
        first_token_timeout=_patience(first.first_token_timeout, second.first_token_timeout),
        estimate=_added(first.estimate, second.estimate)
        if first.estimate and second.estimate
        else None,
        retries=_most(first.retries, second.retries),
        max_tokens=_most(first.max_tokens, second.max_tokens),
        accept_truncated=first.accept_truncated and second.accept_truncated,
        **_backend(first, second, plan),
        **_united([first, second]),
    )
    return _folded(plan, both, [before, after])


def _folded(plan: Plan, one: Task, ids: Sequence[str]) -> Plan:
    """The plan with `one` in the place of the tasks with these ids, of which it has the first."""
    gone = set(ids) - {one.id}

    def redirected(task: Task) -> Task:
        if gone.isdisjoint(task.after):
            return task
        after = dict.fromkeys(one.id if needed in gone else needed for needed in task.after)
        return replace(task, after=tuple(after))

    kept = [task for task in plan.tasks if task.id not in gone]
    return replace(
        plan, tasks=tuple(one if task.id == one.id else redirected(task) for task in kept)
    )


def _united(tasks: Sequence[Task]) -> dict[str, tuple[str, ...] | Priority]:
    """What one task reads, writes and waits for when it stands for several."""
    inside = {task.id for task in tasks}

    def union(of: Callable[[Task], Sequence[str]]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one for task in tasks for one in of(task)))

    return {
        "reads": union(lambda task: task.reads),
        "writes": union(lambda task: task.writes),
        "env": union(lambda task: task.env),
        "runs_on": union(lambda task: task.runs_on),
        "after": union(lambda task: [one for one in task.after if one not in inside]),
        "accepted": union(lambda task: task.accepted),
        "priority": min((task.priority for task in tasks), key=PRIORITIES.index),
    }


def _steps(first: str, second: str) -> str:
    """Both prompts as numbered steps; steps that such a prompt has already are counted on."""
    known = _STEPS.match(first)
    count = int(known["count"]) if known else 1
    if known and re.search(rf"^{count}\. ", first, re.MULTILINE):
        body = first[known.end() :].rstrip()
    else:
        count, body = 1, _step(1, first)
    return f"Do these {count + 1} steps in order:\n\n{body}\n\n{_step(count + 1, second)}"


def _step(number: int, prompt: str) -> str:
    head = f"{number}. "
    return head + textwrap.indent(prompt.strip(), " " * len(head)).lstrip(" ")


def _agreed(first: str | None, second: str | None, default: str | None) -> str | None:
    """What both say, where what is not said is the default; else nothing."""
    if (first or default) != (second or default):
        return None
    return first if first == second else None


def _backend(first: Task, second: Task, plan: Plan) -> dict[str, str | None]:
    """The backend and its model; a model is kept only with the backend that it belongs to."""
    if (first.backend or plan.backend) == (second.backend or plan.backend):
        backend = first.backend or second.backend
        return {"backend": backend, "model": _agreed(first.model, second.model, plan.model)}
    # A plan for programs has no default for a prompt.
    backend = (second.backend or first.backend) if plan.backend == "command" else None
    return {"backend": backend, "model": None}


def _time(first: Task, second: Task, plan: Plan) -> float | None:
    if first.timeout is None and second.timeout is None:
        return None
    usual = plan.limits.timeout or USUAL_TIME
    return _added(first.timeout or usual, second.timeout or usual)


def _added(*seconds: float) -> float:
    """A sum that a plan file can say: exact to the millisecond."""
    return min(_LONGEST, round(sum(seconds), 3))


def _patience(*seconds: float | None) -> float | None:
    """The longer of two times without a sign of life; 0 switches the watch off."""
    said = [one for one in seconds if one is not None]
    return 0.0 if 0 in said else max(said, default=None)


def _most(*numbers: int | None) -> int | None:
    return max((one for one in numbers if one is not None), default=None)

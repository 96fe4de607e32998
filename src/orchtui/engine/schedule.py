"""Schedule: the graph of tasks that may run, with every limit and default resolved.

`build` turns a Plan into a Schedule, or says why it can not start. What a task
does not say comes from the plan, then from the defaults; `Overrides` (flags)
win over all. The order in which ready tasks take a slot is decided here too:
critical first, then the longest way still to go, nice-to-have last. This
module never starts anything.
"""

import string
from collections import Counter
from collections.abc import Mapping, Sequence
from graphlib import TopologicalSorter
from typing import TypedDict, TypeVar

import msgspec

from orchtui.engine.errors import InputError, Problem
from orchtui.engine.graph import find_cycle
from orchtui.engine.plan import PRIORITIES, AggregateStrategy, Limits, Plan, Priority, Task

DEFAULTS = Limits(concurrency=8, timeout=1800.0, retries=2, max_tokens=8000)
"""What holds when neither the task nor the plan nor a flag says anything."""

DEFAULT_SPECIALIST = "researcher"

_WITHOUT_CHOICE = frozenset({"command", "local", "rehearsal"})
"""Backends for which a named model means nothing: a file that showed it would lie."""

_T = TypeVar("_T")


class ScheduledTask(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A task with everything decided but the moment of its start."""

    id: str
    label: str
    position: int
    """Place in the plan, from 1: the number in the published file's name."""
    prompt: str
    specialist: str
    instance: str
    """The specialist's name, with a letter when several of its kind take part."""
    backend: str
    model: str | None = None
    command: tuple[str, ...] = ()
    priority: Priority = "normal"
    urgency: int = 1
    """0 is first: the priority, raised to that of the tasks that wait for this one."""
    tail: float = 1.0
    """The longest way from here to the end of the run, this task included."""
    after: tuple[str, ...] = ()
    timeout: float
    idle_timeout: float | None = None
    """Seconds; `None` leaves it to the backend, 0 switches it off."""
    retries: int
    max_tokens: int
    estimate: float | None = None
    accept_truncated: bool = False


class Schedule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What will run, in the plan's order, and the limits of the whole run."""

    tasks: tuple[ScheduledTask, ...]
    concurrency: int
    deadline: float | None = None
    """Seconds from the start of the run."""
    budget_tokens: int | None = None
    aggregate: AggregateStrategy = "collect"
    backend: str = ""
    """Makes the synthesis: the one chosen for all, else that of the first task with a model."""
    model: str | None = None

    def task(self, task_id: str) -> ScheduledTask:
        """The task with this id.

        Raises:
            KeyError: when there is none.
        """
        for task in self.tasks:
            if task.id == task_id:
                return task
        raise KeyError(task_id)

    @property
    def backends(self) -> tuple[str, ...]:
        """The names of all backends that take part, the synthesis' too, in order of appearance."""
        names = [task.backend for task in self.tasks]
        if self.aggregate == "synthesize" and self.backend:
            names.append(self.backend)
        return tuple(dict.fromkeys(names))


class Overrides(msgspec.Struct, frozen=True, kw_only=True):
    """What a person said on the command line; wins over the plan and its tasks."""

    backend: str | None = None
    """For tasks that need a model; `rehearsal` also stands in for programs."""
    model: str | None = None
    limits: Limits = Limits()


NO_LIMITS = Limits()
NO_OVERRIDES = Overrides()


def build(
    plan: Plan,
    *,
    backend: str,
    overrides: Overrides = NO_OVERRIDES,
    defaults: Limits = NO_LIMITS,
    specialist_models: Mapping[str, str] | None = None,
) -> Schedule:
    """Resolve a plan.

    Args:
        plan: What was asked for.
        backend: For tasks for which nobody chose one.
        overrides: Flags.
        defaults: The user's own limits, below the plan's.
        specialist_models: Models that agent files name, by specialist.

    Raises:
        InputError: when the plan can not start as it is; nothing is left half done.
    """
    limits = overrides.limits.over(plan.limits).over(defaults).over(DEFAULTS)
    _refuse(plan, limits)
    tasks = [task for task in plan.tasks if task.enabled]
    urgency, tail = _order(tasks)
    instances = _instances([_specialist(plan, task) for task in tasks])
    position = {task.id: number for number, task in enumerate(plan.tasks, 1)}
    models = specialist_models or {}
    scheduled = tuple(
        ScheduledTask(
            id=task.id,
            label=task.label,
            position=position[task.id],
            prompt=task.prompt,
            specialist=_specialist(plan, task),
            instance=instance,
            backend=_backend(task, plan, overrides, backend),
            model=_model(task, plan, overrides, backend, models),
            command=task.command,
            priority=task.priority,
            urgency=urgency[task.id],
            tail=tail[task.id],
            after=task.after,
            estimate=task.estimate,
            accept_truncated=task.accept_truncated,
            **_limits(task, overrides.limits, limits),
        )
        for task, instance in zip(tasks, instances, strict=True)
    )
    for_all = (overrides.backend, plan.backend, backend, *(task.backend for task in scheduled))
    return Schedule(
        tasks=scheduled,
        concurrency=_first(limits.concurrency),
        deadline=limits.deadline,
        budget_tokens=limits.budget_tokens,
        aggregate=plan.aggregate,
        backend=next((name for name in for_all if name and name != "command"), ""),
        model=overrides.model or plan.model,
    )


class _TaskLimits(TypedDict):
    timeout: float
    idle_timeout: float | None
    retries: int
    max_tokens: int


def _limits(task: Task, flags: Limits, wanted: Limits) -> _TaskLimits:
    """A flag wins over the task, the task over everything else."""
    return {
        "timeout": _first(flags.timeout, task.timeout, wanted.timeout),
        # A program may print only at its end: what a plan says for all is not meant for it.
        "idle_timeout": _first_or_none(
            flags.idle_timeout, task.idle_timeout, None if task.command else wanted.idle_timeout
        ),
        "retries": _first(flags.retries, task.retries, wanted.retries),
        "max_tokens": _first(flags.max_tokens, task.max_tokens, wanted.max_tokens),
    }


def _refuse(plan: Plan, limits: Limits) -> None:
    """Raise InputError for every reason why the plan can not start."""
    reasons = [f"the request leaves something open: {missing}" for missing in plan.missing]
    if not plan.tasks:
        reasons.append("the plan has no tasks")
    elif not any(task.enabled for task in plan.tasks):
        reasons.append("every task is switched off; enable one")
    by_id = {task.id: task for task in plan.tasks}
    if len(by_id) < len(plan.tasks):
        twice = [name for name, count in Counter(t.id for t in plan.tasks).items() if count > 1]
        reasons.append(f"several tasks have the id {', '.join(twice)}")
    for task in plan.tasks:
        if not task.enabled:
            continue
        if not task.prompt.strip() and not task.command:
            reasons.append(f"task '{task.id}' has no prompt and no command")
        for needed in task.after:
            if needed not in by_id:
                reasons.append(f"task '{task.id}' comes after '{needed}', which is not in the plan")
            elif not by_id[needed].enabled:
                reasons.append(
                    f"task '{task.id}' comes after '{needed}', which is switched off; "
                    f"enable it or remove it from `after`"
                )
    if cycle := find_cycle({task.id: task.after for task in plan.tasks}):
        reasons.append(f"tasks wait for each other in a circle: {' → '.join(cycle)}")
    if limits.budget_usd is not None:
        reasons.append("budget_usd needs prices, which are not known here; use budget_tokens")
    if reasons:
        raise InputError([Problem("", 0, 0, reason) for reason in reasons])


def _order(tasks: Sequence[Task]) -> tuple[dict[str, int], dict[str, float]]:
    """Urgency and tail of each task; both flow backwards along `after`."""
    estimates = [task.estimate for task in tasks if task.estimate]
    usual = sum(estimates) / len(estimates) if estimates else 1.0
    by_id = {task.id: task for task in tasks}
    urgency = {task.id: PRIORITIES.index(task.priority) for task in tasks}
    tail = {task.id: task.estimate or usual for task in tasks}
    order = list(TopologicalSorter({t.id: t.after for t in tasks}).static_order())
    for task_id in reversed(order):
        for needed in by_id[task_id].after:
            urgency[needed] = min(urgency[needed], urgency[task_id])
            tail[needed] = max(tail[needed], (by_id[needed].estimate or usual) + tail[task_id])
    return urgency, tail


def _specialist(plan: Plan, task: Task) -> str:
    return task.specialist or plan.specialist or DEFAULT_SPECIALIST


def _instances(names: Sequence[str]) -> list[str]:
    """researcher-A, researcher-B, …; the bare name where there is only one of a kind."""
    count, seen = Counter(names), Counter[str]()
    instances = []
    for name in names:
        instances.append(name if count[name] == 1 else f"{name}-{_letters(seen[name])}")
        seen[name] += 1
    return instances


def _letters(number: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = string.ascii_uppercase[rest] + text
    return text


def _backend(task: Task, plan: Plan, overrides: Overrides, default: str) -> str:
    if overrides.backend == "rehearsal":
        return "rehearsal"
    if task.command:
        return "command"
    return overrides.backend or task.backend or plan.backend or default


def _model(
    task: Task,
    plan: Plan,
    overrides: Overrides,
    default: str,
    specialist_models: Mapping[str, str],
) -> str | None:
    if _backend(task, plan, overrides, default) in _WITHOUT_CHOICE:
        return None
    of_specialist = specialist_models.get(_specialist(plan, task))
    return overrides.model or task.model or of_specialist or plan.model


def _first_or_none(*values: _T | None) -> _T | None:
    return next((value for value in values if value is not None), None)


def _first(*values: _T | None) -> _T:
    value = _first_or_none(*values)
    assert value is not None
    return value

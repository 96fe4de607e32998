"""Schedule: the graph of tasks that may run, with every limit and default resolved.

`build` turns a Plan and its IndependenceReport into a Schedule, or says why it
can not start. What a task does not say comes from the plan, then from the
defaults; `Overrides` (flags) win over all. The order in which ready tasks take
a slot is decided here too: critical first, then the longest way still to go,
nice-to-have last. This module never starts anything.
"""

import string
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypedDict, TypeVar

import msgspec

from orchtui.engine.graph import stages
from orchtui.engine.hindrances import refuse
from orchtui.engine.independence.report import IndependenceReport
from orchtui.engine.plan import AggregateStrategy, Limits, Plan, Priority, Task
from orchtui.engine.specialists import WebTool
from orchtui.engine.staging import Accepted, Staged, stage

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
    """Ids of the tasks that must complete first; their results are handed to this one."""
    behind: tuple[str, ...] = ()
    """Ids of the tasks that must only have ended first, in whatever way: the two would be in each
    other's way. Some of it may follow from other tasks' order already."""
    timeout: float
    idle_timeout: float | None = None
    """Seconds; `None` leaves it to the backend, 0 switches it off."""
    retries: int
    max_tokens: int
    estimate: float | None = None
    accept_truncated: bool = False
    fits: str = ""
    """Why this specialist, where nobody named one."""
    reads: tuple[str, ...] = ()
    """Paths from the project folder, as the plan declares them."""
    writes: tuple[str, ...] = ()
    """Paths from the project folder: what it may write in the project itself."""
    tools: tuple[str, ...] | None = None
    """As the agent file names them; `None` where it says nothing."""
    disallowed_tools: tuple[str, ...] = ()
    web: tuple[WebTool, ...] = ()
    """The provider's own tools that it may use."""
    permission_mode: str | None = None
    max_turns: int | None = None
    """Requests to the model in one attempt."""
    effort: str | None = None
    worktree: bool = False
    """Whether its program gets a git worktree of its own."""


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
    staged: tuple[Staged, ...] = ()
    """Which tasks wait for which beyond what the plan declares, and why."""
    accepted: tuple[Accepted, ...] = ()
    """Findings that a person said do not matter."""

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
    def stages(self) -> list[list[str]]:
        """Ids in groups: a group can start when all before it have ended."""
        return stages({task.id: (*task.after, *task.behind) for task in self.tasks})

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
    report: IndependenceReport | None = None,
) -> Schedule:
    """Resolve a plan.

    Args:
        plan: What was asked for.
        backend: For tasks for which nobody chose one.
        overrides: Flags.
        defaults: The user's own limits, below the plan's.
        specialist_models: Models that agent files name, by specialist.
        report: Of this very plan: what the run is staged by, beside `after`.

    Raises:
        InputError: when the plan can not start as it is; nothing is left half done.
    """
    limits = overrides.limits.over(plan.limits).over(defaults).over(DEFAULTS)
    refuse(plan, limits)
    tasks = [task for task in plan.tasks if task.enabled]
    staging = stage(tasks, report)
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
            estimate=task.estimate,
            accept_truncated=task.accept_truncated,
            **staging.places[task.id],
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
        staged=staging.staged,
        accepted=staging.accepted,
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

"""Schedule: the graph of tasks that may run, with every limit and default resolved.

`build` turns a resolved Plan and its IndependenceReport into a Schedule, or says
why it can not start. What holds where several say something is `resolve`'s; the
order in which ready tasks take a slot is decided here: critical first, then the
longest way still to go, nice-to-have last. This module never starts anything.
"""

import string
from collections import Counter
from collections.abc import Sequence
from typing import TypedDict

import msgspec

from orchtui.engine.agents.agent_tools import granted
from orchtui.engine.agents.specialists import WebTool
from orchtui.engine.independence.report import IndependenceReport
from orchtui.engine.plans.graph import stages
from orchtui.engine.plans.hindrances import refuse
from orchtui.engine.plans.plan import AggregateStrategy, Limits, OnBudget, Priority, Task
from orchtui.engine.scheduling.prices import Prices
from orchtui.engine.scheduling.resolve import How, Overrides, Resolver, TaskLimits, Who
from orchtui.engine.scheduling.staging import Accepted, Place, Staged, stage

Worker = tuple[str, str, str | None]
"""A specialist, a backend, and the model as the run asks for it."""

Kind = tuple[str, str, str | None, tuple[str, ...]]
"""A worker, and for a program which one."""


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
    env: tuple[str, ...] = ()
    """Names of variables with secrets that its program gets."""
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
    connect_timeout: float | None = None
    """Seconds until the first sign of life; `None` for no limit of its own."""
    first_token_timeout: float | None = None
    """Seconds until the first piece of an answer; `None` leaves it to the engine, 0 switches it
    off."""
    retries: int
    max_tokens: int
    estimate: float | None = None
    accept_truncated: bool = False
    fits: str = ""
    """Why this specialist, where nobody named one."""
    unknown: bool = False
    """Whether there is no agent file of the specialist's name: it has no instructions."""
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
    runs_on: tuple[str, ...] = ()
    """Labels of the worker of a cluster that runs it."""
    worktree: bool = False
    """Whether its program gets a git worktree of its own."""

    @property
    def waits_for(self) -> tuple[str, ...]:
        """Ids of all tasks that must have ended first, for either reason."""
        return (*self.after, *self.behind)

    @property
    def turn(self) -> tuple[int, float, int, str]:
        """Its place among tasks that wait for a slot, the smallest first; its id stands last."""
        return self.urgency, -self.tail, self.position, self.id

    @property
    def worker(self) -> Worker:
        """Who does it."""
        return self.specialist, self.backend, self.model

    @property
    def kind(self) -> Kind:
        """What tasks have in common that take about as long as each other in a run."""
        return *self.worker, self.command[:1]


class Schedule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What will run, in the plan's order, and the limits of the whole run."""

    tasks: tuple[ScheduledTask, ...]
    concurrency: int
    deadline: float | None = None
    """Seconds from the start of the run."""
    budget_tokens: int | None = None
    rate: float | None = None
    """Attempts that may start in a second, for each backend."""
    budget_usd: float | None = None
    on_budget: OnBudget = "finish"
    hedge: float = 0.0
    """Times the usual time after which a task gets a second attempt; 0 for never."""
    prices: Prices | None = None
    """What its models cost on the day it starts; `None` where nobody looked."""
    aggregate: AggregateStrategy = "collect"
    backend: str = ""
    """Makes the synthesis: the one chosen for all, else that of the first task with a model."""
    model: str | None = None
    runs_on: tuple[str, ...] = ()
    """Labels of the worker of a cluster that the synthesis needs."""
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
        return stages({task.id: task.waits_for for task in self.tasks})

    @property
    def is_limited(self) -> bool:
        """Whether its time or what it uses may run out."""
        limits = (self.deadline, self.budget_tokens, self.budget_usd)
        return any(limit is not None for limit in limits)

    @property
    def synthesizes(self) -> bool:
        """Whether there is to be a synthesis, and somebody to make it."""
        return self.aggregate == "synthesize" and bool(self.backend)

    @property
    def needs(self) -> dict[str, tuple[str, ...]]:
        """The labels that a worker of a cluster has to have, by what to call who asks for them."""
        needs = {f"task '{task.id}'": task.runs_on for task in self.tasks if task.runs_on}
        if self.synthesizes and self.runs_on:
            needs["the synthesis"] = self.runs_on
        return needs

    @property
    def backends(self) -> tuple[str, ...]:
        """The names of all backends that take part, the synthesis' too, in order of appearance."""
        names = [task.backend for task in self.tasks]
        if self.synthesizes:
            names.append(self.backend)
        return tuple(dict.fromkeys(names))


NO_LIMITS = Limits()
NO_OVERRIDES = Overrides()


def build(resolver: Resolver, *, backend: str, report: IndependenceReport | None) -> Schedule:
    """The schedule of a plan.

    Args:
        resolver: Of the plan.
        backend: For tasks for which nobody chose one.
        report: Of this very plan: what the run is staged by, beside `after`.

    Raises:
        InputError: when the plan can not start as it is; nothing is left half done.
    """
    plan, overrides, limits = resolver.plan, resolver.overrides, resolver.limits
    refuse(plan)
    tasks = [task for task in plan.tasks if task.enabled]
    staging = stage(tasks, report)
    instances = _instances([resolver.who(task).name for task in tasks])
    position = {task.id: number for number, task in enumerate(plan.tasks, 1)}
    scheduled = tuple(
        _scheduled(resolver, task, instance, position[task.id], backend, staging.places[task.id])
        for task, instance in zip(tasks, instances, strict=True)
    )
    for_all = (overrides.backend, plan.backend, backend, *(task.backend for task in scheduled))
    # A program that a task names for itself is not one to ask for more.
    lead = next((name for name in for_all if name and name not in ("command", "acp")), "")
    return Schedule(
        tasks=scheduled,
        concurrency=limits.concurrency or 1,
        deadline=limits.deadline,
        budget_tokens=limits.budget_tokens,
        rate=limits.rate,
        budget_usd=limits.budget_usd,
        on_budget=limits.on_budget or "finish",
        hedge=limits.hedge or 0.0,
        aggregate=plan.aggregate,
        backend=lead,
        model=resolver.lead_model(lead),
        runs_on=resolver.lead_runs_on(lead),
        staged=staging.staged,
        accepted=staging.accepted,
    )


def _scheduled(
    resolver: Resolver, task: Task, instance: str, position: int, default: str, place: Place
) -> ScheduledTask:
    who = resolver.who(task)
    how = resolver.chosen(task) or How(default, ())
    limits: TaskLimits = resolver.limits_of(task, how.backend)
    return ScheduledTask(
        id=task.id,
        label=task.label,
        position=position,
        prompt=task.told,
        specialist=who.name,
        instance=instance,
        backend=how.backend,
        model=resolver.model(task, how.backend),
        command=how.command,
        env=resolver.env(task, how.backend),
        runs_on=resolver.runs_on(task, how.backend),
        priority=task.priority,
        estimate=task.estimate,
        accept_truncated=task.accept_truncated,
        fits=who.why,
        unknown=resolver.is_unknown(task),
        reads=task.reads,
        writes=task.writes,
        **_abilities(who),
        **place,
        **limits,
    )


class _Abilities(TypedDict):
    tools: tuple[str, ...] | None
    disallowed_tools: tuple[str, ...]
    web: tuple[WebTool, ...]
    permission_mode: str | None
    max_turns: int | None
    effort: str | None


def _abilities(who: Who) -> _Abilities:
    """What the agent file lets a specialist do, and how."""
    card = who.card
    if card is None:
        return _Abilities(
            tools=None,
            disallowed_tools=(),
            web=(),
            permission_mode=None,
            max_turns=None,
            effort=None,
        )
    return _Abilities(
        tools=card.tools,
        disallowed_tools=card.disallowed_tools,
        web=granted(card.tools, card.disallowed_tools, card.permission_mode).web,
        permission_mode=card.permission_mode,
        max_turns=card.max_turns,
        effort=card.effort,
    )


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

"""Resuming: a past run as it would go on today, and what stands against that.

What was chosen for a run holds when it goes on: its flags, the backend that was
used where nobody chose one, and the order of its tasks. Agent files, the
configuration and today's flags are today's. This module never starts a run and
never touches a disk.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, cast, get_args

from msgspec import structs

from orchtui.engine.agents.specialists import name_key
from orchtui.engine.errors import InputError, NoBackendError, Problem
from orchtui.engine.independence import Finding
from orchtui.engine.plans.graph import Order, find_cycle
from orchtui.engine.plans.plan import PRIORITIES, AggregateStrategy, Plan
from orchtui.engine.run_events.events import FORMAT
from orchtui.engine.runs.run import Run
from orchtui.engine.scheduling.resolve import Overrides, Resolver
from orchtui.engine.scheduling.schedule import Schedule, ScheduledTask
from orchtui.engine.scheduling.staging import Staged
from orchtui.engine.text import clean_line

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.resumption.opening import Terms
    from orchtui.engine.resumption.reuse import Reuse


_MOST_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """A session of a run as it would begin today; nothing is started."""

    plan: Plan
    schedule: Schedule
    terms: "Terms"
    past: Run | None = None
    """The run that goes on; `None` for a new one."""
    written: bool = True
    """Whether its last session wrote all its files: it may have been killed just before."""
    told: tuple[str, ...] = ()
    """What is different from the run that it is run after once more, or from the plan of the run
    that goes on, in lines."""

    @property
    def reuse(self) -> "Reuse | None":
        """What becomes of earlier results; `None` for a run that has nothing to do with any."""
        return self.terms.reuse

    @property
    def nothing_left(self) -> bool:
        """Whether a run that goes on would do nothing: all is there, and joined as it should be."""
        if self.past is None or self.reuse is None or self.reuse.again:
            return False
        joined = self.past.aggregated
        return joined is not None and joined.fallback is None and self.written


def merged(flags: Overrides, recorded: Overrides) -> Overrides:
    """Today's flags, and the recorded ones where those say nothing."""
    other = flags.backend is not None and flags.backend != recorded.backend
    return Overrides(
        backend=flags.backend or recorded.backend,
        # A model was named for the backend that it stood beside.
        model=flags.model or (None if other else recorded.model),
        limits=flags.limits.over(recorded.limits),
    )


def inherited(flags: Overrides, recorded: Overrides) -> Overrides:
    """What a new run takes from the one whose results it takes over: who works, but no limits.

    Never a rehearsal: nobody gets one unasked.
    """
    if recorded.backend == "rehearsal":
        return flags
    return structs.replace(merged(flags, recorded), limits=flags.limits)


def unasked_backend(resolver: Resolver, past: Run, same_run: bool) -> str:
    """What a past run used where nobody chose a backend; empty where that does not hold.

    Args:
        resolver: Of the plan.
        past: The run.
        same_run: Whether it goes on; a new run gets no rehearsal unasked.
    """
    used = past.schedule.backend
    for task in resolver.plan.tasks:
        if task.enabled and task.id in past.tasks and resolver.chosen(task) is None:
            used = past.tasks[task.id].task.backend
            break
    return used if same_run or used != "rehearsal" else ""


def in_order_of(schedule: Schedule, past: Run, apart: Iterable[Finding] = ()) -> Schedule:
    """The schedule in the order of a past run of the same plan.

    Who has to wait for whom was told, and perhaps asked of a model, when the run began; what each
    task was handed follows from it. A priority that a person changed meanwhile holds, too.

    Args:
        schedule: As it is drawn up today.
        past: The run whose order holds.
        apart: What may not run at once with today's backends.
    """
    places = {task.id: task for task in past.schedule.tasks}
    tasks = {}
    for task in schedule.tasks:
        was, priority = places[task.id], past.tasks[task.id].task.priority
        tasks[task.id] = structs.replace(
            task,
            after=was.after,
            behind=was.behind,
            urgency=min(was.urgency, PRIORITIES.index(priority)),
            tail=was.tail,
            priority=priority,
        )
    staged = [*past.schedule.staged, *_kept_apart(tasks, apart)]
    return structs.replace(
        schedule,
        tasks=tuple(tasks.values()),
        staged=tuple(staged),
        accepted=past.schedule.accepted,
    )


def joined_as_asked(schedule: Schedule, past: Run) -> tuple[Schedule, tuple[str, ...]]:
    """The schedule with the strategy that was asked for last after the run's end; in words, too.

    What was joined by hand is replaced when the run goes on: what a person wanted of it holds.

    Args:
        schedule: As the plan says it.
        past: The run that goes on.
    """
    if not past.joined_again or past.joined_again[-1].strategy == schedule.aggregate:
        return schedule, ()
    wanted = past.joined_again[-1].strategy
    if wanted not in get_args(AggregateStrategy):  # a newer orchtui knows it
        return schedule, ()
    told = f"the results are joined as {wanted}, as was asked for by hand after its end"
    changed = structs.replace(schedule, aggregate=cast(AggregateStrategy, wanted))
    return changed, (f"{told}; the plan says {schedule.aggregate}",)


def _kept_apart(tasks: dict[str, ScheduledTask], apart: Iterable[Finding]) -> list[Staged]:
    """Let pairs wait for each other that no order keeps apart yet; `tasks` is changed."""
    if not (apart := list(apart)):
        return []
    needs = {task.id: task.waits_for for task in tasks.values()}
    in_order = TopologicalSorter(needs).static_order()
    order, place = Order.of(needs), {task_id: at for at, task_id in enumerate(in_order)}
    added = []
    for finding in apart:
        before, after = sorted(finding.tasks[:2], key=place.__getitem__)
        if not order.follows(before, after):
            order.add(before, after)
            tasks[after] = structs.replace(tasks[after], behind=(*tasks[after].behind, before))
            added.append(Staged.by(finding, before, after, hands_over=False))
    return added


# What stands against it


def refuse_unknown(past: Run, plan_ids: Iterable[str]) -> None:
    """Let a run pass whose journal this version can go on with.

    Args:
        past: The run.
        plan_ids: Its plan's tasks that run.

    Raises:
        InputError: when it is of a newer form, or does not agree with itself.
    """
    if past.format > FORMAT:
        why = f"a newer orchtui wrote it (form {past.format}, known here: {FORMAT})"
        raise InputError.of(f"run {past.id} can not go on: {why}")
    needs = {task.id: task.waits_for for task in past.schedule.tasks}
    named = {one for others in needs.values() for one in others}
    if set(plan_ids) != needs.keys() or not named <= needs.keys() or find_cycle(needs):
        why = "its journal does not agree with itself about the tasks and their order"
        raise InputError.of(f"run {past.id} can not go on: {why}")


def can_not_go_on(past: Run, error: InputError | NoBackendError) -> InputError | NoBackendError:
    """The same error, told of a run whose plan can not be resolved any more."""
    begin = f"run {past.id} can not go on as it was planned: "
    if isinstance(error, NoBackendError):
        return NoBackendError(f"{begin}{error}")
    return InputError([Problem("", 0, 0, begin + problem.message) for problem in error.problems])


def refuse_loss(past: Run, prospect: Prospect) -> None:
    """Let a session pass that makes nothing worse than it was.

    Raises:
        InputError: when tasks would run without the agent file that they had, or a rehearsal would
            take the place of what was really made.
    """
    again = prospect.reuse.reasons if prospect.reuse else {}
    tasks = {task.id: task for task in prospect.schedule.tasks if task.id in again}
    gone: dict[str, list[str]] = {}
    rehearsed = []
    for task in tasks.values():
        before = past.tasks[task.id]
        was, now = past.fingerprints.get(task.id), prospect.terms.fingerprints[task.id]
        same = name_key(before.task.specialist) == name_key(task.specialist)
        if was is not None and was.agent and not now.agent and same and not task.command:
            gone.setdefault(task.specialist, []).append(task.id)
        made = before.status == "completed" and before.attempts[-1].backend != "rehearsal"
        if made and task.backend == "rehearsal":
            rehearsed.append(task.id)
    if gone:
        raise InputError([Problem("", 0, 0, why) for why in _agents_gone(past, gone)])
    if rehearsed:
        why = f"made-up text would take the place of what was really made: {_some(rehearsed)}"
        raise InputError.of(f"run {past.id} can not go on as a rehearsal: {why}")


def _agents_gone(past: Run, gone: Mapping[str, list[str]]) -> list[str]:
    return [
        f"run {past.id} can not go on: the agent file of '{clean_line(name, 80)}' is gone, and "
        f"{_some(ids)} would run without its instructions; put it back, or name another specialist "
        f"in the plan and start a new run that takes over the rest: "
        f"`orchtui run PLAN --from {past.id}`"
        for name, ids in gone.items()
    ]


def _some(ids: list[str]) -> str:
    more = len(ids) - _MOST_NAMED
    names = ", ".join(f"'{clean_line(one, 80)}'" for one in ids[:_MOST_NAMED])
    return f"{names} and {more} more" if more > 0 else names

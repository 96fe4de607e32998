"""TimeReport: what a run's time went to, what held it up, and what would have helped.

It says how far running in parallel helped and how far it could have: no number of
slots beats the critical path, the longest way through the order of the tasks, so
a chain or one long task is told as what it is (G. M. Amdahl, "Validity of the
single processor approach …", AFIPS 1967, is the same thought). What would have
helped is worked out on paper, by list scheduling with the times that the tasks
really took; it is a forecast of another run and no promise. Runs that go on, or
were interrupted, are told as far as they are. This module never changes a Run.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from orchtui.engine.runs import verdict
from orchtui.engine.runs.run import Run, TaskRun
from orchtui.engine.scheduling.list_scheduling import Network, critical_path
from orchtui.engine.scheduling.schedule import ScheduledTask
from orchtui.engine.timing.hedge_times import HedgeTime, hedge_times
from orchtui.engine.timing.stragglers import stragglers
from orchtui.engine.timing.time_use import Clock, TimeUse, deciding_chain, together

LimitedBy = Literal[
    "nothing", "one task", "longest task", "chain", "slots", "servers", "retries", "pause"
]
"""What set the end of a run. `nothing`: nothing ran. `one task`: no second one ran. `longest task`,
`chain`: the order of the tasks, so that no number of slots would have been faster."""

HelpKind = Literal["slots", "faster", "retries", "servers", "second attempt"]

_NEAR = 1.05
"""A makespan up to this many times the critical path is set by the order of the tasks."""
_WORTH = 0.02
"""The part of the makespan that something must save to be told."""
_LEAST = 0.05
"""Seconds; what is less is shown as `0.0s`."""
_CANDIDATES = 5
"""Tasks of the critical path, the longest ones, that are tried twice as fast."""
_MOST_TRIED = 2000
"""Tasks above which nothing is tried on paper but all slots at once: it must stay quick."""


class TaskTime(msgspec.Struct, frozen=True, kw_only=True):
    """What one task's time went to, in all sessions."""

    task: str
    """Its id."""
    use: TimeUse
    critical: bool
    """Whether it is on the critical path."""
    deciding: bool
    """Whether it is one of those that decided when the last session ended."""


class Help(msgspec.Struct, frozen=True, kw_only=True):
    """Something that would have made the run shorter."""

    kind: HelpKind
    """`slots`: more tasks at once. `faster`: a task in half its time. `retries`: no attempt that
    another one followed. `servers`: none that is told to wait. `second attempt`: one of a
    straggler, a task that took far longer than tasks like it, begun when that showed."""
    saves_s: float
    """Seconds off the makespan, at most."""
    slots: int | None = None
    """With `slots`: as many as help; more than these save no more."""
    task: str | None = None
    """With `faster` and `second attempt`: its id."""
    usual_s: float | None = None
    """With `second attempt`: seconds that tasks like it took, the median."""


class TimeReport(msgspec.Struct, frozen=True, kw_only=True):
    """The report on time of a run. Seconds, to the millisecond."""

    ended: bool
    """Whether the run has; else these are its figures so far."""
    makespan_s: float
    """From the start to the end of the last task, over all sessions, without the synthesis."""
    sequential_s: float
    """The sum of the tasks' times: of those that completed, while it goes on of those that run
    too."""
    speedup: float | None
    """`sequential_s / makespan_s`; `None` below two tasks that ran here."""
    critical_path_s: float
    """The longest way through the order, with the times of the tasks' last attempts. No number of
    slots beats it."""
    critical_path: tuple[str, ...]
    """The ids on it, from first to last."""
    speedup_limit: float | None
    """The speed-up that the order allows: what every slot in the world would give."""
    slots: int
    """Tasks that may run at once, as it was set last."""
    totals: TimeUse
    """Of all tasks together: several of them waited at the same time."""
    chain: tuple[str, ...]
    """The ids of the tasks that decided when the last session ended, one after the other."""
    chain_use: TimeUse
    """What their time went to in that session."""
    limited_by: LimitedBy
    bottleneck: str | None
    """The id of the task that ran longest, with all its attempts; `None` below two that ran."""
    bottleneck_s: float
    synthesis_s: float
    """Of its attempts; not part of the makespan."""
    helps: tuple[Help, ...]
    """The most helpful first; empty where nothing would have saved worth telling."""
    hedges: tuple[HedgeTime, ...]
    """The second attempts that were made beside others, in the plan's order of their tasks."""
    tasks: tuple[TaskTime, ...]
    """Those that ran or wait for a slot, in the plan's order."""


def time_report(run: Run, now: float | None = None) -> TimeReport:
    """The report on time of a run, ended or not.

    Args:
        run: What happened so far.
        now: The end of what has not ended, seconds since 1970; else when it was last heard of.
    """
    ended = run.finished is not None
    now = run.at if now is None or ended else max(now, run.at)
    clock = Clock(run, now)
    uses = {one.id: clock.use(one) for one in run.tasks.values() if one.made or one.waits}
    tasks = [run.tasks[name].task for name in uses if run.tasks[name].made]
    own = {task.id: uses[task.id].work_s for task in tasks}
    longest, path = critical_path(tasks, own)
    makespan = verdict.makespan(run, now)
    # Who was tried again while a later one of a conflict ran may stand beside it after all.
    longest = min(longest, makespan)
    chain = deciding_chain(run)
    chain_use = together(clock.use(task, since=run.sessions[-1].started) for task in chain)
    slowest = verdict.bottleneck(run)
    sequential = _sequential(run, now)
    speedup = verdict.speedup(run) if ended else verdict.speedup_so_far(run, now)
    limited_by = _limited_by(path, longest, makespan, chain_use)
    critical, deciding = frozenset(path), frozenset(task.id for task in chain)
    return TimeReport(
        ended=ended,
        makespan_s=_ms(makespan),
        sequential_s=_ms(sequential),
        speedup=speedup,
        critical_path_s=_ms(longest),
        critical_path=path,
        speedup_limit=_limit(speedup, sequential, longest),
        slots=run.concurrency,
        totals=_rounded(together(uses.values())),
        chain=tuple(task.id for task in chain),
        chain_use=_rounded(chain_use),
        limited_by="one task" if path and len(tasks) < 2 else limited_by,
        bottleneck=slowest.id if slowest is not None else None,
        bottleneck_s=_ms(_whole(slowest, now)),
        synthesis_s=_ms(_whole(run.aggregate, now)),
        helps=_helps(run, tasks, uses, path, makespan, chain_use),
        hedges=tuple(hedge_times(run, now)),
        tasks=tuple(
            TaskTime(
                task=name,
                use=_rounded(use),
                critical=name in critical,
                deciding=name in deciding,
            )
            for name, use in uses.items()
        ),
    )


def _ms(seconds: float) -> float:
    return round(seconds, 3)


def _rounded(use: TimeUse) -> TimeUse:
    return TimeUse(**{name: _ms(getattr(use, name)) for name in use.__struct_fields__})


def _whole(task: TaskRun | None, now: float) -> float:
    """Seconds of all attempts of a task."""
    return task.seconds_of_all(now) if task is not None else 0.0


def _sequential(run: Run, now: float) -> float:
    going = () if run.finished is not None else run.with_status("running")
    return verdict.sequential(run) + sum(one.seconds(now) or 0.0 for one in going)


def _limit(speedup: float | None, sequential: float, longest: float) -> float | None:
    """What the order allows; never less than what was reached."""
    if speedup is None or longest <= 0:
        return None
    return max(speedup, round(sequential / longest, 2))


def _limited_by(path: tuple[str, ...], longest: float, makespan: float, use: TimeUse) -> LimitedBy:
    if not path:
        return "nothing"
    waits: dict[LimitedBy, float] = {
        "slots": use.slots_s,
        "servers": use.servers_s,
        "retries": use.retries_s,
        "pause": use.paused_s,
    }
    most = max(waits, key=waits.__getitem__)
    if makespan > _NEAR * longest and waits[most] > 0:
        return most
    return "longest task" if len(path) == 1 else "chain"


# What would have helped


def _helps(
    run: Run,
    tasks: Sequence[ScheduledTask],
    uses: Mapping[str, TimeUse],
    path: tuple[str, ...],
    makespan: float,
    chain_use: TimeUse,
) -> tuple[Help, ...]:
    slots = max(1, run.concurrency)
    # What a task that was tried again took is taken as one piece.
    took = {task.id: uses[task.id].work_s + uses[task.id].retries_s for task in tasks}
    found = [
        Help(kind="retries", saves_s=chain_use.retries_s),
        Help(kind="servers", saves_s=chain_use.servers_s),
    ]
    paper = Network(tasks)
    before = paper.span(took, slots)
    found += _more_slots(paper, took, slots, before)
    if len(tasks) <= _MOST_TRIED:
        longest = sorted(path, key=lambda name: -took[name])[:_CANDIDATES]
        faster = [
            Help(
                kind="faster",
                task=name,
                saves_s=before - paper.span({**took, name: took[name] / 2}, slots),
            )
            for name in longest
        ]
        found += sorted(faster, key=lambda one: -one.saves_s)[:1]
        found += _second_attempts(run, tasks, uses, took, paper)
    worth = [one for one in found if one.saves_s >= max(_WORTH * makespan, _LEAST)]
    return tuple(
        msgspec.structs.replace(one, saves_s=_ms(min(one.saves_s, makespan)))
        for one in sorted(worth, key=lambda one: -one.saves_s)
    )


def _second_attempts(
    run: Run,
    tasks: Sequence[ScheduledTask],
    uses: Mapping[str, TimeUse],
    took: Mapping[str, float],
    paper: Network,
) -> list[Help]:
    """The straggler, of those that completed, whose second attempt would have saved most."""
    ran = (run.tasks[task.id] for task in tasks)
    done = [one.task for one in ran if one.status == "completed" and not one.hedges]
    late = stragglers(done, {task.id: uses[task.id].work_s for task in done})
    slots = max(1, run.concurrency)
    before = paper.span(took, slots)
    found = [
        Help(
            kind="second attempt",
            task=one.task_id,
            usual_s=_ms(one.usual_s),
            saves_s=before - paper.span({**took, one.task_id: one.at_best_s}, slots),
        )
        for one in sorted(late, key=lambda one: one.usual_s - one.took_s)[:_CANDIDATES]
        if one.at_best_s < took[one.task_id]
    ]
    return sorted(found, key=lambda one: -one.saves_s)[:1]


def _more_slots(paper: Network, took: Mapping[str, float], slots: int, before: float) -> list[Help]:
    """As many slots as bring all that slots can bring."""
    most = len(paper.ids)
    best = paper.span(took, most) if most > slots else before
    if best >= (1 - _WORTH) * before:
        return []
    few, many = slots, most
    while most <= _MOST_TRIED and many - few > 1:
        middle = (few + many) // 2
        if paper.span(took, middle) <= best + _WORTH * (before - best):
            many = middle
        else:
            few = middle
    return [Help(kind="slots", slots=many, saves_s=before - paper.span(took, many))]

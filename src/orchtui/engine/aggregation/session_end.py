"""The end of a session: whether there is a synthesis, the time kept for it, and the last event.

Pure: a Run and what it was started with in, values out. This module never starts
anything and never changes a Run.
"""

from orchtui.engine.execution.budget import Budget
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.stamp import Stamp
from orchtui.engine.runs import verdict
from orchtui.engine.runs.rehearsed import share
from orchtui.engine.runs.run import Run
from orchtui.engine.scheduling.schedule import Schedule, ScheduledTask

_SYNTHESIS_SHARE = 0.2
_SYNTHESIS_MOST = 120.0
"""The part of a deadline, and the seconds at most, that are kept for the synthesis."""


def time_for_tasks(schedule: Schedule) -> float | None:
    """Seconds until the deadline, less what is kept for the synthesis; `None` without one."""
    deadline = schedule.deadline
    if deadline is None or not schedule.synthesizes:
        return deadline
    return deadline - min(_SYNTHESIS_MOST, _SYNTHESIS_SHARE * deadline)


def why_not_synthesize(
    run: Run, schedule: Schedule, budget: Budget, *, cancelled: bool
) -> str | None:
    """Why the synthesis that was asked for is not even begun; `None` where it is.

    Args:
        run: A run whose tasks have all ended.
        schedule: With the backend that would make it.
        budget: With what was used.
        cancelled: Whether a person stopped the whole session.
    """
    if cancelled:
        return "the run was cancelled"
    if not run.with_status("completed"):
        return "no task completed"
    if not schedule.backend:
        return "no backend with a model was chosen"
    if (error := budget.exhausted) is not None:
        return error.message
    return None


def schedule_of_synthesis(schedule: Schedule, tasks: tuple[ScheduledTask, ...]) -> Schedule:
    """What an executor of the synthesis, or of the parts before it, works by.

    Args:
        schedule: Of the run.
        tasks: The synthesis, or the parts.
    """
    return Schedule(
        tasks=tasks,
        concurrency=schedule.concurrency,
        deadline=schedule.deadline,
        rate=schedule.rate,
        backend=schedule.backend,
    )


def time_for_synthesis(run: Run, schedule: Schedule, now: float) -> float | None:
    """Seconds that are left of the session, at least one; `None` without a deadline."""
    if schedule.deadline is None:
        return None
    return max(1.0, schedule.deadline - (now - run.sessions[-1].started))


def conclusion(run: Run, stamp: Stamp) -> ev.RunFinished:
    """The event that ends a session, with the run's figures."""
    slowest, cost = verdict.bottleneck(run), verdict.cost(run)
    return stamp(
        ev.RunFinished,
        verdict=verdict.verdict(run),
        rehearsal=share(run) != "none",
        census=verdict.census(run),
        makespan_s=round(verdict.makespan(run), 3),
        sequential_s=round(verdict.sequential(run), 3),
        speedup=verdict.speedup(run),
        bottleneck=slowest.id if slowest else None,
        usage=run.usage,
        cost=cost.exact,
        cost_at_least=cost.at_least,
    )

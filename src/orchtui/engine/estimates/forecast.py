"""Forecast: how long a run that goes on still takes, as far as that can be known.

A task takes as long as the plan says, else as long as tasks of its kind took in
this run, else as in earlier runs. The synthesis is such a task, after all others; the
parts in which results are reduced first are taken to be as long. Where nothing is known of one
that is still to do, nothing is known of the run's end. This module never guesses, reads no file
and no clock.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from orchtui.engine.estimates.past_work import PastWork
from orchtui.engine.run_events.event_parts import AGGREGATE
from orchtui.engine.runs.run import ENDED, LIVE, Run, TaskRun, aggregation_task
from orchtui.engine.scheduling.list_scheduling import span
from orchtui.engine.scheduling.prices import Resolve
from orchtui.engine.scheduling.schedule import Kind, Schedule, Worker
from orchtui.engine.texts import reduction

_NOTHING: Mapping[str, float] = {}


def seconds_left(run: Run, now: float, before: Mapping[str, float] = _NOTHING) -> float | None:
    """Seconds until the last task ends, and the synthesis where there is to be one.

    `None` where that is not known: of a task nothing is known, the run is paused or has nothing
    left to do, or everything that runs has taken longer than expected already.

    Args:
        run: That goes on.
        now: Seconds since 1970.
        before: What tasks took in earlier runs, by id; see `usual_seconds`.
    """
    live = [task for task in run.tasks.values() if task.status in LIVE]
    if run.paused:
        return None
    joining = _joining(run, live, now, before)
    if joining is None or not live:
        return joining or None
    seen = _seen(run)
    rest: dict[str, float] = {}
    for task in live:
        known = task.task.estimate or seen.get(task.task.kind) or before.get(task.id)
        if known is None:
            return None
        rest[task.id] = _rest(task, known, now)
    if not any(rest.values()):
        return None
    # What runs has its slot, whoever else might be more urgent.
    tasks = [
        replace(task.task, urgency=-1) if task.status == "running" else task.task for task in live
    ]
    return span(tasks, rest, max(1, run.concurrency)) + joining


def _joining(
    run: Run, live: Sequence[TaskRun], now: float, before: Mapping[str, float]
) -> float | None:
    """Seconds for the synthesis and the parts before it; `None` where they are not known."""
    made = run.aggregate
    due = run.schedule.synthesizes and run.aggregated is None and run.finished is None
    if not due or (not live and not run.with_status("completed")):
        return 0.0
    if made is not None and made.status in ENDED and not live:
        return 0.0
    if (known := before.get(AGGREGATE)) is None:
        return None
    if made is not None and made.status == "running":
        return max(0.0, known - (made.seconds(now) or 0.0))
    done = run.with_status("completed")
    lengths = [task.attempts[-1].length for task in done if task.attempts]
    whole = sum(lengths) + reduction.FRAME * len(lengths)
    # Those that are still to come are taken to be as long as those that are there.
    expected = round(whole * (len(lengths) + len(live)) / len(lengths)) if lengths else 0
    parts = reduction.parts_for(expected, reduction.most_characters(run.schedule.backend))
    if parts > reduction.MOST_PARTS:
        return 0.0  # it collects
    left = max(0, parts - sum(not one.problem for one in run.reduced))
    return known * (1 + math.ceil(left / max(1, run.concurrency)))


def usual_seconds(schedule: Schedule, past: PastWork, resolve: Resolve) -> dict[str, float]:
    """How long tasks of each one's kind took in earlier runs, by id; only where one ran. The
    synthesis too, where there is to be one.

    Args:
        schedule: Of the run.
        past: What earlier runs used.
        resolve: What a backend makes of a model's name.
    """
    found: dict[str, float] = {}
    typical_of: dict[Worker, float | None] = {}
    last = [aggregation_task(schedule)] if schedule.synthesizes else []
    for task in (*schedule.tasks, *last):
        worker = task.worker
        if worker not in typical_of:
            typical = past.typical(*worker, resolve(task.backend, task.model))
            typical_of[worker] = typical.seconds if typical is not None else None
        if (seconds := typical_of[worker]) is not None:
            found[task.id] = seconds
    return found


def _seen(run: Run) -> dict[Kind, float]:
    """The mean of what completed tasks took in this run, by kind."""
    took: dict[Kind, list[float]] = defaultdict(list)
    for task in run.with_status("completed"):
        if task.reused is None and (seconds := task.seconds(run.at)):
            took[task.task.kind].append(seconds)
    return {kind: sum(every) / len(every) for kind, every in took.items()}


def _rest(task: TaskRun, known: float, now: float) -> float:
    """What is left of a task that takes so long; 0 for one that has taken longer already."""
    if task.status == "running":
        return max(0.0, known - (task.seconds(now) or 0.0))
    if task.status == "retrying" and task.resumes is not None:
        return known + max(0.0, task.resumes - now)
    return known
